"""A sentence as an item: what a pane says while it has nothing to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.ui.tui.paper import Row, Sheet, paragraph


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
