"""A label put at the end of a session that nobody has open."""

from __future__ import annotations

from pathlib import Path

from tui_agent.adapters.session_log.log import FileLog
from tui_agent.core.events import Labelled, Record

LONGEST = 80
"""Characters of a label."""


def label(folder: Path, text: str, *, now: str) -> str:
    """Append a label to a session's log and return it as it was kept. `now`: UTC, ISO 8601.

    Raises OSError: another process writes it, or it cannot be written.
    """
    kept = " ".join(text.split())[:LONGEST]
    log, past = FileLog.open(folder, now=now)
    try:
        last = past[-1] if past else None
        log.append(
            Record(
                seq=last.seq + 1 if last is not None else 1,
                ts=now,
                mono_ms=last.mono_ms if last is not None else 0,
                turn=last.turn if last is not None else 0,
                step=last.step if last is not None else 0,
                event=Labelled(text=kept),
            ),
            sync=True,
        )
    finally:
        log.close()
    return kept
