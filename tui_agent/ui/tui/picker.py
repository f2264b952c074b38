"""A list over the screen that typing narrows: palette, history, sessions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui_agent.ui.tui.chrome import FooterRow, Keys, RowWidget, Said, StatusRow
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.keyed_app import AtOnce, app_of
from tui_agent.ui.tui.messages import Clicked
from tui_agent.ui.tui.paper import (
    BETWEEN,
    Row,
    Sheet,
    Span,
    blank_row,
    make_row,
    matched,
    paragraph,
)
from tui_agent.ui.tui.virtual_lines import VirtualLines

WIDTH, MOST_ROWS = 78, 14
RIGHT = 22
"""Cells of group and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of a picker."""

    value: str
    label: str
    group: str = ""
    key: str = ""
    """A key that does the same, at the right."""
    pressed: bool = True
    """Whether `key` can be pressed or typed, and is no fact about the line."""
    notes: tuple[Said, ...] = ()
    """Lines below the list while it is chosen."""


@dataclass(frozen=True, slots=True)
class ChoiceItem:
    """A choice as it stands in the list, with the letters that match."""

    choice: Choice
    query: str = ""
    focusable: bool = True

    def height_hint(self, _width: int) -> int:
        """Take one row."""
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the label with its match, the group, and the key at the right."""
        band = sheet.on("selected") if sheet.cursor else sheet
        bar = band.glyphs.gutter_focused if sheet.cursor else " "
        weight = " bold" if sheet.cursor else ""
        left: list[Span] = [(bar, band.ink("accent")), (" " * 3, band.ink())]
        left += matched(self.choice.label, self.query, band, weight)
        right: list[Span] = []
        if self.choice.group:
            cells = max(RIGHT, len(self.choice.group) + len(self.choice.key) + BETWEEN)
            grey = "text-2" if sheet.cursor else "text-3"
            right.append(band.span(f"{self.choice.group:<{cells - len(self.choice.key)}}", grey))
        said = "text-2 bold" if self.choice.pressed else "text-2" if sheet.cursor else "text-3"
        right += [band.span(self.choice.key, said), (" " * 2, band.ink())]
        return [make_row(band, left, right)]


class QueryRow(RowWidget):
    """What was typed, and how much it leaves."""

    plane = "raised"

    def parts(self, sheet: Sheet) -> tuple[Sequence[Span], Sequence[Span]]:
        """Draw the caret behind the query."""
        query, said = self._told if isinstance(self._told, tuple) else ("", "")
        ink = sheet.theme.ink("on-badge", "accent")
        if sheet.theme.native:
            ink = sheet.theme.ink("text reverse")
        left = [sheet.span("  "), (sheet.glyphs.prompt, sheet.ink("accent")), sheet.span(" ")]
        left += [sheet.span(str(query)), (" ", ink)]
        return left, [sheet.span(str(said), "text-3"), sheet.span("  ")]


class PlainRows(VirtualLines):
    """Rows that are made anew each time."""

    can_focus = False


@dataclass(frozen=True, slots=True)
class Notes:
    """Lines of text."""

    lines: tuple[Said, ...]
    indent: int = 4
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Guess the rows."""
        return len(self.lines)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the lines, wrapped."""
        rows: list[Row] = []
        for text, ink in self.lines:
            if not text:
                rows.append(blank_row(sheet))
                continue
            rows += paragraph(sheet, [sheet.span(text, ink)], indent=self.indent, margin=2)
        return rows


Find = Callable[[str], Awaitable[Sequence[Choice]]]


