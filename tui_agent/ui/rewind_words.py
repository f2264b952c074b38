"""What is said of the places to go back to, and how one is typed; for the app and line mode."""

from __future__ import annotations

from collections.abc import Iterator

from tui_agent.core.commands import Rewind
from tui_agent.core.state import Session
from tui_agent.core.undo import RewindPoint, Since, point_named

HELP = "/rewind 3: before turn 3; /rewind 3.2: after its step 2; then files or conversation alone"
MOST_NAMES = 4
WHAT: dict[str, tuple[bool, bool]] = {
    "both": (True, True),
    "conversation": (True, False),
    "files": (False, True),
}
"""What goes back: the conversation, the files."""


def rewind_wish(state: Session, text: str) -> tuple[RewindPoint, Rewind]:
    """Read what follows `/rewind`.

    Raises ValueError with a sentence for the user.
    """
    name, _, what = text.strip().partition(" ")
    if what.strip() not in ("", *WHAT):
        raise ValueError(HELP)
    point = point_named(state.main, name)
    conversation, files = WHAT[what.strip() or "both"]
    return point, Rewind(to_seq=point.to_seq, conversation=conversation, files=files)


def since_lines(since: Since) -> Iterator[str]:
    """Say what happened after a place: files that were written, and commands that ran."""
    if since.files:
        yield f"edited since: {_few(since.files)}"
    if since.commands:
        yield f"ran since: {_few(since.commands)}"
        yield "what commands did outside of the recorded files stays"
    if not since.files and not since.commands:
        yield "nothing was changed since"


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more
