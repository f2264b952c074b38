from __future__ import annotations

import pytest

from tui_agent.core.patch.diff import changed_spans


def lines(text: str) -> list[str]:
    return [line + "\n" for line in text.split("|")]


@pytest.mark.parametrize(
    ("before", "after", "added"),
    [
        (
            "def a():|  x()||def c():|  x()|",
            "def a():|  x()||def b():|  x()||def c():|  x()|",
            ["def b():\n", "  x()\n", "\n"],
        ),
        (
            "import x||@mark(|  1,|)|def a():|  x()",
            "import x||@mark(|  2,|)|def b():|  y()||@mark(|  1,|)|def a():|  x()",
            ["@mark(\n", "  2,\n", ")\n", "def b():\n", "  y()\n", "\n"],
        ),
        ("a()|{|}||b()|{|}", "a()|{|}||n()|{|}||b()|{|}", ["n()\n", "{\n", "}\n", "\n"]),
        ("x|x|x", "x|x|x|x", ["x\n"]),
    ],
)
def test_an_addition_is_shown_from_its_own_first_line(
    before: str, after: str, added: list[str]
) -> None:
    new = lines(after)
    ((a, a_end, b, b_end),) = changed_spans(lines(before), new)
    assert a == a_end
    assert new[b:b_end] == added


def test_a_deletion_and_an_addition_that_can_slide_together_are_one_change() -> None:
    assert changed_spans(lines("start|one|two||end"), lines("start||three||end")) == ((1, 3, 1, 3),)


def test_changes_never_slide_so_far_that_they_touch() -> None:
    assert changed_spans(lines("x|x|b"), lines("x|x|x|x|c")) == ((2, 3, 2, 5),)
