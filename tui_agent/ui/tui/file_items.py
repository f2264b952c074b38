"""A file as an item of the Changes pane: the line between two files, the row of a decided one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.paper import (
    BETWEEN,
    Row,
    Sheet,
    Span,
    blank_row,
    cut_middle,
    cut_spans,
    make_row,
    plain,
    width_of,
)
from tui_agent.ui.tui.review_spots import Mark

SIGNS: dict[Mark, tuple[str, str]] = {
    "undecided": ("undecided", "pending"),
    "focused": ("waiting", "pending bold"),
    "accepted": ("done", "added"),
    "rejected": ("failed", "removed"),
    "edited": ("edited", "added"),
}
"""Of each mark: the sign's name in `Glyphs`, and its ink."""
MOST_SIGNS = 16
"""More hunks than this are not drawn one by one."""
START = 2
"""The column in which a path begins, as the title above does."""
COUNTS = 12
"""Cells that the counts of a file have at least."""


def filled(sheet: Sheet, left: Sequence[Span], right: Sequence[Span]) -> list[Span]:
    """Return both parts at their ends of exactly the sheet's width; the left one is cut."""
    room = max(0, sheet.width - width_of(right) - (BETWEEN if plain(right).strip() else 0))
    kept = cut_spans(left, room, sheet.glyphs.cut)
    gap = sheet.width - width_of(kept) - width_of(right)
    return [*kept, (" " * max(0, gap), sheet.ink()), *right]


def counts(sheet: Sheet, plus: int, minus: int) -> list[Span]:
    """Return `+4 −3` in its colours; what is nothing is left out."""
    spans: list[Span] = []
    if plus:
        spans.append((f"{sheet.glyphs.plus}{plus}", sheet.ink("added")))
    if minus:
        if spans:
            spans.append((" ", sheet.ink()))
        spans.append((f"{sheet.glyphs.minus}{minus}", sheet.ink("removed")))
    return spans


@dataclass(frozen=True, slots=True, kw_only=True)
class FileItem:
    """The line between two files."""

    file: FileText

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 2

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        patch = self.file.view.patch
        right = [*counts(sheet, patch.plus, patch.minus), sheet.span(" ")]
        room = max(8, sheet.width - width_of(right) - START - BETWEEN)
        path = cut_middle(self.file.path, room, sheet.glyphs.cut)
        folder, slash, name = path.rpartition("/")
        lead: list[Span] = [
            (" " * START, sheet.ink()),
            sheet.span(folder + slash, "text-2"),
            sheet.span(name, "text bold"),
        ]
        return [blank_row(sheet), make_row(sheet, lead, right, start=START)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """A decided file in one row."""

    path: str
    marks: tuple[Mark, ...]
    plus: int
    minus: int
    signs: int = 0
    """How many signs the row with the most of them has: all begin in one column."""

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        figures = counts(sheet, self.plus, self.minus)
        right: list[Span] = []
        for mark in self.marks[:MOST_SIGNS]:
            name, ink = SIGNS[mark]
            right.append(sheet.span(f"{getattr(sheet.glyphs, name)} ", ink))
        right.append(("  " * max(0, min(self.signs, MOST_SIGNS) - len(right)), sheet.ink()))
        gap = max(2, COUNTS - width_of(figures))
        right += [(" " * gap, sheet.ink()), *figures, sheet.span(" ")]
        room = max(8, sheet.width - width_of(right) - 4)
        path = cut_middle(self.path, room, sheet.glyphs.cut)
        folder, slash, name = path.rpartition("/")
        lead = [sheet.span("  " + folder + slash, "text-3"), sheet.span(name, "text-2")]
        return [make_row(sheet, lead, right, start=2)]
