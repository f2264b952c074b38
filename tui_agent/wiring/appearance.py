"""What the settings say about the first paint, without loading the settings where they say nothing.

The schema of the settings costs 20 ms, and most people's say nothing about the screen. What is
wrong with them is found when the session is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui_agent.adapters.places import NoPlaceError, config_folder, settings_bytes

if TYPE_CHECKING:
    from tui_agent.ui.tui.terminal import Notify
    from tui_agent.wiring.world import Wiring

_SPOKEN_OF = (b"interface", b"mode", b"profile")
_VARIABLES = ("AGENT_MODE", "AGENT_PROFILE")
_PREFIX = "AGENT_INTERFACE"
LARGEST = 1 << 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Appearance:
    """The settings of the first paint, with the defaults of the schema."""

    theme: str = "dark"
    glyphs: str = "auto"
    keymap: str = "default"
    keys: Mapping[str, str] = field(default_factory=dict)
    editor: str = ""
    screen_reader: bool = False
    title: bool = True
    notify: Notify = "auto"
    mode: str = "ask"


def appearance_of(wiring: Wiring) -> Appearance:
    """Return what the screen begins with. Raises SettingsError."""
    typed = {key for key, _, _ in wiring.options.settings}
    if not (typed & {"mode", "profile"} or _spoken_of(wiring.environ)):
        return Appearance()
    settings = wiring.users_settings
    interface = settings.interface
    return Appearance(
        theme=interface.theme,
        glyphs=interface.glyphs,
        keymap=interface.keymap,
        keys=interface.keys,
        editor=interface.editor,
        screen_reader=interface.screen_reader,
        title=interface.title,
        notify=interface.notify,
        mode=settings.mode,
    )


def _spoken_of(environ: Mapping[str, str]) -> bool:
    """Return whether the user's file or a variable may say something about the screen."""
    if any(name in _VARIABLES or name.startswith(_PREFIX) for name in environ):
        return True
    try:
        text = settings_bytes(config_folder(environ), LARGEST)
    except (FileNotFoundError, NotADirectoryError, NoPlaceError):
        return False
    except OSError:
        return True
    return len(text) == LARGEST or any(word in text for word in _SPOKEN_OF)
