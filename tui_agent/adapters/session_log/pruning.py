"""What of the sessions would go by the user's wish, and its removal: whole folders, never halves.

Nothing here runs by itself. A session that somebody writes is never touched: its lock is taken for
as long as its folder is removed.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui_agent.adapters.session_log.chain import EVENTS_FILE, read_log
from tui_agent.adapters.session_log.folders import GOING
from tui_agent.adapters.session_log.log import LOCK_FILE, is_locked

_SHA = re.compile(rb"\b[0-9a-f]{64}\b")
_TREE = re.compile(rb'"([0-9a-f]{40})"')
"""What may be a tree's name; whether it is one, the repository knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doomed:
    """A session that would go."""

    folder: Path
    last: str
    """When it was last written, UTC, ISO 8601."""
    size: int
    """Bytes, payloads included."""
    kept: str = ""
    """Why it stays after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """A payload that no line of its session's log names."""

    path: Path
    size: int


def choose(folders: Sequence[Path], *, before: datetime | None, keep: int) -> Iterator[Doomed]:
    """Yield the sessions that were last written before this time and are not the `keep` latest.

    `folders` come the latest first.
    """
    aged = sorted(((_written(one), one) for one in folders), key=lambda pair: pair[0], reverse=True)
    for stamp, folder in aged[keep:]:
        moment = datetime.fromtimestamp(stamp).astimezone()
        if before is None or moment < before:
            yield Doomed(
                folder=folder,
                last=moment.isoformat(timespec="seconds"),
                size=sum(size for _, size in _files(folder)),
                kept="it is open in another process" if is_locked(folder) else "",
            )


def remove(folder: Path) -> str:
    """Remove a session's folder; return why it could not be, or an empty string."""
    try:
        lock = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        return error.strerror or str(error)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Renamed first: a removal that is cut short leaves no half of a session.
        going = folder.with_name(folder.name + GOING)
        folder.rename(going)
        shutil.rmtree(going)
    except BlockingIOError:
        return "it is open in another process"
    except OSError as error:
        return error.strerror or str(error)
    finally:
        os.close(lock)
    return ""


def remove_leftovers(shelf: Path) -> None:
    """Finish removals that were cut short."""
    for one in shelf.glob(f"*{GOING}"):
        shutil.rmtree(one, ignore_errors=True)


def orphans(folder: Path) -> Iterator[Orphan]:
    """Yield the payloads that a sound log does not name: left by a crash before their event."""
    if is_locked(folder):
        return
    try:
        log = (folder / EVENTS_FILE).read_bytes()
        reading = read_log(folder / EVENTS_FILE)
    except OSError:
        return
    if reading.gaps or reading.tail or reading.too_new:
        return
    named = {sha.decode() for sha in _SHA.findall(log)}
    for path, size in _files(folder / "blobs"):
        if path.name.partition(".")[0] not in named:
            yield Orphan(path=path, size=size)


def trees_of(folder: Path) -> set[str]:
    """Return every recorded tree that a session's log names. Raises OSError."""
    return {tree.decode() for tree in _TREE.findall((folder / EVENTS_FILE).read_bytes())}


def _written(folder: Path) -> float:
    try:
        return (folder / EVENTS_FILE).stat().st_mtime
    except OSError:
        return 0.0


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            try:
                found = path.lstat()
            except OSError:
                continue
            # A payload that a forked session shares takes no room of its own.
            yield path, found.st_size if found.st_nlink == 1 else 0
