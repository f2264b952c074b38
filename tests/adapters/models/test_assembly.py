"""Streams put together: odd numbers, ids and forms of what servers send."""

from __future__ import annotations

from typing import Any

import pytest

from tui_agent.adapters.models.assembly import Assembly, usage_of
from tui_agent.adapters.models.faults import Fault
from tui_agent.core.messages import TextPiece, Usage


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
