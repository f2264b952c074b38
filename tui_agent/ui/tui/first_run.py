"""The first card: which models could be used at once, and what else can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input

from tui_agent.ui.exit_status import INTERRUPTED
from tui_agent.ui.tui.arming import REST_SECONDS, came_at
from tui_agent.ui.tui.choices import Fact, FirstRun
from tui_agent.ui.tui.chrome import FooterRow, Keys, Said
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.help_sheet import HelpSheet
from tui_agent.ui.tui.keyed_app import AtOnce, app_of
from tui_agent.ui.tui.messages import Clicked
from tui_agent.ui.tui.paper import Row, Sheet, Span, blank_row, make_row, paragraph, width_of
from tui_agent.ui.tui.virtual_lines import VirtualLines

if TYPE_CHECKING:
    from tui_agent.ui.tui.shell import Shell

AGAIN = "again"
"""What the card gives where it is to be filled anew: a server may run by now."""
WIDTH, NAME_COLUMN, DETAIL_COLUMN, MARGIN = 82, 7, 30, 4
NARROW = 70
ANSWERS = frozenset({"first.take", "first.key", "first.demo", "first.trust"})
"""What nobody wants done by a letter of a message that was begun before the card came."""


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of the card that are no choice."""

    spans: tuple[Said, ...] = ()
    indent: int = 4
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Guess the rows."""
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw it, wrapped."""
        if not self.spans:
            return [blank_row(sheet)]
        spans = [sheet.span(text, ink) for text, ink in self.spans]
        return paragraph(sheet, spans, indent=self.indent, margin=MARGIN)


@dataclass(frozen=True, slots=True)
class Line:
    """A key or a sign, a name and a detail, in columns."""

    sign: str
    name: str
    detail: str
    right: str = ""
    ink: str = "text bold"
    model: str = ""
    """The model that Enter takes here."""

    @property
    def focusable(self) -> bool:
        """Models are chosen with the cursor."""
        return bool(self.model)

    def height_hint(self, width: int) -> int:
        """Guess the rows."""
        return 1 if width >= NARROW else 2

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the columns; where there is no room, the detail goes below."""
        band = sheet.on("selected") if sheet.cursor else sheet
        bar = band.glyphs.gutter_focused if sheet.cursor else " "
        grey = "text-2" if sheet.cursor or self.model else "text-3"
        weight = "text bold" if sheet.cursor else "text"
        lead = NAME_COLUMN - 2 - 1
        left: list[Span] = [(bar, band.ink("accent")), band.span(f"{self.sign:>{lead}}", self.ink)]
        left += [band.span("  "), band.span(self.name, weight)]
        detail = band.span(self.detail, grey)
        end = [band.span(self.right, "text-2" if sheet.cursor else "text-3")]
        right = [*end, (" " * MARGIN, band.ink())] if self.right else []
        if sheet.width < NARROW:
            below = [sheet.span(self.detail, "text-3")]
            return [make_row(band, left), *paragraph(sheet, below, indent=NAME_COLUMN, margin=2)]
        left.append((" " * max(2, DETAIL_COLUMN - 1 - width_of(left)), band.ink()))
        return [make_row(band, [*left, detail], right)]


def card_items(found: FirstRun, glyphs_of: Sheet) -> list[Item]:
    """Return the card, from top to bottom."""
    items: list[Item] = [Text(), Text()]
    prompt = glyphs_of.glyphs.prompt
    name = ((prompt, "accent"), (" agent", "text bold"), (f"  {found.version}", "text-3"))
    promise = "You decide each change, hunk by hunk, before it is written."
    items += [Text(name, 2), Text(), Text(((promise, "text"),))]
    items += [Text(), *_models(found), Text(), Text((("Or", "text bold"),))]
    items.append(Line("k", "paste a key", "used at once; kept only where you say"))
    demo = "a scripted model, a throw-away repository, no key"
    items.append(Line("d", "try the demo", demo))
    items.append(Line("Esc", "no model", "reading, replay and figures work without one"))
    if found.folder:
        items += [Text(), Text((("This folder", "text bold"),))]
        items += [_fact(fact, glyphs_of) for fact in found.folder]
    return [*items, Text()]


def _models(found: FirstRun) -> list[Item]:
    title = "Models found" if found.models else "No model found"
    items: list[Item] = [Text(((title, "text bold"),))]
    items += [
        Line(str(number), one.model, one.source, right=one.where, model=one.model)
        for number, one in enumerate(found.models, 1)
    ]
    if found.looked:
        items.append(Text(((found.looked, "text-3"),), NAME_COLUMN))
    return items


def _fact(fact: Fact, sheet: Sheet) -> Line:
    return Line(getattr(sheet.glyphs, fact.sign), fact.name, fact.detail, ink=fact.role)


class Card(VirtualLines):
    """The card's rows."""

    def models(self) -> list[int]:
        """Return the places of the models."""
        return [place for place, item in enumerate(self.items) if item.focusable]


