"""A request's body in either wire format, read back into our own messages."""

from __future__ import annotations

import json
from typing import Any

from tui_agent.core.messages import Message, ToolCall

Json = dict[str, Any]


def read_chat(body: Json) -> tuple[Message, ...]:
    """Return the conversation of a chat-completions request, without its system text."""
    messages = []
    for said in body["messages"]:
        text = _text(said.get("content"))
        if said["role"] == "user":
            messages.append(Message(role="user", text=text))
        elif said["role"] == "tool":
            messages.append(Message(role="tool", text=text, call_id=said["tool_call_id"]))
        elif said["role"] == "assistant":
            calls = tuple(
                ToolCall(
                    id=call["id"],
                    name=call["function"]["name"],
                    arguments=call["function"]["arguments"],
                )
                for call in said.get("tool_calls") or []
            )
            messages.append(Message(role="assistant", text=text, tool_calls=calls))
    return tuple(messages)


def read_anthropic(body: Json) -> tuple[Message, ...]:
    """Return the conversation of an Anthropic request; a user's blocks become one message each."""
    messages: list[Message] = []
    for said in body["messages"]:
        content = said["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if said["role"] == "assistant":
            messages.append(_answer(blocks))
        else:
            messages += [_asked(block) for block in blocks]
    return tuple(messages)


def _answer(blocks: list[Json]) -> Message:
    return Message(
        role="assistant",
        text="".join(block["text"] for block in blocks if block["type"] == "text"),
        tool_calls=tuple(
            ToolCall(id=block["id"], name=block["name"], arguments=json.dumps(block["input"]))
            for block in blocks
            if block["type"] == "tool_use"
        ),
    )


def _asked(block: Json) -> Message:
    if block["type"] == "tool_result":
        text = _text(block.get("content"))
        return Message(role="tool", text=text, call_id=block["tool_use_id"])
    return Message(role="user", text=block.get("text", ""))


def _text(content: object) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content if isinstance(content, str) else ""
