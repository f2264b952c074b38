"""The index's file: its tables, and what to do where it is damaged, locked or of another make.

No write-ahead log: older SQLite versions can damage one that is reset while it is read.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

SCHEMA_VERSION = 1
"""Another one in the file means: thrown away and read again from the logs."""
FILE = "sessions-index.sqlite3"
BUSY_MS = 800
"""How long another process's transaction is waited for."""

_TABLES = (
    """CREATE TABLE session (
        id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL, mtime INTEGER NOT NULL, closed TEXT NOT NULL,
        session TEXT NOT NULL, title TEXT NOT NULL, started TEXT NOT NULL, last TEXT NOT NULL,
        repository TEXT NOT NULL, workspace TEXT NOT NULL, model TEXT NOT NULL,
        origin TEXT NOT NULL, turns INTEGER NOT NULL, stops INTEGER NOT NULL,
        outcome TEXT NOT NULL, sign TEXT NOT NULL, role TEXT NOT NULL,
        added INTEGER NOT NULL, removed INTEGER NOT NULL, cost REAL,
        labels TEXT NOT NULL, overview TEXT NOT NULL)""",
    """CREATE TABLE place (
        id INTEGER PRIMARY KEY, session INTEGER NOT NULL REFERENCES session(id),
        seq INTEGER NOT NULL, step INTEGER NOT NULL, kind TEXT NOT NULL)""",
    "CREATE INDEX place_of_session ON place(session)",
)
_FULL_TEXT = "CREATE VIRTUAL TABLE passage USING fts5(text, tokenize = 'trigram')"
_PLAIN_TEXT = "CREATE TABLE passage (text TEXT NOT NULL)"


class Store:
    """Opens the file for one short piece of work at a time; makes it anew where it must."""

    def __init__(self, path: Path | None) -> None:
        """Keep the tables in this file; None: in memory, for as long as this object lives."""
        self.path = path
        self._kept: sqlite3.Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection outside of any transaction. Raises sqlite3.Error, OSError."""
        connection = self._open()
        try:
            yield connection
        finally:
            self._close(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection within a transaction of its own. Raises sqlite3.Error, OSError."""
        connection = self._open()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
        finally:
            if connection.in_transaction:
                connection.rollback()
            self._close(connection)

    def discard(self) -> None:
        """Throw the file away. Raises OSError."""
        if self.path is None:
            self._kept = None
            return
        for ending in ("", "-journal"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    def full_text(self, connection: sqlite3.Connection) -> bool:
        """Return whether this SQLite can search by its own index of texts."""
        row = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'passage'").fetchone()
        return row is not None and "fts5" in row[0]

    def _open(self) -> sqlite3.Connection:
        if self._kept is not None:
            return self._kept
        connection = self._connect()
        with ExitStack() as undone:
            undone.callback(connection.close)
            self._prepare(connection)
            undone.pop_all()
        if self.path is None:
            self._kept = connection
        return connection

    def _connect(self) -> sqlite3.Connection:
        if self.path is None:
            return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_MS / 1000)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == SCHEMA_VERSION:
            return
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != SCHEMA_VERSION:  # else another process has been here meanwhile
            _clear(connection)
            for sql in _TABLES:
                connection.execute(sql)
            _make_passages(connection)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")

    def _close(self, connection: sqlite3.Connection) -> None:
        if connection is not self._kept:
            connection.close()


def _clear(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    # A full-text table owns others, which go with it.
    for (name,) in sorted(rows, key=lambda row: "_" in row[0]):
        connection.execute(f'DROP TABLE IF EXISTS "{name}"')


def _make_passages(connection: sqlite3.Connection) -> None:
    try:
        connection.execute(_FULL_TEXT)
    except sqlite3.OperationalError:  # an SQLite built without it: searched from end to end
        connection.execute(_PLAIN_TEXT)