class FirstCard(AtOnce, ModalScreen[str]):
    """Gives the model that was chosen; `demo`, `again`, or an empty string for none."""

    key_context = "first"
    DEFAULT_CSS = """
    FirstCard { background: $canvas; align: center middle; }
    FirstCard Card { width: 82; max-width: 100%; height: 24; max-height: 100%;
        background: $surface; }
    FirstCard #first-footer { dock: bottom; background: $surface; }
    FirstCard Input { dock: bottom; margin-bottom: 2; display: none; }
    FirstCard Input, FirstCard Input:focus { background: $raised; border: none; height: 1; }
    """

    def __init__(self, found: FirstRun) -> None:
        """Show what was found."""
        super().__init__()
        self.found = found
        self._typed_at = float("-inf")
        """When the last key came of those that were typed before there was a card."""

    def compose(self) -> ComposeResult:
        """Show the card and a footer."""
        yield Card(plane="surface", thumb="away", id="card")
        yield Input(password=True, placeholder="Paste a key, then Enter; Esc goes back", id="key")
        yield FooterRow(id="first-footer")

    @property
    def card(self) -> Card:
        """The card."""
        return self.query_one("#card", Card)

    def on_mount(self) -> None:
        """Put the cursor on the first model."""
        self.fill()
        self.set_focus(self.card)
        self._typed_at = came_at(self)

    def _goes_on(self) -> bool:
        """Return whether a key belongs to what somebody was typing when the card came."""
        before, self._typed_at = self._typed_at, came_at(self)
        if self._typed_at - before >= REST_SECONDS:
            self._typed_at = float("-inf")
            return False
        return True

    def fill(self) -> None:
        """Draw what is known."""
        app = app_of(self)
        sheet = Sheet(width=WIDTH, theme=app.look, glyphs=app.glyphs)
        self.card.set_items(card_items(self.found, sheet))
        self.card.set_cursor(None)
        if self.found.models:
            self.card.move_cursor(1)
        self._tell_keys()

    def _tell_keys(self) -> None:
        hints: list[Said] = []
        model = self._chosen()
        if model:
            hints.append(("Enter", f"use {model}"))
        elif not self.found.models:
            hints.append(("Enter", "look again"))
        if len(self.found.models) > 1:
            numbers = " ".join(str(n + 1) for n in range(min(9, len(self.found.models))))
            hints.append((numbers, "choose"))
        hints += [("k", "paste a key"), ("d", "demo")]
        if not self.found.trusted:
            hints.append(("t", "trust the folder"))
        last = app_of(self).keymap.help_hint("first")
        self.query_one("#first-footer", FooterRow).tell(Keys(hints=tuple(hints), last=last))

    def _chosen(self) -> str:
        card = self.card
        item = card.items[card.cursor] if card.cursor is not None else None
        return item.model if isinstance(item, Line) else ""

    def act(self, action: str) -> bool:
        """Choose, take, paste, go on without."""
        if self.query_one("#key", Input).display:
            return self._while_pasting(action)
        if self._goes_on() and action in ANSWERS:
            return True
        ways: dict[str, Callable[[], object]] = {
            "first.key": lambda: self._show_key(shown=True),
            "first.leave": lambda: self.app.exit(INTERRUPTED),
            "first.help": lambda: self.app.push_screen(HelpSheet(contexts=[self.key_context])),
            "first.demo": lambda: self.dismiss("demo"),
            "first.none": lambda: self.dismiss(""),
        }
        if action in ways:
            ways[action]()
        elif action in {"first.down", "first.up"}:
            self.card.move_cursor(1 if action == "first.down" else -1)
            self._tell_keys()
        elif action == "first.take":
            if model := self._chosen() or (AGAIN if not self.found.models else ""):
                self.dismiss(model)
        elif action == "first.trust":
            if self.found.question is not None:
                self.dismiss("trust")
        else:
            return False
        return True

    def _while_pasting(self, action: str) -> bool:
        if action in {"first.none", "first.leave"}:
            self._show_key(shown=False)
            return True
        return False

    def _show_key(self, *, shown: bool) -> None:
        field = self.query_one("#key", Input)
        field.display = shown
        self.set_focus(field if shown else self.card)

    def on_key(self, event: events.Key) -> None:
        """Take a model by its number."""
        if self._goes_on():
            return
        character = event.character or ""
        if character.isdigit() and 0 < int(character) <= len(self.found.models):
            self.dismiss(self.found.models[int(character) - 1].model)

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Keep the pasted key."""
        shell = _doors(self)
        self._show_key(shown=False)
        if shell is None or shell.doors.keep_key is None or not message.value.strip():
            return
        variable = shell.doors.keep_key(message.value.strip())
        if not variable:
            self.found = replace(self.found, looked="Nobody's keys begin like this one.")
            self.fill()
            return
        self.dismiss("key")

    def on_clicked(self, message: Clicked) -> None:
        """Take the model that was clicked."""
        item = message.pane.items[message.index]
        if isinstance(item, Line) and item.model:
            self.dismiss(item.model)


def _doors(screen: FirstCard) -> Shell | None:
    from tui_agent.ui.tui.shell import Shell

    return screen.app if isinstance(screen.app, Shell) else None


async def choose_first(shell: Shell) -> bool:
    """Show the card until something is chosen; return whether there is a model now."""
    doors = shell.doors
    if doors.first_run is None:
        shell.exit(5, message="No model is chosen.")
        return False
    while True:
        found = await doors.first_run()
        value = await shell.push_screen_wait(FirstCard(found))
        if value == AGAIN:
            continue
        if value == "trust":
            await _ask(shell, found)
            continue
        if value in {"demo", "key"}:
            shell.then = (value,)
            if value == "key":
                from tui_agent.ui.tui.keep_card import KeepCard

                shell.then = (value, await shell.push_screen_wait(KeepCard(found.ring)))
            shell.exit(0)
            return False
        if doors.take_model is not None:
            doors.take_model(value)
        return True


async def _ask(shell: Shell, found: FirstRun) -> None:
    from tui_agent.ui.tui.trust_card import TrustCard

    trust = shell.doors.trust
    if found.question is None or trust is None:
        return
    if await shell.push_screen_wait(TrustCard(found.question)):
        trust()
