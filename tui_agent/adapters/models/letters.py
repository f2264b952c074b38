"""Letters that a server sent in halves put together: a pair of surrogates, one in each chunk.

Servers that count in UTF-16 part a text anywhere, so that an emoji may begin in one chunk's JSON
and end in the next one's. Python keeps such halves apart for ever, and they are no text.
"""

from __future__ import annotations

import re

LOST = "\ufffd"
"""Stands for a half whose other half never came."""
_HALVES = re.compile("[\ud800-\udfff]")


class Letters:
    """The pieces of one text; the first half of a letter waits for the second."""

    __slots__ = ("_half", "_parts")

    def __init__(self) -> None:
        self._half = ""
        self._parts: list[str] = []

    def add(self, piece: str) -> str:
        """Take a piece and return what can be shown by now."""
        piece = self._half + piece
        self._half = ""
        if "\ud800" <= piece[-1:] <= "\udbff":
            piece, self._half = piece[:-1], piece[-1]
        if _HALVES.search(piece):
            piece = piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if piece:
            self._parts.append(piece)
        return piece

    def __bool__(self) -> bool:
        """Return whether anything came."""
        return bool(self._parts or self._half)

    def whole(self) -> str:
        """Return the text as far as it came."""
        return "".join(self._parts) + (LOST if self._half else "")
