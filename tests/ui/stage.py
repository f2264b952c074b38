"""A stage for one widget: an application of ours with a theme and keys, and nothing else in it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.strip import Strip
from textual.widget import Widget

from tui_agent.ui.tui.glyphs import UNICODE, Glyphs
from tui_agent.ui.tui.keyed_app import KeyedApp
from tui_agent.ui.tui.theme import choose_theme

TRUE_COLOUR = {"COLORTERM": "truecolor", "TERM": "xterm-256color"}


class Stage(KeyedApp):
    """Shows a widget on the whole screen, and keeps what it posts."""

    def __init__(self, widget: Widget, *, theme: str = "dark", glyphs: Glyphs = UNICODE) -> None:
        """Take the widget to show."""
        super().__init__(choose_theme(theme, TRUE_COLOUR), glyphs=glyphs)
        self.widget = widget

    def compose(self) -> ComposeResult:
        """Show the widget."""
        yield self.widget

    def on_mount(self) -> None:
        """Give the widget the focus."""
        self.set_focus(self.widget)


def strips_of(app: KeyedApp) -> list[Strip]:
    """Return the rows of the screen as they are sent to the terminal."""
    return app.screen._compositor.render_strips()  # noqa: SLF001 — there is no other way to see it


def text_of(app: KeyedApp) -> list[str]:
    """Return the rows of the screen as text, without the blanks at their ends."""
    width, height = app.size
    return [strip.text[:width].rstrip() for strip in strips_of(app)[:height]]
