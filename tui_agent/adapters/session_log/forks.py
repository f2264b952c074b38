"""A fork: the beginning of a session copied byte for byte into a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from tui_agent.adapters.session_log.blobs import sync_folder, write_whole
from tui_agent.adapters.session_log.chain import EVENTS_FILE, parse, seal
from tui_agent.adapters.session_log.folders import Shelf, new_session_folder
from tui_agent.core.events import Record, SessionForked

_PART = "events.part"


def fork(source: Path, shelf: Shelf, *, seq: int, now: str) -> Path:
    """Copy the records of a session up to number `seq`, and begin a new session with them.

    The copied lines are the same bytes, so that their chain verifies; payloads are the same files
    under a second name where the file system allows it. The session that is copied may be open.

    Args:
        source: The folder of the session.
        shelf: Where the new one goes, unless the old one stands beside others already.
        seq: The last record that is copied.
        now: UTC, ISO 8601.

    Returns:
        The folder of the new session.

    Raises:
        LookupError: there is no such record.
        OSError: it cannot be read or written.
    """
    prefix = _up_to((source / EVENTS_FILE).read_bytes(), seq)
    reading = parse(prefix)
    if not reading.records or reading.records[-1].seq != seq:
        message = f"there is no record {seq} in session {source.name}"
        raise LookupError(message)
    beside = source.parent if source.parent.parent == shelf.sessions else shelf.make()
    folder, session_id = new_session_folder(beside, now)
    last = reading.records[-1]
    event = SessionForked(
        session_id=session_id,
        from_session=source.name.rpartition("-")[2],
        from_seq=seq,
        from_h=last.h,
    )
    record = Record(
        seq=seq + 1,
        ts=now,
        mono_ms=last.mono_ms,
        turn=last.turn,
        step=last.step,
        event=event,
    )
    folder.mkdir(mode=0o700)
    _link_payloads(source / "blobs", folder / "blobs")
    _write(folder, prefix + seal(record, last.h)[0])
    return folder


def _up_to(data: bytes, seq: int) -> bytes:
    """Return the lines up to the record of this number, damaged ones between them included."""
    end = offset = 0
    for line in data.split(b"\n")[:-1]:
        offset += len(line) + 1
        try:
            number = json.loads(line)["seq"]
        except (ValueError, KeyError, TypeError):
            continue
        if number > seq:
            break
        end = offset
    return data[:end]


def _link_payloads(source: Path, target: Path) -> None:
    for path in source.glob("*/*.zst"):
        place = target / path.parent.name / path.name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(path, place)
        except OSError:  # another file system, or one that knows no links
            shutil.copy2(path, place)


def _write(folder: Path, data: bytes) -> None:
    """Give the log its name only once all of it is on disk: half a fork is no session."""
    part = folder / _PART
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        write_whole(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.rename(folder / EVENTS_FILE)
    sync_folder(folder)
