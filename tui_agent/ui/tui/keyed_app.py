"""What every application of ours is: our keys first, a theme for strips, clean output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from rich.segment import Segment
from textual import events
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme as StyleTheme
from textual.widget import Widget

from tui_agent.ui.clean import clean, is_clean
from tui_agent.ui.tui.glyphs import UNICODE, Glyphs
from tui_agent.ui.tui.keymap import Keymap, build_keymap, contexts_of
from tui_agent.ui.tui.theme import Theme

_NATIVE = {
    "ansi-background": "ansi_default",
    "ansi-foreground": "ansi_default",
    "input-cursor-background": "ansi_default",
    "input-cursor-foreground": "ansi_default",
    "input-cursor-text-style": "reverse",
}
"""What Textual's own sheets need beside ours where the terminal's own colours are used."""


@runtime_checkable
class Keyed(Protocol):
    """A widget or screen with keys of its own."""

    key_context: str

    def act(self, action: str) -> bool:
        """Do what a key means; return whether it meant anything here."""
        ...


class CleanLines(LineFilter):
    """Stands behind every widget: whatever was drawn, nothing that a terminal obeys passes."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Replace what is dangerous in the text of a line."""
        del background
        if all(is_clean(segment.text) for segment in segments):
            return segments
        return [
            segment
            if segment.control or is_clean(segment.text)
            else Segment(clean(segment.text), segment.style)
            for segment in segments
        ]


class KeyedApp(App[int]):
    """Gives panes `look`, `glyphs` and `keymap`, and takes each key to the action it has."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, look: Theme, *, glyphs: Glyphs = UNICODE, keymap: Keymap | None = None
    ) -> None:
        """Draw with this theme and these signs, and hear these keys."""
        super().__init__(ansi_color=look.native)
        self.look = look
        self.glyphs = glyphs
        self.keymap = keymap or build_keymap()
        self._filter = CleanLines()
        self._dress()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the one filter of ours; colours are converted nowhere else."""
        return (self._filter,)

    def dress(self, look: Theme) -> None:
        """Draw with another theme from now on."""
        self.look = look
        self.ansi_color = look.native
        self._dress()
        self.refresh_css(animate=False)

    def _dress(self) -> None:
        look = self.look
        variables = look.css()
        name = f"{look.name}-{look.depth}"
        self.register_theme(
            StyleTheme(
                name=name,
                primary=variables["accent"],
                background=variables["canvas"],
                surface=variables["surface"],
                panel=variables["surface"],
                foreground=variables["text"],
                dark=look.dark,
                ansi=look.native,
                variables={**(_NATIVE if look.native else {}), **variables},
            )
        )
        self.theme = name

    def key_contexts(self) -> list[str]:
        """Return whose keys are heard now, the nearest first."""
        for place in (self.focused, self.screen):
            if isinstance(place, Keyed):
                return contexts_of(place.key_context)
        return ["app"]

    def act(self, action: str) -> bool:
        """Do what a key means everywhere; return whether it meant anything."""
        del action
        return False

    def perform(self, action: str) -> bool:
        """Offer an action to the focused widget, then the screen, then this application."""
        for place in (self.focused, self.screen, self):
            if isinstance(place, Keyed | KeyedApp) and place.act(action):
                return True
        return False

    async def on_event(self, event: events.Event) -> None:
        """Hear a key as the keymap has it, before any widget does."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            names = [event.key]
            if event.character is not None and event.is_printable and event.character != " ":
                names.append(event.character)
            for action in self.keymap.find(self.key_contexts(), names):
                if self.perform(action):
                    return
        await super().on_event(event)


def app_of(widget: Widget) -> KeyedApp:
    """Return a widget's application, which is one of ours. Raises TypeError for another."""
    app = widget.app
    if not isinstance(app, KeyedApp):
        raise TypeError("The application gives no theme.")
    return app
