"""The sheet of all keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui_agent.ui.tui.chrome import FooterRow, Keys
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.keyed_app import AtOnce, app_of
from tui_agent.ui.tui.keymap import Keymap, show_key
from tui_agent.ui.tui.keys_table import CONTEXTS
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, make_row, paragraph
from tui_agent.ui.tui.slash import SLASH_COMMANDS
from tui_agent.ui.tui.virtual_lines import VirtualLines

KEY_CELLS = 31
CELLS = 84


@dataclass(frozen=True, slots=True)
class Section:
    """A title, and rows of keys with what they do."""

    title: str
    lines: tuple[tuple[str, str], ...]
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Guess the rows."""
        return 2 + len(self.lines)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the title, then a row a key."""
        rows = [blank_row(sheet)]
        rows.append(make_row(sheet, [sheet.span("  "), sheet.span(self.title, "accent bold")]))
        for key, words in self.lines:
            keys = sheet.span(f"  {key}", "text bold")
            rows += paragraph(
                sheet, [sheet.span(words, "text-2")], first=[keys], indent=KEY_CELLS, margin=2
            )
        return rows


def help_sections(
    keymap: Keymap, contexts: Sequence[str] = (), *, ascii_only: bool = False
) -> list[Section]:
    """Return every key of every context, those of `contexts` first, and the commands."""
    sections = []
    for context in dict.fromkeys((*contexts, *CONTEXTS)):
        title = CONTEXTS[context][1]
        if context == next(iter(contexts), ""):
            title += ", where you are"
        lines = tuple(
            (
                "  ".join(show_key(key, ascii_only=ascii_only) for key in action.keys),
                action.description,
            )
            for action in keymap.actions.values()
            if action.context == context and action.keys
        )
        if lines:
            sections.append(Section(title, lines))
    commands = tuple(
        (f"/{one.name} {one.argument}".strip(), one.description) for one in SLASH_COMMANDS
    )
    return [*sections, Section("Commands", commands)]


class HelpLines(VirtualLines):
    """The sheet's rows."""


class HelpSheet(AtOnce, ModalScreen[None]):
    """Every key, by context; any of its own keys closes it."""

    key_context = "picker"
    DEFAULT_CSS = """
    HelpSheet { align: center middle; }
    HelpSheet HelpLines { width: 84; max-width: 100%; height: 90%; background: $raised; }
    HelpSheet.framed HelpLines { border: solid $line; }
    HelpSheet.framed.ascii HelpLines { border: ascii $line; }
    HelpSheet #help-footer { dock: bottom; background: $surface; }
    """

    def __init__(
        self, items: Sequence[Item] = (), *, contexts: Sequence[str] = (), wide: bool = False
    ) -> None:
        """Lie over the screen: every key, those of `contexts` first, or these items instead."""
        super().__init__(classes="-overlay")
        self.items = items
        self.contexts = contexts
        self.wide = wide

    def compose(self) -> ComposeResult:
        """Show the rows and a footer."""
        yield HelpLines(plane="raised", id="help")
        yield FooterRow(id="help-footer")

    def on_mount(self) -> None:
        """Fill it."""
        app = app_of(self)
        pane = self.query_one("#help", HelpLines)
        pane.plane = app.look.over
        self.set_class(not app.look.tints, "framed")
        self.set_class(app.glyphs.ascii_only, "ascii")
        keys = help_sections(app.keymap, self.contexts, ascii_only=app.glyphs.ascii_only)
        pane.set_items(self.items or keys)
        self._fit(pane)
        arrows = f"{app.glyphs.up} {app.glyphs.down}"
        hints = ((arrows, "scroll"), ("Esc ?", "close"))
        self.query_one("#help-footer", FooterRow).tell(Keys(hints=hints))
        self.set_focus(pane)

    def _fit(self, pane: HelpLines) -> None:
        """Take the rows that are needed, and no more than there are."""
        frame = 2 if self.has_class("framed") else 0
        room = app_of(self).size
        width = room.width - 4 if self.wide else min(self.cells(), room.width)
        pane.styles.width = width
        pane.styles.max_height = "90%"
        if sum(one.height_hint(width) for one in pane.items) < room.height:
            sheet = replace(pane.sheet(0), width=max(1, width - frame))
            pane.styles.height = frame + 1 + sum(len(one.rows(sheet)) for one in pane.items)

    def cells(self) -> int:
        """Return how wide the sheet is to be."""
        return CELLS

    def act(self, action: str) -> bool:
        """Scroll, close."""
        pane = self.query_one("#help", HelpLines)
        if action in {"picker.close", "picker.choose"}:
            self.dismiss()
        elif action in (moves := {"picker.down": 1, "picker.up": -1}):
            pane.scroll_rows(moves[action])
        elif action in {"picker.page_down", "picker.page_up"}:
            pane.scroll_by_key(action.replace("picker", "pane"))
        else:
            return False
        return True

    def on_key(self, event: events.Key) -> None:
        """Scroll by pages; close on `?` and `q`."""
        pane = self.query_one("#help", HelpLines)
        page = max(1, pane.size.height - 2)
        moves = {"space": page, "j": 1, "k": -1}
        if event.key in moves:
            pane.scroll_rows(moves[event.key])
        elif event.character in {"?", "q"} or event.key == "f1":
            self.dismiss()
        elif event.key in {"home", "end"}:
            pane.go_to_row(0 if event.key == "home" else pane.total)
