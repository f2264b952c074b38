"""The parts that a server can't be made to show: waits, prices, masks."""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime
from urllib.parse import quote
from zoneinfo import available_timezones

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.model_server import ModelServer
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


@pytest.mark.parametrize("kind", ["cached_tokens", "cache_write_tokens", "reasoning_tokens"])
def test_parts_that_a_server_counts_as_more_than_their_whole_give_no_money_back(kind: str) -> None:
    for provider, name in (("openai", "gpt-4o"), ("anthropic", "claude-haiku-4-5")):
        usage = Usage(input_tokens=100, output_tokens=10, **{kind: 5_000_000})
        cost = cost_of(provider, name, usage)
        plain = cost_of(provider, name, Usage(input_tokens=0, output_tokens=0, **{kind: 5_000_000}))
        assert cost is not None
        assert plain is not None
        assert cost >= plain >= 0


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
