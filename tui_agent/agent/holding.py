"""Which commands may run in a copy of the workspace, and which do by the settings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.core.digest import seal
from tui_agent.core.holding import not_held_back, writes_git
from tui_agent.core.proposal import Copying

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.proposal import Proposal
    from tui_agent.core.state import Call

IN_THE_TREE = "it writes git's own data, which no copy can hold back: it runs in the workspace"


def held_back(engine: Engine, call: Call, proposal: Proposal) -> Proposal:
    """Return the proposal of a command that asks, with what a copy of the workspace means for it.

    Where the settings say so it is to run in one, unless it writes git's own data.
    """
    command, wanted = proposal.command, engine.settings.review.commands
    if command is None or call.origin == "user" or wanted == "never":
        return proposal
    root, confined = engine.world.workspace.root, engine.world.runner.tier != "none"
    loose = not_held_back(command.text, root, command.reach if confined else "outside")
    command = replace(command, copying=Copying(not_held=loose))
    if wanted == "ask" or engine.live.state.mode != "ask":
        return replace(proposal, command=command)
    if writes_git(command.text):
        return seal(replace(proposal, command=command, notes=(*proposal.notes, IN_THE_TREE)))
    return seal(replace(proposal, command=replace(command, view="copy")))
