"""Reading a file's syntax as far as somebody looks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from tui_agent.core.text import content, split_lines
from tui_agent.ui.tui.syntax import Highlighter


def read(path: str, text: str) -> Highlighter:
    highlighter = Highlighter(path, split_lines(text))
    assert highlighter.read_to(len(highlighter.lines) - 1, seconds=5)
    return highlighter


def test_a_line_in_the_middle_of_a_docstring_is_read_as_part_of_it() -> None:
    highlighter = read("a.py", 'def f():\n    """One\n    two if three\n    """\n    return None\n')
    assert highlighter.line(2) == (("    two if three", "comment italic"),)
    assert ("return", "keyword") in highlighter.line(4)
    assert ("None", "number") in highlighter.line(4)


def test_nothing_is_read_before_it_is_asked_for_and_lines_show_plain_meanwhile() -> None:
    highlighter = Highlighter("a.py", ["x = 1\n"] * 5000)
    assert not highlighter.is_ready(0)
    assert highlighter.line(0) == (("x = 1", "text"),)
    assert highlighter.read_to(10, seconds=1)
    assert not highlighter.is_ready(4999)


def test_control_characters_are_visible_and_an_unknown_kind_of_file_is_plain() -> None:
    highlighter = read("notes.unknown", "a\x1b[31mb\n")
    assert highlighter.line(0) == (("a␛[31mb", "text"),)


def test_a_very_long_line_is_not_read_at_all() -> None:
    highlighter = Highlighter("min.js", ["x" * 5000 + "\n", "var a = 1;\n"])
    assert highlighter.is_ready(1)
    assert highlighter.line(1) == (("var a = 1;", "text"),)


@given(text=some.text(max_size=200))
def test_the_pieces_of_a_line_always_spell_that_line(text: str) -> None:
    lines = split_lines(text)
    highlighter = Highlighter("a.py", lines)
    highlighter.read_to(len(highlighter.lines), seconds=5)
    for index in range(len(lines)):
        spelled = "".join(piece for piece, _ in highlighter.line(index))
        assert spelled == highlighter.plain(index)
    assert len(highlighter.lines) == max(1, len([content(line) for line in lines]))
