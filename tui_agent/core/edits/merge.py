"""A line-wise three-way merge, for a file that changed under an edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tui_agent.core.edits.contract import EditError
from tui_agent.core.patch.diff import Span, changed_spans
from tui_agent.core.patch.unified import diff_text
from tui_agent.core.patch.values import FileChange
from tui_agent.core.text import TextError, decode, decode_pair, dominant, terminated

MERGED_NOTE = "file changed since it was read; merged"
_DIFF_LINES = 60


def merged(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> tuple[str, ...] | None:
    """Both sides' changes to ``base``; None if they meet in the same place.

    Changes meet if they overlap or touch, as in git; the same change on both sides is taken once.
    """
    changes = _together(base, ours, theirs)
    if changes is None:
        return None
    lines: list[str] = []
    at = 0
    for start, end, new in changes:
        lines += base[at:start]
        lines += new
        at = end
    return terminated([*lines, *base[at:]], dominant(ours, theirs))


_Change = tuple[int, int, tuple[str, ...]]


def _together(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> list[_Change] | None:
    mine = [_change(span, ours) for span in changed_spans(base, ours)]
    others = [_change(span, theirs) for span in changed_spans(base, theirs)]
    both: list[_Change] = []
    for change in sorted({*mine, *others}):
        if both and change[0] <= both[-1][1]:
            return None
        both.append(change)
    return both


def _change(span: Span, side: Sequence[str]) -> _Change:
    return span[0], span[1], tuple(side[span[2] : span[3]])


def merged_bytes(path: str, base: bytes, disk: bytes, edited: bytes) -> bytes:
    """Work an edit of ``base`` into what is on disk now.

    Raises EditError: ``stale`` if the changes meet, or if the disk has the edit already.
    """
    try:
        old, ours, theirs = (decode(data) for data in (base, disk, edited))
    except TextError:
        raise stale(path, base, disk) from None
    lines = None
    if old.codec == ours.codec == theirs.codec:
        lines = merged(old.lines, ours.lines, theirs.lines)
    if lines is None or lines == ours.lines:
        raise stale(path, base, disk)
    return ours.codec.encode(lines)


def rebased(change: FileChange, disk: bytes | None) -> FileChange:
    """Give the change as it is for the bytes on disk now, which may not be those it was made from.

    Raises EditError ``stale`` if it cannot be worked into them, or is no edit of lines.
    """
    if disk == change.before:
        return change
    if disk is None or change.before is None or change.after is None:
        raise stale(change.path, change.before, disk)
    notes = tuple(note for note in change.notes if note != MERGED_NOTE)
    after = disk
    if change.after != change.before:
        after = merged_bytes(change.path, change.before, disk, change.after)
    return replace(change, before=disk, after=after, notes=(*notes, MERGED_NOTE))


def stale(path: str, base: bytes | None, disk: bytes | None) -> EditError:
    """Say what changed on disk since ``base``."""
    if disk is None:
        return EditError("stale", f"{path} has been deleted since it was read.")
    pair = decode_pair(base, disk)
    diff = diff_text(pair[1], pair[2]).rstrip("\n").split("\n") if pair else []
    if len(diff) > _DIFF_LINES:
        diff = [*diff[:_DIFF_LINES], f"({len(diff) - _DIFF_LINES} more lines)"]
    shown = "\n".join(diff)
    return EditError(
        "stale",
        f"{path} has changed since it was read, and the edit cannot be worked into it. "
        f"Read it again. What changed:\n{shown}",
    )
