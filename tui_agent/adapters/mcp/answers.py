"""What a host says of its server, taken for hostile: checked in form and size, then values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tui_agent.core.messages import ToolSpec
from tui_agent.core.served import (
    Answer,
    OfferedPrompt,
    OfferedResource,
    OfferedTool,
    Part,
    offered_tool,
)
from tui_agent.core.servers import tool_name

MOST_TOOLS = 128
"""Of one server; a model is told of no more."""
LONGEST_DESCRIPTION = 8_000
LONGEST_SCHEMA = 50_000
"""Characters of a tool's schema."""
DEEPEST_SCHEMA = 24
MOST_OTHERS = 1_000
LONGEST_WORDS = 1_000
_HALF = b"\\ud"
"""How half of a surrogate pair begins, or a whole pair."""

Json = dict[str, Any]


class OddAnswerError(ValueError):
    """An answer that is none; the message says what it is instead."""


def message_of(line: bytes) -> Json:
    """Return a line as an object, of text that UTF-8 can carry. Raises OddAnswerError."""
    try:
        said = json.loads(line)
        if _HALF in line.lower():  # It would end each request that it becomes a part of.
            whole = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
            said = json.loads(whole)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise OddAnswerError("it said what is no message")
    return said


def words_of(value: object) -> str:
    """Return a sentence that a host said, shortened."""
    text = value if isinstance(value, str) else "it did not say why"
    return text[:LONGEST_WORDS]


def tools_of(server: str, result: object) -> tuple[tuple[OfferedTool, ...], tuple[str, ...]]:
    """Return the tools that may be offered, and a sentence for each that may not."""
    listed = _list(result, "tools")
    more = isinstance(result, dict) and result.get("more") is True
    found: dict[str, OfferedTool] = {}
    left_out: list[str] = []
    for one in listed:
        if len(found) >= MOST_TOOLS:
            break
        made, wrong = _tool(server, one, found)
        if made is not None:
            found[made.spec.name] = made
        else:
            left_out.append(wrong)
    beyond = len(listed) - len(found) - len(left_out)
    if beyond or more:
        left_out.append(f"{'over ' if more else ''}{beyond} more tools: {MOST_TOOLS} are the most")
    return tuple(found.values()), tuple(left_out)


def _tool(
    server: str, one: object, found: Mapping[str, OfferedTool]
) -> tuple[OfferedTool | None, str]:
    own = one.get("name") if isinstance(one, dict) else None
    if not isinstance(one, dict) or not isinstance(own, str):
        return None, "a tool without a name"
    shown = own[:60]
    name = tool_name(server, own)
    description, schema = one.get("description", ""), one.get("schema")
    if not name:
        return None, f"{shown!r}: its name has no letter or digit"
    if name in found:
        return None, f"{shown}: its name is the same as that of {found[name].own}"
    if not isinstance(schema, dict) or not _is_of_object(schema):
        return None, f"{shown}: its schema is none of an object"
    if not isinstance(description, str):
        return None, f"{shown}: its description is no text"
    try:
        size = len(json.dumps(schema, allow_nan=False))
    except ValueError:
        return None, f"{shown}: its schema has a number that is none"
    except RecursionError:
        size = LONGEST_SCHEMA + 1
    if size > LONGEST_SCHEMA or _depth(schema) > DEEPEST_SCHEMA:
        return None, f"{shown}: its schema is too large"
    schema = {"type": "object", "properties": {}, **schema}
    description = description[:LONGEST_DESCRIPTION]
    spec = ToolSpec(name=name, description=description, parameters=schema)
    return offered_tool(spec, own), ""


def _is_of_object(schema: Mapping[str, Any]) -> bool:
    """Return whether it is one, as far as a provider would refuse every request otherwise."""
    properties, required = schema.get("properties", {}), schema.get("required", [])
    return (
        schema.get("type", "object") == "object"
        and isinstance(properties, dict)
        and all(isinstance(one, dict | bool) for one in properties.values())
        and isinstance(required, list)
        and all(isinstance(one, str) for one in required)
    )


def _depth(value: object, depth: int = 0) -> int:
    if depth > DEEPEST_SCHEMA or not isinstance(value, dict | list):
        return depth
    inner = value.values() if isinstance(value, dict) else value
    return max((_depth(one, depth + 1) for one in inner), default=depth)


def prompts_of(result: object) -> tuple[OfferedPrompt, ...]:
    """Return the prompts of an answer; odd ones are passed over."""
    return tuple(
        OfferedPrompt(
            name=_text(one, "name"),
            description=_text(one, "description")[:LONGEST_WORDS],
            arguments=tuple(_text(argument, "name") for argument in _dicts(one.get("arguments"))),
            required=tuple(
                _text(argument, "name")
                for argument in _dicts(one.get("arguments"))
                if argument.get("required") is True
            ),
        )
        for one in _dicts(_list(result, "prompts"))
        if _text(one, "name")
    )


def resources_of(result: object) -> tuple[OfferedResource, ...]:
    """Return the resources of an answer; odd ones are passed over."""
    return tuple(
        OfferedResource(
            uri=_text(one, "uri")[:LONGEST_WORDS], name=_text(one, "name")[:LONGEST_WORDS]
        )
        for one in _dicts(_list(result, "resources"))
        if _text(one, "uri")
    )


def answer_of(result: object) -> Answer:
    """Return what a call or a resource gave. Raises OddAnswerError."""
    if not isinstance(result, dict):
        raise OddAnswerError("its answer is no object")
    parts = tuple(_part(one) for one in _dicts(result.get("parts")))
    cut = result.get("cut")
    return Answer(
        parts=parts,
        structured=_text(result, "structured"),
        error=result.get("error") is True,
        cut=cut if isinstance(cut, int) and not isinstance(cut, bool) else 0,
    )


def messages_of(result: object) -> tuple[tuple[str, tuple[Part, ...]], ...]:
    """Return a prompt's messages: each role, and its parts. Raises OddAnswerError."""
    return tuple(
        (_text(one, "role"), tuple(_part(part) for part in _dicts(one.get("parts"))))
        for one in _dicts(_list(result, "messages"))
    )


def _part(one: Mapping[str, Any]) -> Part:
    return Part(
        kind=_text(one, "kind"),
        text=_text(one, "text"),
        mime=_text(one, "mime")[:100],
        uri=_text(one, "uri")[:LONGEST_WORDS],
        name=_text(one, "name")[:LONGEST_WORDS],
        data=_text(one, "data"),
    )


def _list(result: object, key: str) -> list[Any]:
    found = result.get(key) if isinstance(result, dict) else None
    if not isinstance(found, list):
        raise OddAnswerError(f"its answer has no list of {key}")
    return found


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    for one in (value if isinstance(value, list) else [])[:MOST_OTHERS]:
        if isinstance(one, dict):
            yield one


def _text(one: Mapping[str, Any], key: str) -> str:
    value = one.get(key)
    return value if isinstance(value, str) else ""
