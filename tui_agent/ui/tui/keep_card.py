"""After a key was pasted: whether it is kept, and where."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tui_agent.ui.tui.chrome import FooterRow, Keys
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.first_run import Card, Line, Text
from tui_agent.ui.tui.keyed_app import AtOnce
from tui_agent.ui.tui.messages import Clicked

RUN, KEYRING, FILE = "run", "keyring", "file"


def keep_items(ring: str) -> list[Item]:
    """Return the card: the places where a key may be kept, the safest first."""
    items: list[Item] = [Text(), Text()]
    items += [Text((("Keep this key?", "text bold"),)), Text()]
    places = [(RUN, "for this run", "it is kept nowhere")]
    if ring:
        places.append((KEYRING, "in the keyring", ring))
    places.append((FILE, "in an encrypted file", "asks for a passphrase next"))
    items += [
        Line(str(number), name, detail, model=place)
        for number, (place, name, detail) in enumerate(places, 1)
    ]
    hint = "agent keys tries, replaces and removes what is kept."
    return [*items, Text(), Text(((hint, "text-3"),)), Text()]


class KeepCard(AtOnce, ModalScreen[str]):
    """Gives where the key is to be kept: `run`, `keyring` or `file`."""

    key_context = "first"
    DEFAULT_CSS = """
    KeepCard { background: $canvas; align: center middle; }
    KeepCard Card { width: 82; max-width: 100%; height: 11; max-height: 100%;
        background: $surface; }
    KeepCard #keep-footer { dock: bottom; background: $surface; }
    """

    def __init__(self, ring: str) -> None:
        """Offer the keyring, where it has a name."""
        super().__init__()
        self._ring = ring

    def compose(self) -> ComposeResult:
        """Show the card and a footer."""
        yield Card(plane="surface", thumb="away", id="keep")
        yield FooterRow(id="keep-footer")

    @property
    def card(self) -> Card:
        """The card."""
        return self.query_one("#keep", Card)

    def on_mount(self) -> None:
        """Put the cursor on the first place: it keeps nothing."""
        self.card.set_items(keep_items(self._ring))
        self.card.set_cursor(None)
        self.card.move_cursor(1)
        self.set_focus(self.card)
        hints = (("Enter", "do so"), ("1 2 3" if self._ring else "1 2", "choose"))
        self.query_one("#keep-footer", FooterRow).tell(Keys(hints=hints))

    def act(self, action: str) -> bool:
        """Choose; Esc keeps nothing."""
        if action in {"first.down", "first.up"}:
            self.card.move_cursor(1 if action == "first.down" else -1)
        elif action == "first.take":
            item = self.card.items[self.card.cursor or 0]
            self.dismiss(item.model if isinstance(item, Line) and item.model else RUN)
        elif action in {"first.none", "first.leave"}:
            self.dismiss(RUN)
        else:
            return action.startswith("first.")
        return True

    def on_key(self, event: events.Key) -> None:
        """Take a place by its number."""
        places = [one.model for one in self.card.items if isinstance(one, Line)]
        character = event.character or ""
        if character.isdigit() and 0 < int(character) <= len(places):
            self.dismiss(places[int(character) - 1])

    def on_clicked(self, message: Clicked) -> None:
        """Take the place that was clicked."""
        item = message.pane.items[message.index]
        if isinstance(item, Line) and item.model:
            self.dismiss(item.model)
