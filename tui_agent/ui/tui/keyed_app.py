"""What every application of ours is: our keys first, a theme for strips, clean output."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from rich.console import Console
from rich.segment import Segment
from textual import events
from textual.app import App
from textual.color import Color
from textual.driver import Driver
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.theme import Theme as StyleTheme
from textual.widget import Widget

from tui_agent.ui.clean import clean, is_clean, one_row
from tui_agent.ui.tui.glyphs import UNICODE, Glyphs
from tui_agent.ui.tui.keymap import Keymap, build_keymap, contexts_of
from tui_agent.ui.tui.theme import COLOURS_256, Exact256, Theme

TOGETHER_SECONDS = 0.03
"""Keys that were read at once are so close; no hand is."""
HURRY_SECONDS = 0.1
"""How long after a key, or a frame of ours, what has changed is drawn at once: a key that is slow
on a busy machine shall not have to wait on top of that."""
SUSPEND = "app.suspend"
WRITTEN_IN = frozenset({"hunk-editor", "answer"})
"""Where the key for it takes back what was typed."""
TEXTS = WRITTEN_IN | {"prompt"}
"""Where letters are written."""
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
        """Replace what is dangerous in the text of a line, which stays as wide as it was."""
        del background
        if all(is_clean(segment.text) and "\n" not in segment.text for segment in segments):
            return segments
        made = [
            segment if segment.control else Segment(one_row(clean(segment.text)), segment.style)
            for segment in segments
        ]
        return Segment.adjust_line_length(made, Segment.get_line_length(segments), made[-1].style)


class KeyedApp(App[int], inherit_bindings=False):
    """Gives panes `look`, `glyphs` and `keymap`, and takes each key to the action it has."""

    ENABLE_COMMAND_PALETTE = False

    @cached_property
    def turns(self) -> Turns:
        """Who gives keys their turns; nobody is needed before the first key."""
        from tui_agent.ui.tui.turns import Turns

        return Turns(self, self._is_letter)

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """Leave out what an opaque screen hides: its changes would have all of that drawn again."""
        top = self._screen_stack[-1:]
        hides = bool(top) and top[0].styles.background.a == 1
        return [] if hides else super()._background_screens

    def __init__(
        self, look: Theme, *, glyphs: Glyphs = UNICODE, keymap: Keymap | None = None
    ) -> None:
        """Draw with this theme and these signs, and hear these keys."""
        super().__init__(ansi_color=look.native)
        # What is to be told has rows of its own: every screen would get two widgets more.
        self._disable_tooltips = self._disable_notifications = True
        # Textual believes TERM, which is often a plain `xterm` or `screen` with 256 colours all the
        # same: it would turn them into sixteen.
        self.console = Console(
            color_system=look.depth,
            file=self.console.file,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
            force_terminal=True,
            safe_box=False,
        )
        self.look = look
        self.glyphs = glyphs
        self.keymap = keymap or build_keymap()
        self.heard: events.Key | None = None
        """The key that was looked up last."""
        self._pasted_at = self._hurried_at = float("-inf")
        self._filters_all = (CleanLines(),)
        self._filters_256 = (*self._filters_all, Exact256())
        # Nothing is drawn yet: whoever watches the theme would read every style sheet once more.
        self.set_reactive(App.theme, self._registered())
        self.set_class(look.dark, "-dark-mode", update=False)
        self.set_class(not look.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_driver_class(self) -> type[Driver]:
        """Read the keyboard in our way, where the library would read a terminal."""
        from textual.drivers.linux_driver import LinuxDriver

        chosen = super().get_driver_class()
        if chosen is not LinuxDriver:
            return chosen
        from tui_agent.ui.tui.keyboard import Keyboard

        return Keyboard

    def get_default_screen(self) -> Screen[Any]:
        """Begin with a screen that draws at once."""
        return LowestScreen(id="_default")

    def hurry(self) -> None:
        """Have what changes from now on drawn at once, for a moment."""
        self._hurried_at = monotonic()

    @property
    def hurries(self) -> bool:
        """Whether what has changed is drawn at once."""
        return monotonic() - self._hurried_at < HURRY_SECONDS

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return the filters of ours; colours are converted nowhere else."""
        return self._filters_256 if self.look.depth == COLOURS_256 else self._filters_all

    def dress(self, look: Theme) -> None:
        """Draw with another theme from now on."""
        self.look = look
        self.ansi_color = look.native
        self.theme = self._registered()
        self.refresh_css(animate=False)

    def tell_terminal(self, sequence: str) -> None:
        """Write a sequence of ours to the terminal, beside what is drawn."""
        if sequence and self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text, for a paste here and elsewhere."""
        self.put_in_clipboard(text)

    def put_in_clipboard(self, text: str, *, buffer: bool = True) -> None:
        """Tell the terminal of a copy. Without `buffer` a program gives it to tmux."""
        from tui_agent.ui.tui.terminal import clipboard

        self._clipboard = text
        self.tell_terminal(clipboard(text, os.environ, buffer=buffer))

    def _watch_app_focus(self, focus: object) -> None:
        """Leave the focus where it is while the person looks elsewhere."""
        del focus

    def _registered(self) -> str:
        """Make our theme known to the style sheets; return its name there."""
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
        return name

    def key_contexts(self) -> list[str]:
        """Return whose keys are heard now, the nearest first."""
        for place in (self.focused, self.screen):
            if isinstance(place, Keyed):
                return contexts_of(place.key_context)
        return ["app"]

    def on_mount(self) -> None:
        """Draw everything again after the terminal was away: it forgot what it showed."""
        self.app_resume_signal.subscribe(self, lambda _: self._drawn_again())

    def _drawn_again(self) -> None:
        self.refresh(layout=True, repaint=True)
        for screen in self.screen_stack:
            screen.refresh(layout=True)

    def act(self, action: str) -> bool:
        """Do what a key means everywhere; return whether it meant anything."""
        if action == SUSPEND:
            self.action_suspend_process()
        return action == SUSPEND

    def perform(self, action: str) -> bool:
        """Offer an action to the focused widget, then the screen, then this application."""
        for place in (self.focused, self.screen, self):
            if isinstance(place, Keyed | KeyedApp) and place.act(action):
                return True
        return False

    def hear(self, key: events.Key) -> bool:
        """Do what a key means in the keymap; return whether it meant anything."""
        names = _names(key)
        contexts = self.key_contexts()
        if any(self.perform(action) for action in self.keymap.find(contexts, names)):
            return True
        # Overlays, replays and cards have keys of their own, and the shell behind them all.
        away = SUSPEND in self.keymap.find(["app"], names) and contexts[0] not in WRITTEN_IN
        return away and self.perform(SUSPEND)

    def noted(self, key: events.Key) -> None:
        """Take note that a key came, before it is its turn."""

    def _as_pasted(self, event: events.Key | events.Paste) -> events.Key | events.Paste:
        """Return a key that was read together with a paste, as the one before it was, as one.

        A pasted text may hold the sign that ends a paste, so that its rest looks typed.
        """
        if isinstance(event, events.Key) and event.time - self._pasted_at > TOGETHER_SECONDS:
            return event
        self._pasted_at = event.time
        if isinstance(event, events.Paste):
            return event
        text = "\n" if event.key == "enter" else event.character or ""
        return events.Paste(text if text.isprintable() or text == "\n" else "")

    def _is_letter(self, event: events.Key | events.Paste) -> bool:
        if isinstance(event, events.Paste) or event.character is None or not event.is_printable:
            return False
        contexts = self.key_contexts()
        return contexts[0] in TEXTS and not self.keymap.find(contexts, _names(event))

    async def on_event(self, event: events.Event) -> None:
        """Give a key to the focused widget, which asks `hear` when it is the key's turn.

        Were it heard here at once, Enter would overtake the letters typed before it.
        """
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if not self.turns.is_due(event):
            event = self._as_pasted(event)
            if not self.turns.comes(event):
                return
        place = self.focused or self.screen
        await self._take(event)
        self.turns.given_to(place)

    async def _take(self, event: events.Key | events.Paste) -> None:
        if isinstance(event, events.Key):
            self.hurry()
            self.noted(event)
            if isinstance(self.focused, Hearing):
                self.focused._forward_event(event)  # noqa: SLF001 - as Textual's own application does
                return
            if self.hear(event):
                return
        await super().on_event(event)


if TYPE_CHECKING:
    from tui_agent.ui.tui.turns import Turns

    _Mixed = Widget
    _MixedScreen = Screen[Any]
else:
    # Textual takes style classes and keys from the first base of its own: this must be none.
    _Mixed = _MixedScreen = object


class AtOnce(_MixedScreen):
    """A screen that draws what a key did as soon as it is done.

    The library draws at the next beat of its own, and after it has just drawn at the one after
    that: a key that comes right behind a frame would be seen a thirtieth of a second later.
    """

    takes_answers = False
    """Whether a request can be answered here; overlays stand over those that wait."""

    async def _on_idle(self, event: events.Idle) -> None:
        """Draw what has changed, unless widgets have yet to find their places."""
        del event
        if not (isinstance(self.app, KeyedApp) and self.app.hurries):
            return
        await asyncio.sleep(0)
        if self.message_queue_size:
            return  # What else the key did is drawn with it: there will be another rest.
        moved = self._layout_required or self._scroll_required or self._recompose_required
        if not moved and (self._dirty_widgets or self._repaint_required):
            self._on_timer_update()


class Plane(_Mixed):
    """A widget whose own rows are all alike: one is drawn, and stands for the others."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the first row, as often as there are rows."""
        first = Region(crop.x, crop.y, crop.width, min(1, crop.height))
        return super().render_lines(first) * crop.height


