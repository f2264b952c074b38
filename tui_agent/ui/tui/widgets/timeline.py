"""The timeline of a replay: labels, time bars, one sign a step, the track, the turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_agent.core.state.stops import Stop, StopMark
from tui_agent.ui.tui.keyed_app import app_of
from tui_agent.ui.tui.paper import Sheet, Span, make_row
from tui_agent.ui.tui.timeline_cells import LEVELS, Cell, cell_at, cells_of, pitch_of, placed

MARGIN = 3
"""Cells at the left; two at the right."""

SIGNS: dict[StopMark, tuple[str, str]] = {
    "turn": ("prompt", "accent"),
    "plain": ("queued", "text-3"),
    "edit": ("plus", "added"),
    "accepted": ("done", "added"),
    "mixed": ("edited", "added bold"),
    "rejected": ("failed", "removed"),
    "failed": ("warning", "warning bold"),
    "denied": ("denied", "removed"),
}


class TimelineRow(Widget):
    """Six rows in place of the prompt. A click or a drag goes to a step."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "TimelineRow { height: 6; width: 1fr; }"

    class Scrubbed(Message):
        """A place was clicked: the index of a stop."""

        def __init__(self, index: int) -> None:
            """Take the place in the list of stops."""
            super().__init__()
            self.index = index

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without a session."""
        super().__init__(id=id)
        self.plane = "canvas"
        self._stops: Sequence[Stop] = ()
        self._index = 0
        self._cells: tuple[Cell, ...] = ()
        self._cells_for: tuple[object, ...] = ()
        self._titles: list[tuple[int, str]] = []
        self._titles_for: tuple[object, ...] = ()
        self._dragging = False

    def tell(self, stops: Sequence[Stop], index: int) -> None:
        """Show these stops, standing at one of them."""
        if (stops, index) != (self._stops, self._index):
            self._stops, self._index = stops, index
            self.refresh()

    def cells(self) -> tuple[Cell, ...]:
        """Return the cells for the present width."""
        wanted = (self._stops, self.size.width)
        if self._cells_for != wanted:
            self._cells_for = wanted
            self._cells = cells_of(self._stops, self.size.width - MARGIN - 2)
        return self._cells

    @property
    def pitch(self) -> int:
        """The columns from one cell to the next."""
        return pitch_of(len(self.cells()), self.size.width - MARGIN - 2)

    def render_line(self, y: int) -> Strip:
        """Draw one of the six rows."""
        app = app_of(self)
        sheet = Sheet(
            width=max(1, self.size.width), theme=app.look, glyphs=app.glyphs, plane=self.plane
        )
        draw: list[Callable[[Sheet], list[Span]]] = [
            self._labels,
            self._bars,
            self._signs,
            self._track,
            self._turns,
        ]
        cells = draw[y](sheet) if y < len(draw) and self.cells() else []
        return make_row(sheet, [(" " * MARGIN, sheet.ink()), *cells]).strip

    def _labels(self, sheet: Sheet) -> list[Span]:
        sign = "." if sheet.glyphs.ascii_only else "▾"
        texts = [
            (at * self.pitch, f"{sign} {sheet.span(label)[0]}")
            for at, cell in enumerate(self.cells())
            for label in cell.labels[:1]
        ]
        return self._at(sheet, texts, "replay")

    def _at(self, sheet: Sheet, texts: list[tuple[int, str]], ink: str) -> list[Span]:
        spans: list[Span] = []
        column = 0
        width = self.size.width - MARGIN - 2
        for start, text in placed(texts, width, mark=sheet.glyphs.cut):
            spans += [(" " * (start - column), sheet.ink()), (text, sheet.ink(ink))]
            column = start + len(text)
        return spans

    def _bars(self, sheet: Sheet) -> list[Span]:
        levels = sheet.glyphs.levels
        here = cell_at(self.cells(), self._index)
        spans: list[Span] = []
        for at, cell in enumerate(self.cells()):
            height = min(len(levels), -(-cell.level * len(levels) // LEVELS))
            ink, on = ("text-2" if at < here else "bar"), ""
            if at == here:
                ink, on = "text", "selected"
            spans += self._wide(sheet, levels[max(1, height) - 1], ink, on, bar=True)
        return spans

    def _wide(self, sheet: Sheet, sign: str, ink: str, on: str, *, bar: bool = False) -> list[Span]:
        """Return a sign with the blank, or the bar, that fills its cell."""
        pitch = self.pitch
        if pitch == 1:
            return [(sign, sheet.ink(ink, on))]
        cells = sign * (pitch - 1) if bar else sign.ljust(pitch - 1)
        return [(cells, sheet.ink(ink, on)), (" ", sheet.ink())]

    def _signs(self, sheet: Sheet) -> list[Span]:
        here = cell_at(self.cells(), self._index)
        spans: list[Span] = []
        for at, cell in enumerate(self.cells()):
            name, ink = SIGNS[cell.mark]
            on = "selected" if at == here else ""
            spans += self._wide(sheet, str(getattr(sheet.glyphs, name)), ink, on)
        return spans

    def _track(self, sheet: Sheet) -> list[Span]:
        glyphs = sheet.glyphs
        here = cell_at(self.cells(), self._index) * self.pitch
        rest = len(self.cells()) * self.pitch - here - 1
        return [
            (glyphs.meter_done * here, sheet.ink("accent")),
            (glyphs.running, sheet.ink("accent")),
            (glyphs.meter_rest * rest, sheet.ink("bar")),
        ]

    def _turns(self, sheet: Sheet) -> list[Span]:
        stop = self._stops[self._index] if self._stops else None
        wanted = (self._stops, self.size.width, sheet.glyphs)
        if self._titles_for != wanted:
            self._titles_for, self._titles = wanted, self._placed_titles(sheet)
        spans: list[Span] = []
        column = 0
        for start, text in self._titles:
            number, space, title = text.partition(" ")
            present = stop is not None and number == str(stop.turn)
            spans += [
                (" " * (start - column), sheet.ink()),
                (number + space, sheet.ink("text bold" if present else "text-3")),
                (title, sheet.ink("text" if present else "text-3")),
            ]
            column = start + len(text)
        return spans

    def _placed_titles(self, sheet: Sheet) -> list[tuple[int, str]]:
        """Return the turns' titles where there is room for them: a session may have hundreds."""
        texts: list[tuple[int, str]] = []
        seen: set[int] = set()
        for at, cell in enumerate(self.cells()):
            for one in self._stops[cell.first : cell.last + 1]:
                if one.mark == "turn" and one.turn not in seen:
                    seen.add(one.turn)
                    texts.append((at * self.pitch, f"{one.turn} {sheet.span(one.text)[0]}"))
        return placed(texts, self.size.width - MARGIN - 2, mark=sheet.glyphs.cut)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the step under the mouse."""
        self._dragging = True
        self.capture_mouse()
        self._scrub(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow a drag."""
        if self._dragging:
            self._scrub(event.x)

    def on_mouse_up(self) -> None:
        """End a drag."""
        self._dragging = False
        self.release_mouse()

    def _scrub(self, x: int) -> None:
        cells = self.cells()
        if cells:
            cell = cells[max(0, min((x - MARGIN) // self.pitch, len(cells) - 1))]
            self.post_message(self.Scrubbed(cell.first))
