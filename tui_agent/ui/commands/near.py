"""What a mistyped word was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable

LIKE = 75.0
"""How alike two words must be, of 100."""
COMMAND_LIKE = 80.0
"""The same for commands: any other word begins a message."""


def near(word: str, among: Iterable[str], *, like: float = LIKE) -> str:
    """Return the known word that is most like this one; empty where none is."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(among), scorer=fuzz.ratio, score_cutoff=like)
    return str(found[0]) if found else ""
