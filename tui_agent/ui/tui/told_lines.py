"""A sheet of plain lines over the screen: what a command tells that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_agent.ui.tui.help_sheet import HelpSheet
from tui_agent.ui.tui.paper import Row, Sheet, Span, blank_row, make_row, width_of, wrap

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
LEAST_CELLS, MOST_CELLS = 60, 104
"""How wide a sheet is, by its longest line."""
HANGING = 24
"""Where a line goes on that is too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLines:
    """A title and lines in pieces: an ink and a text each."""

    title: str
    lines: tuple[Sequence[tuple[str, str]], ...]
    focusable: bool = False

    def widest(self) -> int:
        """Return the cells that the longest line takes, with its margins."""
        return max((sum(cell_len(text) for _, text in line) for line in self.lines), default=0) + 4

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        titles = sum(bool(line) and line[0][0] == "bold" for line in self.lines)
        long = sum(sum(len(text) for _, text in line) // max(1, width - 2) for line in self.lines)
        return len(self.lines) + titles + long + 3

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the title, then the lines, wrapped under themselves."""
        rows = [blank_row(sheet), make_row(sheet, [sheet.span(f"  {self.title}", "accent bold")])]
        rows.append(blank_row(sheet))
        for number, line in enumerate(self.lines):
            if number and line and line[0][0] == "bold":
                rows.append(blank_row(sheet))
            lead = [sheet.span("  ")] if line and not line[0][1].startswith(" ") else []
            spans = [*lead, *(sheet.span(text, _INKS.get(ink, "")) for ink, text in line)]
            rows += _hanging(sheet, spans, min(HANGING, max(2, width_of(spans[:-1]))))
        return rows


def _hanging(sheet: Sheet, spans: Sequence[Span], indent: int) -> list[Row]:
    """Return rows of which those after the first begin in column `indent`."""
    return [
        make_row(sheet, line if not number else [sheet.span(" " * indent), *line], join=join)
        for number, (join, line) in enumerate(wrap(spans, sheet.width - 2, indent))
    ]


class SnugSheet(HelpSheet):
    """A sheet no wider than what stands in it."""

    def cells(self) -> int:
        """Return what the longest line takes."""
        wanted = max(one.widest() for one in self.items if isinstance(one, ToldLines))
        return max(LEAST_CELLS, min(MOST_CELLS, wanted + 2 * self.has_class("framed")))


def show_lines(deeds: Deeds, title: str, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Show lines over the screen, until a key closes them."""
    item = ToldLines(title=title, lines=tuple(lines))
    deeds.shell.push_screen(SnugSheet([item]))


async def show_cost(deeds: Deeds) -> None:
    """Show what was spent, once the day's book has been read."""
    tell = deeds.shell.doors.cost
    if tell is not None:
        show_lines(deeds, "What was spent", await tell(deeds.frame.state))
