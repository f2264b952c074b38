"""What a server gave, as plain values for our side: cut where it is too much."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import mcp_types as types

from tui_agent.core.excerpt import without_last_word

Json = dict[str, Any]
MOST_TEXT = 1_000_000
"""Characters of one answer."""
MOST_DATA = 4_000_000
"""Characters of what is not text (base64)."""


class Room:
    """How much of an answer may still be passed on."""

    def __init__(self) -> None:
        self.text, self.data = MOST_TEXT, MOST_DATA
        self.cut = 0
        """Characters that were left out."""

    def of_text(self, text: str) -> str:
        """Return as much of a text as there is room for."""
        kept = text if len(text) <= self.text else without_last_word(text[: self.text])
        self.text -= len(kept)
        self.cut += len(text) - len(kept)
        return kept

    def of_data(self, data: str) -> str:
        """Return data whole, or nothing of it."""
        if len(data) > self.data:
            self.cut += len(data)
            return ""
        self.data -= len(data)
        return data


def called(result: types.CallToolResult) -> Json:
    """Return a call's result."""
    room = Room()
    parts = [_block(block, room) for block in result.content]
    structured = None
    if result.structured_content is not None:
        text = json.dumps(result.structured_content, ensure_ascii=False, indent=2)
        structured = room.of_text(text)
    return {"parts": parts, "structured": structured, "error": result.is_error, "cut": room.cut}


def read(result: types.ReadResourceResult) -> Json:
    """Return a resource's contents."""
    room = Room()
    return {"parts": [_resource(one, room) for one in result.contents], "cut": room.cut}


def prompted(result: types.GetPromptResult) -> Json:
    """Return a prompt's messages."""
    room = Room()
    messages = [
        {"role": str(one.role), "parts": [_block(one.content, room)]} for one in result.messages
    ]
    return {"messages": messages, "cut": room.cut}


def tools(listed: Iterable[types.Tool]) -> list[Json]:
    """Return tools as they are offered. Their hints are left out: nothing follows from them."""
    return [
        {
            "name": one.name,
            "description": one.description or one.title or "",
            "schema": one.input_schema,
        }
        for one in listed
    ]


def prompts(listed: Iterable[types.Prompt]) -> list[Json]:
    """Return prompts as they are offered."""
    return [
        {
            "name": one.name,
            "description": one.description or one.title or "",
            "arguments": [
                {"name": argument.name, "required": bool(argument.required)}
                for argument in one.arguments or ()
            ],
        }
        for one in listed
    ]


def resources(listed: Iterable[types.Resource]) -> list[Json]:
    """Return resources as they are offered."""
    return [{"uri": one.uri, "name": one.title or one.name} for one in listed]


def _block(block: types.ContentBlock, room: Room) -> Json:
    match block:
        case types.TextContent():
            return {"kind": "text", "text": room.of_text(block.text)}
        case types.ImageContent() | types.AudioContent():
            data = room.of_data(block.data)
            return {"kind": block.type, "mime": block.mime_type, "data": data}
        case types.ResourceLink():
            mime = block.mime_type or ""
            return {"kind": "link", "uri": block.uri, "name": block.name, "mime": mime}
        case _:
            return _resource(block.resource, room)


def _resource(one: types.TextResourceContents | types.BlobResourceContents, room: Room) -> Json:
    found: Json = {"kind": "resource", "uri": one.uri, "mime": one.mime_type or ""}
    text, blob = getattr(one, "text", None), getattr(one, "blob", None)
    if text is not None:
        found["text"] = room.of_text(text)
    elif blob is not None:
        found["data"] = room.of_data(blob)
    return found
