"""Arguments of a call: raw text to checked values, or a message that helps the model to mend them.

The check covers the part of JSON Schema that our tools use: objects without further properties,
strings, integers, numbers, booleans, arrays, enumerations, minima and maxima. Nothing is repaired
or guessed.
"""

from __future__ import annotations

import json
from typing import Any

from tui_agent.core.ports import ArgumentsError

LONGEST = 2 << 20
"""Characters of raw arguments; a larger change belongs into several calls."""

DEEPEST = 24

Schema = dict[str, Any]
Value = Any
"""What JSON spells."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
_NAMES = {
    "string": "a string",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
}


def parsed(raw: str, schema: Schema) -> dict[str, Any]:
    """Return the arguments that `raw` spells, checked against the tool's schema.

    Raises:
        ArgumentsError: broken or oversized JSON, an unknown, missing, doubled or ill-typed argument.
    """
    if len(raw) > LONGEST:
        message = f"The arguments have {len(raw):,} characters; at most {LONGEST:,} are taken."
        raise ArgumentsError(message)
    try:
        value = json.loads(raw or "{}", object_pairs_hook=_pairs, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        near = raw[max(0, error.pos - 20) : error.pos + 20]
        message = (
            f"The arguments are not JSON: {error.msg} at character {error.pos}, near {near!r}."
        )
        raise ArgumentsError(message) from None
    except RecursionError:
        message = "The arguments are nested too deeply."
        raise ArgumentsError(message) from None
    _check(value, schema, "", 0)
    result: dict[str, Any] = value
    return result


def canonical(arguments: dict[str, Any]) -> str:
    """Return arguments as JSON with sorted keys, for digests and session approvals."""
    return json.dumps(arguments, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, _ in pairs if sum(one == name for one, _ in pairs) > 1)
        message = f"The argument {twice!r} is given twice."
        raise ArgumentsError(message)
    return found


def _no_constant(name: str) -> None:
    message = f"{name} is not JSON."
    raise ArgumentsError(message)


def _check(value: Value, schema: Schema, place: str, depth: int) -> None:
    kind = schema.get("type")
    where = f"{place!r}" if place else "The arguments"
    if depth > DEEPEST:
        message = f"{where}: nested too deeply."
        raise ArgumentsError(message)
    if kind is not None and not _is(value, kind):
        message = f"{where} must be {_NAMES[kind]}, and {_shown(value)} is not."
        raise ArgumentsError(message)
    allowed = schema.get("enum")
    if allowed is not None and value not in allowed:
        message = f"{where} must be one of {', '.join(map(str, allowed))}, not {_shown(value)}."
        raise ArgumentsError(message)
    _check_range(value, schema, where)
    if kind == "object" and "properties" in schema:
        _check_object(value, schema, place, depth)
    elif kind == "array":
        for number, item in enumerate(value):
            _check(item, schema.get("items", {}), f"{place}[{number}]", depth + 1)


def _check_range(value: Value, schema: Schema, where: str) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum"), schema.get("maximum")
        if (low is not None and value < low) or (high is not None and value > high):
            message = f"{where} must be between {low} and {high}, not {value}."
            raise ArgumentsError(message)
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        message = f"{where} must not be empty."
        raise ArgumentsError(message)
    if isinstance(value, list) and len(value) < schema.get("minItems", 0):
        message = f"{where} must have at least {schema['minItems']} items."
        raise ArgumentsError(message)


def _check_object(value: dict[str, Any], schema: Schema, place: str, depth: int) -> None:
    properties: dict[str, Schema] = schema["properties"]
    for name, item in value.items():
        if name not in properties:
            message = (
                f"There is no argument {_path(place, name)!r}; known: {', '.join(properties)}."
            )
            raise ArgumentsError(message)
        _check(item, properties[name], _path(place, name), depth + 1)
    for name in schema.get("required", ()):
        if name not in value:
            message = f"The argument {_path(place, name)!r} is missing."
            raise ArgumentsError(message)


def _path(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _is(value: Value, kind: str) -> bool:
    if kind in ("integer", "number") and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES[kind])


def _shown(value: Value) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - a line's worth
