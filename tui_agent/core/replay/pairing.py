"""Which record of a re-execution stands against which record of the log."""

from __future__ import annotations

from collections import Counter

from tui_agent.core.events import (
    MAIN_AGENT,
    ApprovalDecided,
    ApprovalRequested,
    CheckFinished,
    ContextCompacted,
    ModelRequested,
    Record,
    Rewound,
    SnapshotTaken,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
)

Key = tuple[str, ...]


class Pairing:
    """Names what is compared: each name stands once in the log, and is to stand once again."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()

    def key(self, record: Record) -> Key | None:
        """Return what a record is compared under; None for one that is not compared."""
        if record.agent_id != MAIN_AGENT:
            return None
        found = _key(record)
        if found is None:
            return None
        self._counts[found] += 1
        return (*found, str(self._counts[found]))


def _key(record: Record) -> Key | None:
    event = record.event
    match event:
        case ModelRequested():
            return ("request", str(record.turn))
        case ToolCalled():
            return None if event.origin in ("user", "client") else ("called", event.call_id)
        case ApprovalRequested():
            return ("gate", event.call_id)
        case ApprovalDecided():
            return ("gate", event.call_id) if event.by_gate else None
        case ToolStarted():
            return ("started", event.call_id, str(event.round))
        case ToolFinished() | CheckFinished():
            return (type(event).__name__, event.call_id)
        case SnapshotTaken():
            return ("snapshot", str(record.turn), event.reason)
        case ContextCompacted() | Rewound() | TurnEnded():
            return (type(event).__name__, str(record.turn))
    return None
