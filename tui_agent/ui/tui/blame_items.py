"""A blamed file over the screen: each line with the step that made it, or human."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.ui.tui.help_sheet import HelpSheet
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, cut_spans, make_row

if TYPE_CHECKING:
    from tui_agent.ui.tui.deeds import Deeds

_INKS = {"accent": "accent", "dim": "text-3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlameItem:
    """The lines of one file, a row each."""

    title: str
    lines: tuple[Sequence[tuple[str, str]], ...]
    """Each in pieces: an ink, and a text."""
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Take a row a line."""
        return len(self.lines) + 3

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the title and the lines, cut at the right."""
        head = make_row(sheet, [sheet.span(f"  {self.title}", "text bold")])
        rows = [blank_row(sheet), head, blank_row(sheet)]
        for line in self.lines:
            spans = [sheet.span("  ")]
            spans += [sheet.span(_tabless(text), _INKS.get(ink, "text-2")) for ink, text in line]
            rows.append(make_row(sheet, cut_spans(spans, sheet.width - 1, sheet.glyphs.cut)))
        return rows


def _tabless(text: str) -> str:
    return text.expandtabs(4)


def open_blame(deeds: Deeds, path: str) -> None:
    """Show which step made each line of a file."""
    door = deeds.shell.doors.blame
    if door is None or not path:
        deeds.toast("/blame FILE shows which step made each line.", bad=True)
        return

    async def shown() -> None:
        try:
            lines = await asyncio.to_thread(door, path)
        except (ValueError, OSError) as error:
            deeds.toast(f"{error}.", bad=True)
            return
        deeds.shell.push_screen(HelpSheet([BlameItem(title=path, lines=tuple(lines))], wide=True))

    deeds.shell.run_worker(shown(), name="blame", exclusive=True, group="blame")
