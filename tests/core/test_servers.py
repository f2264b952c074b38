from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_agent.core.images import LARGEST
from tui_agent.core.served import MOST_IMAGES, Answer, OfferedPrompt, Part, images_of, told
from tui_agent.core.server_words import arguments_of
from tui_agent.core.servers import (
    LONGEST_NAME,
    DefinitionError,
    definition_of,
    digest_of_tool,
    expanded,
    plain_name,
    server_of,
    tool_name,
    variables_of,
)


@pytest.mark.property
@given(st.text(), st.text())
def test_a_tools_name_is_one_that_every_provider_takes(server: str, tool: str) -> None:
    name = tool_name(server, tool)
    if name:
        assert len(name) <= LONGEST_NAME
        assert name.isascii()
        assert name.replace("_", "").replace("-", "").isalnum()
        assert server_of(name) == plain_name(server)
    else:
        assert not (plain_name(server) and plain_name(tool))


def test_a_name_has_no_two_underscores_that_could_end_a_servers_name() -> None:
    assert tool_name("0:_0", "a__b.c") == "mcp__0_0__a_b_c"


def test_long_names_that_differ_at_their_ends_stay_different() -> None:
    one, other = tool_name("s", "x" * 80 + "a"), tool_name("s", "x" * 80 + "b")
    assert one != other
    assert len(one) == len(other) == LONGEST_NAME


def test_a_digest_changes_with_each_word_and_with_the_schema_but_not_with_its_order() -> None:
    schema = {"type": "object", "properties": {"a": {}, "b": {}}}
    turned = {"properties": {"b": {}, "a": {}}, "type": "object"}
    assert digest_of_tool("says", schema) == digest_of_tool("says", turned)
    assert digest_of_tool("says", schema) != digest_of_tool("says!", schema)
    assert digest_of_tool("says", schema) != digest_of_tool("says", {"type": "object"})


def test_variables_are_put_in_everywhere_and_a_missing_one_is_named() -> None:
    one = definition_of(
        "x",
        {
            "command": "${BIN:-npx}",
            "args": ["--at", "${PLACE}"],
            "env": {"TOKEN": "a${TOKEN}b", "EMPTY": "${NOT:-}"},
        },
        "user",
        "here",
    )
    assert variables_of(one) == ("BIN", "PLACE", "TOKEN", "NOT")
    made = expanded(one, {"PLACE": "home", "TOKEN": "t"}.get)
    assert (made.command, made.args) == ("npx", ("--at", "home"))
    assert made.env == (("TOKEN", "atb"), ("EMPTY", ""))
    with pytest.raises(DefinitionError, match="the variable PLACE is not set"):
        expanded(one, {"TOKEN": "t"}.get)
    elsewhere = definition_of("x", {"url": "${PLACE}"}, "user", "")
    with pytest.raises(DefinitionError, match="no http address"):
        expanded(elsewhere, {"PLACE": "http://["}.get)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "needs a program"),
        ({"type": "http"}, "needs an address"),
        ({"url": "ftp://x"}, "needs an address"),
        ({"url": "http://["}, "needs an address"),
        ({"url": "https:///x"}, "needs an address"),
        ({"type": "sse", "url": "https://x"}, "sse is gone"),
        ({"type": "odd"}, 'not "odd"'),
        ({"command": "x", "args": "y"}, "args is a list"),
        ({"command": "x", "env": {"A": 1}}, "env is a table"),
        ({"command": "x", "network": "yes"}, "network is true or false"),
    ],
)
def test_a_definition_that_makes_no_sense_says_what_would(
    table: dict[str, Any], words: str
) -> None:
    with pytest.raises(DefinitionError, match=words):
        definition_of("x", table, "user", "here")


def test_what_a_server_reaches_is_said_in_words() -> None:
    program = definition_of("x", {"command": "x", "writes": True}, "user", "")
    assert program.reaches == "reads and writes the workspace, no network"
    remote = definition_of("x", {"url": "https://u:p@api.example.org:8443/mcp"}, "user", "")
    assert remote.reaches == "the network: api.example.org:8443"


PNG = b"\x89PNG\r\n\x1a\n and so on"


def spelled(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_the_bytes_decide_what_is_an_image_and_a_model_is_shown_a_few() -> None:
    parts = (
        Part(kind="image", mime="image/png", data=spelled(PNG)),
        Part(kind="image", mime="image/png", data=spelled(b"<svg/>")),
        Part(kind="image", mime="image/png;x=1", data=spelled(b"\xff\xd8\xff\xe0")),
        Part(kind="image", mime="image/png", data="no base64!"),
        Part(kind="resource", uri="a://b", data=spelled(b"GIF89a")),
        Part(kind="image", mime="image/png", data=spelled(PNG + bytes(LARGEST))),
    )
    assert list(images_of(Answer(parts=parts))) == [0, 2, 4]
    many = Answer(parts=parts[:1] * (MOST_IMAGES + 3))
    found = images_of(many)
    assert len(found) == MOST_IMAGES
    assert told(many, found).count("shown below") == MOST_IMAGES
    assert told(many, found).count("not shown") == 3


def test_a_prompts_argument_with_braces_in_its_name_is_only_named() -> None:
    prompt = OfferedPrompt(name="p", arguments=("{x.y}",), required=("{x.y}",))
    with pytest.raises(ValueError, match=r"^/mcp__s__p: it needs {x\.y}: /mcp__s__p {X\.Y}$"):
        arguments_of("mcp__s__p", prompt, "")
