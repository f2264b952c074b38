"""A session as JSON lines: each record as the log has it, and one `final` object at the end."""

from __future__ import annotations

from typing import Any

from tui_agent.core.codec import dumps, encode
from tui_agent.core.events import (
    ModelFailed,
    ReasoningDelta,
    Record,
    TextDelta,
    ToolOutputDelta,
    TurnEnded,
)
from tui_agent.core.state import Session
from tui_agent.core.wire import encode_record

_DELTAS = (TextDelta, ReasoningDelta, ToolOutputDelta)


def record_line(record: Record) -> str:
    """Return a record as the log has it; an ephemeral one has no `h`."""
    line = encode_record(record)
    if record.h:
        line["h"] = record.h
    return dumps(line)


def wanted(record: Record, *, deltas: bool) -> bool:
    """Return whether a record is written."""
    return deltas or not isinstance(record.event, _DELTAS)


def final_line(
    state: Session, ended: TurnEnded | None, failure: ModelFailed | None, answer: str, status: int
) -> str:
    """Return the last line: what a caller wants to know without reading the others."""
    turns = state.main.turns
    final: dict[str, Any] = {
        "run_id": f"{state.id}@{len(turns)}" if turns else state.id,
        "session": state.id,
        "stop_reason": ended.reason if ended is not None else "suspended",
        "detail": ended.detail if ended is not None else "",
        "exit": status,
        "answer": answer,
        "report": encode(ended.report) if ended is not None else None,
        "usage": encode(ended.report.usage) if ended is not None else None,
    }
    if failure is not None:
        final["error"] = {
            "kind": failure.kind,
            "message": failure.message,
            "remedy": failure.remedy,
        }
    return dumps({"type": "final", "final": final})
