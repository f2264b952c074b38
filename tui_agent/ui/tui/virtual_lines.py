"""A pane of any length on the Line API: items become rows when they are seen, and are kept.

A widget a message or a line would cost seconds and hundreds of megabytes; a row costs a strip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from textual import events
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from tui_agent.ui.tui.column import Column, Item
from tui_agent.ui.tui.glyphs import Glyphs
from tui_agent.ui.tui.keyed_app import Hearing, app_of
from tui_agent.ui.tui.messages import Clicked, Copied
from tui_agent.ui.tui.overlay_cells import selected_between, thumb_role, with_last_cell
from tui_agent.ui.tui.paper import Row, Sheet, joined
from tui_agent.ui.tui.theme import Theme

WHEEL_ROWS = 3
MARGIN_SCREENS = 1
"""How many heights above and below the view are measured, so that scrolling shifts nothing."""

Point = tuple[int, int]
"""A row of the content and a column."""


class VirtualLines(Hearing, Widget, can_focus=True):
    """Items in rows: scrolled, selected with the mouse and copied as logical text."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "VirtualLines { height: 1fr; width: 1fr; }"

    def __init__(
        self,
        *,
        plane: str = "canvas",
        follow: bool = False,
        thumb: Literal["always", "away", "never"] = "always",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """Stand on `plane`; with `follow`, stay at the end unless scrolled up.

        The thumb is drawn over the last column: always, or only away from the end.
        """
        super().__init__(id=id, classes=classes)
        self.plane = plane
        self.follow = follow
        self.thumb = thumb
        self.top = 0
        self.cursor: int | None = None
        self._column = Column()
        self._selection: tuple[Point, Point] | None = None
        self._pressed: Point | None = None

    # What is in it

    @property
    def items(self) -> Sequence[Item]:
        """The items, in order."""
        return self._column.items

    @property
    def total(self) -> int:
        """The height of everything, in rows; estimated for what was never seen."""
        return self._column.tops[-1]

    @property
    def at_end(self) -> bool:
        """Whether the last row is in view."""
        return self.top >= self._last_top()

    def set_items(self, items: Sequence[Item]) -> None:
        """Show these items; what is equal at its place keeps its rows."""
        self.splice(0, items)

    def splice(self, start: int, items: Sequence[Item]) -> None:
        """Replace everything from item `start` on; the cost is that of the new items alone."""
        stay_at_end = self.follow and self.at_end
        before = self.total
        first = self._column.splice(start, items)
        if first is None:
            return
        self._selection = None
        if self.cursor is not None and self.cursor >= len(self._column.items):
            self.cursor = None
        self._settled(stay_at_end=stay_at_end, changed_from=self._column.tops[first], before=before)

    def redraw(self, index: int | None = None) -> None:
        """Draw an item again, or everything (a new theme)."""
        if index is None:
            self._column.forget_all(max(1, self.size.width))
        else:
            self._redraw_in_place(index)
        self._settled(stay_at_end=self.follow and self.at_end)

    # Where it stands

    def scroll_rows(self, rows: int) -> None:
        """Move the view down by so many rows, or up."""
        self.go_to_row(self.top + rows)

    def go_to_row(self, row: int) -> None:
        """Put this row at the top of the view, as far as there are rows."""
        self.top = max(0, min(row, self._last_top()))
        self._measure()
        self.top = max(0, min(self.top, self._last_top()))
        self.refresh()

    def go_to_end(self) -> None:
        """Show the last row."""
        self._to_end()
        self.refresh()

    def reveal(self, index: int, *, context: int = 0) -> None:
        """Scroll as little as shows item `index`, with so many rows of context around it."""
        self.rows_of(index)
        top, bottom = self._column.tops[index] - context, self._column.tops[index + 1] + context
        height = max(1, self.size.height)
        if top < self.top or bottom - top > height:
            self.go_to_row(top)
        elif bottom > self.top + height:
            self.go_to_row(bottom - height)

    def reveal_rows(self, first: int, last: int) -> None:
        """Scroll as little as shows the content's rows `first` to `last`."""
        height = max(1, self.size.height)
        if first < self.top or last - first >= height:
            self.go_to_row(first)
        elif last >= self.top + height:
            self.go_to_row(last - height + 1)

    def top_of(self, index: int) -> int:
        """Return the content's row at which item `index` begins."""
        return self._column.tops[index]

    def item_at(self, row: int) -> int | None:
        """Return the index of the item on this row of the content."""
        return self._column.index_at(row) if 0 <= row < self.total else None

    def set_cursor(self, index: int | None) -> None:
        """Put the cursor on an item and show it."""
        old, self.cursor = self.cursor, index
        if old is not None and old != index:
            self._redraw_in_place(old)
        if index is not None and index < len(self._column.items):
            self._redraw_in_place(index)
            self.reveal(index)
        self.refresh()

    def move_cursor(self, step: int) -> bool:
        """Put the cursor on the next focusable item that way; return whether there is one."""
        before_first = len(self._column.items) if step < 0 else -1
        index = before_first if self.cursor is None else self.cursor
        index += step
        while 0 <= index < len(self._column.items):
            if self._column.items[index].focusable:
                self.set_cursor(index)
                return True
            index += step
        return False

    def scroll_by_key(self, action: str) -> bool:
        """Do what the keys of every pane mean; return whether `action` is one of them."""
        page = max(1, self.size.height - 2)
        steps = {"pane.down": 1, "pane.up": -1, "pane.page_down": page, "pane.page_up": -page}
        if action in steps:
            self.scroll_rows(steps[action])
        elif action in {"pane.first", "pane.last"}:
            self.go_to_row(0 if action == "pane.first" else self.total)
        else:
            return False
        return True

    # Copying

    def copied_text(self) -> str:
        """Return the logical text of the selection, or else of the item under the cursor."""
        if self._selection is not None:
            return self._text_between(*sorted(self._selection))
        if self.cursor is not None and self.cursor < len(self._column.items):
            return joined([(row, 0, None) for row in self.rows_of(self.cursor)])
        return ""

    def copy(self) -> bool:
        """Copy the selection or the item under the cursor; return whether there was anything."""
        text = self.copied_text()
        if text:
            self.app.copy_to_clipboard(text)
            self.post_message(Copied(text))
        return bool(text)

    def _text_between(self, start: Point, end: Point) -> str:
        rows: list[tuple[Row, int, int | None]] = []
        for number in range(start[0], min(end[0] + 1, self.total)):
            row = self._row(number)
            if row is not None:
                left = start[1] if number == start[0] else 0
                rows.append((row, left, end[1] if number == end[0] else None))
        return joined(rows)

    # For subclasses

    def sheet(self, index: int) -> Sheet:
        """Return what item `index` is drawn with."""
        return Sheet(
            width=max(1, self.size.width),
            theme=self._theme(),
            glyphs=self._glyphs(),
            plane=self.plane,
            cursor=index == self.cursor,
            focused=self.has_focus,
        )

    def marks(self) -> Mapping[int, str]:
        """Return roles of marks in the thumb's column, by row of the view."""
        return {}

    def _theme(self) -> Theme:
        return app_of(self).look

    def _glyphs(self) -> Glyphs:
        return app_of(self).glyphs

    def rows_of(self, index: int) -> Sequence[Row]:
        """Return the rows of an item, drawn if they are not kept."""
        return self._column.rows_of(index, self.sheet(index))

    def _redraw_in_place(self, index: int) -> None:
        """Draw an item again whose height may have changed."""
        if self._column.forget(index):
            self.rows_of(index)

    def _measure(self) -> None:
        """Draw what is in view and near it; rows that turn up above the view push it down."""
        height = self.size.height
        if not height or not self._column.items:
            return
        tops = self._column.tops
        index = self._column.index_at(self.top - height * MARGIN_SCREENS)
        while index < len(self._column.items):
            if tops[index] >= self.top + height * (1 + MARGIN_SCREENS):
                break
            bottom = tops[index + 1]
            self.rows_of(index)
            if bottom <= self.top:
                self.top += tops[index + 1] - bottom
            index += 1

    def _last_top(self) -> int:
        return max(0, self.total - self.size.height)

    def _to_end(self) -> None:
        height, index = self.size.height, len(self._column.items) - 1
        drawn = 0
        while index >= 0 and drawn < height * (1 + MARGIN_SCREENS):
            drawn += len(self.rows_of(index))
            index -= 1
        self.top = self._last_top()

    def _settled(
        self, *, stay_at_end: bool, changed_from: int = 0, before: int | None = None
    ) -> None:
        if not self.is_attached or not self.size.height:
            return
        old_top = self.top
        if stay_at_end:
            self._to_end()
        else:
            self.top = min(self.top, self._last_top())
            self._measure()
        if self.top != old_top or before is None:
            self.refresh()
            return
        first = changed_from - self.top
        last = max(before, self.total) - self.top
        size = self.size
        if first < size.height:
            region = Region(0, max(0, first), size.width, min(last, size.height) - max(0, first))
            thumb = Region(size.width - 1, 0, 1, size.height)
            self.refresh(region, thumb) if self.total != before else self.refresh(region)

    # What Textual asks

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new width; a new height alone only moves the view."""
        stay = self.follow and (self.top >= self._last_top() or not self._was_sized)
        if event.size.width != self._drawn_width:
            self._drawn_width = event.size.width
            self._column.forget_all(max(1, event.size.width))
        self._was_sized = True
        self._settled(stay_at_end=stay or self._followed)
        self._followed = self.follow and self.at_end

    _drawn_width = 0
    _was_sized = _followed = False

    def on_focus(self) -> None:
        """Draw what depends on the focus: once the widget knows that it has it, or has lost it."""
        self.call_next(self.focus_changed)

    on_blur = on_focus

    def focus_changed(self) -> None:
        """Show the cursor as that of the focused pane, or of another."""
        if self.cursor is not None:
            self._redraw_in_place(self.cursor)
        self.refresh()

    def _row(self, number: int) -> Row | None:
        index = self.item_at(number)
        if index is None:
            return None
        rows, place = self.rows_of(index), number - self._column.tops[index]
        return rows[place] if 0 <= place < len(rows) else None

    def render_line(self, y: int) -> Strip:
        """Give one row of the view."""
        theme = self._theme()
        width = self.size.width
        number = self.top + y
        row = self._row(number)
        base = theme.ink("text", self.plane)
        strip = (
            Strip.blank(width, base) if row is None else row.strip.adjust_cell_length(width, base)
        )
        strip = self._with_selection(strip, number)
        return self._with_thumb(strip, y)

    def _with_selection(self, strip: Strip, number: int) -> Strip:
        if self._selection is None:
            return strip
        start, end = sorted(self._selection)
        if not start[0] <= number <= end[0]:
            return strip
        left = start[1] if number == start[0] else 0
        right = end[1] if number == end[0] else strip.cell_length
        return selected_between(strip, left, right, self._theme())

    def _with_thumb(self, strip: Strip, y: int) -> Strip:
        total = self.total
        hidden = self.thumb == "never" or (self.thumb == "away" and self.at_end)
        if hidden or total <= self.size.height:
            return strip
        role = thumb_role(y, self.top, self.size.height, total, self.marks())
        return with_last_cell(
            strip, self._glyphs().thumb, self._theme().ink(role) if role else None
        )

    # Mouse

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move the view down."""
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move the view up."""
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)

    def _point(self, offset: Offset) -> Point:
        return max(0, self.top + offset.y), max(0, offset.x)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a selection."""
        if event.button == 1:
            self._pressed = self._point(event.offset)
            self._selection = None
            self.capture_mouse()
            self.refresh()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Take the selection along; past an edge, scroll."""
        if self._pressed is None:
            return
        if event.y < 0 or event.y >= self.size.height:
            self.scroll_rows(1 if event.y > 0 else -1)
        point = self._point(event.offset)
        if point != self._pressed:
            self._selection = (self._pressed, point)
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Copy what was selected; a click without a selection is a click on an item."""
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            return
        self.release_mouse()
        if self._selection is not None:
            self.copy()
        elif event.button == 1 and (index := self.item_at(pressed[0])) is not None:
            self.post_message(Clicked(self, index, pressed[0] - self._column.tops[index]))
