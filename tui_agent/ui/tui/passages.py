"""Answers that are long past: few items for many blocks, since hours have ten thousand of them."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.paper import Row, Sheet
from tui_agent.ui.tui.talk_items import TextItem

LONGEST = 2_000
"""Characters of a passage at most: one that comes into view is drawn as a whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """Some blocks of an answer, one below the other."""

    answer: str
    bounds: array[int]
    """Where each block begins and ends, in characters of the answer."""

    @property
    def focusable(self) -> bool:
        """The cursor goes past it."""
        return False

    def blocks(self) -> Sequence[TextItem]:
        """Return the items that it stands for."""
        begins, ends = self.bounds[::2], self.bounds[1::2]
        return [TextItem(self.answer, *both) for both in zip(begins, ends, strict=True)]

    def height_hint(self, width: int) -> int:
        """Guess the rows; an empty line between two blocks stands for their gap."""
        return TextItem(self.answer, self.bounds[0], self.bounds[-1]).height_hint(width)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the blocks."""
        return [row for block in self.blocks() for row in block.rows(sheet)]


def passages(items: Sequence[Item]) -> list[tuple[int, Item]]:
    """Return what stands for these items, in order: of how many each, and the item."""
    runs: list[list[Item]] = []
    before: TextItem | None = None
    length = 0
    for item in items:
        block = item if isinstance(item, TextItem) and _is_whole(item) else None
        size = block.end - block.begin if block is not None else 0
        together = block is not None and before is not None and block.answer is before.answer
        if together and length + size <= LONGEST:
            runs[-1].append(item)
            length += size
        else:
            runs.append([item])
            length = size
        before = block
    return [(len(run), _as_one(run)) for run in runs]


def _is_whole(item: TextItem) -> bool:
    return item.finished and item.gap and not item.caret


def _as_one(run: Sequence[Item]) -> Item:
    if len(run) == 1:
        return run[0]
    texts = [item for item in run if isinstance(item, TextItem)]
    bounds = array("l", [place for text in texts for place in (text.begin, text.end)])
    return Passage(texts[0].answer, bounds)
