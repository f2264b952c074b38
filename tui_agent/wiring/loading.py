"""Reads the settings of a run: the user's alone for the first paint, all of them for a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.adapters.settings import Loaded
    from tui_agent.wiring.world import Wiring


def load(wiring: Wiring, *, with_project: bool) -> Loaded:
    """Return the settings with their origins. Raises SettingsError."""
    from tui_agent.adapters.settings import Sources, load_settings

    flags = {key: (flag, value) for key, flag, value in wiring.options.settings}
    return load_settings(
        Sources(
            environ=wiring.environ,
            root=wiring.root,
            flags=flags,
            trusted=with_project and wiring.trusted,
            content=wiring.folder.content if with_project else None,
        )
    )
