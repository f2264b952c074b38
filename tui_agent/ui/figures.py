"""Figures in words: durations, sizes, money, tokens. Unknown is said to be unknown."""

from __future__ import annotations

from tui_agent.core.messages import Usage
from tui_agent.core.spending import dollars

TENTHS_BELOW = 10
"""Seconds from which on tenths are noise."""
_MINUTE = 60
_HOUR = 3600


def duration(seconds: float) -> str:
    """Return `0.4 s`, `12 s`, `2 min 5 s`, `1 h 3 min`."""
    if seconds < TENTHS_BELOW:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def money(amount: float | None) -> str:
    """Return `$0.12`, with more places below a cent."""
    return "cost unknown" if amount is None else dollars(amount)


def tokens(usage: Usage) -> str:
    """Return `1,200 tokens in (900 cached), 80 out`."""
    if usage.input_tokens is None and usage.output_tokens is None:
        return "tokens unknown"
    cached = f" ({usage.cached_tokens:,} cached)" if usage.cached_tokens else ""
    return f"{usage.input_tokens or 0:,} tokens in{cached}, {usage.output_tokens or 0:,} out"


def size(count: int) -> str:
    """Return `640 B`, `1.2 kB`, `3.4 MB`."""
    for unit, limit in (("B", 1000), ("kB", 10**6), ("MB", 10**9)):
        if count < limit:
            return f"{count} B" if unit == "B" else f"{count / limit * 1000:.1f} {unit}"
    return f"{count / 10**9:.1f} GB"


def plural(count: int, noun: str) -> str:
    """Return `1 file`, `2 files`."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def counts(added: int, removed: int) -> str:
    """Return `+14 −3`."""
    return f"+{added} −{removed}"
