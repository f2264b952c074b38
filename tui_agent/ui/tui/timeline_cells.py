"""A session's stops as a line of cells: which share one, what it shows, how high its bar is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui_agent.core.state.stops import RARITY, Stop, StopMark

LEAST = 3
"""Letters that a cut text must keep."""
WIDEST = 5
"""Columns that one cell has at most."""
LEVELS = 7
"""Heights of a time bar above nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the line: a stop, or several where there is not room for all."""

    first: int
    last: int
    """Places in the list of stops, both inclusive."""
    mark: StopMark
    level: int
    """0: it took no time worth showing."""
    labels: tuple[str, ...] = ()


def cells_of(stops: Sequence[Stop], width: int) -> tuple[Cell, ...]:
    """Return one cell a stop, or `width` cells with the rarest kind of those that they hold."""
    count = len(stops)
    if not count or width < 1:
        return ()
    number = min(count, width)
    edges = [at * count // number for at in range(number + 1)]
    longest = max(1, *(stop.ms for stop in stops))
    return tuple(_cell(stops[first:end], first, longest) for first, end in pairwise(edges))


def _cell(stops: Sequence[Stop], first: int, longest: int) -> Cell:
    mark = min((stop.mark for stop in stops), key=RARITY.index)
    spent = max(stop.ms for stop in stops)
    # The square root keeps a wait of minutes from flattening everything else.
    level = round((spent / longest) ** 0.5 * LEVELS) if spent else 0
    labels = tuple(label for stop in stops for label in stop.labels)
    return Cell(first=first, last=first + len(stops) - 1, mark=mark, level=level, labels=labels)


def cell_at(cells: Sequence[Cell], index: int) -> int:
    """Return which cell holds the stop at a place in the list."""
    for at, cell in enumerate(cells):
        if index <= cell.last:
            return at
    return max(0, len(cells) - 1)


def pitch_of(cells: int, width: int) -> int:
    """Return the columns from one cell to the next: a short session is drawn wider."""
    return max(1, min(WIDEST, width // cells)) if cells else 1


def placed(
    texts: Sequence[tuple[int, str]], width: int, *, gap: int = 2, mark: str = "…"
) -> list[tuple[int, str]]:
    """Cut texts that begin at these columns, in their order, so that each ends before the next.

    Where a cut text would say nothing, its first word stands for it, if that fits.
    """
    ends: list[int] = []
    end, after = width, width + gap
    for start, _ in reversed(texts):
        if start < after:  # several may begin in one column: they end together
            end = min(width, after - gap)
        ends.append(end)
        after = start
    found: list[tuple[int, str]] = []
    free = 0
    for (start, text), end in zip(texts, reversed(ends), strict=True):
        begin = max(start, free)
        if begin >= width:
            break
        shown = _cut(text, end - begin, mark)
        if shown:
            found.append((begin, shown))
            free = begin + len(shown) + gap
    return found


def _cut(text: str, room: int, mark: str) -> str:
    if len(text) <= room:
        return text
    if room > len(mark) + LEAST:
        return text[: room - len(mark)].rstrip() + mark
    word = text.split(" ", 1)[0]
    return word if 0 < len(word) <= room else ""
