"""What stands in the pipes between us and a model host: one JSON object a line.

To the host: `{"op": "stream", "id", "route", "request"}`, `{"op": "cancel", "id"}`,
`{"op": "facts", "id", "route", "model"}`, `{"op": "health", "id", "route"}`,
`{"op": "catalog", "id", "provider"}`, `{"op": "local", "id"}`, `{"op": "hello", "id"}`.
From the host: `{"ready": {...}}` once it can answer and after each hello, then for an id
`{"p": [pieces]}` any number of times, and one of `{"done": response}`, `{"fail": fault}`,
`{"result": values}`. A `ready` with `learned` says that the host has got one more key.
"""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any, ClassVar, Protocol

from tui_agent.adapters.models.endpoints import Route
from tui_agent.adapters.models.faults import Fault
from tui_agent.core.blob import Blob, Text
from tui_agent.core.messages import (
    Attachment,
    CallPiece,
    Message,
    ModelFacts,
    ModelRequest,
    OpaqueItem,
    ReasoningPiece,
    Responded,
    TextPiece,
    ToolCall,
    ToolSpec,
    Usage,
)

Delta = TextPiece | ReasoningPiece | CallPiece
Json = dict[str, Any]
Value = Any
"""What a line gave, before it is checked."""


class _Fielded(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def request_to_wire(request: ModelRequest) -> Json:
    """Return `request` as JSON values; attached bytes in base64."""
    return {
        **_fields(request),
        "messages": [_message_to_wire(one) for one in request.messages],
        "tools": [_fields(one) for one in request.tools],
        "files": [[name, base64.b64encode(data).decode()] for name, data in request.files],
    }


def _fields(value: _Fielded) -> Json:
    """Return what a value holds by name, as it is: `asdict` would copy all that lies below."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _message_to_wire(message: Message) -> Json:
    return {
        "role": message.role,
        "text": message.text if isinstance(message.text, str) else _fields(message.text),
        "tool_calls": [_fields(one) for one in message.tool_calls],
        "call_id": message.call_id,
        "attachments": [
            {**_fields(one), "content": _fields(one.content)} for one in message.attachments
        ],
        "opaque": [_fields(one) for one in message.opaque],
    }


def request_from_wire(values: Json) -> ModelRequest:
    """Return the request that `request_to_wire` spelled."""
    rest = {key: values[key] for key in values if key not in {"messages", "tools", "files"}}
    return ModelRequest(
        **rest,
        messages=tuple(_message(value) for value in values["messages"]),
        tools=tuple(ToolSpec(**value) for value in values["tools"]),
        files=tuple((name, base64.b64decode(data)) for name, data in values["files"]),
    )


def _message(values: Json) -> Message:
    return Message(
        role=values["role"],
        text=_text(values["text"]),
        tool_calls=tuple(ToolCall(**call) for call in values["tool_calls"]),
        call_id=values["call_id"],
        attachments=tuple(
            Attachment(name=a["name"], mime=a["mime"], content=Blob(**a["content"]))
            for a in values["attachments"]
        ),
        opaque=tuple(OpaqueItem(**item) for item in values["opaque"]),
    )


def _text(value: Value) -> Text:
    return value if isinstance(value, str) else Blob(**value)


def route_to_wire(route: Route) -> Json:
    """Return `route` as JSON values."""
    return route.as_dict()


def route_from_wire(values: Json) -> Route:
    """Return the route that `route_to_wire` spelled."""
    headers = tuple((name, value) for name, value in values["headers"])
    return Route(**{**values, "headers": headers})


def delta_to_wire(piece: Delta) -> list[Any]:
    """Return a delta as a short list, its kind first."""
    if isinstance(piece, TextPiece):
        return ["t", piece.text]
    if isinstance(piece, ReasoningPiece):
        return ["r", piece.text]
    return ["c", piece.index, piece.id, piece.name, piece.arguments]


def delta_from_wire(values: list[Any]) -> Delta:
    """Return the delta that `delta_to_wire` spelled."""
    kind, *rest = values
    if kind == "t":
        return TextPiece(text=rest[0])
    if kind == "r":
        return ReasoningPiece(text=rest[0])
    index, call_id, name, arguments = rest
    return CallPiece(index=index, id=call_id, name=name, arguments=arguments)


def merged(pieces: list[Delta]) -> list[Delta]:
    """Return `pieces` with neighbours of a kind put together: fewer lines, the same stream."""
    result: list[Delta] = []
    for piece in pieces:
        last = result[-1] if result else None
        if isinstance(piece, TextPiece) and isinstance(last, TextPiece):
            result[-1] = TextPiece(text=last.text + piece.text)
        elif isinstance(piece, ReasoningPiece) and isinstance(last, ReasoningPiece):
            result[-1] = ReasoningPiece(text=last.text + piece.text)
        elif (
            isinstance(piece, CallPiece)
            and isinstance(last, CallPiece)
            and last.index == piece.index
        ):
            result[-1] = CallPiece(
                index=last.index,
                id=last.id or piece.id,
                name=last.name or piece.name,
                arguments=last.arguments + piece.arguments,
            )
        else:
            result.append(piece)
    return result


def responded_to_wire(response: Responded) -> Json:
    """Return the whole response as JSON values."""
    return asdict(response)


def responded_from_wire(values: Json) -> Responded:
    """Return the response that `responded_to_wire` spelled."""
    rest = {k: values[k] for k in values if k not in {"tool_calls", "opaque", "usage"}}
    return Responded(
        **rest,
        tool_calls=tuple(ToolCall(**call) for call in values["tool_calls"]),
        opaque=tuple(OpaqueItem(**item) for item in values["opaque"]),
        usage=Usage(**values["usage"]),
    )


def fault_to_wire(fault: Fault) -> Json:
    """Return `fault` as JSON values."""
    return {
        "kind": fault.kind,
        "message": fault.message,
        "remedy": fault.remedy,
        "retry": fault.retry,
        "retry_after": fault.retry_after,
    }


def fault_from_wire(values: Json) -> Fault:
    """Return the fault that `fault_to_wire` spelled."""
    return Fault(
        values["kind"],
        values["message"],
        remedy=values["remedy"],
        retry=values["retry"],
        retry_after=values["retry_after"],
    )


def facts_from_wire(values: Json) -> ModelFacts:
    """Return the facts that a host told."""
    return ModelFacts(**values)
