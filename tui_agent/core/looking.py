"""Which commands only look: each program, flag and form of a path is known here, or it asks.

What is not in these tables may do anything: `sort -o` writes, `date -f` and `wc --files0-from`
print any file, `tail -f` never ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def _counted(text: str) -> str:
    """Say whether a number stands where one is to, or has to follow as the next word."""
    if not text:
        return "counts"
    return "known" if re.fullmatch(r"\+?[0-9]{1,9}", text) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The flags of a program that neither write, nor run, nor follow a link out."""

    letters: str
    counts: str = ""
    """Letters that take a number."""
    paths: bool = True

    def flag(self, word: str) -> str:
        """Return `known`, `counts` where a number has to follow, or nothing."""
        if self.counts and re.fullmatch(r"-[0-9]{1,9}", word):
            return "known"
        for place, letter in enumerate(word[1:], 2):
            if letter in self.counts:
                return _counted(word[place:])
            if letter not in self.letters:
                return ""
        return "known" if word != "-" else ""


_PROGRAMS: Mapping[str, _Words] = {
    "ls": _Words(letters="1aAdFghilnoprRsSt"),
    "pwd": _Words(letters="LP", paths=False),
    "cat": _Words(letters="AbeEnstTv"),
    "head": _Words(letters="qv", counts="nc"),
    "tail": _Words(letters="qv", counts="nc"),
    "wc": _Words(letters="clmwL"),
}


def paths_looked_at(words: Sequence[str]) -> tuple[str, ...] | None:
    """Return the paths that a command of plain words only looks at; None where it may do more.

    The paths are relative and have no `..`; a link may still lead out, which the caller finds.
    """
    known = _PROGRAMS.get(words[0]) if words else None
    if known is None:
        return None
    found: list[str] = []
    awaited = False
    for word in words[1:]:
        if awaited:
            if _counted(word) != "known":
                return None
            awaited = False
        elif word.startswith("-"):
            kind = known.flag(word)
            if not kind:
                return None
            awaited = kind == "counts"
        elif not known.paths or not _stays_below(word):
            return None
        else:
            found.append(word)
    return None if awaited else tuple(found)


def _stays_below(path: str) -> bool:
    return path != "" and not path.startswith("/") and ".." not in path.split("/")
