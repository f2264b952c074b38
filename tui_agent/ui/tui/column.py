"""Items one below the other: which rows they have, where each begins, and what is kept of it."""

from __future__ import annotations

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


class Column:
    """Rows are drawn when asked for; until then an item's height is its own guess."""

    def __init__(self) -> None:
        """Begin empty."""
        self.items: list[Item] = []
        self.tops: list[int] = [0]
        """The row at which each item begins, and at the end the number of all rows."""
        self._rows: list[Sequence[Row] | None] = []
        self._width = 80

    def splice(self, start: int, items: Sequence[Item]) -> int | None:
        """Replace everything from item `start` on.

        Returns the first item that differs from before, or None where nothing does.
        """
        first = start
        for item in items:
            if first >= len(self.items) or not _same(self.items[first], item):
                break
            first += 1
        changed = items[first - start :]
        if not changed and first == len(self.items):
            return None
        del self.items[first:], self._rows[first:]
        self.items.extend(changed)
        self._rows.extend([None] * len(changed))
        self._estimate(first)
        return first

    def rows_of(self, index: int, sheet: Sheet) -> Sequence[Row]:
        """Return an item's rows, drawn on `sheet` if it was not drawn before."""
        rows = self._rows[index]
        if rows is None and sheet.width <= HIDDEN < self._width:
            # A pane that is not laid out yet has no width; what it draws is drawn again.
            return self.items[index].rows(sheet)
        if rows is None:
            rows = self._rows[index] = self.items[index].rows(sheet)
            difference = len(rows) - (self.tops[index + 1] - self.tops[index])
            if difference:
                for later in range(index + 1, len(self.tops)):
                    self.tops[later] += difference
        return rows

    def index_at(self, row: int) -> int:
        """Return the item on a row, the first or the last one for a row beyond them."""
        return max(0, min(bisect_right(self.tops, row) - 1, len(self.items) - 1))

    def forget(self, index: int) -> bool:
        """Drop an item's rows; return whether it had any."""
        if not (0 <= index < len(self._rows)) or self._rows[index] is None:
            return False
        self._rows[index] = None
        return True

    def forget_all(self, width: int) -> None:
        """Drop all rows: the width or the theme is another one."""
        self._width = width
        self._rows = [None] * len(self.items)
        self._estimate(0)

    def _estimate(self, start: int) -> None:
        del self.tops[start + 1 :]
        top = self.tops[start]
        for item, rows in zip(self.items[start:], self._rows[start:], strict=True):
            top += max(0, item.height_hint(self._width)) if rows is None else len(rows)
            self.tops.append(top)


def _same(one: Item, other: Item) -> bool:
    return one is other or one == other
