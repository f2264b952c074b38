"""What may follow `/undo`, as it is typed in the app and in line mode."""

from __future__ import annotations

import re

from tui_agent.core.commands import Undo

HELP = (
    "/undo: the last turn; /undo 3: turn 3; /undo 3#2: hunk 2 of turn 3; /undo #2: of the last; "
    "/undo @tester: what that child changed"
)
_FORM = re.compile(
    r"(?:@(?P<agent>[\w-]+)\s*)?(?P<turn>[0-9]+)?(?:\s*#(?P<hunks>[0-9]+(?:,[0-9]+)*))?"
)


def undo_wish(text: str) -> Undo | None:
    """Read what follows `/undo`; None where it cannot be understood."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    turn, hunks = found["turn"], found["hunks"]
    return Undo(
        turn=int(turn) if turn else None,
        hunks=tuple(hunks.split(",")) if hunks else (),
        agent=found["agent"] or "",
    )
