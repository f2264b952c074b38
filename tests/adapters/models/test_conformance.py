"""What every way to a model does alike."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.models.conftest import Speaker, Value, hear
from tui_agent.core.messages import (
    AttemptFailed,
    CallPiece,
    Message,
    ModelRequest,
    ReasoningPiece,
    Responded,
    TextPiece,
)

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

LONG = "A long answer, told in many pieces. " * 40
CALLS = [
    {"name": "read", "arguments": {"path": "wörld.py", "lines": list(range(30))}},
    {"name": "read", "arguments": {"path": "b.py"}},
]


def failing(**fault: Value) -> dict[str, Any]:
    return {"turn": [{"text": "All is well now, and this is said in full.", "fault": [fault]}]}


async def test_the_text_comes_in_pieces_and_then_whole(speaker: Speaker) -> None:
    heard = await speaker.hear({"turn": [{"text": LONG, "rate": 1500}]})

    assert "".join(piece.text for piece in heard.only(TextPiece)) == LONG
    assert len(heard.only(TextPiece)) > 2
    assert heard.whole.text == LONG
    assert heard.whole.stop == "end"
    assert heard.whole.first_token_ms is not None


async def test_reasoning_comes_before_the_text_and_apart_from_it(speaker: Speaker) -> None:
    heard = await speaker.hear({"turn": [{"reasoning": "Let me think.", "text": "Forty-two."}]})

    assert [type(piece) for piece in heard.pieces] == [ReasoningPiece, TextPiece, Responded] or (
        speaker.scripted
    )
    assert "".join(piece.text for piece in heard.only(ReasoningPiece)) == "Let me think."
    assert (heard.whole.reasoning, heard.whole.text) == ("Let me think.", "Forty-two.")


async def test_parallel_calls_keep_their_names_and_arguments_apart(speaker: Speaker) -> None:
    heard = await speaker.hear({"turn": [{"text": "Reading.", "chunk": 5, "call": CALLS}]})

    told: dict[int, list[CallPiece]] = {}
    for piece in heard.only(CallPiece):
        told.setdefault(piece.index, []).append(piece)
    assert [said[0].name for said in told.values()] == ["read", "read"]
    assert [json.loads("".join(p.arguments for p in said)) for said in told.values()] == [
        call["arguments"] for call in CALLS
    ]
    whole = heard.whole
    assert [json.loads(call.arguments) for call in whole.tool_calls] == [
        call["arguments"] for call in CALLS
    ]
    assert [call.id for call in whole.tool_calls] == ["call_0_0_0", "call_0_0_1"]
    assert whole.stop == "tool_calls"


async def test_usage_is_what_the_server_said(speaker: Speaker) -> None:
    usage = {"input_tokens": 1200, "output_tokens": 80, "cached_tokens": 1000}
    heard = await speaker.hear({"turn": [{"text": "Cheap.", "usage": usage}]})

    told = heard.whole.usage
    assert (told.input_tokens, told.output_tokens, told.cached_tokens) == (1200, 80, 1000)
    assert told.reasoning_tokens is None


async def test_an_answer_that_ran_out_of_room_says_so(speaker: Speaker) -> None:
    heard = await speaker.hear({"turn": [{"text": "And then", "stop": "length"}]})

    assert heard.whole.stop == "length"


async def seconds_until_closed(speaker: Speaker, left: float) -> float:
    """Return how long after `left` the server saw its client go; in process, until now."""
    if speaker.scripted:
        return time.monotonic() - left
    asked = speaker.server.requests[0]
    await asyncio.to_thread(asked.done.wait, 2)
    assert asked.closed_at is not None
    return asked.closed_at - left


@pytest.mark.case(92)
async def test_closing_the_stream_closes_the_connection_at_once(speaker: Speaker) -> None:
    took = []
    for _ in range(3):  # the least of three: the machine may be busy
        request = speaker.request({"turn": [{"text": LONG, "rate": 100}]})
        async with aclosing(speaker.model.stream(request)) as stream:
            async for piece in stream:
                if isinstance(piece, TextPiece):
                    break
            left = time.monotonic()
        took.append(max(time.monotonic() - left, await seconds_until_closed(speaker, left)))

    assert min(took) < 0.2


@pytest.mark.case(92)
async def test_cancelling_the_task_closes_the_connection_before_the_first_token(
    speaker: Speaker,
) -> None:
    async def listen(request: ModelRequest) -> None:
        async for _ in speaker.model.stream(request):
            pass

    took = []
    for _ in range(3):
        task = asyncio.create_task(listen(speaker.request(failing(kind="hang"))))
        for _ in range(200):  # the server's thread sets no event of ours
            await asyncio.sleep(0.01)
            if speaker.scripted or speaker.server.requests:
                break
        left = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        took.append(await seconds_until_closed(speaker, left))

    assert min(took) < 0.2


@pytest.mark.case(92)
async def test_a_first_token_that_takes_too_long_is_asked_for_again(speaker: Speaker) -> None:
    heard = await speaker.hear(failing(kind="hang"), first_token_seconds=0.5)

    assert [failed.kind for failed in heard.only(AttemptFailed)] == ["timeout"]
    assert "no first token within 0.5 s" in heard.only(AttemptFailed)[0].message
    assert heard.whole.text == "All is well now, and this is said in full."


@pytest.mark.case(92)
async def test_a_stream_that_falls_silent_is_given_up_and_begun_anew(speaker: Speaker) -> None:
    heard = await speaker.hear(failing(kind="silence", after=40), silence_seconds=0.4)

    assert [failed.kind for failed in heard.only(AttemptFailed)] == ["timeout"]
    assert heard.whole.text == "All is well now, and this is said in full."


@pytest.mark.case(91)
@pytest.mark.parametrize("status", [408, 429, 500, 503, 529])
async def test_a_passing_trouble_is_tried_again(speaker: Speaker, status: int) -> None:
    heard = await speaker.hear(failing(kind="status", status=status, times=2))

    kinds = {failed.kind for failed in heard.only(AttemptFailed)}
    assert kinds == {"rate" if status == 429 else "server"}
    assert [failed.attempt for failed in heard.only(AttemptFailed)] == [1, 2]
    assert heard.whole.text == "All is well now, and this is said in full."


@pytest.mark.case(90)
async def test_retry_after_is_obeyed(speaker: Speaker) -> None:
    heard = await speaker.hear(failing(kind="status", status=429, retry_after=0.3))

    assert [failed.wait_seconds for failed in heard.only(AttemptFailed)] == [0.3]
    assert heard.whole.text


@pytest.mark.case(90)
async def test_a_wait_that_nobody_would_sit_through_is_told_instead(speaker: Speaker) -> None:
    heard = await speaker.hear(failing(kind="status", status=429, retry_after=300))

    assert heard.failure.kind == "rate"
    assert "it asks to wait 300 s" in heard.failure.message


async def test_a_trouble_that_stays_ends_the_call_with_its_words(speaker: Speaker) -> None:
    body = json.dumps({"error": {"message": "the cluster is on fire"}})
    heard = await speaker.hear(failing(kind="status", status=503, times=9, body=body))

    assert heard.failure.kind == "server"
    assert "the cluster is on fire" in heard.failure.message
    assert "4 attempts" in heard.failure.message


@pytest.mark.parametrize("kind", ["half", "reset", "invalid", "gzip"])
async def test_a_stream_that_breaks_before_a_call_is_begun_anew(
    speaker: Speaker, kind: str
) -> None:
    if kind == "gzip" and speaker.scripted:
        pytest.skip("nothing is packed in process")
    heard = await speaker.hear(failing(kind=kind, after=24))

    assert [failed.kind for failed in heard.only(AttemptFailed)] == ["broken"]
    assert heard.whole.text == "All is well now, and this is said in full."


@pytest.mark.case(93)
async def test_a_stream_that_breaks_inside_a_call_is_not_tried_again(speaker: Speaker) -> None:
    broken = {"kind": "half_call", "times": 9}
    heard = await speaker.hear(
        {"turn": [{"text": "I'll read.", "chunk": 10, "call": CALLS, "fault": [broken]}]}
    )

    assert heard.only(AttemptFailed) == []
    assert heard.failure.kind == "broken"
    assert "not tried again" in heard.failure.message
    assert heard.failure.partial == "I'll read."


@pytest.mark.case(94)
async def test_characters_torn_between_packets_are_put_together(speaker: Speaker) -> None:
    text = "Grüße, 世界 🌍\u2028 and a line separator"
    heard = await speaker.hear({"turn": [{"text": text, "fault": [{"kind": "split_utf8"}]}]})

    assert heard.whole.text == text


@pytest.mark.case(54)
async def test_a_refused_key_is_named_by_its_variable_and_never_shown(speaker: Speaker) -> None:
    heard = await speaker.hear(failing(kind="echo_key"))

    failure = heard.failure
    assert failure.kind == "key"
    assert "_KEY" in failure.remedy
    assert heard.only(AttemptFailed) == []
    if not speaker.scripted:
        assert speaker.key not in failure.message + failure.remedy + str(failure)
        assert "_KEY]" in failure.message


@pytest.mark.case(94)
async def test_a_web_page_instead_of_an_answer_is_called_one(speaker: Speaker) -> None:
    heard = await speaker.hear(failing(kind="html"))

    assert heard.failure.kind == "broken"
    assert "web page" in heard.failure.message
    assert "base URL" in heard.failure.remedy


TOO_LONG = {
    "openai": {"error": {"code": "context_length_exceeded", "message": "too long"}},
    "anthropic": {"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}},
}


@pytest.mark.parametrize("words", TOO_LONG)
async def test_a_request_that_is_too_long_is_told_apart(speaker: Speaker, words: str) -> None:
    body = json.dumps(TOO_LONG[words])
    heard = await speaker.hear(failing(kind="status", status=400, body=body))

    assert heard.failure.kind == "context"


@pytest.mark.parametrize(("status", "kind"), [(400, "refused"), (404, "not_found"), (403, "key")])
async def test_what_trying_again_cannot_mend_is_not_tried_again(
    speaker: Speaker, status: int, kind: str
) -> None:
    heard = await speaker.hear(failing(kind="status", status=status))

    assert heard.failure.kind == kind
    assert heard.only(AttemptFailed) == []


@pytest.mark.case(95)
async def test_a_redirect_is_not_followed(speaker: Speaker) -> None:
    heard = await speaker.hear(failing(kind="redirect"))

    assert heard.failure.kind in {"refused", "broken"}
    if not speaker.scripted:
        assert len(speaker.server.requests) == 1


async def test_the_next_request_gets_the_next_answer(speaker: Speaker) -> None:
    request = speaker.request(
        {"turn": [{"text": "First.", "call": CALLS[:1]}, {"text": "Second."}]}
    )
    first = (await hear(speaker.model, request)).whole
    answered = (
        *request.messages,
        Message(role="assistant", text=first.text, tool_calls=first.tool_calls),
        Message(role="tool", call_id=first.tool_calls[0].id, text="the file's text"),
    )

    second = (await hear(speaker.model, replace(request, messages=answered))).whole

    assert (first.text, second.text) == ("First.", "Second.")
