"""A log written by hand: events in, records out, with a clock that the story sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tui_agent.core.events import Event, ModelRequested, Record, TurnStarted
from tui_agent.core.state import Session, fold


@dataclass(slots=True, kw_only=True)
class Recording:
    """Numbers events, turns and steps as an agent does."""

    start: datetime = datetime(2026, 11, 21, 14, 2, tzinfo=UTC)
    records: list[Record] = field(default_factory=list)
    milliseconds: int = 0
    turn: int = 0
    step: int = 0

    def add(self, *events: Event, after: float = 0.0) -> Recording:
        """Append events; the first one comes `after` seconds."""
        self.milliseconds += round(after * 1000)
        for event in events:
            if isinstance(event, TurnStarted):
                self.turn, self.step = self.turn + 1, 0
            if isinstance(event, ModelRequested):
                self.step += 1
            moment = self.start + timedelta(milliseconds=self.milliseconds)
            self.records.append(
                Record(
                    seq=len(self.records) + 1,
                    ts=moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z",
                    mono_ms=self.milliseconds,
                    turn=self.turn,
                    step=self.step,
                    event=event,
                )
            )
        return self

    def state(self) -> Session:
        """Fold what has been recorded so far."""
        return fold(self.records)
