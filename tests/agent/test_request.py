"""A request's hash is that of one JSON text, which is never written."""

from __future__ import annotations

import hashlib
import tracemalloc
from dataclasses import replace

import pytest

from tui_agent.agent.request_hash import RequestHashes
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


def hash_of(request: ModelRequest) -> str:
    return RequestHashes().of(request, request.messages)


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


def request_of(messages: tuple[Message, ...], model: str = "m") -> ModelRequest:
    return ModelRequest(request_id="r", model=model, system="", messages=messages)


def test_one_request_after_the_other_has_the_hash_of_its_whole_whatever_was_before() -> None:
    hashes = RequestHashes()
    odd = Message(role="user", text="\ud800")
    conversation = (
        SAID[:1],
        SAID,
        SAID,
        (*SAID, odd),
        (*SAID, odd, *SAID),
        (*SAID, *SAID),
        (replace(SAID[0], text="What was said."), *SAID[1:]),
        (),
        SAID[:2],
    )
    for messages in conversation:
        for model in ("m", "n"):
            request = request_of(messages, model)
            assert hashes.of(request, messages) == whole(request)


def test_what_the_request_before_had_is_not_spelled_again() -> None:
    long = Message(role="user", text="words " * 100_000)
    hashes = RequestHashes()
    hashes.of(request_of((long,)), (long,))
    request = request_of((long, *SAID))
    tracemalloc.start()
    try:
        assert hashes.of(request, (long, *SAID)) == hash_of(request)
        tracemalloc.reset_peak()
        hashes.of(request_of((long, *SAID, *SAID)), (long, *SAID, *SAID))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < len(str(long.text)) / 10
