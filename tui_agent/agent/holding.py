"""Which commands run in a copy of the workspace by the settings, before a person is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.core.digest import seal
from tui_agent.core.holding import writes_git

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.proposal import Proposal
    from tui_agent.core.state import Call

IN_THE_TREE = "it writes git's own data, which no copy can hold back: it runs in the workspace"


def held_back(engine: Engine, call: Call, proposal: Proposal) -> Proposal:
    """Return the proposal of a command that asks, to be run in a copy where the settings say so."""
    command = proposal.command
    wanted = engine.settings.review.commands == "always" and engine.live.state.mode == "ask"
    if command is None or not wanted or call.origin == "user":
        return proposal
    if writes_git(command.text):
        return seal(replace(proposal, notes=(*proposal.notes, IN_THE_TREE)))
    return seal(replace(proposal, command=replace(command, view="copy")))
