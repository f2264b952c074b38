"""Earlier sessions: found by title or by any word in them, with a look into the chosen one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_agent.ui.tui.choices import SessionLine
from tui_agent.ui.tui.chrome import Said
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.exporting import FORMATS, ask_export, export_in
from tui_agent.ui.tui.keyed_app import app_of
from tui_agent.ui.tui.ledger import counts
from tui_agent.ui.tui.messages import Clicked
from tui_agent.ui.tui.outlets import Prepared
from tui_agent.ui.tui.paper import Row, Sheet, Span, cut, make_row, matched, width_of
from tui_agent.ui.tui.picker import Choice, Picker, PlainRows
from tui_agent.ui.tui.session_preview import Preview
from tui_agent.ui.tui.words import count, dollars

if TYPE_CHECKING:
    from tui_agent.core.overview import Overview
    from tui_agent.ui.tui.deeds import Deeds

WIDTH = 108
ROOMY = WIDTH - 8
"""Cells from which a line has room for its figures."""
SHORTEST = 3
"""Letters from which a search through every text begins."""
LEAST_PREVIEW, MOST_PREVIEW = 4, 17
AROUND = 10
ROOM_FOR_AIR = 24
"""Rows of the screen that neither list nor preview takes."""
_COLUMNS = {"turns": 9, "outcome": 19, "lines": 11, "cost": 9}


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
    """One session's line, and the place that a search found in it."""

    line: SessionLine
    query: str = ""
    focusable: bool = True

    def height_hint(self, _width: int) -> int:
        """Take one row, and one for what was found."""
        return 1 + bool(self.line.found)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw time, title, turns, outcome, lines and cost."""
        line = self.line
        band = sheet.on("selected") if sheet.cursor else sheet
        grey = "text-2" if sheet.cursor else "text-3"
        bar = (band.glyphs.gutter_focused if sheet.cursor else " ", band.ink("accent"))
        left = [bar, band.span(f"   {line.time:<5}  ", grey)]
        right = self._figures(band, grey) if sheet.width >= ROOMY else []
        room = sheet.width - width_of(left) - width_of(right) - 2
        weight = " bold" if sheet.cursor else ""
        origin = f"imported: {line.title}" if line.origin else line.title
        title = cut(" ".join(origin.split()), max(8, room), band.glyphs.cut)
        left += matched(title, "" if line.found else self.query, band, weight)
        for label in line.labels:
            text = f"  {band.glyphs.unfolded} {label}"
            if width_of(left) + cell_len(text) + width_of(right) < sheet.width - 2:
                left.append(band.span(text, "accent"))
        rows = [make_row(band, left, [*right, band.span("  ")])]
        if line.found:
            rows.append(self._place(band, bar, grey))
        return rows

    def _place(self, band: Sheet, bar: Span, grey: str) -> Row:
        """Draw where in the session the words stand, and what stands round them."""
        line = self.line
        if not line.found:
            return make_row(band, [bar])
        head = [bar, band.span(f"{' ' * 10}@{line.step} {line.kind}  ", grey)]
        room = max(8, band.width - width_of(head) - 3)
        before, match, after = line.found
        keep = max(0, (room - len(match)) // 2)
        before = before[-keep:] if keep else ""
        match = cut(match, room, band.glyphs.cut)
        after = cut(after, max(1, room - len(before) - len(match)), band.glyphs.cut)
        found = [
            band.span(before, "text-2"),
            band.span(match, "accent bold underline"),
            band.span(after, "text-2"),
        ]
        return make_row(band, [*head, *found])

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
    SessionPicker #box { margin-top: 3; width: 108; padding: 1 0 0 0; }
    SessionPicker #notes { height: 1; }
    """

    def __init__(self, deeds: Deeds, query: str = "") -> None:
        """Search with the doors that wiring gave."""
        self.lines: Sequence[SessionLine] = ()
        self.deeds = deeds
        self.every_word = False
        """Whether the words may stand anywhere in a session, not in its title alone."""
        self._caught_up = False
        super().__init__("sessions", self._sessions, query=query)

    async def _sessions(self, query: str) -> Sequence[Choice]:
        self.lines = await self._found(query)
        return [Choice(value=line.id, label=line.title) for line in self.lines]

    async def _found(self, query: str) -> Sequence[SessionLine]:
        doors = self.deeds.shell.doors
        if self.every_word and doors.search_sessions is not None and len(query) >= SHORTEST:
            return await doors.search_sessions(query)
        return await doors.sessions(query) if doors.sessions is not None else ()

    def dress(self) -> None:
        """Let the preview stand on a plane of its own."""
        super().dress()
        self.query_one("#notes", PlainRows).plane = "surface"
        low = app_of(self).size.height < ROOM_FOR_AIR
        self.query_one("#list", PlainRows).styles.margin = (1, 0, 0 if low else 1, 0)

    def footer(self) -> list[Said]:
        """Return the keys."""
        first, *others = super().footer()
        every = "titles" if self.every_word else "every word"
        return [first, ("Tab", "more"), ("^F", every), *others]

    async def narrow(self) -> None:
        """Show what matches; then read the logs that there was no time for."""
        await super().narrow()
        door = self.deeds.shell.doors.read_sessions
        if door is not None and not self._caught_up:
            self._caught_up = True
            self.run_worker(self._catch_up(door), name="read logs")

    async def _catch_up(self, door: Callable[[], Awaitable[bool]]) -> None:
        if await door():
            self.everything = len(await self._found(""))
            chosen = self.chosen_line()
            await super().narrow()
            self._stand_on(chosen)

    def _stand_on(self, chosen: SessionLine | None) -> None:
        """Have the cursor on a session that was chosen before the list had others, too."""
        pane = self.query_one("#list", PlainRows)
        for place, item in enumerate(pane.items):
            if chosen is not None and isinstance(item, SessionItem) and item.line.id == chosen.id:
                pane.set_cursor(place)
                self.tell_notes()

    def list_rows(self) -> int:
        """Count the days and what was found, too."""
        return sum(item.height_hint(self.box_width) for item in self.items()[: self.most_rows()])

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
        if line is None:
            super().tell_notes()
        else:
            self.run_worker(self._preview(line), name="preview")

    async def _preview(self, line: SessionLine) -> None:
        door = self.deeds.shell.doors.preview_session
        overview = await door(line.id) if door is not None else None
        if self.chosen_line() is line:
            self._show(overview)

    def _show(self, overview: Overview | None) -> None:
        pane = self.query_one("#notes", PlainRows)
        rows = self.query_one("#list", PlainRows).styles.height
        taken = int(rows.value) if rows is not None else 0
        height = app_of(self).size.height
        room = height - AROUND - taken + (height < ROOM_FOR_AIR)
        room = max(LEAST_PREVIEW, min(MOST_PREVIEW, room))
        pane.styles.height = room if overview is not None else 1
        pane.set_items([Preview(overview, room)] if overview is not None else [])

    def act(self, action: str) -> bool:
        """Offer more with Tab, search every word with ^F; else as every picker does."""
        if action == "picker.actions":
            line = self.chosen_line()
            if line is not None:
                offer_more(self, line)
            return True
        if action == "picker.every_word":
            self.every_word = not self.every_word
            self.tell_keys()
            self.run_worker(self.narrow(), name="narrow")
            return True
        return super().act(action)

    def on_clicked(self, message: Clicked) -> None:
        """Take the session that was clicked."""
        item = message.pane.items[message.index]
        if isinstance(item, SessionItem):
            self.dismiss(item.line.id)


