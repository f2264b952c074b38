"""A sheet of plain lines over the screen: what a command tells that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.ui.tui.help_sheet import HelpLines, HelpSheet
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, make_row, paragraph, width_of

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
SHEET_CELLS = 84
HANGING = 24
"""Where a line goes on that is too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLines:
    """A title and lines in pieces: an ink and a text each."""

    title: str
    lines: tuple[Sequence[tuple[str, str]], ...]
    focusable: bool = False

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        titles = sum(bool(line) and line[0][0] == "bold" for line in self.lines)
        long = sum(sum(len(text) for _, text in line) // max(1, width - 4) for line in self.lines)
        return len(self.lines) + titles + long + 4

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the title, then the lines, wrapped under themselves."""
        rows = [blank_row(sheet), make_row(sheet, [sheet.span(f"  {self.title}", "accent bold")])]
        rows.append(blank_row(sheet))
        for line in self.lines:
            if line and line[0][0] == "bold":
                rows.append(blank_row(sheet))
            lead = [sheet.span("  ")] if line and not line[0][1].startswith(" ") else []
            *first, last = [*lead, *(sheet.span(text, _INKS.get(ink, "")) for ink, text in line)]
            indent = min(HANGING, max(2, width_of(first)))
            rows += paragraph(sheet, [last], first=first, indent=indent, margin=2)
        return rows


class SnugSheet(HelpSheet):
    """A sheet no higher than what stands in it."""

    def on_mount(self) -> None:
        """Fill it, and take just the rows that are needed."""
        super().on_mount()
        pane = self.query_one("#help", HelpLines)
        pane.styles.max_height = "90%"
        pane.styles.height = sum(one.height_hint(SHEET_CELLS) for one in self.items)


def show_lines(deeds: Deeds, title: str, lines: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Show lines over the screen, until a key closes them."""
    item = ToldLines(title=title, lines=tuple(lines))
    deeds.shell.push_screen(SnugSheet([item]))


async def show_cost(deeds: Deeds) -> None:
    """Show what was spent, once the day's book has been read."""
    tell = deeds.shell.doors.cost
    if tell is not None:
        show_lines(deeds, "What was spent", await tell(deeds.frame.state))
