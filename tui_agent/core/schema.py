"""The JSON Schema of a session's trace, derived from the same types as the codec."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tui_agent.core.blob import Blob
from tui_agent.core.events import Ephemeral, TurnEnded
from tui_agent.core.wire import EVENTS

Schema = dict[str, Any]
Hint = Any
"""A type, as an annotation spells it."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"
SHA = "^[0-9a-f]{64}$"
_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_PLAIN: dict[object, Schema] = {
    str: _TEXT,
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}


def trace_schema() -> Schema:
    """Return the schema of what `agent sessions show --json` and the JSON export give."""
    known = _Known()
    events = [kind for kind in EVENTS.values() if kind not in get_args(Ephemeral)]
    data = [
        {
            "if": {"properties": {"type": {"const": kind.__name__}}},
            "then": {"properties": {"data": known.of(kind)}},
        }
        for kind in events
    ]
    turn = _closed(
        run_id=_TEXT,
        agent_id=_TEXT,
        request=_TEXT,
        intent={"type": ["string", "null"]},
        final={"anyOf": [known.of(TurnEnded), {"type": "null"}]},
    )
    whole = _closed(
        run_id=_TEXT,
        origin=_TEXT,
        status={"enum": ["open", "suspended", "closed"]},
        turns={"type": "array", "items": turn},
        events={"type": "array", "items": {"allOf": [_line(), *data]}},
        problems={"type": "array", "items": _TEXT},
    )
    whole["properties"]["payloads"] = {
        "type": "object",
        "propertyNames": {"pattern": SHA},
        "additionalProperties": {"oneOf": [_closed(text=_TEXT), _closed(base64=_TEXT)]},
    }
    return {"$schema": DRAFT, "title": "A session", **whole, "$defs": known.definitions}


def _line() -> Schema:
    return _closed(
        v={"type": "integer", "minimum": 1},
        seq=_COUNT,
        ts=_TEXT,
        mono_ms={"type": "integer"},
        agent_id=_TEXT,
        turn=_COUNT,
        step=_COUNT,
        type=_TEXT,
        data={"type": "object"},
        h={"type": "string", "pattern": "^([0-9a-f]{64})?$"},
    )


def _closed(**properties: Schema) -> Schema:
    """Return an object that has these properties, all of them, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class _Known:
    """The dataclasses that have been described, each once."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def of(self, hint: Hint) -> Schema:
        """Return the schema of a type."""
        if hint in _PLAIN:
            return _PLAIN[hint]
        if hint is Blob:
            return self._named("Blob", _blob)
        if isinstance(hint, type) and is_dataclass(hint):
            return self._named(hint.__name__, lambda: self._fields(hint))
        origin: Hint = get_origin(hint)
        args = get_args(hint)
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(arg) for arg in args]}
        if origin is Literal:
            return {"enum": list(args)}
        if origin is tuple and args[-1] is not Ellipsis:
            items = [self.of(arg) for arg in args]
            return {"type": "array", "prefixItems": items, "minItems": len(args)}
        if origin in (tuple, frozenset, list):
            return {"type": "array", "items": self.of(args[0])}
        return {"type": "object"} if origin is dict else {}

    def _named(self, name: str, make: Callable[[], Schema]) -> Schema:
        if name not in self.definitions:
            self.definitions[name] = {}  # a type that holds itself refers to its name
            self.definitions[name] = make()
        return {"$ref": f"#/$defs/{name}"}

    def _fields(self, kind: type[Any]) -> Schema:
        """Describe a dataclass; what a newer program adds to it is let through."""
        hints = get_type_hints(kind)
        required = [
            one.name
            for one in fields(kind)
            if one.default is MISSING and one.default_factory is MISSING
        ]
        properties = {one.name: self.of(hints[one.name]) for one in fields(kind)}
        return {"type": "object", "properties": properties, "required": required}


def _blob() -> Schema:
    return {
        "type": "object",
        "properties": {
            "$blob": {"type": "string", "pattern": SHA},
            "size": _COUNT,
            "mime": _TEXT,
            "preview": _TEXT,
        },
        "required": ["$blob", "size"],
    }
