"""What is drawn over a finished strip: the selection, and the thumb in the last column."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_agent.ui.tui.theme import Theme


def selected_between(strip: Strip, left: int, right: int, theme: Theme) -> Strip:
    """Return the strip with the cells from `left` to before `right` drawn as selected."""
    parts = strip.divide([left, max(left, right), strip.cell_length])
    if len(parts) == 1:
        return strip
    style = theme.ink("text reverse") if theme.native else theme.ink("text", "selected")
    middle = Strip(Segment.apply_style(parts[1], post_style=style))
    return Strip.join([parts[0], middle, *parts[2:]])


def thumb_role(y: int, top: int, height: int, total: int, marks: Mapping[int, str]) -> str:
    """Return the role that the thumb's column has in row `y` of the view, or an empty string.

    `marks` are roles by row of the view.
    """
    if y in marks:
        return marks[y]
    length = max(1, height * height // total)
    first = round((height - length) * top / max(1, total - height))
    return "line" if first <= y < first + length else ""


def with_last_cell(strip: Strip, sign: str, ink: Style | None) -> Strip:
    """Return the strip with `sign` in its last cell, on the background that is there."""
    if ink is None or not sign.strip():
        return strip
    width = strip.cell_length
    back = next((part.style for part in strip.crop(width - 1, width) if part.style), None)
    style = back + ink if back is not None else ink
    return Strip.join([strip.crop(0, width - 1), Strip([Segment(sign, style)])])
