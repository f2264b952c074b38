"""How leniently old lines are compared with a file, one rung after the other.

The first rung with any candidate decides: nothing falls through to a more lenient one because a
stricter one found too much, and nothing picks the nearest of several.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

BLANKS = " \t"
RungName = Literal["exact", "trailing-space", "indent", "punctuation"]

NOTES: dict[RungName, str] = {
    "exact": "",
    "trailing-space": "placed with trailing blanks ignored",
    "indent": "indentation adjusted",
    "punctuation": "placed with quotes, dashes or spaces of another kind",
}
EDGE_NOTE = "blank lines at the edge ignored"

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SINGLE = "\u2018\u2019\u201a\u201b"
_DOUBLE = "\u201c\u201d\u201e\u201f"
_SPACES = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PLAIN = str.maketrans(
    {
        letter: plain
        for letters, plain in ((_DASHES, "-"), (_SINGLE, "'"), (_DOUBLE, '"'), (_SPACES, " "))
        for letter in letters
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One change of indentation that leads from the model's lines to the file's."""

    kind: Literal["add", "remove", "to-tabs", "to-spaces"]
    prefix: str = ""
    width: int = 0

    def line(self, line: str) -> str | None:
        """Shift a line; None if it cannot be shifted so. Blank lines stay."""
        if is_blank(line):
            return line
        if self.kind == "add":
            return self.prefix + line
        if self.kind == "remove":
            return line[len(self.prefix) :] if line.startswith(self.prefix) else None
        return self._with_other_tabs(line)

    def _with_other_tabs(self, line: str) -> str | None:
        text = line.lstrip(BLANKS)
        lead = line[: len(line) - len(text)]
        if self.kind == "to-spaces":
            return lead.replace("\t", " " * self.width) + text
        if "\t" in lead:
            return None
        return "\t" * (len(lead) // self.width) + " " * (len(lead) % self.width) + text


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place where old lines fit: ``file[start:end]``."""

    start: int
    end: int
    rung: RungName
    shift: Shift | None = None


def is_blank(line: str) -> bool:
    """Whether a line has nothing but blanks and tabs."""
    return not line.strip(BLANKS)


def trimmed(line: str) -> str:
    """Give a line without the blanks at its end."""
    return line.rstrip(BLANKS)


def plain(line: str) -> str:
    """Compose the letters and map dashes, quotes and spaces to their plain kin."""
    if line.isascii():
        return line
    return unicodedata.normalize("NFC", line).translate(_PLAIN)


def candidates(file: Sequence[str], old: Sequence[str]) -> tuple[Candidate, ...]:
    """All places on the first rung that has any; ``old`` is not empty."""
    return (
        _equal(file, old, "exact", str)
        or _equal(file, old, "trailing-space", trimmed)
        or tuple(_shifted(file, old))
        or _equal(file, old, "punctuation", plain)
    )


def _equal(
    file: Sequence[str], old: Sequence[str], rung: RungName, key: Callable[[str], str]
) -> tuple[Candidate, ...]:
    places = occurrences([key(line) for line in file], [key(line) for line in old])
    return tuple(Candidate(start=at, end=at + len(old), rung=rung) for at in places)


def occurrences(file: Sequence[str], old: Sequence[str]) -> Iterator[int]:
    """Indices at which ``old`` stands in ``file``; found by its rarest line."""
    wanted = list(old)
    rarest = min(range(len(wanted)), key=_frequency(file, wanted))
    for at, line in enumerate(file):
        start = at - rarest
        if line != wanted[rarest] or start < 0:
            continue
        if list(file[start : start + len(wanted)]) == wanted:
            yield start


def _frequency(file: Sequence[str], old: Sequence[str]) -> Callable[[int], int]:
    wanted = set(old)
    counts: dict[str, int] = {}
    for line in file:
        if line in wanted:
            counts[line] = counts.get(line, 0) + 1
    return lambda index: counts.get(old[index], 0)


def _shifted(file: Sequence[str], old: Sequence[str]) -> Iterator[Candidate]:
    first = next((index for index, line in enumerate(old) if not is_blank(line)), None)
    if first is None:
        return
    bare = [line.lstrip(BLANKS) for line in old]
    for at in occurrences([line.lstrip(BLANKS) for line in file], bare):
        place = file[at : at + len(old)]
        for shift in _possible(old[first], place[first]):
            if _fits(shift, old, place):
                yield Candidate(start=at, end=at + len(old), rung="indent", shift=shift)
                break


def _possible(old: str, line: str) -> Iterable[Shift]:
    if line.endswith(old):
        yield Shift(kind="add", prefix=line[: len(line) - len(old)])
    if old.endswith(line):
        yield Shift(kind="remove", prefix=old[: len(old) - len(line)])
    for width in (4, 2, 8, 3):
        yield Shift(kind="to-tabs", width=width)
        yield Shift(kind="to-spaces", width=width)


def _fits(shift: Shift, old: Sequence[str], place: Sequence[str]) -> bool:
    return all(
        is_blank(line) if is_blank(mine) else shift.line(mine) == line
        for mine, line in zip(old, place, strict=True)
    )
