"""The parts that a server can't be made to show: odd streams, waits, prices, masks."""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import available_timezones

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.model_server import ModelServer
from tui_agent.adapters.models.assembly import Assembly, usage_of
from tui_agent.adapters.models.faults import Fault, of_error_object, of_status, retry_after
from tui_agent.adapters.models.host_loop import _Loop
from tui_agent.adapters.models.key_sources import Keys
from tui_agent.adapters.models.local_servers import find_local_servers
from tui_agent.adapters.models.masking import HeldValue, Mask
from tui_agent.adapters.models.off_peak import prices_at
from tui_agent.adapters.models.price_map import cost_of, facts_of
from tui_agent.adapters.models.retries import PATIENT
from tui_agent.adapters.models.wire import merged, request_from_wire, request_to_wire
from tui_agent.adapters.redaction import Redactor
from tui_agent.core.blob import Blob
from tui_agent.core.messages import (
    Attachment,
    CallPiece,
    Message,
    ModelRequest,
    OpaqueItem,
    ReasoningPiece,
    TextPiece,
    ToolCall,
    ToolSpec,
    Usage,
)


def assembled(*deltas: dict[str, Any], finish: str | None = "stop") -> Assembly:
    assembly = Assembly(request_id="r7")
    for delta in deltas:
        assembly.take({"choices": [{"delta": delta}]})
    assembly.take({"choices": [{"delta": {}, "finish_reason": finish}]})
    return assembly


def call(
    index: int | None = None, id: str | None = None, name: str | None = None, arguments: str = ""
) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"tool_calls": [{"index": index, "id": id, "function": function}]}


@pytest.mark.parametrize(
    "deltas",
    [
        [call(0, "a", "read", "{1"), call(0, None, None, "}"), call(1, "b", "list", "{2}")],
        [call(0, "a", "read", "{1}"), call(0, "b", "list", "{2}")],
        [call(1, "a", "read", "{1}"), call(2, "b", "list", "{2}")],
        [call(0, "a", "read", "{1}"), call(0, "b", "list", "{2"), call(0, None, None, "}")],
        [call(0, "a", "read", "{1"), call(1, "b", "list", "{2}"), call(0, None, None, "}")],
        [call(0, "a", "read", "{1"), call(0, "a", "read", "}"), call(0, "b", "list", "{2}")],
        [
            call(None, "a", "read", "{1}"),
            call(None, "b", "list", "{2"),
            call(None, None, None, "}"),
        ],
    ],
    ids=["usual", "all zero", "from one", "zero, in pieces", "mixed", "id repeated", "no index"],
)
def test_parallel_calls_are_told_apart_however_they_are_numbered(
    deltas: list[dict[str, Any]],
) -> None:
    calls = assembled(*deltas).whole().tool_calls

    assert [(c.id, c.name, c.arguments) for c in calls] == [
        ("a", "read", "{1}"),
        ("b", "list", "{2}"),
    ]


def test_calls_without_ids_get_ids_that_no_other_request_has() -> None:
    deltas = (call(0, None, "read", "{1}"), call(0, None, "list", "{2}"))
    calls = assembled(*deltas).whole().tool_calls

    assert [(c.id, c.name) for c in calls] == [("r7-0", "read"), ("r7-1", "list")]


@pytest.mark.parametrize(
    "deltas",
    [
        [call(0, "x", "read", "{1}"), call(1, "x", "read", "{2"), call(1, "x", None, "}")],
        [call(0, "x", "read", "{1"), call(1, "x", "read", "{2}"), call(0, "x", None, "}")],
        [call(0, "x", "read", "{1}"), call(1, "x", "read", "{2"), call(1, None, None, "}")],
    ],
)
def test_calls_that_a_server_gives_one_id_are_told_apart_by_their_numbers(
    deltas: list[dict[str, Any]],
) -> None:
    calls = assembled(*deltas).whole().tool_calls

    assert [(c.id, c.arguments) for c in calls] == [("x", "{1}"), ("r7-1", "{2}")]


