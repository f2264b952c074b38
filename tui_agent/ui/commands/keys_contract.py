"""What `agent keys` asks of the program round it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Place = Literal["keyring", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """One provider's key, never its value."""

    provider: str
    variable: str
    sources: tuple[str, ...] = ()
    """Where there is one, in the order in which they count: the first is used."""
    kept: str = ""
    """Where we keep one: `keyring` or `file`; empty: nowhere."""
    at: str = ""
    """When it was kept, in UTC."""
    refused: str = ""
    """When the key that the variable holds was replaced by another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTried:
    """What a provider said to a key."""

    state: str
    """ok, none (no key), key (refused), not_got, failing, unreachable or unknown."""
    ms: int
    said: str


class KeyWork(Protocol):
    """The user's keys."""

    def states(self) -> Sequence[KeyState]:
        """List every provider that takes a key."""
        ...

    def ring(self) -> str:
        """Return the keyring's name; empty where there is none that keeps a key safe."""
        ...

    def keep(self, variable: str, key: str, place: Place) -> None:
        """Keep a key. Raises UsageError."""
        ...

    def replace(self, variable: str, key: str) -> None:
        """Keep a key in the place of the one that is kept. Raises UsageError."""
        ...

    def remove(self, variable: str) -> None:
        """Take a kept key away. Raises UsageError."""
        ...

    async def tried(self, provider: str) -> KeyTried:
        """Ask a provider whether it takes the key; costs nothing."""
        ...
