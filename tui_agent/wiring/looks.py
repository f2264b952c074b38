"""The user's themes, and what is known of their terminal, for the screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.wiring.appearance import appearance_of

if TYPE_CHECKING:
    from tui_agent.ui.tui.dressing import ThemeDoors
    from tui_agent.ui.tui.terminal import Signals
    from tui_agent.wiring.around import Around

THEMES = "themes"


def own_themes(around: Around) -> Path | None:
    """Return the folder of the user's own themes; None where there is no place for settings."""
    from tui_agent.adapters.places import NoPlaceError, config_folder

    try:
        return Path(config_folder(around.environ)) / THEMES
    except NoPlaceError:
        return None


def theme_doors(around: Around) -> ThemeDoors:
    """Return what the screen may ask about themes."""
    from tui_agent.adapters.file_watch import watch_file
    from tui_agent.ui.tui.dressing import ThemeDoors

    folder = own_themes(around)

    def keep(name: str) -> str:
        from tui_agent.adapters.settings.keep_choice import keep_choice

        if folder is None:
            message = "there is no folder for settings"
            raise OSError(message)
        return keep_choice(folder.parent / "config.toml", "interface", "theme", name)

    return ThemeDoors(setting=appearance_of(around).theme, own=folder, watch=watch_file, keep=keep)


def signals(around: Around) -> Signals:
    """Return what the terminal is to be told."""
    from tui_agent.ui.tui.terminal import Signals
    from tui_agent.wiring.clipboard import clipboard_of

    wanted = appearance_of(around)
    return Signals(
        title=wanted.title,
        notify=wanted.notify,
        environ=around.environ,
        copy=clipboard_of(around.environ),
    )