def test_calls_of_one_id_and_one_number_are_told_apart_by_their_names() -> None:
    deltas = (call(0, "x", "read", "{1}"), call(0, "x", "list", "{2"), call(0, "x", "list", "}"))
    calls = assembled(*deltas).whole().tool_calls

    assert [(c.name, c.arguments) for c in calls] == [("read", "{1}"), ("list", "{2}")]


def test_arguments_that_are_sent_as_an_object_are_taken() -> None:
    sent = {"id": 7, "index": "0", "function": {"name": "read", "arguments": {"path": "a"}}}
    [made] = assembled({"tool_calls": [sent]}).whole().tool_calls

    assert (made.id, made.arguments) == ("7", '{"path": "a"}')


@pytest.mark.parametrize(
    "chunk",
    [
        {"choices": "no"},
        {"choices": ["no"]},
        {"choices": [{"delta": "no"}]},
        {"choices": [{"delta": {"tool_calls": {"id": "a"}}}]},
        {"choices": [{"delta": {"tool_calls": ["a"]}}]},
        {"choices": [{"delta": {"tool_calls": [{"function": "read"}]}}]},
    ],
)
def test_a_chunk_of_another_form_is_a_broken_answer(chunk: dict[str, Any]) -> None:
    with pytest.raises(Fault) as raised:
        Assembly(request_id="r7").take(chunk)

    assert (raised.value.kind, raised.value.retry) == ("broken", True)


def test_a_letter_that_comes_in_halves_is_one() -> None:
    assembly = Assembly(request_id="r7")
    shown = ""
    for piece in ("a\ud83d", "\ude00b", "\ude00", "\ud83d"):
        for delta in assembly.take({"choices": [{"delta": {"content": piece}}]}):
            assert isinstance(delta, TextPiece)
            shown += delta.text
    assembly.take({"choices": [{"delta": call(0, "a", "read", '"\ud83d')}]})
    assembly.take({"choices": [{"delta": call(0, "a", None, '\ude00"')}]})
    assembly.take({"choices": [{"finish_reason": "stop"}]})
    whole = assembly.whole()

    assert (shown, whole.text) == ("a😀b\ufffd", "a😀b\ufffd\ufffd")
    assert whole.tool_calls[0].arguments == '"😀"'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1, 10**400, True, "7"])
def test_what_is_no_amount_is_unknown(number: object) -> None:
    details = {"cached_tokens": number}
    usage = {"prompt_tokens": number, "cost": number, "prompt_tokens_details": details}
    assert usage_of(usage) == Usage()
    assert usage_of({"prompt_tokens_details": number}) == Usage()


def test_calls_end_a_response_whatever_reason_the_server_gives() -> None:
    assert assembled(call(0, "a", "read", "{}"), finish="stop").whole().stop == "tool_calls"


def test_content_in_parts_is_thought_and_text() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Yes."},
    ]
    whole = assembled({"content": parts}).whole()

    assert (whole.reasoning, whole.text) == ("Hm.", "Yes.")


def test_a_stream_without_an_end_is_broken() -> None:
    with pytest.raises(Fault) as raised:
        assembled(call(0, "a", "read", "{"), finish=None).whole()

    assert raised.value.kind == "broken"
    assert "inside a tool call" in raised.value.message


@pytest.mark.parametrize("choices", [[], [{"delta": {}, "finish_reason": None}]])
def test_usage_is_taken_with_choices_and_without(choices: list[dict[str, Any]]) -> None:
    assembly = assembled({"content": "Hi."})
    assembly.take({"choices": choices, "usage": {"prompt_tokens": 3, "completion_tokens": 2}})

    assert assembly.whole().usage == Usage(input_tokens=3, output_tokens=2)


def test_what_a_server_does_not_say_is_unknown() -> None:
    assert usage_of({}) == Usage()


