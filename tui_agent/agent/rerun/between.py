"""What people did to the folder between and beside the steps of a session, read from its record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui_agent.core.events import (
    ApprovalRequested,
    ModelRequested,
    Record,
    SnapshotTaken,
    ToolFinished,
    ToolStarted,
    TurnStarted,
    WorkspaceChanged,
)
from tui_agent.core.proposal import Proposal


def tree_of_turn(records: Sequence[Record], index: int) -> str:
    """Return the tree that the turn at `index` was begun with; empty: none was recorded."""
    for record in _of_turn(records, index):
        if isinstance(record.event, SnapshotTaken):
            return record.event.tree if record.event.reason == "turn" else ""
    return ""


def first_proposal(records: Sequence[Record], index: int) -> Proposal | None:
    """Return what the turn at `index` proposed before it took a tree or did anything.

    The bytes that it was made from were there when the turn began.
    """
    for record in _of_turn(records, index):
        if isinstance(record.event, SnapshotTaken | ToolStarted):
            return None
        if isinstance(record.event, ApprovalRequested):
            return record.event.proposal
    return None


def _of_turn(records: Sequence[Record], index: int) -> Iterator[Record]:
    for record in records[index + 1 :]:
        if isinstance(record.event, TurnStarted):
            return
        yield record


def tree_at_decision(records: Sequence[Record], index: int, call_id: str) -> str:
    """Return the tree that people had made when the decision at `index` was carried out.

    Empty: they had changed nothing since the last tree, as far as is recorded.
    """
    changed = False
    for record in records[index + 1 :]:
        event = record.event
        if isinstance(event, WorkspaceChanged):
            changed = True
        elif isinstance(event, SnapshotTaken):
            return event.tree if changed else ""
        elif isinstance(event, ToolStarted | ToolFinished) and event.call_id == call_id:
            return ""
    return ""


def tree_at_resume(records: Sequence[Record], index: int) -> str:
    """Return the tree that was found when the session was taken up; empty: the last one."""
    for record in records[index + 1 :]:
        if isinstance(record.event, SnapshotTaken):
            return record.event.tree
        if isinstance(record.event, ModelRequested | TurnStarted | ToolStarted):
            break
    return ""
