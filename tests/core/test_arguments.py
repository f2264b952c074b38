"""Arguments: checked strictly, refused with words that help, never repaired."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_agent.core.arguments import LONGEST, canonical, parse_arguments
from tui_agent.core.ports import ArgumentsError

SHELL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "command": {"type": "string", "minLength": 1},
        "timeout": {"type": "integer", "minimum": 1, "maximum": 600},
        "mode": {"type": "string", "enum": ["a", "b"]},
        "steps": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}},
                "required": ["text"],
            },
        },
    },
    "required": ["command"],
}


def test_what_fits_the_schema_is_taken_as_it_is() -> None:
    given = {"command": "ls", "timeout": 5, "mode": "b", "steps": [{"text": "ü"}]}
    assert parse_arguments(json.dumps(given), SHELL) == given
    assert canonical({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}'


def test_a_line_break_inside_a_string_is_taken_as_models_send_it() -> None:
    assert parse_arguments('{"command": "a\nb\tc"}', SHELL) == {"command": "a\nb\tc"}


@pytest.mark.case(75)
@pytest.mark.capability("S4.3", part="a parameter that is not in the schema")
@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("{", "no valid JSON.*cut off"),
        ('{"command": "ls" "x"}', "no valid JSON.*near"),
        ("[]", "must be an object, not an array"),
        ("", "command is missing.*Expected: {command: string, timeout[?]: integer"),
        ('{"command": 3}', "command must be a string, not a number"),
        ('{"command": null}', "command must be a string, not null"),
        ('{"command": ""}', "command is empty"),
        ('{"command": "ls", "timeout": true}', "timeout must be an integer, not a boolean"),
        ('{"command": "ls", "timeout": 0}', "timeout must be at least 1"),
        ('{"command": "ls", "timeout": 1e9}', "timeout must be an integer"),
        ('{"command": "ls", "timeout": NaN}', "NaN"),
        ('{"command": "ls", "approved": true}', "approved is not known"),
        ('{"command": "ls", "command": "rm x"}', "'command' twice"),
        ('{"command": "ls", "mode": "c"}', "mode must be one of a, b, not 'c'"),
        ('{"command": "ls", "steps": [{}]}', r"steps\[0\].text is missing"),
        ('{"command": "ls", "steps": [1, 2, 3, 4]}', "steps has 4 items, at most 3"),
        ('{"command": "\\ud800"}', "half a surrogate pair"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(raw: str, words: str) -> None:
    with pytest.raises(ArgumentsError, match=words):
        parse_arguments(raw, SHELL)


@pytest.mark.case(76)
@pytest.mark.parametrize(
    "raw",
    [
        '{"command": "' + "x" * LONGEST + '"}',
        '{"command": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"command": "ls", "timeout": ' + "9" * 10_000 + "}",
        '{"command": "ls", ' + ", ".join(f'"k{n}": 1' for n in range(10_000)) + "}",
    ],
    ids=["ten-megabytes", "a-hundred-thousand-deep", "a-huge-number", "ten-thousand-keys"],
)
def test_oversized_and_bottomless_arguments_get_a_short_error(raw: str) -> None:
    with pytest.raises(ArgumentsError) as refused:
        parse_arguments(raw, SHELL)
    assert len(str(refused.value)) < 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@pytest.mark.property
@given(JSON | st.fixed_dictionaries({"command": JSON}, optional={"steps": JSON, "timeout": JSON}))
def test_any_json_is_either_taken_unchanged_or_refused(value: object) -> None:
    try:
        taken = parse_arguments(json.dumps(value), SHELL)
    except ArgumentsError:
        return
    assert taken == value
