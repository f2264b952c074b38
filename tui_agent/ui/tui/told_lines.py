"""A sheet of plain lines over the screen: what a command tells that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.ui.tui.help_sheet import HelpSheet
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, make_row, paragraph

if TYPE_CHECKING:
    from tui_agent.ui.tui.deeds import Deeds

_INKS = {
    "": "text",
    "bold": "text bold",
    "dim": "text-3",
    "accent": "accent",
    "warning": "warning bold",
    "danger": "danger bold",
}
INDENT, HANGING = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLines:
    """A title and lines in pieces: an ink and a text each."""

    title: str
    lines: tuple[Sequence[tuple[str, str]], ...]
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Guess the rows."""
        return len(self.lines) + 3

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the title, then the lines, wrapped under themselves."""
        rows = [blank_row(sheet), make_row(sheet, [sheet.span(f"  {self.title}", "accent bold")])]
        rows.append(blank_row(sheet))
        for line in self.lines:
            if line and line[0][0] == "bold":
                rows.append(blank_row(sheet))
            first = [sheet.span(" " * INDENT)]
            spans = [sheet.span(text, _INKS.get(ink, "text-2")) for ink, text in line]
            rows += paragraph(sheet, spans, first=first, indent=HANGING, margin=2)
        return rows


def show_lines(deeds: Deeds, title: str, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Show lines over the screen, until a key closes them."""
    deeds.shell.push_screen(HelpSheet([ToldLines(title=title, lines=tuple(lines))]))
