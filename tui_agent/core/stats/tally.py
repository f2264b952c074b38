"""Adds sessions up: for the whole, and for one way of dividing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tui_agent.core.events import (
    MAIN_AGENT,
    Record,
    SessionForked,
    SessionResumed,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.messages import NO_USAGE, Usage
from tui_agent.core.state.stops import Stop, find_stops
from tui_agent.core.stats.reading import Amount, Reader
from tui_agent.core.stats.values import Dimension, Row, Stats

_TIMES = {"model": "model_ms", "call": "tool_ms", "check": "tool_ms", "approval": "human_ms"}
"""Which time the milliseconds of a replay's stop are."""


class Tally:
    """Counts one session after another."""

    def __init__(self, by: Dimension | None = None, *, since: str = "") -> None:
        """Divide by a dimension; count only what was recorded since (UTC, ISO 8601)."""
        self._by = by
        self._since = since
        self._whole = _Sum()
        self._parts: dict[str, _Sum] = {}
        self._sessions = 0
        self._steps = 0
        self._spans: Counter[str] = Counter()

    def add(self, records: Sequence[Record], *, copied: bool = False) -> None:
        """Count a session. `copied`: with what a fork took over from the session before it."""
        first = 0 if copied else forked_at(records)
        counted = [one for one in records if one.seq > first and one.ts >= self._since]
        self._sessions += bool(counted)
        self._spans.update(_spans(counted))
        reader = Reader()
        for record in records:
            for amount in reader.amounts(record):
                if record.seq > first and record.ts >= self._since:
                    self._count(amount)
        for stop in find_stops(records):
            if stop.seq > first and stop.ts >= self._since:
                self._steps += 1
                self._count(_time_of(stop, reader))

    def stats(self) -> Stats:
        """Return what was counted so far."""
        rows = [part.row(key) for key, part in self._parts.items()]
        rows.sort(key=lambda row: (0 if self._by == "day" else -_weight(row), row.key))
        return Stats(
            sessions=self._sessions,
            steps=self._steps,
            total=self._whole.row(""),
            turn_ms=self._spans["turn"],
            idle_ms=self._spans["idle"],
            rows=tuple(rows),
        )

    def _count(self, amount: Amount) -> None:
        self._whole.add(amount)
        key = amount.keys.get(self._by) if self._by is not None else None
        if key is not None:
            self._parts.setdefault(key, _Sum()).add(amount)


class _Sum:
    """Amounts added up."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._usage: Usage = NO_USAGE

    def add(self, amount: Amount) -> None:
        self._counts.update(amount.counts)
        if amount.usage is not None:
            self._usage = self._usage.plus(amount.usage)

    def row(self, key: str) -> Row:
        counts: dict[str, Any] = dict(self._counts)
        return Row(key=key, usage=self._usage, **counts)


def _time_of(stop: Stop, reader: Reader) -> Amount:
    keys: dict[Dimension, str] = {"day": stop.ts[:10]}
    if stop.kind == "model" and stop.seq in reader.models:
        keys["model"] = reader.models[stop.seq]
    elif stop.kind in {"call", "check", "approval"}:
        keys["tool"] = reader.tools.get(stop.call_id, stop.title)
    name = _TIMES.get(stop.kind)
    return Amount(keys=keys, counts={name: stop.ms} if name is not None and stop.ms else {})


def forked_at(records: Iterable[Record]) -> int:
    """Return the last record that was taken over from the session before it; 0: none was."""
    return max((one.seq for one in records if isinstance(one.event, SessionForked)), default=0)


def _spans(records: Sequence[Record]) -> Counter[str]:
    """Return the milliseconds within turns and outside of them; a clock set back counts as 0."""
    spans: Counter[str] = Counter()
    before: datetime | None = None
    is_open = False
    for record in records:
        try:
            now = datetime.fromisoformat(record.ts)
        except ValueError:
            continue
        if before is not None and now > before:
            away = isinstance(record.event, SessionResumed) or not is_open
            spans["idle" if away else "turn"] += round((now - before).total_seconds() * 1000)
        before = now
        if record.agent_id == MAIN_AGENT and isinstance(record.event, TurnStarted | TurnEnded):
            is_open = isinstance(record.event, TurnStarted)
    return spans


def _weight(row: Row) -> int:
    tokens = (row.usage.input_tokens or 0) + (row.usage.output_tokens or 0)
    return tokens + row.calls + row.edits
