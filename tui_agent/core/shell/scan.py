"""What could be the words of a command that cannot be read: for rules that forbid, never for leave.

Quotes and backslashes may hide a word or make one; hence each command is scanned as if they stood
between words, and as if they were not there.
"""

from __future__ import annotations

_BETWEEN = frozenset("`$(){};&|<>\n\r\t\v\f,")
_QUOTES = frozenset("\"'\\")


def scanned(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the readings of a text as words."""
    apart = "".join(" " if char in _BETWEEN or char in _QUOTES else char for char in text)
    joined = "".join(
        "" if char in _QUOTES else " " if char in _BETWEEN else char
        for char in text.replace("\\\n", "")
    )
    return (tuple(apart.split()), tuple(joined.split()))
