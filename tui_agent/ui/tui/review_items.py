"""A review as items: hunks in order, with a line between two files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.ui.tui.code_rows import Geometry
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.file_items import FileItem, FileRow
from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.hunk_items import EditorRoom, HunkItem
from tui_agent.ui.tui.notes_items import Fact, ReviewFacts, ReviewNotes
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_spots import Spot
from tui_agent.ui.tui.words import duration

WIDE = 110
"""Cells from which two sides find room."""
ROOM_FOR_NUMBERS = 90
"""Cells from which both line numbers find room."""
NUMBER = 4
"""Cells of a line number, unless a file is longer."""


def _after(whole: str, spot: Spot) -> str:
    """Say how long a hunk's own verdict took, where that was measured; else the whole edit's."""
    return f"after {duration(spot.after_ms / 1000)}" if whole and spot.after_ms else whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all hunks of a picture have in common."""

    files: tuple[FileText, ...]
    geometry: Geometry
    side_by_side: bool = False
    after: str = ""
    facts: tuple[Fact, ...] = ()
    """Where the edit comes from, and what the checks say of it: above the first hunk."""
    notes: tuple[str, ...] = ()
    """What has to be known about it."""

    def item(self, spots: Sequence[Spot], index: int, focus: Focus) -> HunkItem:
        """Return the item of one spot."""
        spot = spots[index]
        file = self.files[spot.file]
        focused = index == focus.cursor
        return HunkItem(
            spot=spot,
            number=index + 1,
            file=file,
            focused=focused,
            line=focus.line if focused else None,
            last=index + 1 == len(spots) or spots[index + 1].file != spot.file,
            geometry=self.geometry,
            side_by_side=self.side_by_side,
            coloured=spot.hunk is None or file.is_read(spot.hunk),
            editor=focus.editor if focused else None,
            asks_why=focused and focus.asks_why,
            after=_after(self.after, spot),
        )

    def items(self, spots: Sequence[Spot], focus: Focus) -> tuple[list[Item], list[int]]:
        """Return all items, and the place of each spot among them."""
        items: list[Item] = [ReviewFacts(facts=self.facts)] if self.facts else []
        items += [ReviewNotes(notes=self.notes)] if self.notes else []
        places: list[int] = []
        for index, spot in enumerate(spots):
            if index and spots[index - 1].file != spot.file:
                items.append(FileItem(file=self.files[spot.file]))
            places.append(len(items))
            items.append(self.item(spots, index, focus))
        return items, places


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """Where keys act, and what is open there."""

    cursor: int
    line: int | None = None
    editor: EditorRoom | None = None
    asks_why: bool = False


def geometry_of(
    files: Sequence[FileText], width: int, *, margin: int, full: bool, split: bool
) -> Geometry:
    """Return where numbers, signs and code stand."""
    lines = max((max(len(f.view.before), len(f.view.after)) for f in files), default=0)
    columns = 2 if full and not split and width >= ROOM_FOR_NUMBERS else 1
    return Geometry(margin=margin, number=max(NUMBER, len(str(lines))), columns=columns)


def file_rows(review: Review, files: Sequence[FileText]) -> list[Item]:
    """Return a row a file: its path, what became of each hunk, and the lines that were taken."""
    found: list[Item] = []
    spots = [[spot for spot in review.spots if spot.file == index] for index in range(len(files))]
    for file, own in zip(files, spots, strict=True):
        taken = [spot.hunk for spot in own if spot.hunk is not None and spot.mark != "rejected"]
        found.append(
            FileRow(
                path=file.path,
                marks=tuple(spot.mark for spot in own),
                plus=sum(hunk.plus for hunk in taken),
                minus=sum(hunk.minus for hunk in taken),
                signs=max(map(len, spots)),
            )
        )
    return found
