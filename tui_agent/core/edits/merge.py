"""A line-wise three-way merge, for a file that changed after the model read it."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.patch.diff import Span, changed_spans
from tui_agent.core.text import dominant, terminated


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
