"""Arguments: checked strictly, refused with words that help, never repaired."""

from __future__ import annotations

from typing import Any

import pytest

from tui_agent.core.ports import ArgumentsError
from tui_agent.tools.arguments import LONGEST, canonical, parsed
from tui_agent.tools.plan import SCHEMA as PLAN
from tui_agent.tools.shell import SCHEMA as SHELL


def test_what_fits_the_schema_is_taken_as_it_is() -> None:
    assert parsed('{"command": "ls", "timeout": 5}', SHELL) == {"command": "ls", "timeout": 5}
    assert canonical({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}'


@pytest.mark.capability("S4.3", part="a parameter that is not in the schema")
@pytest.mark.parametrize(
    ("raw", "schema", "words"),
    [
        ("{", SHELL, "not JSON"),
        ("[]", SHELL, "an object"),
        ("", SHELL, "'command' is missing"),
        ('{"command": 3}', SHELL, "'command' must be a string, and 3 is not"),
        ('{"command": ""}', SHELL, "must not be empty"),
        ('{"command": "ls", "timeout": true}', SHELL, "a whole number"),
        ('{"command": "ls", "timeout": 0}', SHELL, "between 1 and 3600"),
        ('{"command": "ls", "timeout": NaN}', SHELL, "NaN"),
        ('{"command": "ls", "approved": true}', SHELL, "no argument 'approved'"),
        ('{"command": "ls", "command": "rm x"}', SHELL, "given twice"),
        ('{"steps": []}', PLAN, "at least 1"),
        ('{"steps": [{"text": "a", "state": "soon"}]}', PLAN, "steps.0..state"),
        ('{"steps": [{"text": "a", "why": "b"}]}', PLAN, "steps.0..why"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(
    raw: str, schema: dict[str, Any], words: str
) -> None:
    with pytest.raises(ArgumentsError, match=words):
        parsed(raw, schema)


def test_oversized_and_bottomless_arguments_get_a_bounded_error() -> None:
    with pytest.raises(ArgumentsError, match="at most"):
        parsed('{"command": "' + "x" * LONGEST + '"}', SHELL)
    with pytest.raises(ArgumentsError, match="deep"):
        parsed('{"command": ' + "[" * 100_000 + "]" * 100_000 + "}", SHELL)
