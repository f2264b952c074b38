"""Masks secrets in an event before it is logged, so that log, state, screen and request agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from tui_agent.core.blob import Blob
from tui_agent.core.events import Event, Unknown
from tui_agent.core.patch import HunkDecision, Patch

Redact = Callable[[str], tuple[str, tuple[str, ...]]]
Value = Any
"""Any field of any event."""


def redacted(
    event: Event, redact: Redact, *, leaves: bool = False
) -> tuple[Event, tuple[str, ...]]:
    """Return the event with every secret masked, and the kinds of what was masked.

    The bytes of files (blobs, patches) are never touched, or a replay would write something else.
    Nor is what a person made of a hunk, which is to be such bytes, unless the event `leaves` us.
    """
    if isinstance(event, Unknown):
        return event, ()
    if not redact("\n".join(_texts(event, leaves=leaves)))[1]:
        return event, ()
    kinds: list[str] = []

    def mask(value: Value) -> Value:
        if isinstance(value, str):
            text, found = redact(value)
            kinds.extend(found)
            return text if found else value
        if isinstance(value, Blob | Patch):
            return value
        if isinstance(value, HunkDecision) and not leaves:
            reason = mask(value.reason)
            return replace(value, reason=reason) if reason != value.reason else value
        if isinstance(value, tuple):
            return tuple(mask(one) for one in value)
        if isinstance(value, dict):
            return {mask(key): mask(one) for key, one in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            changed = {
                field.name: new
                for field in fields(value)
                if (new := mask(old := getattr(value, field.name))) is not old and new != old
            }
            return replace(value, **changed) if changed else value
        return value

    masked: Event = mask(event)
    return masked, tuple(kinds)


def _texts(value: Value, *, leaves: bool) -> Iterator[str]:
    """Yield every text that may be masked, as it is: what escapes it may hide a secret."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one, leaves=leaves)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (key, *_texts(one, leaves=leaves))
    elif isinstance(value, HunkDecision) and not leaves:
        yield value.reason
    elif is_dataclass(value) and not isinstance(value, Blob | Patch):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), leaves=leaves)
