"""Earlier sessions: searched as one types, with a look into the chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.ui.tui.choices import SessionLine
from tui_agent.ui.tui.chrome import Said
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.ledger import counts
from tui_agent.ui.tui.paper import Row, Sheet, Span, cut, make_row, width_of
from tui_agent.ui.tui.picker import Choice, Notes, Picker, PlainRows, matched
from tui_agent.ui.tui.words import count, dollars

if TYPE_CHECKING:
    from tui_agent.ui.tui.deeds import Deeds

WIDTH = 108
_COLUMNS = {"turns": 10, "outcome": 20, "lines": 11, "cost": 10}


@dataclass(frozen=True, slots=True)
class Day:
    """The day above its sessions."""

    day: str
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Take one row."""
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw it grey."""
        return [make_row(sheet, [sheet.span(f"  {self.day}", "text-3")])]


@dataclass(frozen=True, slots=True)
class SessionItem:
    """One session's line."""

    line: SessionLine
    query: str = ""
    focusable: bool = True

    def height_hint(self, _width: int) -> int:
        """Take one row."""
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw time, title, turns, outcome, lines and cost."""
        line = self.line
        band = sheet.on("selected") if sheet.cursor else sheet
        grey = "text-2" if sheet.cursor else "text-3"
        bar = band.glyphs.gutter_focused if sheet.cursor else " "
        left = [(bar, band.ink("accent")), band.span(f"   {line.time:<5}  ", grey)]
        right = self._figures(band, grey) if sheet.width >= WIDTH - 8 else []
        room = sheet.width - width_of(left) - width_of(right) - 2
        weight = " bold" if sheet.cursor else ""
        title = cut(" ".join(line.title.split()), max(8, room), band.glyphs.cut)
        left += matched(title, self.query, band, weight)
        return [make_row(band, left, [*right, band.span("  ")])]

    def _figures(self, band: Sheet, grey: str) -> list[Span]:
        line = self.line
        turns = band.span(f"{count(line.turns, 'turn'):>{_COLUMNS['turns']}}   ", grey)
        sign = (getattr(band.glyphs, line.sign), band.ink(line.role))
        outcome = band.span(f" {line.outcome:<{_COLUMNS['outcome'] - 2}}", "text-2")
        lines = counts(line.added, line.removed, band) if line.added or line.removed else []
        pad = (" " * max(0, _COLUMNS["lines"] - width_of(lines)), band.ink())
        cost = band.span(f"{dollars(line.cost):>{_COLUMNS['cost']}}", "text-2")
        return [turns, sign, outcome, pad, *lines, cost]


class SessionPicker(Picker):
    """The sessions of this repository, with the chosen one's last turns."""

    box_width = WIDTH
    verb = "resume"
    hint = "type to search"
    DEFAULT_CSS = """
    SessionPicker #box { margin-top: 3; width: 108; padding-bottom: 0; }
    SessionPicker #notes { height: 1; }
    """

    def __init__(self, deeds: Deeds, query: str = "") -> None:
        """Search with the door that wiring gave."""
        self.lines: Sequence[SessionLine] = ()
        self.deeds = deeds
        super().__init__("sessions", self._sessions, query=query)

    async def _sessions(self, query: str) -> Sequence[Choice]:
        door = self.deeds.shell.doors.sessions
        self.lines = await door(query) if door is not None else ()
        return [Choice(value=line.id, label=line.title) for line in self.lines]

    async def on_mount(self) -> None:
        """Show everything; the preview stands on a plane of its own."""
        self.query_one("#notes", PlainRows).plane = "surface"
        await super().on_mount()

    def footer(self) -> list[Said]:
        """Return the keys."""
        first, *others = super().footer()
        return [first, ("Tab", "replay"), *others]

    def list_rows(self) -> int:
        """Count the days, too."""
        return len(self.items())

    def items(self) -> list[Item]:
        """Return days and sessions."""
        items: list[Item] = []
        day = ""
        for line in self.lines:
            if line.day != day:
                day = line.day
                items.append(Day(day))
            items.append(SessionItem(line, self.query_text))
        return items

    def chosen(self) -> Choice | None:
        """Return the choice under the cursor."""
        line = self.chosen_line()
        return Choice(value=line.id, label=line.title) if line is not None else None

    def chosen_line(self) -> SessionLine | None:
        """Return the session under the cursor."""
        pane = self.query_one("#list", PlainRows)
        item = pane.items[pane.cursor] if pane.cursor is not None else None
        return item.line if isinstance(item, SessionItem) else None

    def tell_notes(self) -> None:
        """Look into the chosen session."""
        line = self.chosen_line()
        pane = self.query_one("#notes", PlainRows)
        if line is None:
            super().tell_notes()
            return
        said: list[Said] = [("", "text"), (f"{line.id}   {line.facts}".rstrip(), "text-2")]
        said += [("", "text"), *line.preview, ("", "text")]
        pane.styles.height = len(said)
        pane.set_items([Notes(tuple(said), indent=2)])

    def act(self, action: str) -> bool:
        """Replay with Tab; else as every picker does."""
        if action == "picker.actions":
            line = self.chosen_line()
            if line is not None:
                self.deeds.quit("replay", line.id)
            return True
        return super().act(action)


def open_sessions(deeds: Deeds, query: str = "") -> None:
    """Show the picker; what is chosen is taken up again."""
    if deeds.shell.doors.sessions is None:
        deeds.toast("There is no record of sessions here.", bad=True)
        return

    def closed(value: str | None) -> None:
        if value and value != deeds.frame.state.id:
            deeds.quit("resume", value)

    deeds.shell.push_screen(SessionPicker(deeds, query), closed)
