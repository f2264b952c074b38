"""The rows that say something beside the conversation: banner and toast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.geometry import Size

from tui_agent.ui.tui.chrome import RowWidget, Said, hint_spans
from tui_agent.ui.tui.paper import Sheet, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a banner or a toast says."""

    text: str
    sign: str = "done"
    role: str = "added"
    hints: tuple[Said, ...] = ()
    danger: bool = False


class BannerRow(RowWidget):
    """What stays under the status until it is mended."""

    plane = "raised"

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Draw it reversed where it is dangerous."""
        if not isinstance(self._told, Notice):
            return (), ()
        notice = self._told
        if notice.danger:
            text = f" {sheet.glyphs.warning}  {notice.text}"
            ink = sheet.ink("on-badge bold", "danger")
            if sheet.theme.native:
                ink = sheet.theme.ink("danger bold reverse")
            span = sheet.span(text)[0]
            return [(span + " " * max(0, sheet.width - len(span)), ink)], ()
        sign = getattr(sheet.glyphs, notice.sign)
        left = [sheet.span(" "), (sign, sheet.ink(notice.role)), sheet.span("  ")]
        left += [sheet.span(notice.text, "text-2"), sheet.span(" ")]
        return [*left, *hint_spans(notice.hints, sheet, sheet.width)], ()


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
