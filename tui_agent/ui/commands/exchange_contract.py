"""What exports and imports ask of the program round them; `wiring` fills it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui_agent.core.masking import Masked
    from tui_agent.ui.commands.contract import StoredSession


@dataclass(frozen=True, slots=True, kw_only=True)
class TreePatch:
    """What changed on disk from a session's first recorded tree to its last."""

    data: bytes
    """As `git apply` takes it."""
    base: str
    """The tree that it applies to."""
    end: str
    left_out: tuple[str, ...] = ()
    """Files whose change holds a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleBytes:
    """A bundle, ready to be written."""

    data: bytes
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    """What is to be known before it is given away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of reading another program's session."""

    id: str
    folder: Path
    origin: str
    turns: int
    records: int
    losses: tuple[str, ...]
    """What could not be taken over, in sentences."""
    known: bool = False
    """Whether that very file was taken in before, so that nothing was written now."""


class Exchange(Protocol):
    """Sessions on their way out and in."""

    def masked(self, stored: StoredSession) -> Masked:
        """Return a session with its secrets masked."""
        ...

    def redacted(self, text: str) -> str:
        """Mask a text as it leaves."""
        ...

    def patch(self, stored: StoredSession) -> TreePatch:
        """Return what changed on disk. Raises LookupError where no trees are recorded, OSError."""
        ...

    async def bundle(self, stored: StoredSession, *, trees: bool) -> BundleBytes:
        """Return the session with all that a replay elsewhere needs. Raises OSError."""
        ...

    def take_in(self, path: Path) -> Imported:
        """Make a session of another program's file. Raises ValueError for no such file, OSError."""
        ...
