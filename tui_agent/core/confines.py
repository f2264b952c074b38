"""Which paths of the workspace may be read and written: what a profile narrows.

One value for everything that touches files: the path module refuses by it, and the sandbox is built
from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.globs import matches
from tui_agent.core.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Confines:
    """Globs of paths relative to the root of the workspace."""

    read_paths: tuple[str, ...] = ("**",)
    write_paths: tuple[str, ...] = ("**",)

    @property
    def reads_all(self) -> bool:
        """Whether nothing is kept from reading."""
        return "**" in self.read_paths

    def may_read(self, path: str) -> bool:
        """Return whether a file may be read. Folders may be walked through all the same."""
        return self.reads_all or any(matches(path, glob) for glob in self.read_paths)

    def may_write(self, path: str) -> bool:
        """Return whether a file may be created, changed or deleted."""
        return any(matches(path, glob) for glob in self.write_paths)


def confines_of(settings: Settings) -> Confines:
    """Return what the settings narrow the session to."""
    return Confines(read_paths=settings.read_paths, write_paths=settings.write_paths)
