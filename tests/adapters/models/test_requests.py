"""What is sent to the servers, and what of an answer goes back to them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.models.conftest import KEYS, READ, asking, hear
from tests.servers.formats import SIGNATURE
from tests.servers.model_server import ModelServer
from tui_agent.adapters.models.router import RoutedModel
from tui_agent.core.blob import Blob
from tui_agent.core.messages import Attachment, Message, ModelRequest, ToolCall

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

DIRECT = "own/scripted"
THROUGH = "through/openai/scripted"
CLAUDE = "anthropic/claude-sonnet-5-5"
EVERY = pytest.mark.parametrize("name", [DIRECT, THROUGH, CLAUDE])
PIXEL = b"\x89PNG\r\n\x1a\n not really"
HELLO = {"turn": [{"text": "Hello.", "label": "again", "goto": "again"}]}


async def sent(model: RoutedModel, server: ModelServer, request: ModelRequest) -> dict[str, Any]:
    server.play(HELLO)
    heard = await hear(model, request)
    assert heard.error is None, heard.failure.message
    return server.requests[0].body


@EVERY
async def test_system_text_tools_and_limits_reach_the_server(
    model: RoutedModel, server: ModelServer, name: str
) -> None:
    body = await sent(model, server, replace(asking(name), temperature=0.5, max_output_tokens=321))

    assert "You are a model under test." in json.dumps(body)
    assert '"path": {"type": "string"}' in json.dumps(body["tools"])
    assert body["max_tokens"] == 321
    assert body.get("temperature") == (
        None if name == CLAUDE else 0.5
    )  # Claude takes none any more
    assert body["stream"] is True


@EVERY
async def test_each_server_gets_its_own_key_and_no_other(
    model: RoutedModel, server: ModelServer, name: str
) -> None:
    await sent(model, server, asking(name))
    headers = json.dumps(server.requests[0].headers)

    own = "ANTHROPIC_API_KEY" if name == CLAUDE else "OWN_SERVER_KEY"
    assert [variable for variable, key in KEYS.items() if json.dumps(key)[1:-1] in headers] == [own]


@pytest.mark.parametrize("name", ["bare/openai/x", "bare/anthropic/x"])
async def test_a_server_without_a_key_of_its_own_gets_none_of_the_others(
    model: RoutedModel, server: ModelServer, name: str
) -> None:
    await sent(model, server, asking(name))
    headers = json.dumps(server.requests[0].headers)

    assert [variable for variable, key in KEYS.items() if json.dumps(key)[1:-1] in headers] == []


@EVERY
async def test_an_image_goes_along_whole(
    model: RoutedModel, server: ModelServer, name: str
) -> None:
    picture = Attachment(
        name="a.png", mime="image/png", content=Blob(sha="abc", size=len(PIXEL), mime="image/png")
    )
    request = replace(
        asking(name),
        messages=(Message(role="user", text="What is it?", attachments=(picture,)),),
        files=(("abc", PIXEL),),
    )
    body = json.dumps(await sent(model, server, request))

    encoded = base64.b64encode(PIXEL).decode()
    assert encoded in body
    if name != CLAUDE:
        assert f"data:image/png;base64,{encoded}" in body


@EVERY
async def test_text_that_utf8_cannot_carry_is_sent_as_far_as_it_can_be(
    model: RoutedModel, server: ModelServer, name: str
) -> None:
    torn = ToolCall(id="c1", name="read", arguments='{"path": "half \ud83d pair"}')
    messages = (
        Message(role="user", text="torn \udce4 byte"),
        Message(role="assistant", tool_calls=(torn,)),
        Message(role="tool", call_id="c1", text="none"),
    )
    body = await sent(model, server, replace(asking(name), messages=messages))

    assert "torn ? byte" in json.dumps(body)
    assert "half ? pair" in json.dumps(body)


@EVERY
@pytest.mark.parametrize(
    "given",
    ['{"path": ', "null", "[1]", '"x"', "5", '{"a": NaN}', '{"a": 1e999}', "{'a': 1}", "\0"],
)
async def test_arguments_that_were_none_spoil_no_later_request(
    model: RoutedModel, server: ModelServer, name: str, given: str
) -> None:
    messages = (
        Message(role="user", text="go"),
        Message(role="assistant", tool_calls=(ToolCall(id="c1", name="read", arguments=given),)),
        Message(role="tool", call_id="c1", text="The arguments are no JSON."),
    )
    body = await sent(model, server, replace(asking(name), messages=messages))

    call = body["messages"][-2]
    if name == CLAUDE:
        assert call["content"][0]["input"] == {"malformed": given}
    else:
        arguments = call["tool_calls"][0]["function"]["arguments"]
        assert json.loads(arguments) == {"malformed": given}


CONVERSATION = (
    Message(role="user", text="Read a.py."),
    Message(
        role="assistant",
        text="Reading.",
        tool_calls=(
            ToolCall(id="c1", name="read", arguments='{"path": "a.py"}'),
            ToolCall(id="c2", name="read", arguments='{"path": "b.py"}'),
        ),
    ),
    Message(role="tool", call_id="c1", text="text of a"),
    Message(role="tool", call_id="c2", text="text of b"),
    Message(role="user", text="And now?"),
)


@EVERY
async def test_calls_and_their_results_keep_their_order(
    model: RoutedModel, server: ModelServer, name: str
) -> None:
    body = json.dumps(await sent(model, server, replace(asking(name), messages=CONVERSATION)))

    places = [body.index(said) for said in ("Read a.py.", "c1", "c2", "text of a", "text of b")]
    assert places == sorted(places)
    assert body.index("And now?") > places[-1]


async def test_anthropic_is_told_what_to_cache_and_others_are_not(
    model: RoutedModel, server: ModelServer
) -> None:
    marked = await sent(model, server, replace(asking(CLAUDE), messages=CONVERSATION))
    plain = [
        await sent(model, server, replace(asking(name), messages=CONVERSATION))
        for name in (DIRECT, THROUGH)
    ]

    assert marked["system"][-1]["cache_control"] == {"type": "ephemeral"}
    assert marked["tools"][-1]["cache_control"] == {"type": "ephemeral"}
    assert json.dumps(marked["messages"][-1]).count("cache_control") == 2
    assert json.dumps(marked).count("cache_control") == 4
    assert [json.dumps(body).count("cache_control") for body in plain] == [0, 0]


async def test_markers_apart_each_request_begins_as_the_one_before(
    model: RoutedModel, server: ModelServer
) -> None:
    shorter = await sent(model, server, replace(asking(DIRECT), messages=CONVERSATION[:-1]))
    longer = await sent(model, server, replace(asking(DIRECT), messages=CONVERSATION))

    assert longer["messages"][: len(shorter["messages"])] == shorter["messages"]
    assert longer["tools"] == shorter["tools"]


async def test_signed_thoughts_go_back_to_the_model_that_had_them(
    model: RoutedModel, server: ModelServer
) -> None:
    server.play({"turn": [{"reasoning": "Hm, let me see. " * 5, "chunk": 16, "text": "Done."}]})
    first = (await hear(model, asking(CLAUDE))).whole
    thoughts = first.opaque
    answer = Message(role="assistant", text=first.text, opaque=thoughts)
    later = (Message(role="user", text="Go."), answer, Message(role="user", text="On."))

    back = await sent(model, server, replace(asking(CLAUDE), messages=later))
    elsewhere = await sent(model, server, replace(asking(DIRECT), messages=later))

    assert [item.provider for item in thoughts] == ["anthropic"]
    block = back["messages"][1]["content"][0]
    assert block["thinking"] == "Hm, let me see. " * 5
    assert block["signature"] == SIGNATURE
    assert SIGNATURE not in json.dumps(elsewhere)


async def test_a_thought_before_a_call_goes_back_where_the_provider_insists(
    model: RoutedModel, server: ModelServer
) -> None:
    name = "deepseek/deepseek-v4-pro"
    call = {"name": "read", "arguments": {"path": "a.py"}}
    server.play({"turn": [{"reasoning": "I must read it.", "call": [call]}]})
    first = (await hear(model, asking(name))).whole
    later = (
        Message(role="user", text="Go."),
        Message(role="assistant", tool_calls=first.tool_calls, opaque=first.opaque),
        Message(role="tool", call_id=first.tool_calls[0].id, text="its text"),
    )
    body = await sent(model, server, replace(asking(name), messages=later))

    assert body["messages"][2]["reasoning_content"] == "I must read it."


USAGE = {"input_tokens": 10_000, "output_tokens": 500, "cached_tokens": 8_000}


async def costs(model: RoutedModel, server: ModelServer, name: str) -> float | None:
    server.play({"turn": [{"text": "Priced.", "usage": USAGE}]})
    return (await hear(model, asking(name))).whole.usage.cost_usd


async def test_a_known_price_gives_the_cost_and_cached_tokens_cost_less(
    model: RoutedModel, server: ModelServer
) -> None:
    facts = await model.facts("openai/gpt-5.6")
    cost = await costs(model, server, "openai/gpt-5.6")

    assert facts.input_price is not None
    assert facts.output_price is not None
    dear = 10_000 * facts.input_price + 500 * facts.output_price
    assert cost is not None
    assert dear / 4 < cost < dear


@pytest.mark.parametrize("name", [DIRECT, THROUGH])
async def test_an_unknown_price_is_unknown_and_not_nothing(
    model: RoutedModel, server: ModelServer, name: str
) -> None:
    assert await costs(model, server, name) is None


async def test_tokens_written_to_the_cache_are_counted_and_paid(
    model: RoutedModel, server: ModelServer
) -> None:
    usage = {"input_tokens": 5_000, "output_tokens": 10, "cache_write_tokens": 4_000}
    server.play({"turn": [{"text": "Written.", "usage": usage}]})
    told = (await hear(model, asking(CLAUDE))).whole.usage
    facts = await model.facts(CLAUDE)

    assert (told.input_tokens, told.cache_write_tokens) == (5_000, 4_000)
    assert facts.input_price is not None
    assert told.cost_usd is not None
    assert told.cost_usd > 5_000 * facts.input_price


async def test_the_thinking_tokens_that_a_server_tells_are_told(
    model: RoutedModel, server: ModelServer
) -> None:
    usage = {"input_tokens": 10, "output_tokens": 500, "reasoning_tokens": 400}
    server.play({"turn": [{"reasoning": "Hm.", "text": "Yes.", "usage": usage}]})

    assert (await hear(model, asking(DIRECT))).whole.usage.reasoning_tokens == 400
    assert (await hear(model, asking(CLAUDE))).whole.usage.reasoning_tokens is None


async def test_the_facts_of_an_unknown_model_are_unknown(model: RoutedModel) -> None:
    for name in ("own/whatever", "no such thing", "script:nowhere", "script:~nobody here/a.toml"):
        facts = await model.facts(name)
        assert facts.model == name
        assert (facts.context_tokens, facts.input_price) == (None, None)


async def test_a_model_that_nobody_serves_is_told_with_the_form_of_a_name(
    model: RoutedModel,
) -> None:
    failure = (await hear(model, asking(""))).failure

    assert failure.kind == "not_found"
    assert "provider/model" in failure.message


async def test_a_provider_that_nobody_knows_is_told_by_its_name(model: RoutedModel) -> None:
    failure = (await hear(model, asking("foo/bar"))).failure

    assert failure.kind == "not_found"
    assert "no provider is called 'foo'" in failure.message


@pytest.mark.parametrize("name", ["nobody/x", "nobody-through/openai/x"])
async def test_a_server_that_nobody_runs_is_told_by_its_address(
    model: RoutedModel, name: str
) -> None:
    failure = (await hear(model, asking(name))).failure

    assert failure.kind == "unreachable"
    assert "127.0.0.1:9" in failure.message
    assert "server runs" in failure.remedy


async def test_an_answer_that_was_not_streamed_is_an_answer_too(
    model: RoutedModel, server: ModelServer
) -> None:
    body = {"choices": [{"message": {"content": "All at once."}, "finish_reason": "stop"}]}
    fault = {"kind": "status", "status": 200, "body": json.dumps(body)}
    server.play({"turn": [{"text": "never", "fault": [fault]}]})

    assert (await hear(model, asking(DIRECT))).whole.text == "All at once."


async def test_an_error_inside_the_stream_is_told_as_what_it_is(
    model: RoutedModel, server: ModelServer
) -> None:
    error = {"error": {"code": 429, "message": "slow down, please"}}
    fault = {"kind": "status", "status": 200, "times": 9, "body": json.dumps(error)}
    server.play({"turn": [{"text": "never", "fault": [fault]}]})
    failure = (await hear(model, asking(DIRECT))).failure

    assert failure.kind == "rate"
    assert "slow down, please" in failure.message


async def test_no_tools_means_no_word_of_tools(model: RoutedModel, server: ModelServer) -> None:
    body = await sent(model, server, replace(asking(DIRECT), tools=()))

    assert "tools" not in body
    assert READ.name not in json.dumps(body)
