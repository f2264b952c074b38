"""Which terminator each line of an edited text gets."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.patch.diff import changed_spans
from tui_agent.core.text import content, terminated, terminator


def retied(
    old: Sequence[str], contents: Sequence[str], default: str, *, open_end: bool
) -> tuple[str, ...]:
    """Give new contents the terminators of the old lines that they keep or replace.

    A kept line keeps its own, a replaced line takes the one at its index in the replaced stretch,
    an inserted one that of the line before; else ``default``. Only the last line may have none,
    and has none if ``open_end``.
    """
    ends: list[str] = []
    at = 0
    for a, a_end, b, b_end in changed_spans([content(line) for line in old], contents):
        ends += [terminator(line) for line in old[at:a]]
        for index in range(b_end - b):
            paired = terminator(old[a + index]) if a + index < a_end else ""
            ends.append(paired or (ends[-1] if ends else "") or default)
        at = a_end
    ends += [terminator(line) for line in old[at:]]
    lines = [text + end for text, end in zip(contents, ends, strict=True)]
    closed = terminated([*lines, ""], default)[:-1]
    return (*closed[:-1], contents[-1]) if open_end and closed else closed
