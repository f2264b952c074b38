"""Items one below the other: which rows they have, where each begins, and what is kept of it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from tui_agent.ui.tui.paper import Row, Sheet


@runtime_checkable
class Item(Protocol):
    """One thing of a list. Items that are equal look the same: their rows are kept."""

    @property
    def focusable(self) -> bool:
        """Whether the cursor stops here."""
        ...

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw it: at most `sheet.width` cells a row, on the sheet's plane."""
        ...

    def height_hint(self, width: int, /) -> int:
        """Guess the number of rows cheaply; it stands until the item is seen."""
        ...


HIDDEN = 1
"""The width of what is not laid out."""
KEPT_ROWS = 1_000
"""How many drawn rows are kept: one takes 2 KB, and a conversation of hours has a hundred thousand.
They are some screens, so that what is near the view stays drawn."""
LONGEST = 300
"""Rows that an item counts for at most: where the ends of two endless ones are seen, both stay."""


class Column:
    """Rows are drawn when asked for; until then an item's height is its own guess.

    Those seen last are kept; of the others only the height.
    """

    def __init__(self) -> None:
        """Begin empty."""
        self.items: list[Item] = []
        self.tops = array("q", [0])
        """The row at which each item begins, and at the end the number of all rows."""
        self._heights: list[int | None] = []
        """How many rows each item was drawn in, at this width; None: it was not."""
        self._rows: dict[int, Sequence[Row]] = {}
        """The rows that are kept, by item, those used last at the end."""
        self._weight = 0
        self._last = -1
        """The item that was used last."""
        self._width = 80

    def splice(self, start: int, items: Sequence[Item]) -> int | None:
        """Replace everything from item `start` on.

        Returns the first item that differs from before, or None where nothing does.
        """
        first = start
        for item in items:
            if first >= len(self.items) or not _same(self.items[first], item):
                break
            self.items[first] = item  # An answer's blocks are parts of it once it is whole.
            first += 1
        changed = items[first - start :]
        if not changed and first == len(self.items):
            return None
        for index in range(first, len(self.items)):
            self._drop(index)
        del self.items[first:], self._heights[first:]
        self.items.extend(changed)
        self._heights.extend([None] * len(changed))
        self._estimate(first)
        return first

    def gather(self, start: int, runs: Sequence[tuple[int, Item]]) -> None:
        """Have other items stand for those from `start` on: each for so many that follow each
        other, with as many rows as they have together. Nothing moves.
        """
        at: dict[int, int] = {}
        heights: list[int | None] = []
        tops = array("q")
        end = start
        for index, (many, _) in enumerate(runs, start):
            drawn = [height for height in self._heights[end : end + many] if height is not None]
            heights.append(sum(drawn) if len(drawn) == many else None)
            tops.append(self.tops[end])
            if many == 1:
                at[end] = index
            end += many
        self.items[start:end] = [item for _, item in runs]
        self._heights[start:end] = heights
        self.tops[start:end] = tops
        for index in [one for one in self._rows if start <= one < end and one not in at]:
            self._drop(index)
        less = end - start - len(runs)
        self._rows = {
            at.get(index, index - less * (index >= end)): rows for index, rows in self._rows.items()
        }
        self._last = -1

    def rows_of(self, index: int, sheet: Sheet) -> Sequence[Row]:
        """Return an item's rows, drawn on `sheet` if it was not drawn before."""
        rows = self._rows.get(index)
        if rows is not None:
            if index != self._last:
                self._rows[index] = self._rows.pop(index)
                self._last = index
            return rows
        rows = self.items[index].rows(sheet)
        if sheet.width <= HIDDEN < self._width:
            # A pane that is not laid out yet has no width; what it draws is drawn again.
            return rows
        self._keep(index, rows)
        difference = len(rows) - (self.tops[index + 1] - self.tops[index])
        self._heights[index] = len(rows)
        if difference:
            for later in range(index + 1, len(self.tops)):
                self.tops[later] += difference
        return rows

    @property
    def kept(self) -> int:
        """How many drawn rows are kept."""
        return sum(map(len, self._rows.values()))

    def index_at(self, row: int) -> int:
        """Return the item on a row, the first or the last one for a row beyond them."""
        return max(0, min(bisect_right(self.tops, row) - 1, len(self.items) - 1))

    def forget(self, index: int) -> bool:
        """Drop an item's rows; return whether it had any."""
        if not (0 <= index < len(self._heights)) or self._heights[index] is None:
            return False
        self._drop(index)
        self._heights[index] = None
        return True

    def forget_all(self, width: int) -> None:
        """Drop all rows: the width or the theme is another one."""
        self._width = width
        self._heights = [None] * len(self.items)
        self._rows.clear()
        self._weight = 0
        self._estimate(0)

    def _keep(self, index: int, rows: Sequence[Row]) -> None:
        self._rows[index] = rows
        self._last = index
        self._weight += min(len(rows), LONGEST)
        while self._weight > KEPT_ROWS:
            self._drop(next(iter(self._rows)))

    def _drop(self, index: int) -> None:
        self._weight -= min(len(self._rows.pop(index, ())), LONGEST)

    def _estimate(self, start: int) -> None:
        del self.tops[start + 1 :]
        top = self.tops[start]
        for item, height in zip(self.items[start:], self._heights[start:], strict=True):
            top += max(0, item.height_hint(self._width)) if height is None else height
            self.tops.append(top)


def _same(one: Item, other: Item) -> bool:
    return one is other or one == other
