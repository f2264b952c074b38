"""Words looked up in the index: which texts hold all of them, and an excerpt round the first."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SHORTEST = 3
"""Letters that the index of texts knows; a shorter word is looked for in every text."""
MOST = 5000
"""Texts that are looked at, of those that hold the words."""
AROUND = 70
"""Characters on either side of a match."""
_EVERY = (
    "SELECT session.folder, session.title, session.started, place.seq, place.step, place.kind, "
    "passage.text FROM passage JOIN place ON place.id = passage.rowid "
    "JOIN session ON session.id = place.session ORDER BY session.last DESC"
)
_MATCHING = (
    "SELECT session.folder, session.title, session.started, place.seq, place.step, place.kind, "
    "passage.text FROM passage JOIN place ON place.id = passage.rowid "
    "JOIN session ON session.id = place.session WHERE passage MATCH ? ORDER BY session.last DESC"
)
_TEXT = 6
"""The column of the text."""
_WORD = re.compile(r'"([^"]+)"|(\S+)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One place where the words stand."""

    folder: Path
    session: str
    title: str
    started: str
    seq: int
    step: int
    kind: str
    before: str
    """The excerpt up to the match; each of the three is a part of one line."""
    match: str
    after: str


def words_of(query: str) -> list[str]:
    """Return what must stand in a text: single words, and what is put in quotes."""
    return [quoted or plain for quoted, plain in _WORD.findall(query)]


def find(connection: sqlite3.Connection, query: str, *, full_text: bool) -> list[Hit]:
    """Return the texts that hold all words, whatever their case."""
    words = words_of(query)
    if not words:
        return []
    long = [word for word in words if len(word) >= SHORTEST] if full_text else []
    if long:
        asked = " AND ".join('"' + word.replace('"', '""') + '"' for word in long)
        rows = connection.execute(_MATCHING, (asked,))
    else:
        rows = connection.execute(_EVERY)
    # What the index does not know is looked for here, signs and short words too.
    rest = [word.casefold() for word in words if word not in long]
    found = (row for row in rows if all(word in row[_TEXT].casefold() for word in rest))
    return [_hit(row, words) for row in islice(found, MOST)]


def _hit(row: Sequence[str], words: Sequence[str]) -> Hit:
    folder, title, started, seq, step, kind, text = row
    before, match, after = excerpt(text, words)
    return Hit(
        folder=Path(folder),
        session=Path(folder).name.rpartition("-")[2],
        title=title,
        started=started,
        seq=int(seq),
        step=int(step),
        kind=kind,
        before=before,
        match=match,
        after=after,
    )


def excerpt(text: str, words: Sequence[str]) -> tuple[str, str, str]:
    """Return what stands before the first match, the match, and what stands behind it."""
    place = re.search("|".join(re.escape(word) for word in words), text, re.IGNORECASE)
    start, end = place.span() if place is not None else (0, 0)
    before = text[max(0, start - AROUND) : start]
    after = text[end : end + AROUND]
    before = " ".join(before.rpartition("\n")[2].split(" ")).lstrip()
    after = after.partition("\n")[0].rstrip()
    return before, " ".join(text[start:end].split()), after
