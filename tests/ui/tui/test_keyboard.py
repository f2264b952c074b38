"""A paste stays text, whatever is in it and however it comes; and a terminal may go away."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from itertools import pairwise
from typing import TextIO, cast

from hypothesis import assume, given
from hypothesis import strategies as st
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from tui_agent.ui.tui.keyboard import BEGIN, END, Pastes, Terminal, as_typed

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


def test_enter_before_the_start_is_enter_and_lines_that_were_pasted_stay_lines() -> None:
    assert as_typed("fix it\n") == "fix it\r"
    for text in ("fix it", "one\ntwo\n", "one\ntwo", ""):
        assert as_typed(text) == text


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


def test_what_is_written_to_a_terminal_that_has_gone_away_holds_nobody_up() -> None:
    master, slave = os.openpty()
    os.close(master)
    with suppress(OSError), os.fdopen(slave, "w") as gone:
        writer = WriterThread(cast("TextIO", Terminal(gone)))
        writer.start()

        def draw() -> None:
            for _ in range(3 * MAX_QUEUED_WRITES):
                writer.write("x" * 1000)
            writer.stop()

        drawing = threading.Thread(target=draw, daemon=True)
        drawing.start()
        drawing.join(5.0)
        assert not drawing.is_alive()