@pytest.mark.case(90)
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        (
            {
                "retry-after": "Wed, 21 Oct 2015 07:28:30 GMT",
                "date": "Wed, 21 Oct 2015 07:28:00 GMT",
            },
            30.0,
        ),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "²"}, None),
        ({"retry-after-ms": "²"}, None),
        ({"retry-after": "Wed, 21 Oct 99999999999 07:28:00 GMT"}, None),
        ({"retry-after": "7", "date": "Wed, 21 Oct 99999999999 07:28:00 GMT"}, 7.0),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_each_of_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("status", "body", "kind", "retry"),
    [
        (429, "slow down", "rate", True),
        (429, '{"error": {"code": "insufficient_quota"}}', "rate", False),
        (402, "Payment Required", "rate", False),
        (500, "the request exceeds the available context size", "context", False),
        (400, "This model's maximum context length is 8192 tokens.", "context", False),
        (413, "", "context", False),
        (529, "overloaded", "server", True),
        (418, "I'm a teapot", "refused", False),
        (302, "", "refused", False),
    ],
)
def test_a_status_and_its_words_say_what_went_wrong(
    status: int, body: str, kind: str, retry: bool
) -> None:
    fault = of_status(status, body, {}, where="http://host", key_variable="KEY")

    assert (fault.kind, fault.retry) == (kind, retry)
    assert "http://host" in fault.message


def test_an_error_in_a_stream_is_judged_by_its_code_or_its_type() -> None:
    def kind(error: object) -> str:
        return of_error_object(error, where="", key_variable="").kind

    assert kind({"code": 429}) == "rate"
    assert kind({"code": "401"}) == "key"
    assert kind({"type": "overloaded_error"}) == "server"
    assert kind({"type": "invalid_request_error", "message": "prompt is too long"}) == "context"
    assert kind("something") == "server"
    assert kind({"code": "²"}) == "server"


@pytest.mark.property
@given(st.integers(1, 10), st.floats(0, 1))
def test_waits_grow_within_their_bounds(attempt: int, chance: float) -> None:
    wait = PATIENT.wait(Fault("rate", "", retry=True), attempt, chance)

    assert (wait is None) == (attempt >= 5)
    if wait is not None:
        whole = min(30.0, 0.5 * 2 ** (attempt - 1))
        assert whole / 2 <= wait <= whole


def test_what_asks_for_no_retry_gets_none() -> None:
    assert PATIENT.wait(Fault("server", ""), 1, 0.5) is None
    assert PATIENT.wait(Fault("refused", "", retry=True), 1, 0.5) is None


DELTAS = st.lists(
    st.one_of(
        st.builds(lambda text: TextPiece(text=text), st.text(max_size=3)),
        st.builds(lambda text: ReasoningPiece(text=text), st.text(max_size=3)),
        st.builds(
            lambda at, text: CallPiece(index=at, id=f"c{at}", name="n", arguments=text),
            st.integers(0, 2),
            st.text(max_size=3),
        ),
    )
)


@pytest.mark.property
@given(DELTAS)
def test_deltas_put_together_say_the_same(
    deltas: list[TextPiece | ReasoningPiece | CallPiece],
) -> None:
    def said(pieces: list[TextPiece | ReasoningPiece | CallPiece]) -> dict[str, str]:
        told: dict[str, str] = {}
        for piece in pieces:
            place = f"call {piece.index}" if isinstance(piece, CallPiece) else type(piece).__name__
            text = piece.arguments if isinstance(piece, CallPiece) else piece.text
            told[place] = told.get(place, "") + text
        return told

    together = merged(deltas)
    assert said(together) == said(deltas)
    assert len(together) <= len(deltas)


KEY = "sk-own-+/=0123456789abc"


@pytest.mark.property
@given(st.binary(max_size=9), st.binary(max_size=9))
def test_a_key_is_masked_in_base64_wherever_it_stands(before: bytes, after: bytes) -> None:
    mask = Mask({"OWN_KEY": KEY})
    encoded = base64.b64encode(before + KEY.encode() + after).decode()

    assert "[OWN_KEY]" in mask.text(encoded)
    assert "[OWN_KEY]" in mask.text(encoded.translate(str.maketrans("+/", "-_")))


def test_a_key_is_masked_as_it_is_and_for_a_url_but_a_placeholder_is_not() -> None:
    mask = Mask({"OWN_KEY": KEY, "LOCAL_KEY": "none"})

    assert mask.text(f"{KEY} none") == "[OWN_KEY] none"
    assert mask.text(f"?key={quote(KEY, safe='')}") == "?key=[OWN_KEY]"


