"""The workspace as the edit engine reads it: what is on disk, and what the model has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.core.ports import Blobs, Workspace
    from tui_agent.core.proposal import SeenFile


class SeenFiles:
    """Implements `core.edits.Files` for one agent."""

    def __init__(self, workspace: Workspace, seen: Mapping[str, SeenFile], blobs: Blobs) -> None:
        """Look at `workspace` with the eyes of an agent that has seen these files."""
        self._workspace, self._seen, self._blobs = workspace, seen, blobs

    def locate(self, path: str) -> str:
        """Give a path's one name."""
        return self._workspace.locate(path)

    def read(self, path: str) -> bytes | None:
        """Give the bytes on disk now."""
        return self._workspace.read(path)

    def mode(self, path: str) -> int | None:
        """Give the permission bits on disk now."""
        return self._workspace.mode(path)

    def seen(self, path: str) -> bytes | None:
        """Give the file as it was when the model last got any of it."""
        known = self._seen.get(path)
        if known is None:
            return None
        try:
            return self._blobs.get(known.sha)
        except KeyError:
            return None

    def locate_link(self, path: str) -> str:
        """Give a path's one name, its last component not followed."""
        return self._workspace.locate_link(path)

    def link(self, path: str) -> bytes | None:
        """Give where a symbolic link leads."""
        return self._workspace.link(path)

    def leads_inside(self, path: str, target: bytes) -> bool:
        """Give whether a link would stay in the workspace."""
        return self._workspace.leads_inside(path, target)

    def seen_whole(self, path: str) -> bool:
        """Give whether the model got all of that text."""
        known = self._seen.get(path)
        return known is not None and known.whole

    def namesakes(self, path: str) -> tuple[str, ...]:
        """Give other files with the same last component."""
        return self._workspace.namesakes(path)
