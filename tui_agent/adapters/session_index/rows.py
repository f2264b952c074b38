"""One session's row in the index, and how it becomes a summary again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tui_agent.adapters.session_log import StoredSession, Summary
from tui_agent.adapters.session_log.chain import EVENTS_FILE
from tui_agent.adapters.session_log.log import is_locked
from tui_agent.adapters.session_log.summary import Status
from tui_agent.core.blob import Text
from tui_agent.core.codec import decode, dumps, encode
from tui_agent.core.overview import Overview
from tui_agent.core.passages import passages

Stamp = tuple[int, int]
"""A log's size in bytes and the time of its last change in nanoseconds."""

LONGEST = 200_000
"""Characters of one text that can be found; a longer one is indexed up to there."""

READ = (
    "SELECT folder, size, mtime, closed, session, title, started, last, repository, workspace, "
    "model, origin, turns, stops, outcome, sign, role, added, removed, cost, labels FROM session"
)
"""Gives the rows of all summaries."""
_WRITE = (
    "INSERT INTO session (folder, size, mtime, closed, session, title, started, last, repository, "
    "workspace, model, origin, turns, stops, outcome, sign, role, added, removed, cost, labels, "
    "overview) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def stamp_of(folder: Path) -> Stamp | None:
    """Return by what a change of the log is told; None where there is none to read."""
    try:
        found = (folder / EVENTS_FILE).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def facts_of(overview: Overview) -> tuple[Any, ...]:
    """Return the columns from `session` to `labels`."""
    return (
        overview.id,
        overview.title,
        overview.started,
        overview.last,
        overview.repository,
        overview.workspace,
        overview.model,
        overview.origin,
        overview.turns,
        overview.stops,
        overview.outcome.words,
        overview.outcome.sign,
        overview.outcome.role,
        overview.added,
        overview.removed,
        overview.cost,
        json.dumps(overview.labels),
    )


def summary_in(folder: Path, row: Sequence[Any]) -> Summary:
    """Return the summary that a row holds; whether somebody writes the session is asked now."""
    status: Status = row[3] or ("running" if is_locked(folder) else "interrupted")
    return Summary(
        folder=folder,
        size=row[1],
        status=status,
        id=folder.name.rpartition("-")[2],
        title=row[5],
        started=row[6],
        last=row[7],
        repository=row[8],
        workspace=row[9],
        model=row[10],
        origin=row[11],
        turns=row[12],
        stops=row[13],
        outcome=row[14],
        sign=row[15],
        role=row[16],
        added=row[17],
        removed=row[18],
        cost=row[19],
        labels=tuple(json.loads(row[20])) if row[20] != "[]" else (),
        read=True,
    )


def overview_in(text: str) -> Overview:
    """Return the overview that a row holds."""
    return decode(Overview, json.loads(text))


def remove(connection: sqlite3.Connection, folder: str) -> None:
    """Take a session's row and its texts out."""
    row = connection.execute("SELECT id FROM session WHERE folder = ?", (folder,)).fetchone()
    if row is None:
        return
    connection.execute(
        "DELETE FROM passage WHERE rowid IN (SELECT id FROM place WHERE session = ?)", row
    )
    connection.execute("DELETE FROM place WHERE session = ?", row)
    connection.execute("DELETE FROM session WHERE id = ?", row)


def insert(
    connection: sqlite3.Connection,
    head: tuple[str, Stamp, str],
    overview: Overview,
    stored: StoredSession,
) -> None:
    """Put a session's row and its texts in. `head`: folder, stamp, and how it was left."""
    folder, stamp, closed = head
    values = (folder, *stamp, closed, *facts_of(overview), dumps(encode(overview)))
    cursor = connection.execute(_WRITE, [_storable(value) for value in values])
    session = cursor.lastrowid
    for seq, step, kind, text in _texts(stored):
        place = connection.execute(
            "INSERT INTO place (session, seq, step, kind) VALUES (?, ?, ?, ?)",
            (session, seq, step, kind),
        )
        connection.execute(
            "INSERT INTO passage (rowid, text) VALUES (?, ?)", (place.lastrowid, text)
        )


def _texts(stored: StoredSession) -> Iterator[tuple[int, int, str, str]]:
    for one in passages(stored.records):
        text = _text(_whole(one.text, stored))
        if text.strip():
            yield one.seq, one.step, one.kind, text


def _whole(text: Text, stored: StoredSession) -> str:
    if isinstance(text, str):
        return text[:LONGEST]
    try:
        return stored.payload(text.sha).decode("utf-8", "replace")[:LONGEST]
    except KeyError:
        return text.preview


def _storable(value: object) -> object:
    """Return a text without lone surrogates and NUL: SQLite takes UTF-8 alone."""
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
