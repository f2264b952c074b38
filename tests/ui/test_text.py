"""Plain output: cleaned in one place, coloured only where it is welcome, never a UnicodeError."""

from __future__ import annotations

import io
import json

import pytest

from tui_agent.core.messages import Usage
from tui_agent.ui.figures import duration, money, size, tokens
from tui_agent.ui.text import Paper, wants_colour


class Screen(io.TextIOWrapper):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def paper(encoding: str = "utf-8", **environ: str) -> tuple[Paper, io.BytesIO]:
    raw = io.BytesIO()
    stream = Screen(raw, encoding=encoding)
    return Paper({"TERM": "xterm", **environ}, stream, stream), raw


def test_control_characters_become_visible_marks() -> None:
    out, raw = paper(NO_COLOR="1")
    out.put([("bold", "a\x1b[31mb\u202ec")])
    assert raw.getvalue().decode() == "a␛[31mb‹202e›c\n"


def test_colours_are_ours_alone() -> None:
    out, raw = paper()
    out.put([("added", "+ [red]x[/red] \x1b[0m")])
    assert raw.getvalue().decode() == "\x1b[32m+ [red]x[/red] ␛[0m\x1b[0m\n"


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "CLICOLOR": "0"}, False),
        ({"TERM": "dumb", "CLICOLOR_FORCE": "1"}, True),
        ({"TERM": "dumb", "CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_follow_the_conventions(environ: dict[str, str], wanted: bool) -> None:
    assert wants_colour(environ, Screen(io.BytesIO())) is wanted


def test_a_terminal_without_unicode_gets_signs_that_it_has() -> None:
    out, raw = paper("ascii", NO_COLOR="1")
    out.put("✓ done − 3 × 4, ünïcode")
    assert raw.getvalue() == b"v done - 3 x 4, \\xfcn\\xefcode\n"


def test_data_is_written_as_it_is() -> None:
    out, raw = paper("ascii")
    out.data(json.dumps({"a": "\x1b é"}, ensure_ascii=False))
    assert raw.getvalue() == '{"a": "\\u001b é"}\n'.encode()


def test_figures_are_told_with_their_units() -> None:
    assert [duration(one) for one in (0.04, 9.94, 12, 125, 3780)] == [
        "0.0 s",
        "9.9 s",
        "12 s",
        "2 min 5 s",
        "1 h 3 min",
    ]
    assert [money(one) for one in (None, 0.0, 0.004, 1.234)] == [
        "cost unknown",
        "$0.00",
        "$0.0040",
        "$1.23",
    ]
    assert [size(one) for one in (640, 1234, 3_400_000)] == ["640 B", "1.2 kB", "3.4 MB"]
    assert tokens(Usage()) == "tokens unknown"
    assert tokens(Usage(input_tokens=1200, cached_tokens=900, output_tokens=80)) == (
        "1,200 tokens in (900 cached), 80 out"
    )
