"""A request's hash is that of one JSON text, which is never written."""

from __future__ import annotations

import hashlib
import tracemalloc
from dataclasses import replace

import pytest

from tui_agent.agent.request import hash_of
from tui_agent.core.codec import dumps, encode
from tui_agent.core.messages import Message, ModelRequest, OpaqueItem, ToolCall, ToolSpec


def whole(request: ModelRequest) -> str:
    """Hash a request as it has always been recorded."""
    text = dumps(
        {
            "model": request.model,
            "system": request.system,
            "messages": [encode(one) for one in request.messages],
            "tools": [encode(one) for one in request.tools],
            "temperature": request.temperature,
            "max_output_tokens": request.max_output_tokens,
        }
    )
    return hashlib.sha256(text.encode()).hexdigest()


CALL = ToolCall(id="1", name="read", arguments='{"path":"a"}')
TOOL = ToolSpec(name="read", description="–", parameters={"type": "object"})
SAID = (
    Message(role="user", text='It says “no”, "\\" and \u2028.'),
    Message(
        role="assistant",
        tool_calls=(CALL,),
        opaque=(OpaqueItem(provider="p", model="m", payload={"a": 1}),),
    ),
    Message(role="tool", text="a\nb", call_id="1"),
)


@pytest.mark.parametrize(
    "messages", [(), SAID[:1], SAID, (*SAID, Message(role="user", text="\ud800é"))]
)
@pytest.mark.parametrize("tools", [(), (TOOL,)])
def test_a_hash_taken_in_pieces_is_that_of_the_whole(
    messages: tuple[Message, ...], tools: tuple[ToolSpec, ...]
) -> None:
    request = ModelRequest(
        request_id="r", model="m", system="Be brief…", messages=messages, tools=tools
    )
    assert hash_of(request) == whole(request)
    assert hash_of(request) != hash_of(replace(request, model="n"))


def test_the_hash_of_a_long_conversation_takes_no_room_of_its_size() -> None:
    said = tuple(Message(role="user", text=f"{number} " + "words " * 100) for number in range(2000))
    request = ModelRequest(request_id="r", model="m", system="", messages=said)
    hash_of(request)
    tracemalloc.start()
    try:
        hash_of(request)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most * 10 < sum(len(str(one.text)) for one in said)
