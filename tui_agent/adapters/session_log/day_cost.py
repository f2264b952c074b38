"""What the logs say that a day has cost: each answer once, however often it is copied."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tui_agent.adapters.session_log.chain import EVENTS_FILE
from tui_agent.core.spending import NOTHING, Spend

_ANSWER, _FORK = b'"ModelResponded"', b'"SessionForked"'


def cost_of_day(folders: Iterable[Path], day: str) -> Spend:
    """Return what the answers of a day cost, by the calendar of this machine.

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
        for usage in _usages(data, day):
            total = total.with_cost(usage.get("cost_usd"))
    return total


def _usages(data: bytes, day: str) -> Iterator[dict[str, Any]]:
    own = data.rpartition(_FORK)[2]
    for line in own.split(b"\n"):
        if _ANSWER not in line:
            continue
        try:
            values = json.loads(line)
            moment = datetime.fromisoformat(values["ts"])
            if values["type"] == "ModelResponded" and _day_of(moment) == day:
                yield values["data"].get("usage") or {}
        except (ValueError, KeyError, TypeError, AttributeError):
            continue


def _day_of(moment: datetime) -> str:
    return moment.astimezone().date().isoformat()
