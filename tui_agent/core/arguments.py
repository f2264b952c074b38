"""Checks a call's arguments against its tool's schema, and says what would mend them.

Only the part of JSON Schema that tools use: object, array, string, integer, number, boolean, enum,
required, minItems, maxItems, minLength, maxLength, minimum, maximum. Stricter than JSON in what
could be misread (a key twice, an unknown key, NaN), more lenient where nothing can: a line break
inside a string, as models send it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tui_agent.core.ports import ArgumentsError

Parsed = Any
"""Whatever JSON spells."""

LONGEST = 8_000_000
"""Characters of one call's arguments."""
DEEPEST = 32
PROBLEMS_SHOWN = 5
TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
NAMES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    type(None): "null",
}


def parse_arguments(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Parse a call's raw arguments; an empty text stands for no arguments.

    Raises ArgumentsError for what is no JSON object or does not fit the schema.
    """
    if len(text) > LONGEST:
        message = f"The arguments have {len(text):,} characters; at most {LONGEST:,} are taken."
        raise ArgumentsError(message)
    value = _parsed(text.strip() or "{}")
    problems = list(_problems(value, schema, "", 0))
    if problems:
        shown = problems[:PROBLEMS_SHOWN]
        if len(problems) > PROBLEMS_SHOWN:
            shown.append(f"and {len(problems) - PROBLEMS_SHOWN} more")
        message = f"The arguments do not fit: {'; '.join(shown)}. Expected: {_outline(schema)}"
        raise ArgumentsError(message)
    arguments: dict[str, Any] = value
    return arguments


def canonical(arguments: Mapping[str, Any]) -> str:
    """Return the one JSON text of these arguments that a proposal carries and a digest covers."""
    return json.dumps(arguments, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _parsed(text: str) -> Parsed:
    try:
        return json.loads(text, strict=False, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        message = "The arguments are nested too deeply."
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - 30) : error.pos + 30]
        end = (
            " The text ends too early: it may have been cut off." if error.pos >= len(text) else ""
        )
        message = (
            f"The arguments are no valid JSON: {error.msg} at character {error.pos}, "
            f"near {near!r}.{end}"
        )
    except ArgumentsError:
        raise
    except ValueError as error:
        message = f"The arguments are no valid JSON: {error}"
    raise ArgumentsError(message)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        message = f"The arguments name {twice!r} twice; which one holds is not guessed."
        raise ArgumentsError(message)
    return result


def _no_constant(name: str) -> object:
    message = f"The arguments contain {name}, which is no JSON number."
    raise ArgumentsError(message)


def _problems(value: object, schema: Mapping[str, Any], place: str, depth: int) -> Iterator[str]:
    where = place or "the arguments"
    kind = schema.get("type", "object")
    if depth > DEEPEST:
        yield f"{where[:60]} is nested too deeply"
    elif not _is_a(value, kind):
        article = "an" if kind[0] in "aio" else "a"
        yield f"{where} must be {article} {kind}, not {_name(value)}"
    elif isinstance(value, dict):
        yield from _object_problems(value, schema, place, depth)
    elif isinstance(value, list):
        yield from _size_problems(len(value), schema, where, "Items")
        for index, item in enumerate(value):
            yield from _problems(item, schema.get("items", {}), f"{place}[{index}]", depth + 1)
    elif isinstance(value, str):
        yield from _text_problems(value, schema, where)
    elif isinstance(value, int | float):
        yield from _number_problems(value, schema, where)


def _object_problems(
    value: dict[str, Any], schema: Mapping[str, Any], place: str, depth: int
) -> Iterator[str]:
    known: Mapping[str, Any] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{_join(place, name)} is missing"
    for name, inner in value.items():
        if name in known:
            yield from _problems(inner, known[name], _join(place, name), depth + 1)
        elif schema.get("additionalProperties") is not True:
            yield f"{_join(place, name[:60])} is not known"


def _text_problems(value: str, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    choices = schema.get("enum")
    if choices and value not in choices:
        yield f"{where} must be one of {', '.join(choices)}, not {value[:40]!r}"
    if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        yield f"{where} holds half a surrogate pair, which is no text"
    yield from _size_problems(len(value), schema, where, "Length")


def _size_problems(size: int, schema: Mapping[str, Any], where: str, what: str) -> Iterator[str]:
    unit = "items" if what == "Items" else "characters"
    least, most = schema.get(f"min{what}", 0), schema.get(f"max{what}")
    if size < least:
        yield f"{where} is empty" if size == 0 else f"{where} needs at least {least} {unit}"
    if most is not None and size > most:
        yield f"{where} has {size:,} {unit}, at most {most:,}"


def _number_problems(value: float, schema: Mapping[str, Any], where: str) -> Iterator[str]:
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{where} must be at least {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        yield f"{where} must be at most {schema['maximum']}"


def _is_a(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, TYPES[kind])


def _name(value: object) -> str:
    return NAMES.get(type(value), "a number")


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _outline(schema: Mapping[str, Any], depth: int = 0) -> str:
    """Draw a schema in one line: `{path: string, edits: [{old: string, new: string}], all?: …}`."""
    kind = schema.get("type", "object")
    if kind == "array":
        return f"[{_outline(schema.get('items', {}), depth + 1)}]"
    if kind != "object":
        return "|".join(schema["enum"]) if "enum" in schema else str(kind)
    required = schema.get("required", ())
    inner = (
        f"{name}{'' if name in required else '?'}: {_outline(one, depth + 1)}"
        for name, one in schema.get("properties", {}).items()
    )
    return f"{{{', '.join(inner)}}}"
