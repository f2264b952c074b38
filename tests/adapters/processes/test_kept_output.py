"""What is kept of a long output: its beginning and its end, and no half of a secret between."""

from __future__ import annotations

import pytest

from tests.core.test_excerpt import TOKEN, masked, parts_of
from tui_agent.adapters.processes.kept_output import KeptOutput, Shown

WORDS = "some words of a log that goes on and on\n" * 40


def around(cut: int, at: int) -> str:
    """Put a token so that so many of its signs stand before the cut."""
    before = WORDS[: cut - at - 1] + " "
    return f"{before}{TOKEN} {WORDS}"


@pytest.mark.parametrize("end", ["head", "tail"])
def test_a_token_at_the_cut_of_an_output_is_shown_whole_and_masked_or_not_at_all(end: str) -> None:
    for at in range(len(TOKEN) + 2):
        kept = KeptOutput(head=200, tail=300)
        text = around(200, at) if end == "head" else around(300, len(TOKEN) - at)
        data = text.encode() if end == "head" else turned(text).encode()
        for start in range(0, len(data), 37):
            kept.add(data[start : start + 37])
        shown = masked(kept.text())
        assert parts_of(TOKEN, shown) == []
        assert "bytes left out" in shown
        gone = len(data) - sum(map(len, halves(kept.text())))
        assert f"\n… {gone:,} bytes left out …\n" in kept.text()


def turned(text: str) -> str:
    """Put what is behind the token before it, and the other way round."""
    before, _, after = text.partition(TOKEN)
    return f"{after}{TOKEN}{before}"


def halves(text: str) -> tuple[str, str]:
    head, _, rest = text.partition("\n… ")
    return head, rest.partition(" …\n")[2]


def test_what_is_shown_of_too_much_at_once_holds_no_half_either() -> None:
    for at in range(0, len(TOKEN) + 2, 3):
        told: list[str] = []
        shown = Shown(told.append, limit=400)
        shown.add((around(200, at) + turned(around(200, at))).encode(), 0.0)
        assert "characters not shown" in told[0]
        assert parts_of(TOKEN, masked(told[0])) == []
