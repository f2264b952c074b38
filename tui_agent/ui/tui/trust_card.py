"""The card that asks about a folder before a session opens in it: what it brings, what changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui_agent.core.trust import TrustQuestion, headline, told_lines
from tui_agent.ui.trust_lines import counted
from tui_agent.ui.tui.arming import REST_SECONDS, came_at
from tui_agent.ui.tui.chrome import FooterRow, Keys, Said
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.keyed_app import AtOnce, app_of
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, paragraph
from tui_agent.ui.tui.virtual_lines import VirtualLines

if TYPE_CHECKING:
    from tui_agent.ui.tui.shell import Shell

INDENT, MARGIN = 4, 4
WIDTH, MOST_ROWS = 92, 32
_INKS = {"+": "added", "-": "removed", "@": "text-3", "(": "text-3"}


@dataclass(frozen=True, slots=True)
class Text:
    """One logical line of the card."""

    spans: tuple[Said, ...] = ()
    indent: int = INDENT
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


def card_items(question: TrustQuestion) -> list[Item]:
    """Return the card, from top to bottom."""
    again = bool(question.trusted_at)
    title = "Trust this folder again?" if again else "Trust this folder?"
    items: list[Item] = [Text(), Text(((title, "text bold"), (f"  {question.folder}", "text-3")))]
    items += [Text(), Text(((headline(question), "text"),))]
    items.append(
        Text((("Until you trust them they are not read; nothing else changes.", "text-2"),))
    )
    for change in question.changes:
        items += [Text(), Text(((change.path, "text bold"), (f"  {counted(change)}", "text-3")))]
        items += [
            Text(((line or " ", _INKS.get(line[:1], "text-2")),), INDENT + 2)
            for line in told_lines(change)
        ]
    return [*items, Text()]


class TrustCard(AtOnce, ModalScreen[bool]):
    """Gives whether the folder is trusted; leaving it is a no."""

    key_context = "trust"
    DEFAULT_CSS = """
    TrustCard { background: $canvas; align: center middle; }
    TrustCard VirtualLines { width: 92; max-width: 100%; height: 1fr; background: $surface; }
    TrustCard #trust-footer { dock: bottom; background: $surface; }
    """

    def __init__(self, question: TrustQuestion) -> None:
        """Ask this."""
        super().__init__()
        self.question = question
        self._last_key = time.monotonic()

    def compose(self) -> ComposeResult:
        """Show the card and a footer."""
        yield VirtualLines(plane="surface", thumb="away", id="trust-lines")
        yield FooterRow(id="trust-footer")

    @property
    def lines(self) -> VirtualLines:
        """What is new in the files."""
        return self.query_one("#trust-lines", VirtualLines)

    def on_mount(self) -> None:
        """Draw the question; its keys count after a rest."""
        self.lines.set_items(card_items(self.question))
        self.set_focus(self.lines)
        app = app_of(self)
        hints = app.keymap.footer("trust", ascii_only=app.glyphs.ascii_only)
        self.query_one("#trust-footer", FooterRow).tell(Keys(hints=tuple(hints)))
        self.call_after_refresh(self._stands)

    def _stands(self) -> None:
        self._last_key = time.monotonic()

    def on_resize(self) -> None:
        """Take the rows that are needed, as far as there are so many."""
        room = self.app.size
        sheet = replace(self.lines.sheet(0), width=min(WIDTH, room.width))
        rows = 1 + sum(len(item.rows(sheet)) for item in self.lines.items[:MOST_ROWS])
        self.lines.styles.height = max(1, min(rows, MOST_ROWS, room.height - 2))

    def act(self, action: str) -> bool:
        """Trust, leave, or scroll."""
        came = came_at(self)
        rested, self._last_key = came - self._last_key >= REST_SECONDS, came
        if action == "trust.take":
            if rested:
                self.dismiss(result=True)
        elif action == "trust.leave":
            self.dismiss(result=False)
        elif action.startswith("trust."):
            self.lines.scroll_by_key(action.replace("trust.", "pane."))
        else:
            return False
        return True

    def on_key(self, event: events.Key) -> None:
        """Take any other key for typing: it begins the rest anew and means nothing here."""
        self._last_key = event.time
        event.stop()


async def ask_for_trust(shell: Shell) -> None:
    """Ask about the folder, unless something is being written: then the banner says it."""
    doors = shell.doors
    question = doors.trust_question() if doors.trust_question is not None else None
    if question is None or doors.trust is None or not shell.prompt.empty:
        return
    if await shell.push_screen_wait(TrustCard(question)):
        doors.trust()
