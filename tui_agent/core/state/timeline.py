"""A recorded session as states: forwards and backwards, from keyframes."""

from __future__ import annotations

from collections.abc import Iterable

from tui_agent.core.events import Record
from tui_agent.core.state.fold import apply
from tui_agent.core.state.values import Session

KEYFRAME_EVERY = 200
"""Records between two keyframes: a step back folds at most this many."""


class Timeline:
    """The records of a session, and its state after any of them."""

    def __init__(self, records: Iterable[Record]) -> None:
        """Fold all records once and keep a keyframe every `KEYFRAME_EVERY`."""
        self.records: list[Record] = []
        self._keyframes: list[Session] = [Session()]
        self._head = Session()
        for record in records:
            self.append(record)

    def append(self, record: Record) -> None:
        """Add a record at the end."""
        apply(self._head, record)
        self.records.append(record)
        if len(self.records) % KEYFRAME_EVERY == 0:
            self._keyframes.append(self._head.copied())

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.records)

    def at(self, count: int) -> Session:
        """Return the state after the first `count` records; the caller may keep and change it."""
        count = max(0, min(count, len(self.records)))
        frame = count // KEYFRAME_EVERY
        state = self._keyframes[frame].copied()
        for record in self.records[frame * KEYFRAME_EVERY : count]:
            apply(state, record)
        return state
