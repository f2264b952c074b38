"""A text that is cut keeps no half of what stood at the cut."""

from __future__ import annotations

import pytest

from tests.core.patch.making import fastest
from tui_agent.adapters.redaction import redact
from tui_agent.core.excerpt import beginning, without_first_word, without_last_word

TOKEN = "ghp_" + "a1B2c3D4e5" * 4
PART = 6
"""Signs of a token that stand nowhere else."""


def masked(text: str) -> str:
    return redact(text)[0]


def parts_of(secret: str, shown: str) -> list[str]:
    """Return the pieces of a secret's body that can be read."""
    pieces = {secret[at : at + PART] for at in range(4, len(secret) - PART)}
    return [one for one in sorted(pieces) if one in shown]


@pytest.mark.parametrize("room", ["x " * 40, "x" * 5000 + " "])
def test_the_first_signs_of_a_line_hold_no_part_of_a_token_wherever_it_is_cut(room: str) -> None:
    for at in range(len(TOKEN) + 2):
        line = room[: 60 - at] + " " + TOKEN + " " + room
        shown = beginning(line, 60, masked)
        assert len(shown) <= 60
        assert parts_of(TOKEN, shown) == []
    assert beginning("a b", 60, masked) == "a b"


def test_of_what_is_cut_off_in_a_word_the_word_goes() -> None:
    for at in range(len(TOKEN) + 8):
        text = f"one two {TOKEN}"[: 8 + at]
        assert parts_of(TOKEN, without_last_word(text)) == []
        rest = f"{TOKEN} three four"[at:]
        assert parts_of(TOKEN, without_first_word(rest)) == []
    assert without_last_word("whole words\n") == "whole words\n"
    assert without_first_word("\nwhole words") == "\nwhole words"
    assert (without_last_word(""), without_first_word("")) == ("", "")
    assert without_last_word("x" * 10_000) == "x" * (10_000 - 4_096)


def test_a_line_without_a_blank_is_cut_as_fast_as_any_other() -> None:
    line = "x" * 4_000 + "\n"
    assert fastest(lambda: without_last_word(line)) < 0.005
