"""What a command changed in its disposable copy of the workspace, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.core.patch import FileChange


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidFile:
    """A file that is laid over a copy before the command runs."""

    path: str
    content: bytes | None
    """None: the copy has no such file."""
    mode: int | None = None
    """Permission bits; None keeps those of the file there, or gives a new one the usual ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What changed beside the files that can be reviewed, and can be taken over as a whole."""

    what: tuple[str, ...]
    """In words, one line each: `node_modules: 1,204 files (ignored by git)`."""
    packed: bytes
    """All of it, as `core.pack` spells it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyChanges:
    """How the copy differs from the workspace, after the command."""

    files: tuple[FileChange, ...] = ()
    """Regular files, against the bytes that the workspace has now."""
    rest: Rest | None = None
    """Build outputs, links and large files: one question for all of them."""
    left: tuple[str, ...] = ()
    """What stays in the copy and goes with it, each with why."""
