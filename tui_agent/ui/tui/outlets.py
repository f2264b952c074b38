"""What a recorded session can be taken out to: files of a step, a branch, an export, a check."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An export that is made and not yet written."""

    findings: tuple[str, ...]
    """What is masked or left out, a sentence each; empty: nothing had to be."""
    write: Callable[[], str]
    """Writes it and returns where. Raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """What the screen asks of the world for one session; `wiring` gives it.

    Each takes a while. Each raises LookupError or OSError with a sentence.
    """

    files: Callable[[str, int], Awaitable[str]]
    """Write a recorded tree, as it was at a step, into a folder of its own; return the folder."""
    branch: Callable[[int], Awaitable[str]]
    """Begin a new session with this one's past up to a step; return its id."""
    export: Callable[[str, int], Awaitable[Prepared]]
    """Make an export in a format, of a step where the format shows one."""
    verify: Callable[[], Awaitable[Sequence[str]]]
    """Check chain, payloads and decisions; return what does not hold."""
