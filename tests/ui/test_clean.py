"""Foreign text cannot steer a terminal, and nothing in it is invisible."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_agent.ui.clean import clean, is_clean
from tui_agent.ui.tui.glyphs import ASCII
from tui_agent.ui.tui.paper import Sheet, make_row
from tui_agent.ui.tui.theme import choose_theme

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=40)


@pytest.mark.case(57)
@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text, ünïcödé and 漢字", "plain text, ünïcödé and 漢字"),
        ("\x1b]52;c;cHduZWQ=\x07", "␛]52;c;cHduZWQ=␇"),
        ("a\x9b2Jb", "a‹9b›2Jb"),
        ("admin\u202enimda", "admin‹202e›nimda"),
        ("zero\u200bwidth", "zero‹200b›width"),
        ("tag\U000e0041", "tag‹e0041›"),
        ("half\ud800pair", "half‹d800›pair"),
        ("one\r\ntwo", "one␍\ntwo"),
        ("a\tb", "a   b"),
        ("del\x7f", "del␡"),
        ("heart ❤\ufe0f", "heart ❤"),
    ],
)
def test_dangerous_characters_become_visible_marks(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_ascii_terminals_get_ascii_marks() -> None:
    assert clean("\x1b[2J\u202e", ascii_only=True) == "^[[2J<202e>"


@pytest.mark.property
@given(ANYTHING)
def test_clean_text_stays_as_it_is_and_holds_no_control(raw: str) -> None:
    shown = clean(raw)
    assert clean(shown) == shown
    assert is_clean(shown)
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in {"Cc", "Cs"}]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b")


@pytest.mark.case(57)
def test_a_row_has_no_line_feed_whatever_a_file_is_called() -> None:
    sheet = Sheet(width=30, theme=choose_theme("dark", {}))
    row = make_row(sheet, [sheet.span("a\x1b[31m\nb.txt")], [sheet.span("1\n")])
    assert row.strip.text == "a␛[31m␊b.txt                1␊"
    ascii_row = make_row(replace(sheet, glyphs=ASCII), [sheet.span("a\nb")])
    assert ascii_row.strip.text.startswith("a^Jb ")
