"""What is said at the end: that the session is kept, and how to come back to it."""

from __future__ import annotations

from tui_agent.core.overview import NOT_RECORDED
from tui_agent.core.state import Session


def farewell(state: Session, *, busy: bool, folder_goes: bool = False) -> str:
    """Return the sentence; empty where nothing is kept.

    `busy`: a turn is left open. `folder_goes`: the workspace is removed now, so that the session
    can be seen again but not taken up.
    """
    if state.id in ("", NOT_RECORDED):
        return ""
    if folder_goes:
        return f"See it again, step by step: agent replay {state.id[:10]}"
    if busy:
        return "Suspended: agent -c comes back to this very place."
    return f"Session {state.id[:10]} is kept; agent -c goes on with it."
