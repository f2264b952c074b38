"""Masks secrets in an event before it is logged, so that log, state, screen and request agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from tui_agent.core.blob import Blob
from tui_agent.core.codec import dumps, encode
from tui_agent.core.events import Event, ReasoningDelta, TextDelta, ToolOutputDelta, Unknown
from tui_agent.core.patch import Patch

Redact = Callable[[str], tuple[str, tuple[str, ...]]]


def redacted(event: Event, redact: Redact) -> tuple[Event, tuple[str, ...]]:
    """Return the event with every secret masked, and the kinds of what was masked.

    The bytes of files (blobs, patches) are never touched, or a replay would write something else.
    """
    if isinstance(event, Unknown):
        return event, ()
    deltas = (TextDelta, ReasoningDelta, ToolOutputDelta)
    whole = event.text if isinstance(event, deltas) else dumps(encode(event))
    if not redact(whole)[1]:
        return event, ()
    kinds: list[str] = []

    def mask(value: Any) -> Any:  # noqa: ANN401 -- any field of any event
        if isinstance(value, str):
            text, found = redact(value)
            kinds.extend(found)
            return text if found else value
        if isinstance(value, Blob | Patch):
            return value
        if isinstance(value, tuple):
            return tuple(mask(one) for one in value)
        if isinstance(value, dict):
            return {key: mask(one) for key, one in value.items()}
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
