"""When something was, by the clock of the person who reads it: what is recorded is UTC."""

from __future__ import annotations


def minute(ts: str) -> str:
    """Say the day and the time of a recorded moment (ISO 8601), in the local zone."""
    return _told(ts, "%Y-%m-%d %H:%M") or ts[:16].replace("T", " ")


def day(ts: str) -> str:
    """Say the day of a recorded moment, in the local zone: `2026-11-21`."""
    return _told(ts, "%Y-%m-%d") or ts[:10]


def clock(ts: str) -> str:
    """Say the time of day of a recorded moment, in the local zone: `14:02`."""
    return _told(ts, "%H:%M")


def _told(ts: str, form: str) -> str:
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(ts)
    except ValueError:
        return ""
    return moment.astimezone().strftime(form)
