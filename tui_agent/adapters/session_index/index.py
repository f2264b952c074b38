"""What is known of all sessions without reading their logs; each answer is checked against them.

A row counts only while its log has the size and the time that it was read at. Where the file cannot
be used (damaged, locked, nowhere to write), a table in memory is filled from the logs instead.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tui_agent.adapters.session_index.finding import Hit, find
from tui_agent.adapters.session_index.rows import (
    READ,
    Stamp,
    facts_of,
    insert,
    overview_in,
    remove,
    stamp_of,
    summary_in,
)
from tui_agent.adapters.session_index.store import FILE, Store
from tui_agent.adapters.session_log import StoredSession, Summary, summarise
from tui_agent.core.overview import Overview, overview_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look at some sessions gave."""

    summaries: tuple[Summary, ...]
    unread: tuple[Path, ...] = ()
    """Those whose logs there was no time for."""


class SessionIndex:
    """The index of one state folder."""

    def __init__(self, state: Path) -> None:
        """Open nothing yet."""
        self._store = Store(state / FILE)
        self.bypassed = ""
        """Why the file is not used, in a sentence; empty where it is."""

    def look(self, folders: Sequence[Path], *, seconds: float, whole: bool = True) -> Looked:
        """Return the sessions' summaries in the order of `folders`.

        Logs that changed are read again for as long as there is time. For the others `whole` reads
        their first and last lines; without it they are named as unread.
        """
        deadline = time.monotonic() + seconds
        known = self._usable(self._known)
        summaries: list[Summary] = []
        unread: list[Path] = []
        for folder in folders:
            stamp, row = stamp_of(folder), known.get(str(folder))
            if stamp is not None and row is not None and (row[1], row[2]) == stamp:
                summaries.append(summary_in(folder, row))
            elif time.monotonic() < deadline:
                summaries.append(self._read(folder, stamp))
            elif whole:
                summaries.append(summarise(folder))
            else:
                unread.append(folder)
        return Looked(summaries=tuple(summaries), unread=tuple(unread))

    def overview(self, folder: Path) -> Overview | None:
        """Return a session at a glance; None where its log cannot be read."""
        stamp = stamp_of(folder)
        kept = self._usable(lambda: self._kept_overview(folder, stamp))
        if kept is not None:
            return kept
        try:
            return overview_of(StoredSession(folder).records)
        except OSError:
            return None

    def search(
        self,
        query: str,
        folders: Sequence[Path],
        *,
        limit: int,
        told: Callable[[int, int], None] | None = None,
    ) -> tuple[Hit, ...]:
        """Return where the words stand, all of them in one text, the latest session first.

        Every log is read first as far as the index does not know it: `told` hears how many of how
        many.
        """
        self.catch_up(folders, told=told)
        return self._usable(lambda: self._search(query, folders, limit))

    def catch_up(
        self,
        folders: Sequence[Path],
        *,
        told: Callable[[int, int], None] | None = None,
    ) -> int:
        """Read every log that the index does not know as it is; return how many those were."""
        stale = self.stale(folders)
        for number, folder in enumerate(stale):
            if told is not None:
                told(number, len(stale))
            self._read(folder, stamp_of(folder))
        return len(stale)

    def stale(self, folders: Iterable[Path]) -> list[Path]:
        """Return the sessions that the index does not know as they are."""
        known = self._usable(self._stamps)
        return [one for one in folders if known.get(str(one), ()) != stamp_of(one)]

    def rebuild(
        self, folders: Sequence[Path], *, told: Callable[[int, int], None] | None = None
    ) -> int:
        """Throw everything away and read every log. Raises OSError where that cannot be."""
        self._store.discard()
        return self.catch_up(folders, told=told)

    def forget_missing(self, folders: Iterable[Path]) -> None:
        """Drop what is known of sessions that are not among these: of all there are."""
        there = {str(folder) for folder in folders}

        def forget() -> None:
            gone = [name for name in self._stamps() if name not in there]
            if gone:
                with self._store.writing() as connection:
                    for name in gone:
                        remove(connection, name)

        self._usable(forget)

    # One session

    def _read(self, folder: Path, stamp: Stamp | None) -> Summary:
        """Read a log, keep what it says, and return its summary."""
        plain = summarise(folder)
        if stamp is None or plain.status in {"empty", "unreadable"}:
            return plain
        try:
            stored = StoredSession(folder)
            overview = overview_of(stored.records)
        except OSError:
            return plain
        closed = plain.status if plain.status in {"closed", "suspended"} else ""

        def keep() -> None:
            with self._store.writing() as connection:
                remove(connection, str(folder))
                insert(connection, (str(folder), stamp, closed), overview, stored)

        # The summary is right without the row; the next look tries again.
        with suppress(sqlite3.Error, OSError):
            self._usable(keep)
        return summary_in(folder, (str(folder), *stamp, closed, *facts_of(overview)))

    # The file

    def _usable(self, work: Callable[[], T]) -> T:
        """Do something with the file; where it is damaged with a new one, else in memory."""
        try:
            return work()
        except sqlite3.OperationalError as error:
            return self._in_memory(work, str(error))
        except sqlite3.DatabaseError as error:
            with suppress(OSError, sqlite3.Error):
                self._store.discard()
                return work()
            return self._in_memory(work, str(error))
        except OSError as error:
            return self._in_memory(work, error.strerror or str(error))

    def _in_memory(self, work: Callable[[], T], why: str) -> T:
        if self._store.path is None:
            message = f"the table in memory fails, too: {why}"
            raise OSError(message)
        self.bypassed = f"The index of sessions is not used ({why}); the logs are read instead."
        self._store = Store(None)
        return work()

    def _known(self) -> Mapping[str, tuple[Any, ...]]:
        with self._store.reading() as connection:
            rows = connection.execute(READ).fetchall()
        return {row[0]: row for row in rows}

    def _stamps(self) -> Mapping[str, Stamp]:
        with self._store.reading() as connection:
            rows = connection.execute("SELECT folder, size, mtime FROM session").fetchall()
        return {row[0]: (row[1], row[2]) for row in rows}

    def _kept_overview(self, folder: Path, stamp: Stamp | None) -> Overview | None:
        with self._store.reading() as connection:
            row = connection.execute(
                "SELECT size, mtime, overview FROM session WHERE folder = ?", (str(folder),)
            ).fetchone()
        return overview_in(row[2]) if row is not None and (row[0], row[1]) == stamp else None

    def _search(self, query: str, folders: Sequence[Path], limit: int) -> tuple[Hit, ...]:
        wanted = {str(one): number for number, one in enumerate(folders)}
        # A table that was just made in memory knows nothing yet.
        if self.bypassed:
            self.catch_up(folders)
        with self._store.reading() as connection:
            found = find(connection, query, full_text=self._store.full_text(connection))
            hits = [hit for hit in found if str(hit.folder) in wanted]
        hits.sort(key=lambda hit: (wanted[str(hit.folder)], hit.seq))
        return tuple(hits[:limit])