def offer_more(picker: SessionPicker, line: SessionLine) -> None:
    """Let a person choose what else is to be done with a session."""
    deeds = picker.deeds
    place = f"{line.id}@{line.step}" if line.step else line.id
    ways: dict[str, tuple[str, str, Callable[[], object]]] = {
        "replay": (
            "Replay it",
            "Nothing runs, nothing is sent.",
            lambda: deeds.quit("replay", place),
        ),
        "branch": (
            "Branch from it",
            "A new session with its past; the old one stays as it is.",
            lambda: deeds.quit("fork", line.id, str(line.step or "")),
        ),
        "export": (
            "Export it",
            "A page, a patch, a recording.",
            lambda: export_session(deeds, line.id, line.step),
        ),
        "label": (
            "Label its end",
            "A name that lists and replays show.",
            lambda: _label(deeds, line),
        ),
        "copy": ("Copy its id", line.id, lambda: deeds.shell.copy_to_clipboard(line.id)),
    }

    async def find(query: str) -> Sequence[Choice]:
        return [
            Choice(value=name, label=label, notes=((about, "text-2"),))
            for name, (label, about, _) in ways.items()
            if query.lower() in f"{name} {label}".lower()
        ]

    def chosen(value: str | None) -> None:
        if value:
            if not deeds.shell.doors.picking:
                picker.dismiss("")
            deeds.shell.call_later(ways[value][2])

    deeds.shell.push_screen(Picker("ways", find, verb="do it"), chosen)


def export_session(deeds: Deeds, session_id: str, step: int = 0, form: str = "") -> None:
    """Export a session: in the format that is named, or in one that is chosen."""
    door = deeds.shell.doors.export_session
    if door is None:
        deeds.toast("There is no way to export here.", bad=True)
        return

    async def make(form: str) -> Prepared:
        return await door(session_id, form, step)

    if form and form not in {name for name, _, _ in FORMATS}:
        deeds.toast(f"Formats are {', '.join(name for name, _, _ in FORMATS)}.", bad=True)
    elif form:
        export_in(deeds.shell, make, form, deeds.toast)
    else:
        ask_export(deeds.shell, make, deeds.toast)


def _label(deeds: Deeds, line: SessionLine) -> None:
    door = deeds.shell.doors.label_session

    async def find(query: str) -> Sequence[Choice]:
        notes = ((f"at the end of: {line.title}", "text-2"),)
        return [Choice(value=query, label=f"Call it {query}", notes=notes)] if query else []

    def named(text: str | None) -> None:
        if text and door is not None:
            said = door(line.id, text)
            deeds.toast(said or f"It is now called {text}", bad=bool(said))

    deeds.shell.push_screen(Picker("names", find, verb="label"), named)


def open_sessions(deeds: Deeds, query: str = "") -> None:
    """Show the picker; what is chosen is taken up again."""
    if deeds.shell.doors.sessions is None:
        deeds.toast("There is no record of sessions here.", bad=True)
        return

    def closed(value: str | None) -> None:
        if value and value != deeds.frame.state.id:
            deeds.quit("resume", value)
        elif deeds.shell.doors.picking:
            deeds.quit("new")

    deeds.shell.push_screen(SessionPicker(deeds, query), closed)
