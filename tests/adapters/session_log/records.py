"""Sessions of a few records for the tests of the log."""

from __future__ import annotations

from pathlib import Path

from tui_agent.adapters.session_log import FileLog
from tui_agent.core.events import Event, Notice, Record, SessionEnded, SessionStarted, TurnStarted

NOW = "2026-11-21T09:00:00.000Z"


def note(seq: int, text: str = "") -> Record:
    return Record(seq=seq, ts=NOW, mono_ms=seq, event=Notice(text=text or f"note {seq}"))


def session_of(folder: Path, count: int) -> list[Record]:
    """Write `count` notices into a new log and close it."""
    log = FileLog.create(folder)
    written = [log.append(note(seq), sync=False) for seq in range(1, count + 1)]
    log.close()
    return written


def told_session(
    folder: Path, *, session_id: str, text: str, ended: bool = True, workspace: str = "/home/a"
) -> None:
    """Write a session with a start, one message if there is a text, and perhaps an end."""
    log = FileLog.create(folder)
    events: list[Event] = [
        SessionStarted(
            session_id=session_id,
            program="agent 0",
            cwd="/home/a",
            workspace=workspace,
            repository="sample",
            model="script:x",
        ),
        *([TurnStarted(text=text, mode="ask")] if text else []),
        *([SessionEnded()] if ended else []),
    ]
    for seq, event in enumerate(events, 1):
        log.append(
            Record(seq=seq, ts=NOW, mono_ms=seq, turn=min(seq - 1, int(bool(text))), event=event),
            sync=False,
        )
    log.close()
