"""A value that may be a secret is never shown, whatever layer it came from."""

from __future__ import annotations

import pytest

from tui_agent.ui.commands.config import MASK, shown


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("endpoint.api_key", "sk-1234", MASK),
        ("endpoint.token", "x", MASK),
        ("endpoint.api_key", "", '""'),
        ("interface.keymap", "vim", '"vim"'),
        ("api_key_cmd", {"lab": "echo sk-1234"}, f'{{"lab":"{MASK}"}}'),
        ("limits.tokens", 5, "5"),
        ("model", "a/b", '"a/b"'),
        ("write_paths", ("a", "b"), '["a","b"]'),
    ],
)
def test_only_what_may_be_a_secret_is_masked(key: str, value: object, text: str) -> None:
    assert shown(key, value) == text