class LowestScreen(AtOnce, Plane, Screen[None]):
    """The screen below all others."""

    takes_answers = True

    def _screen_resized(self, size: Size) -> None:
        """Find the widgets' places once for each size; the library does it once more for itself."""
        if size != self.outer_size:
            super()._screen_resized(size)


class Hearing(_Mixed):
    """A widget whose keys are looked up in the keymap in the order in which they came."""

    async def on_event(self, event: events.Event) -> None:
        """Hear a key as the keymap has it before the widget does; once, not as it bubbles up."""
        app = self.app
        if isinstance(event, events.Key) and isinstance(app, KeyedApp) and app.heard is not event:
            focused = app.focused
            if focused is not self and isinstance(focused, Hearing) and focused.is_attached:
                focused._forward_event(event)  # noqa: SLF001 - the focus has moved on meanwhile
                return
            app.heard = event
            if app.hear(event) or await self._edits_text(event, app):
                event.stop()
                return
        await super().on_event(event)

    async def _edits_text(self, key: events.Key, app: KeyedApp) -> bool:
        """Do what a key means to a text of the library, now; return whether it meant anything.

        The library asks for it only after the key has gone up to the application: letters that
        come behind a Backspace, and Enter, would overtake it.
        """
        if key.is_printable:
            return False
        for binding in self._bindings.key_to_bindings.get(key.key, ()):
            if await app.run_action(binding.action, self):
                return True
        return False

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw nothing once it is removed: its styles go before its place on the screen does."""
        if not self.is_attached:
            return [Strip.blank(crop.width)] * crop.height
        return super().render_lines(crop)


def _names(key: events.Key) -> list[str]:
    """Return by which names the keymap may know a key."""
    if key.character is None or not key.is_printable or key.character == " ":
        return [key.key]
    return [key.key, key.character]


def app_of(widget: Widget) -> KeyedApp:
    """Return a widget's application, which is one of ours. Raises TypeError for another."""
    app = widget.app
    if not isinstance(app, KeyedApp):
        raise TypeError("The application gives no theme.")
    return app
