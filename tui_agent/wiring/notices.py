"""What is to be said when a session is opened, of its surroundings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.adapters.git_facts import git_facts
from tui_agent.wiring.trusting import notice

if TYPE_CHECKING:
    from tui_agent.wiring.world import Wiring


def notices_of(wiring: Wiring) -> tuple[str, ...]:
    """Return a sentence for each thing that is other than a user may expect."""
    found = [
        wiring.state.notice,
        *wiring.loaded.warnings,
        *wiring.child_problems,
        *wiring.said_of_models,
        notice(wiring),
    ]
    if git_facts(wiring.root) is None:
        found.append("This is no git repository: there are no branches and no commits to show.")
    return tuple(text for text in found if text)
