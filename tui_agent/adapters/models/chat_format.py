"""A model request in the words of chat completions, for both hosts."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

from tui_agent.core.blob import Text, preview_of
from tui_agent.core.messages import Message, ModelRequest, ToolSpec

Json = dict[str, Any]

EPHEMERAL = {"type": "ephemeral"}
MALFORMED = "malformed"
"""Under this name stand arguments that were no object in JSON, as the model wrote them."""
_MARKED_MESSAGES = 2
"""The last ones are marked: the one before lets the next request find what this one wrote."""


def chat_messages(request: ModelRequest, *, provider: str, markers: bool) -> list[Json]:
    """Return system text and messages.

    Args:
        request: With every blob resolved, except attachments, whose bytes are in `files`.
        provider: Opaque items of another one are left out.
        markers: Whether to say what to cache: the system text and the end of the conversation.
    """
    files = dict(request.files)
    messages: list[Json] = []
    if request.system:
        messages.append({"role": "system", "content": request.system})
    messages += [_message(message, files, provider, request.model) for message in request.messages]
    if markers:
        marked = [message for message in messages if message["role"] != "system"]
        for message in [*messages[:1], *marked[-_MARKED_MESSAGES:]]:
            _mark(message)
    return messages


def chat_tools(tools: tuple[ToolSpec, ...], *, markers: bool) -> list[Json]:
    """Return the tool definitions; with `markers`, the last one closes a cached prefix."""
    result: list[Json] = [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": tool.parameters,
            },
        }
        for tool in tools
    ]
    if markers and result:
        result[-1]["cache_control"] = EPHEMERAL
    return result


def _message(message: Message, files: dict[str, bytes], provider: str, model: str) -> Json:
    text = _whole(message.text)
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.call_id, "content": text}
    if message.role == "user":
        return {"role": "user", "content": _content(text, message, files)}
    result: Json = {"role": "assistant", "content": text or None}
    if message.tool_calls:
        result["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": _arguments(call.arguments)},
            }
            for call in message.tool_calls
        ]
    elif not text:
        result["content"] = ""
    for item in message.opaque:
        if item.provider == provider and item.model == model:
            result |= item.payload
    return result


def _arguments(given: Text) -> str:
    """Return a call's arguments as the object in JSON that providers take them for.

    What a model once broke off or garbled stands in every later request, and some refuse them all.
    """
    text = _whole(given) or "{}"
    try:
        read = json.loads(text, parse_constant=_finite, parse_float=_finite)
        sound = isinstance(read, dict)
    except (ValueError, RecursionError):
        sound = False
    return text if sound else json.dumps({MALFORMED: text}, ensure_ascii=False)


def _finite(spelled: str) -> float:
    """Return a number that JSON has. Raises ValueError for others, which Python would write."""
    value = float(spelled)
    if not math.isfinite(value):
        raise ValueError(spelled)
    return value


def _content(text: str, message: Message, files: dict[str, bytes]) -> str | list[Json]:
    if not message.attachments:
        return text
    parts: list[Json] = [{"type": "text", "text": text}] if text else []
    for attachment in message.attachments:
        data = files.get(attachment.content.sha, b"")
        if attachment.mime.startswith("image/"):
            url = f"data:{attachment.mime};base64,{base64.b64encode(data).decode()}"
            parts.append({"type": "image_url", "image_url": {"url": url}})
        else:
            body = data.decode("utf-8", "replace")
            parts.append({"type": "text", "text": f"{attachment.name}:\n{body}"})
    return parts


def _whole(text: Text) -> str:
    """Return `text`, which callers have resolved, without what UTF-8 can't carry."""
    return preview_of(text).encode("utf-8", "replace").decode()


def _mark(message: Json) -> None:
    content = message.get("content")
    if message["role"] == "tool":
        message["cache_control"] = EPHEMERAL
    elif isinstance(content, str) and content:
        message["content"] = [{"type": "text", "text": content, "cache_control": EPHEMERAL}]
    elif isinstance(content, list) and content:
        content[-1] = {**content[-1], "cache_control": EPHEMERAL}
    elif message.get("tool_calls"):
        message["tool_calls"][-1] = {**message["tool_calls"][-1], "cache_control": EPHEMERAL}
