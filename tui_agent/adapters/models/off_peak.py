"""Prices that depend on the hour: which of a table row's windows a moment falls into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Value = Any
"""What the table holds, before it is checked."""


def prices_at(row: Mapping[str, Value], moment: datetime) -> Mapping[str, Value]:
    """Return the row with the prices that hold at `moment` (which knows its time zone)."""
    cheaper = row.get("off_peak_pricing")
    if not isinstance(cheaper, Mapping) or not _holds(cheaper, moment.astimezone(UTC)):
        return row
    return {**row, **cheaper}


def _holds(cheaper: Mapping[str, Value], moment: datetime) -> bool:
    """Return whether one rule holds: its hours in UTC, on its days in the row's own time zone."""
    today = moment.astimezone(_zone(cheaper.get("weekday_timezone"))).isoweekday()
    rules = [{"hours_utc": cheaper.get("hours_utc")}, *(cheaper.get("windows") or ())]
    return any(
        today in rule.get("weekdays", range(1, 8)) and _within(rule.get("hours_utc"), moment)
        for rule in rules
    )


def _within(windows: Value, moment: datetime) -> bool:
    listed: Sequence[str] = [windows] if isinstance(windows, str) else windows or []
    now = f"{moment:%H:%M}"
    for window in listed:
        start, _, end = window.partition("-")
        inside = start <= now < end if start < end else now >= start or now < end
        if inside:
            return True
    return False


def _zone(name: Value) -> tzinfo:
    try:
        return ZoneInfo(name) if isinstance(name, str) else UTC
    except (ValueError, ZoneInfoNotFoundError):
        return UTC
