"""Whatever a TOML file holds, one kind of error says that it cannot be used."""

from __future__ import annotations

import pytest

from tui_agent.core.toml_text import DEEPEST, NotTomlError, toml_table


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= 1", "Invalid"),
        (f"a = {'1' * 5000}", "digits"),
        (f"a = {'[' * 5000}", "levels deep"),
        (f"{'a.' * 5000}a = 1", "levels deep"),
        (f"a = {'[' * DEEPEST}{']' * DEEPEST}", "levels deep"),
        ("a = 2024-13-45", "line 1"),
        ("a = '\0'", "line 1"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_way(text: str, said: str) -> None:
    with pytest.raises(NotTomlError, match=said):
        toml_table(text)


def test_a_table_is_read_as_it_stands() -> None:
    assert toml_table("[a.b]\nc = [[1], 2]") == {"a": {"b": {"c": [[1], 2]}}}
