"""The files of the workspace, for those who complete their names; loaded when one is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.adapters.git_workspace.finder import Finder
    from tui_agent.wiring.around import Around


def finder_of(around: Around) -> Finder:
    """Return what finds the files that may be read; nothing is listed before it is asked for."""
    from tui_agent.adapters.git_workspace.finder import Finder
    from tui_agent.adapters.git_workspace.paths import Confined
    from tui_agent.core.confines import confines_of

    return Finder(Confined(around.workspace, confines_of(around.settings)), around.environ)
