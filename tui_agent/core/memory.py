"""What the user asked to remember about a project, and what keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

LONGEST = 2_000
"""Characters of one entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One entry."""

    number: int
    """Its place, from 1; those behind it move up where one is forgotten."""
    text: str


class Memory(Protocol):
    """Keeps entries in a place of the user's own, for one project."""

    @property
    def place(self) -> str:
        """Where they can be read and edited."""
        ...

    def entries(self) -> Sequence[Remembered]:
        """Return all, in the order they were kept. Raises OSError."""
        ...

    def remember(self, text: str) -> Remembered:
        """Keep one more. Raises ValueError where there is nothing to keep, OSError."""
        ...

    def forget(self, number: int) -> Remembered:
        """Take one away. Raises LookupError where there is none of this number, OSError."""
        ...

    def search(self, words: str) -> Sequence[Remembered]:
        """Return the entries in which all words stand, the best first. Raises OSError."""
        ...