def test_a_key_that_was_replaced_stays_masked_in_what_a_host_says() -> None:
    new = "sk-new-9876543210xyz"
    end, out = os.pipe()
    loop = _Loop(out, f"{KEY} and {new}")
    loop.hold({}, Keys({}))
    for key in (KEY, new, new):
        loop.learned({"OWN_KEY": key})
    os.close(out)
    with os.fdopen(end, "rb") as told:
        first, *_, last = [json.loads(line)["ready"] for line in told]
    assert first["name"] == f"[OWN_KEY] and {new}"
    assert last["name"] == "[OWN_KEY] and [OWN_KEY]"
    held = [HeldValue(**one) for one in last["held"]]
    redactor = Redactor([HeldValue(**one) for one in first["held"]])
    redactor.hold(held)
    assert redactor(f"{KEY} {new}") == ("[redacted held] [redacted held]", ("held", "held"))
    assert {one["salt"] for one in (*first["held"], *last["held"])} == {held[0].salt}


def test_another_provider_s_price_is_no_price() -> None:
    assert facts_of("own/gpt-5.6", "own", "gpt-5.6").input_price is None
    usage = Usage(input_tokens=10, output_tokens=1)
    assert cost_of("own", "gpt-5.6", usage) is None
    assert cost_of("openai", "gpt-5.6", Usage(input_tokens=10)) is None


def test_a_long_request_costs_what_long_requests_cost() -> None:
    short = cost_of("gemini", "gemini-2.5-pro", Usage(input_tokens=100_000, output_tokens=0))
    long = cost_of("gemini", "gemini-2.5-pro", Usage(input_tokens=300_000, output_tokens=0))

    assert short is not None
    assert long is not None
    assert long > 3 * short


MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "days", "share"),
    [
        (["10:00-00:00"], [1], 0.5),
        (["12:01-00:00"], [1], 1.0),
        (["20:00-12:30"], [1, 2], 0.5),
        (["00:00-00:00"], [1], 0.5),
        (["10:00-00:00"], [6, 7], 1.0),
        ("11:00-13:00", [1], 0.5),
    ],
)
def test_the_hour_may_decide_on_the_price(
    hours: list[str] | str, days: list[int], share: float
) -> None:
    cheaper = {"price": 0.5, "windows": [{"hours_utc": hours, "weekdays": days}]}
    row = {"price": 1.0, "off_peak_pricing": cheaper}

    assert prices_at(row, MONDAY_NOON)["price"] == share


@pytest.mark.skipif(not available_timezones(), reason="this machine knows no time zones")
def test_days_are_counted_where_the_provider_is() -> None:
    cheaper = {
        "price": 0.5,
        "weekday_timezone": "Pacific/Auckland",
        "windows": [{"hours_utc": "00:00-00:00", "weekdays": [2]}],
    }

    assert prices_at({"price": 1.0, "off_peak_pricing": cheaper}, MONDAY_NOON)["price"] == 0.5


async def test_local_servers_tell_their_models(server: ModelServer) -> None:
    async with httpx.AsyncClient() as client:
        found = await find_local_servers(client, (("ollama", server.port), ("vllm", 9)))

    assert found == [
        {"name": "ollama", "base_url": f"{server.url}/v1", "models": ["scripted"]},
    ]


def test_a_request_comes_back_from_its_line_and_is_not_copied_for_it() -> None:
    blob = Blob(sha="0a", size=3, mime="image/png")
    request = ModelRequest(
        request_id="r",
        model="m",
        system="s",
        messages=(
            Message(role="user", attachments=(Attachment(name="a", mime="b", content=blob),)),
            Message(
                role="assistant",
                tool_calls=(ToolCall(id="c", name="read", arguments="{}"),),
                opaque=(OpaqueItem(provider="p", model="m", payload={"a": [1]}),),
            ),
            Message(role="tool", text=blob, call_id="c"),
        ),
        tools=(ToolSpec(name="read", description="d", parameters={"type": "object"}),),
        files=(("0a", b"abc"),),
    )
    line = request_to_wire(request)
    assert line["tools"][0]["parameters"] is request.tools[0].parameters
    assert request_from_wire(json.loads(json.dumps(line))) == request
