"""Which theme is worn: tried on, kept, and put on again when its file changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.tui.contrast import weak_spots
from tui_agent.ui.tui.picker import Choice, Picker
from tui_agent.ui.tui.theme import Theme, choose_theme, shown_colours, theme_names, theme_path
from tui_agent.ui.tui.theme_file import ThemeError
from tui_agent.ui.tui.virtual_lines import VirtualLines

if TYPE_CHECKING:
    from tui_agent.ui.tui.frame import Frame

VALUE = "theme:"
"""What begins the value of a choice that is a theme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeDoors:
    """What the screen asks of the world about themes."""

    setting: str = "dark"
    """What the settings name."""
    own: Path | None = None
    """The folder of the user's own themes."""
    watch: Callable[[Path, Callable[[], None]], Callable[[], None]] | None = None
    """Tell when a file is another one; returns how to stop. Raises OSError."""
    keep: Callable[[str], str] | None = None
    """Write the choice into the user's settings, and return where. Raises OSError, ValueError."""


class Dressing:
    """The theme of one frame."""

    def __init__(self, frame: Frame) -> None:
        """Wear what the shell was given."""
        self.frame = frame
        doors = frame.shell.doors.themes
        self.doors = doors() if doors is not None else ThemeDoors()
        self.name = self.doors.setting
        self._trying = ""
        self._stop: Callable[[], None] | None = None
        self._seen = (0, 0)
        self._said = False
        """Whether the banner tells of a fault in the theme's file."""

    def begin(self) -> None:
        """Watch the file of the theme."""
        if self._stop is not None:
            self._stop()
        self._stop = None
        path = theme_path(self.name, self.doors.own)
        self._seen = _mark(path)
        if self.doors.watch is not None:
            with suppress(OSError):
                self._stop = self.doors.watch(path, self.reload)

    def end(self) -> None:
        """Watch nothing any more."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    def look_again(self) -> None:
        """Put the theme on again if its file is another one: where nobody tells of it."""
        if self._stop is None and _mark(theme_path(self.name, self.doors.own)) != self._seen:
            self.reload()

    def reload(self) -> None:
        """Put the theme on as its file is now; with a fault in it, say so and wear the old one."""
        self._seen = _mark(theme_path(self.name, self.doors.own))
        try:
            look = self._theme(self.name)
        except ThemeError as error:
            self._said = True
            self.frame.notices.banner(f"{error}. The theme stays as it was.")
            return
        if self._said:
            self._said = False
            self.frame.notices.mended()
        self._put_on(look)

    def wear(self, name: str) -> None:
        """Wear another theme from now on, and keep it in the settings. Raises ThemeError."""
        look = self._theme(name)
        self._trying = ""
        self.name = name
        self._put_on(look)
        self.begin()
        self.frame.notices.toast(f"Theme {name}{self._kept(name)}")

    def _kept(self, name: str) -> str:
        if self.doors.keep is None:
            return ""
        try:
            return f", kept in {Path(self.doors.keep(name).rpartition(':')[0]).name}"
        except (OSError, ValueError):
            return ", for this session"

    def try_on(self, value: str) -> None:
        """Show the theme that a choice stands for; for any other choice, the one that is worn."""
        name = value.removeprefix(VALUE) if value.startswith(VALUE) else self.name
        if name == (self._trying or self.name):
            return
        try:
            look = self._theme(name)
        except ThemeError:
            return
        self._trying = "" if name == self.name else name
        self._put_on(look)

    def choices(self) -> list[Choice]:
        """Return the themes, the one that is worn first."""
        names = theme_names(self.doors.own)
        ordered = sorted(names, key=lambda name: name != self.name)
        return [self._choice(name) for name in ordered]

    def _choice(self, name: str) -> Choice:
        try:
            look = self._theme(name)
        except ThemeError as error:
            notes = [(str(error), "warning")]
        else:
            notes = [(_described(look), "text-2"), *((one, "warning") for one in _weak(look))]
        worn = "in use" if name == self.name else ""
        return Choice(
            value=VALUE + name,
            label=f"Theme {name}",
            group="theme",
            key=worn,
            pressed=False,
            notes=tuple(notes),
        )

    def _theme(self, name: str) -> Theme:
        return choose_theme(name, os.environ, self.doors.own)

    def _put_on(self, look: Theme) -> None:
        shell = self.frame.shell
        shell.dress(look)
        shell.prompt.dress()
        for screen in shell.screen_stack:
            if isinstance(screen, Picker):
                screen.dress()
            for widget in screen.query("*"):
                widget.redraw() if isinstance(widget, VirtualLines) else widget.refresh()
        shell.refresh(layout=True)
        self.frame.redraw()


def _described(look: Theme) -> str:
    if look.native:
        return "The terminal's own colours."
    return f"{'Light on dark' if look.dark else 'Dark on light'}, {len(look.colours)} colours."


def _weak(look: Theme) -> list[str]:
    spots = [] if look.native else weak_spots(shown_colours(look))
    if not spots:
        return []
    first = f"{spots[0].role} on {spots[0].place}, {spots[0].ratio:.1f}"
    more = f", and {len(spots) - 1} more" if len(spots) > 1 else ""
    return [f"Hard to read: {first}{more}."]


def _mark(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
