"""What the logs say that a day has cost: each answer once, however often it is copied."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tui_agent.adapters.session_log.chain import EVENTS_FILE
from tui_agent.core.spending import NOTHING, Spend

_KINDS = (b'"ModelRequested"', b'"ModelResponded"', b'"ModelFailed"')
_FORK = b'"SessionForked"'


def cost_of_day(folders: Iterable[Path], day: str) -> Spend:
    """Return what the calls made on a day cost, by the calendar of this machine.

    What a fork took over from another session is counted there alone. A log that cannot be read
    counts as nothing.
    """
    total = NOTHING
    for folder in folders:
        try:
            path = folder / EVENTS_FILE
            if datetime.fromtimestamp(path.stat().st_mtime).astimezone().date().isoformat() < day:
                continue
            data = path.read_bytes()
        except OSError:
            continue
        total = total.plus(_Told(day).of(data))
    return total


@dataclass(slots=True)
class _Told:
    """Reads one log as its session counts it."""

    day: str
    made: dict[str, str] = field(default_factory=dict)
    """On which day each call was made."""
    spent: dict[str, Spend] = field(default_factory=lambda: defaultdict(lambda: NOTHING))
    """What each agent has spent so far."""

    def of(self, data: bytes) -> Spend:
        copied, _, own = data.rpartition(_FORK)
        for _ in self._costs(copied):
            continue  # Counted where it was made; what comes after depends on it.
        total = NOTHING
        for day, cost in self._costs(own):
            total = total.plus(cost if day == self.day else NOTHING)
        return total

    def _costs(self, data: bytes) -> Iterator[tuple[str, Spend]]:
        for line in data.split(b"\n"):
            if not any(kind in line for kind in _KINDS):
                continue
            try:
                values = json.loads(line)
                found = self._cost(values, values["data"])
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                continue
            if found is not None:
                yield found

    def _cost(self, values: dict[str, Any], data: dict[str, Any]) -> tuple[str, Spend] | None:
        call, agent = data.get("request_id", ""), values.get("agent_id", "")
        day = self.made.get(call) or _day_of(values["ts"])
        before = self.spent[agent]
        if values["type"] == "ModelRequested":
            self.made[call] = day
            return None
        if values["type"] == "ModelResponded":
            after = before.with_cost((data.get("usage") or {}).get("cost_usd"))
        elif data.get("partial") or data.get("kind") == "cancelled":
            after = before.with_cut_off()
        else:
            return None
        self.spent[agent] = after
        return day, after.minus(before)


def _day_of(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone().date().isoformat()