class Picker(AtOnce, ModalScreen[str]):
    """Shows choices that match a query; gives the value of the chosen one, or an empty string."""

    key_context = "picker"
    box_width = WIDTH
    verb = "run"
    hint = "type to narrow"
    DEFAULT_CSS = """
    Picker, SessionPicker { align: center top; }
    Picker #box { width: 78; height: auto; max-height: 90%; margin-top: 4; background: $raised;
        padding: 1 0 1 0; }
    Picker #list { height: 1; margin-top: 1; }
    Picker #notes { height: 3; }
    Picker #picker-status { dock: top; background: $surface; }
    Picker #picker-footer { dock: bottom; background: $surface; }
    Picker.framed #box { border: solid $line; }
    Picker.framed.ascii #box { border: ascii $line; }
    """

    def __init__(
        self,
        noun: str,
        find: Find,
        *,
        query: str = "",
        verb: str = "",
        looked_at: Callable[[str], None] | None = None,
    ) -> None:
        """Choose among `noun` (in the plural) that `find` gives for a query.

        `looked_at` gets the value under the cursor each time that it is another one.
        """
        super().__init__(classes="-overlay")
        self.noun = noun
        self.find = find
        self.looked_at = looked_at
        self.query_text = query
        self.verb = verb or self.verb
        self.choices: Sequence[Choice] = ()
        self.everything = 0
        self._looked = 0
        """How often something was looked for."""

    def compose(self) -> ComposeResult:
        """Lay out query, list and notes, with a status and a footer of its own."""
        yield StatusRow(id="picker-status")
        with Vertical(id="box"):
            yield QueryRow(id="query")
            yield PlainRows(plane="raised", id="list")
            yield PlainRows(plane="raised", thumb="never", id="notes")
        yield FooterRow(id="picker-footer")

    async def on_mount(self) -> None:
        """Show everything."""
        app = app_of(self)
        box = self.query_one("#box")
        box.styles.width = min(self.box_width, app.size.width - 2)
        self.dress()
        status = self.query_one("#picker-status", StatusRow)
        status.tell(getattr(app, "shown_status", None))
        self.tell_keys()
        self.everything = len(await self.find(""))
        await self.narrow()

    def dress(self) -> None:
        """Stand on the plane for what lies over the screen, framed where there are no tints."""
        app = app_of(self)
        self.set_class(not app.look.tints, "framed")
        self.set_class(app.glyphs.ascii_only, "ascii")
        self.query_one("#query", QueryRow).plane = app.look.over
        for name in ("#list", "#notes"):
            self.query_one(name, PlainRows).plane = app.look.over

    def tell_keys(self) -> None:
        """Show the keys."""
        self.query_one("#picker-footer", FooterRow).tell(
            Keys(hints=tuple(self.footer()), last=(self.hint, ""))
        )

    def footer(self) -> list[Said]:
        """Return the keys."""
        arrows = app_of(self).glyphs
        up_down = f"{arrows.up} {arrows.down}"
        return [("Enter", self.verb), (up_down, "choose"), ("Esc", "close")]

    async def narrow(self) -> None:
        """Show what matches, unless something else is looked for meanwhile."""
        self._looked += 1
        mine = self._looked
        choices = await self.find(self.query_text)
        if mine != self._looked:
            return
        self.choices = choices
        self.everything = max(self.everything, len(choices))  # there may be more by now
        said = f"{len(self.choices)} of {self.everything:,} {self.noun}"
        self.query_one("#query", QueryRow).tell((self.query_text, said))
        pane = self.query_one("#list", PlainRows)
        pane.styles.height = max(1, min(self.most_rows(), self.list_rows()))
        pane.set_items(self.items())
        pane.set_cursor(None)
        pane.move_cursor(1)
        self.tell_notes()

    def most_rows(self) -> int:
        """Return the rows that the list may take."""
        return max(3, min(MOST_ROWS, app_of(self).size.height - 14))

    def list_rows(self) -> int:
        """Return the rows that everything takes."""
        return len(self.choices)

    def items(self) -> Sequence[Item]:
        """Return the list's lines."""
        return [ChoiceItem(choice, self.query_text) for choice in self.choices]

    def chosen(self) -> Choice | None:
        """Return the choice under the cursor."""
        pane = self.query_one("#list", PlainRows)
        item = pane.items[pane.cursor] if pane.cursor is not None else None
        return item.choice if isinstance(item, ChoiceItem) else None

    def tell_notes(self) -> None:
        """Show the notes of the chosen line."""
        choice = self.chosen()
        if self.looked_at is not None:
            self.looked_at(choice.value if choice is not None else "")
        lines = choice.notes if choice is not None else (("Nothing matches.", "text-3"),)
        pane = self.query_one("#notes", PlainRows)
        pane.styles.height = len(lines) + 1 if lines else 0
        pane.set_items([Notes((("", "text"), *lines))] if lines else [])

    def act(self, action: str) -> bool:
        """Choose, take, close."""
        pane = self.query_one("#list", PlainRows)
        if action == "picker.choose":
            choice = self.chosen()
            self.dismiss(choice.value if choice is not None else "")
        elif action in {"picker.down", "picker.up", "picker.page_down", "picker.page_up"}:
            step = 1 if action.endswith("down") else -1
            for _ in range(max(1, pane.size.height - 1) if "page" in action else 1):
                pane.move_cursor(step)
            self.tell_notes()
        elif action == "picker.close":
            self.dismiss("")
        else:
            return False
        return True

    async def on_key(self, event: events.Key) -> None:
        """Narrow by what is typed."""
        if event.key == "backspace":
            self.query_text = self.query_text[:-1]
        elif event.key == "ctrl+u":
            self.query_text = ""
        elif event.is_printable and event.character is not None:
            self.query_text += event.character
        else:
            return
        event.stop()
        await self.narrow()

    async def on_paste(self, event: events.Paste) -> None:
        """Narrow by what is pasted: its first line."""
        event.stop()
        self.query_text += event.text.strip().partition("\n")[0]
        await self.narrow()

    def on_clicked(self, message: Clicked) -> None:
        """Take the line that was clicked."""
        item = message.pane.items[message.index]
        if isinstance(item, ChoiceItem):
            self.dismiss(item.choice.value)
