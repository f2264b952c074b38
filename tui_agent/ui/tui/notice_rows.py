"""The rows that say something beside the conversation: banner and toast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.geometry import Size
from textual.strip import Strip

from tui_agent.ui.tui.chrome import RowWidget, Said
from tui_agent.ui.tui.keyed_app import app_of
from tui_agent.ui.tui.paper import Row, Sheet, Span, make_row, paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a banner or a toast says."""

    text: str
    sign: str = "done"
    role: str = "added"
    hints: tuple[Said, ...] = ()
    danger: bool = False


MOST_ROWS = 4
"""Of a banner; what it says is to be read whole."""


class BannerRow(RowWidget):
    """What stays under the status until it is mended: a row, or as many as it needs."""

    DEFAULT_CSS = "BannerRow { height: auto; }"
    plane = "raised"

    def tell(self, told: object) -> None:
        """Say something else, in as many rows as that takes."""
        super().tell(told)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Take the rows that the text needs."""
        del container, viewport
        return max(1, len(self._rows(width)))

    def render_line(self, y: int) -> Strip:
        """Draw a row of it."""
        rows = self._rows(self.size.width)
        return rows[y].strip if y < len(rows) else Strip.blank(self.size.width)

    def _rows(self, width: int) -> list[Row]:
        app, notice = app_of(self), self._told
        sheet = Sheet(width=max(1, width), theme=app.look, glyphs=app.glyphs, plane=self.plane)
        if not isinstance(notice, Notice):
            return []
        sign, ink = getattr(sheet.glyphs, notice.sign), sheet.ink(notice.role)
        said = [sheet.span(notice.text, "text-2")]
        for key, label in notice.hints:
            said += [
                sheet.span("  "),
                sheet.span(key, "text bold"),
                sheet.span(f" {label}", "text-3"),
            ]
        lead = [sheet.span(" "), (sign, ink)]
        rows = paragraph(sheet, said, first=lead, indent=4)[:MOST_ROWS]
        return [_loud(row, sheet) for row in rows] if notice.danger else rows


def _loud(row: Row, sheet: Sheet) -> Row:
    """Return the row reversed, as what is dangerous is said."""
    ink = sheet.ink("on-badge bold", "danger")
    if sheet.theme.native:
        ink = sheet.theme.ink("danger bold reverse")
    return make_row(sheet, [(row.strip.text, ink)], join=row.join)


class ToastRow(RowWidget):
    """One row above the activity row, at the right, for four seconds."""

    DEFAULT_CSS = "ToastRow { height: 1; width: auto; layer: toast; dock: bottom; }"
    plane = "raised"

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take no more than its text."""
        del viewport
        notice = self._told
        return min(container.width, len(notice.text) + 6) if isinstance(notice, Notice) else 0

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Draw its sign and its text."""
        if not isinstance(self._told, Notice):
            return (), ()
        sign = getattr(sheet.glyphs, self._told.sign)
        return [
            sheet.span(" "),
            (sign, sheet.ink(self._told.role)),
            sheet.span(" "),
            sheet.span(self._told.text),
        ], ()
