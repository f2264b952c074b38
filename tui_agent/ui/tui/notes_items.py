"""Sentences as items: what a pane says while it has nothing to show, or beside what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.ui.tui.paper import Row, Sheet, blank_row, paragraph

MOST_NOTES = 5
"""More notes than this are counted: the hunks are what somebody came for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Wrapped text below a pane's title."""

    text: str
    ink: str = "text-3"
    indent: int = 2

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, width: int) -> int:
        return 1 + len(self.text) // max(1, width - self.indent - 1)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        return paragraph(sheet, [sheet.span(self.text, self.ink)], indent=self.indent)


Fact = tuple[str, str, str]
"""The name of a glyph, its ink, and a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFacts:
    """Where an edit comes from, and what the checks say of it so far."""

    facts: tuple[Fact, ...]

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return len(self.facts) + 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        rows: list[Row] = []
        for glyph, ink, text in self.facts:
            sign = [sheet.span("  "), sheet.span(getattr(sheet.glyphs, glyph), ink)]
            rows += paragraph(sheet, [sheet.span(text, "text-2")], first=sign, indent=4)
        return [*rows, blank_row(sheet)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNotes:
    """What a person has to know about an edit before its first hunk."""

    notes: tuple[str, ...]

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return min(len(self.notes), MOST_NOTES + 1) + 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        shown = list(self.notes[:MOST_NOTES])
        if len(self.notes) > MOST_NOTES:
            shown.append(f"and {len(self.notes) - MOST_NOTES} more notes")
        sign = [sheet.span("  "), sheet.span(sheet.glyphs.warning, "warning")]
        rows = [
            row
            for note in shown
            for row in paragraph(sheet, [sheet.span(note, "text-2")], first=sign, indent=4)
        ]
        return [*rows, blank_row(sheet)]
