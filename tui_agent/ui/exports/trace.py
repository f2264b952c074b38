"""A session as one JSON object: its turns with request, intent and final, and its records."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from tui_agent.core.blob import preview_of
from tui_agent.core.codec import encode
from tui_agent.core.events import Record, TurnEnded, TurnStarted
from tui_agent.core.state import fold
from tui_agent.core.wire import encode_record


def trace(
    records: Sequence[Record],
    payloads: Mapping[str, bytes] | None = None,
    problems: Sequence[str] = (),
) -> dict[str, Any]:
    """Return a session. `payloads` stand in it under their names: as text, or else in base 64."""
    state = fold(records)
    ended = {
        (one.agent_id, one.turn): one.event for one in records if isinstance(one.event, TurnEnded)
    }
    turns = []
    for one in records:
        if isinstance(one.event, TurnStarted):
            end = ended.get((one.agent_id, one.turn))
            turns.append(
                {
                    "run_id": f"{state.id}@{one.turn}",
                    "agent_id": one.agent_id,
                    "request": preview_of(one.event.text),
                    "intent": end.report.intent if end is not None else None,
                    "final": encode(end) if end is not None else None,
                }
            )
    found: dict[str, Any] = {
        "run_id": state.id,
        "origin": state.origin,
        "status": state.status,
        "turns": turns,
        "events": [encode_record(one) | {"h": one.h} for one in records],
        "problems": list(problems),
    }
    if payloads is not None:
        found["payloads"] = {sha: _payload(data) for sha, data in sorted(payloads.items())}
    return found


def _payload(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}
