from __future__ import annotations

import json
from contextlib import suppress
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_agent.adapters.mcp.answers import (
    MOST_TOOLS,
    OddAnswerError,
    answer_of,
    message_of,
    messages_of,
    prompts_of,
    resources_of,
    tools_of,
)
from tui_agent.core.servers import digest_of_tool

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "tools",
                    "name",
                    "schema",
                    "description",
                    "parts",
                    "kind",
                    "text",
                    "prompts",
                    "cut",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@pytest.mark.property
@given(ANYTHING)
def test_whatever_a_host_says_is_either_a_value_or_an_odd_answer(said: object) -> None:
    for read in (answer_of, prompts_of, resources_of, messages_of, lambda one: tools_of("s", one)):
        with suppress(OddAnswerError):
            read(said)


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b"\xff", b"1", b"[" * 100_000])
def test_what_is_no_object_is_no_message(line: bytes) -> None:
    with pytest.raises(OddAnswerError):
        message_of(line)


def test_half_a_surrogate_pair_goes_no_further_and_whole_ones_stay_what_they_are() -> None:
    said = message_of(rb'{"a": {"b\ud800": ["\uDC00x", "\ud83d\ude00", "\\ud800"]}}')
    assert said == {"a": {"b?": ["?x", "😀", r"\ud800"]}}


def _tool(name: object = "t", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", "schema": {"type": "object"}, **more}


def test_tools_that_cannot_be_offered_are_left_out_each_with_the_reason() -> None:
    deep: dict[str, Any] = {"type": "object"}
    for _ in range(40):
        deep = {"type": "object", "properties": {"a": deep}}
    listed = [
        _tool("good"),
        _tool("a.b"),
        _tool("a/b"),
        _tool("…"),
        _tool(5),
        _tool("deep", schema=deep),
        _tool("list", schema={"type": "array"}),
        _tool("none", schema=None),
        _tool("wide", schema={"type": "object", "x": "y" * 60_000}),
        _tool("listed", schema={"type": "object", "properties": []}),
        _tool("numbered", schema={"type": "object", "properties": {"a": 5}}),
        _tool("required", schema={"type": "object", "required": "a"}),
        _tool("endless", schema={"type": "object", "properties": {"a": {"maximum": inf}}}),
    ]
    found, left_out = tools_of("my server", {"tools": listed})
    assert [one.spec.name for one in found] == ["mcp__my_server__good", "mcp__my_server__a_b"]
    assert found[1].own == "a.b"
    said = "\n".join(left_out)
    for words in (
        "a/b: its name is the same as that of a.b",
        "its name has no letter",
        "a tool without a name",
        "deep: its schema is too large",
        "list: its schema is none of an object",
        "none: its schema is none of an object",
        "wide: its schema is too large",
        "listed: its schema is none of an object",
        "numbered: its schema is none of an object",
        "required: its schema is none of an object",
        "endless: its schema has a number that is none",
    ):
        assert words in said


def test_a_huge_list_is_cut_and_that_is_said() -> None:
    listed = [_tool(f"t{number}") for number in range(300)]
    found, left_out = tools_of("s", {"tools": listed, "more": True})
    assert len(found) == MOST_TOOLS
    assert left_out == (f"over {300 - MOST_TOOLS} more tools: {MOST_TOOLS} are the most",)


def test_what_a_person_approves_a_tool_by_does_not_depend_on_its_hints() -> None:
    plain, _ = tools_of("s", {"tools": [_tool()]})
    hinted, _ = tools_of("s", {"tools": [_tool(annotations={"readOnlyHint": True})]})
    assert plain == hinted
    spec = plain[0].spec
    assert plain[0].digest == digest_of_tool(spec.description, spec.parameters)
    assert json.dumps(spec.parameters) == '{"type": "object", "properties": {}}'
