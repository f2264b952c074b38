"""What the commands about sessions ask of the program round them; `wiring` fills it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui_agent.core.overview import Overview

Told = Callable[[int, int], None]
"""Hears how many of how many logs have been read."""


class SessionSummary(Protocol):
    """A line of the list of sessions."""

    @property
    def id(self) -> str: ...

    @property
    def folder(self) -> Path: ...

    @property
    def status(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def started(self) -> str: ...

    @property
    def last(self) -> str: ...

    @property
    def repository(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def turns(self) -> int: ...

    @property
    def size(self) -> int: ...

    @property
    def read(self) -> bool:
        """Whether its whole log was read, and the facts below are known."""
        ...

    @property
    def origin(self) -> str: ...

    @property
    def stops(self) -> int: ...

    @property
    def outcome(self) -> str: ...

    @property
    def sign(self) -> str: ...

    @property
    def role(self) -> str: ...

    @property
    def added(self) -> int: ...

    @property
    def removed(self) -> int: ...

    @property
    def cost(self) -> float | None: ...

    @property
    def labels(self) -> Sequence[str]: ...


class Hit(Protocol):
    """One place where the words of a search stand."""

    @property
    def folder(self) -> Path: ...

    @property
    def session(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def started(self) -> str: ...

    @property
    def seq(self) -> int: ...

    @property
    def step(self) -> int: ...

    @property
    def kind(self) -> str: ...

    @property
    def before(self) -> str: ...

    @property
    def match(self) -> str: ...

    @property
    def after(self) -> str: ...


class Looked(Protocol):
    """What a look at the sessions gave."""

    @property
    def summaries(self) -> Sequence[SessionSummary]: ...

    @property
    def unread(self) -> Sequence[Path]: ...


class Doomed(Protocol):
    """A session that would be removed."""

    @property
    def folder(self) -> Path: ...

    @property
    def last(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def kept(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneWish:
    """What is to go."""

    before: datetime | None = None
    """Only what was last written before this."""
    keep: int = 0
    """The latest so many stay in any case."""
    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What would go, or went."""

    sessions: tuple[Doomed, ...]
    payloads: int = 0
    """Payloads of the other sessions that no log names."""
    payload_bytes: int = 0
    objects: int = 0
    """Objects of recorded trees that no session names any more."""
    object_bytes: int = 0
    notes: tuple[str, ...] = ()


class SessionWork(Protocol):
    """The sessions as a whole: found, searched, cleared away."""

    @property
    def notices(self) -> Sequence[str]:
        """What to say about the index, in sentences."""
        ...

    def look(self, *, everywhere: bool, seconds: float, whole: bool = True) -> Looked:
        """List sessions, the latest first; `whole`: also those that there is no time to read."""
        ...

    def catch_up(self, *, everywhere: bool, told: Told | None = None) -> int:
        """Read every log that changed; return how many."""
        ...

    def overview(self, folder: Path) -> Overview | None:
        """Return a session at a glance."""
        ...

    def search(
        self, query: str, *, everywhere: bool, limit: int, told: Told | None = None
    ) -> Sequence[Hit]:
        """Look for words in all sessions."""
        ...

    def label(self, folder: Path, text: str) -> str:
        """Append a label to a session's end and return it as kept. Raises OSError."""
        ...

    def reindex(self, told: Told | None = None) -> int:
        """Throw the index away and read every log; return how many. Raises OSError."""
        ...

    async def prune(self, wish: PruneWish, *, really: bool) -> Pruned:
        """Say what would go, or remove it. Raises OSError."""
        ...
