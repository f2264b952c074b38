"""A paste stays text, whatever is in it and however it comes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from tui_agent.ui.tui.keyboard import BEGIN, END, Pastes

PIECES = st.lists(
    st.sampled_from([BEGIN, END, "\x1b", "\x1b[", "\x1b[31m", "20", "1~", "a\n", "ü"])
)


def read(*pieces: str) -> str:
    pastes = Pastes()
    return "".join(pastes.harmless(piece) for piece in pieces)


def test_an_escape_character_in_a_paste_becomes_a_mark_and_outside_stays_one() -> None:
    assert read(f"\x1b[A{BEGIN}one \x1b[31mred\ntwo{END}\x1b[B") == (
        f"\x1b[A{BEGIN}one ␛[31mred\ntwo{END}\x1b[B"
    )
    assert read("\x1b") == "\x1b", "the key Esc is not held back"


@given(PIECES, st.data())
def test_it_makes_no_difference_in_which_pieces_the_text_comes(
    pieces: list[str], data: st.DataObject
) -> None:
    whole = "".join(pieces) + BEGIN + END
    cuts = data.draw(st.lists(st.integers(0, len(whole)), max_size=6).map(sorted))
    bounds = [0, *cuts, len(whole)]
    parts = [whole[one:other] for one, other in pairwise(bounds)]
    assert read(*parts) == read(whole)


@given(PIECES)
def test_nothing_in_a_paste_is_left_that_begins_a_sequence(pieces: list[str]) -> None:
    text = "".join(pieces)
    assume(END not in text + END[:-1])
    assert read(BEGIN + text + END).count("\x1b") == 2
