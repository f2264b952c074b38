"""What holds of every log, whenever no turn is suspended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tui_agent.adapters.session_log import FileLog
from tui_agent.core.codec import dumps
from tui_agent.core.events import (
    ApprovalDecided,
    ApprovalRequested,
    ContextCompacted,
    EditApplied,
    ModelFailed,
    ModelRequested,
    Record,
    Rewound,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.messages import Message
from tui_agent.core.state import Session, Timeline, apply
from tui_agent.core.wire import encode_record


def records_of(folder: Path) -> list[Record]:
    log, records = FileLog.open(folder, now="2026-01-02T03:04:05.000Z")
    log.close()
    return records


def assert_whole(records: Sequence[Record]) -> None:
    """Every request one decision, every call one end, every turn one end; effects come after."""
    events = [record.event for record in records]
    decided = Counter(one.request_id for one in events if isinstance(one, ApprovalDecided))
    for request in (one for one in events if isinstance(one, ApprovalRequested)):
        assert decided[request.request_id] == 1, request.request_id
    ended = Counter(one.call_id for one in events if isinstance(one, ToolFinished))
    for call in (one for one in events if isinstance(one, ToolCalled)):
        assert ended[call.call_id] == 1, call.call_id
    started = sum(isinstance(one, TurnStarted) for one in events)
    assert sum(isinstance(one, TurnEnded) for one in events) == started
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert_effects_follow_decisions(records)
    assert_prefixes(records)


def assert_effects_follow_decisions(records: Sequence[Record]) -> None:
    """Each effect has an earlier decision, by a user or a named rule, and its start on disk."""
    allowed: set[str] = set()
    running: set[str] = set()
    for record in records:
        event = record.event
        if isinstance(event, ApprovalDecided):
            named = event.decision.by == "user" or event.decision.reason is not None
            assert named or event.decision.verdict == "reject"
            allowed.add(event.call_id)
        elif isinstance(event, ToolStarted):
            assert event.call_id in allowed
            running.add(event.call_id)
        elif isinstance(event, EditApplied):
            assert event.call_id in running


def assert_prefixes(records: Sequence[Record]) -> None:
    """Each request is a prefix of the next, but across a compaction or a change of model.

    After a rewind of the conversation it goes on from messages that had been sent.
    """
    state = Session()
    sent: dict[str, list[Message]] = {}
    for record in records:
        if isinstance(record.event, ModelRequested):
            now = [*state.agents[record.agent_id].messages, *record.event.added]
            before = sent.get(record.agent_id, [])
            assert now[: len(before)] == before
            sent[record.agent_id] = now
        asked = state.agents[record.agent_id].asked if record.agent_id in state.agents else None
        gone = isinstance(record.event, ModelFailed) and record.event.retry_seconds is None
        if gone and asked is not None and state.agents[record.agent_id].summarising:
            del sent[record.agent_id][-1:]  # The request for a summary that never came.
        if isinstance(record.event, ContextCompacted) or _changes_model(record):
            sent[record.agent_id] = []
        apply(state, record)
        agent = state.agents[record.agent_id]
        if isinstance(record.event, Rewound) and record.event.conversation:
            sent[agent.id] = list(agent.messages)


def _changes_model(record: Record) -> bool:
    return getattr(record.event, "key", "") == "model"


def assert_same_forwards_and_backwards(records: Sequence[Record]) -> None:
    """A replay reaches the same state at each place, from either side."""
    timeline = Timeline(records)
    forwards = [shape(timeline.at(count)) for count in range(len(records) + 1)]
    backwards = [shape(timeline.at(count)) for count in range(len(records), -1, -1)]
    assert forwards == backwards[::-1]


def shape(state: Session) -> str:
    """Spell all of a state, for comparison."""
    return repr(state)


def spelled(record: Record) -> str:
    return dumps(encode_record(record))
