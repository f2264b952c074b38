"""The one writer of a session's log: locks it, mends its tail, appends line by line."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tui_agent.adapters.session_log.aside import Aside
from tui_agent.adapters.session_log.blobs import BlobFolder, describe, write_whole
from tui_agent.adapters.session_log.chain import EVENTS_FILE, START, Reading, parse, seal
from tui_agent.core.blob import Blob
from tui_agent.core.events import MAIN_AGENT, LogRecovered, Record

LOCK_FILE = "lock"


class LogBusyError(OSError):
    """Another process writes this session."""


class LogTooNewError(OSError):
    """A newer program wrote this session: it may be read and not continued."""


class FileLog:
    """A session's log, open for writing. Implements `ports.SessionLog`."""

    def __init__(self, folder: Path, *, descriptor: int, lock: int, head: str) -> None:
        self.folder = folder
        self._descriptor, self._lock, self._head = descriptor, lock, head
        self._blobs = BlobFolder(folder / "blobs")
        self._aside = Aside(folder)

    @classmethod
    def create(cls, folder: Path) -> FileLog:
        """Begin a new log in `folder`, which is made. Raises OSError."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _take_lock(folder)
        descriptor = _open_file(folder, os.O_CREAT | os.O_EXCL)
        return cls(folder, descriptor=descriptor, lock=lock, head=START)

    @classmethod
    def open(cls, folder: Path, *, now: str) -> tuple[FileLog, list[Record]]:
        """Take a log up again: give its records, the repairs of it included.

        A torn tail is set aside and cut off; it and every gap not yet told of is recorded, at the
        time `now`.

        Raises:
            LogBusyError: another process writes it.
            LogTooNewError: a newer program wrote it.
            OSError: it cannot be read or written.
        """
        lock = _take_lock(folder)
        try:
            descriptor = _open_file(folder, 0)
        except OSError:
            os.close(lock)
            raise
        reading = parse((folder / EVENTS_FILE).read_bytes())
        log = cls(folder, descriptor=descriptor, lock=lock, head=reading.head)
        try:
            if reading.too_new:
                message = (
                    f"session {folder.name} was written by a newer version of this program "
                    f"(log version {reading.version}): it can be replayed, but not continued"
                )
                raise LogTooNewError(message)
            log._mend(reading, now)
        except OSError:
            log.close()
            raise
        return log, reading.records

    def append(self, record: Record, *, sync: bool) -> Record:
        """Write one line with one system call. Raises OSError: nothing was logged."""
        line, digest = seal(record, self._head)
        size = os.fstat(self._descriptor).st_size
        try:
            write_whole(self._descriptor, line)
            if sync:
                os.fdatasync(self._descriptor)
        except OSError:
            # This process is the only writer: what stands behind `size` is a part of this line.
            with suppress(OSError):
                os.ftruncate(self._descriptor, size)
            raise
        self._head = digest
        return replace(record, h=digest)

    def put(self, data: bytes, *, mime: str = "text/plain") -> Blob:
        """Store a payload durably, before the event that names it."""
        return self._blobs.put(data, mime=mime)

    def get(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError where it is missing."""
        return self._blobs.get(sha)

    def aside(self, data: bytes) -> Callable[[], bytes]:
        """Keep bytes until this process ends, on the disk where that can be."""
        return self._aside.keep(data)

    def close(self) -> None:
        """Give the log up to other writers; closing twice is harmless."""
        for name in ("_descriptor", "_lock"):
            descriptor = getattr(self, name)
            if descriptor >= 0:
                os.close(descriptor)
                setattr(self, name, -1)

    def discard(self) -> None:
        """Close it, and leave nothing behind of a session that never began: no record was made."""
        self.close()
        with suppress(OSError):
            if (self.folder / EVENTS_FILE).stat().st_size:
                return
            for name in (EVENTS_FILE, LOCK_FILE):
                (self.folder / name).unlink(missing_ok=True)
            self.folder.rmdir()

    def _mend(self, reading: Reading, now: str) -> None:
        if reading.unfinished:
            write_whole(self._descriptor, b"\n")
        if reading.tail:
            kept = self._set_aside(reading)
            self._tell(
                reading,
                now,
                LogRecovered(
                    problem=f"the last {len(reading.tail)} bytes were torn and are set aside",
                    kept_as=kept,
                    lost_lines=reading.tail.strip(b"\n").count(b"\n") + 1,
                ),
            )
        told = {one.event.problem for one in reading.records if isinstance(one.event, LogRecovered)}
        for problem in (*reading.gaps, *reading.breaks):
            if problem.text not in told:
                self._tell(reading, now, LogRecovered(problem=problem.text, lost_lines=1))

    def _set_aside(self, reading: Reading) -> str:
        number = 1
        while (self.folder / f"torn-{number}").exists():
            number += 1
        target = self.folder / f"torn-{number}"
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            write_whole(descriptor, reading.tail)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.ftruncate(self._descriptor, reading.end)
        return target.name

    def _tell(self, reading: Reading, now: str, event: LogRecovered) -> None:
        last = reading.records[-1] if reading.records else None
        record = Record(
            seq=last.seq + 1 if last else 1,
            ts=now,
            mono_ms=last.mono_ms if last else 0,
            agent_id=MAIN_AGENT,
            turn=last.turn if last else 0,
            step=last.step if last else 0,
            event=event,
        )
        reading.records.append(self.append(record, sync=True))


class MemoryLog:
    """A log that is kept nowhere: for `--no-record`. Implements `ports.SessionLog`."""

    def __init__(self) -> None:
        self._head = START
        self._blobs: dict[str, bytes] = {}

    def append(self, record: Record, *, sync: bool) -> Record:
        """Chain the record as a written one would be."""
        del sync
        _, self._head = seal(record, self._head)
        return replace(record, h=self._head)

    def put(self, data: bytes, *, mime: str = "text/plain") -> Blob:
        """Keep a payload until the process ends."""
        blob = describe(data, mime)
        self._blobs[blob.sha] = data
        return blob

    def get(self, sha: str) -> bytes:
        """Give a payload back. Raises KeyError where it is missing."""
        return self._blobs[sha]

    def aside(self, data: bytes) -> Callable[[], bytes]:
        """Keep bytes in memory: nothing of this session is written."""
        return lambda: data

    def close(self) -> None:
        """There is nothing to give up."""


def _take_lock(folder: Path) -> int:
    lock = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
        os.close(lock)
        message = f"session {folder.name} is open in another process" + (
            f" (pid {holder})" if holder else ""
        )
        raise LogBusyError(message) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def is_locked(folder: Path) -> bool:
    """Return whether some process writes this session now."""
    try:
        lock = os.open(folder / LOCK_FILE, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _open_file(folder: Path, flags: int) -> int:
    return os.open(folder / EVENTS_FILE, os.O_WRONLY | os.O_APPEND | flags, 0o600)
