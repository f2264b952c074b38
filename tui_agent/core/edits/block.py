"""The lines that come in place of a found block: the file's own bytes wherever they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.edits.rungs import Candidate, Shift
from tui_agent.core.patch.diff import changed_spans


class CannotShiftError(ValueError):
    """A new line that cannot take the change of indentation that the old lines needed."""


def built(
    place: Sequence[str], old: Sequence[str], new: Sequence[str], found: Candidate
) -> tuple[str, ...]:
    """New lines for ``place``, where ``old`` was found; raises CannotShiftError.

    Lines that old and new have in common stay as they are in the file. Changed ones are the
    model's, shifted as the old ones were; where only punctuation differed, the file's letters
    stay on either side of what the model changed.
    """
    lines: list[str] = []
    at = 0
    for a, a_end, b, b_end in changed_spans(old, new):
        lines += place[at:a]
        fresh = [_shifted(line, found.shift) for line in new[b:b_end]]
        if found.rung == "punctuation" and a_end - a == b_end - b:
            stretch = zip(place[a:a_end], old[a:a_end], fresh, strict=True)
            fresh = [_spliced(*lines_of_three) for lines_of_three in stretch]
        lines += fresh
        at = a_end
    return (*lines, *place[at:])


def _shifted(line: str, shift: Shift | None) -> str:
    if shift is None:
        return line
    shifted = shift.line(line)
    if shifted is None:
        raise CannotShiftError(line)
    return shifted


def _spliced(line: str, old: str, new: str) -> str:
    """Carry what changed from old to new into the file's line, if it has as many letters as old."""
    if len(line) != len(old):
        return new
    limit = min(len(old), len(new))
    head = next((at for at in range(limit) if old[at] != new[at]), limit)
    room = limit - head
    tail = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    return line[:head] + new[head : len(new) - tail] + line[len(line) - tail :]
