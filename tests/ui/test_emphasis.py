"""Which words of a change are emphasised."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from tui_agent.ui.tui.emphasis import changed_words


def words(lines: list[str], stretches: list[list[tuple[int, int]]]) -> list[list[str]]:
    return [
        [line[start:end] for start, end in own] for line, own in zip(lines, stretches, strict=True)
    ]


def test_words_that_differ_are_emphasised_across_moved_lines() -> None:
    old = [
        "    # Strip Authorization headers when responses are redirected",
        "    # away from the origin.",
        '    headers.pop("Authorization", None)',
    ]
    new = [
        "    # Strip credentials when responses are redirected",
        "    # away from the origin.",
        "    for name in _CREDENTIALS:",
        "        headers.pop(name, None)",
    ]
    before, after = changed_words(old, new)
    assert words(old, before) == [["Authorization headers"], [], ['"Authorization"']]
    assert words(new, after) == [["credentials"], [], ["for name in _CREDENTIALS:"], ["name"]]


def test_texts_that_share_little_are_left_alone() -> None:
    assert changed_words(["return None"], ["raise ValueError('no such thing at all')"]) == (
        [[]],
        [[]],
    )


def test_a_pure_insertion_has_nothing_to_compare() -> None:
    assert changed_words([], ["one", "two"]) == ([], [[], []])


@given(
    old=some.lists(some.text(max_size=30), max_size=5),
    new=some.lists(some.text(max_size=30), max_size=5),
)
def test_stretches_are_in_order_and_inside_their_line(old: list[str], new: list[str]) -> None:
    for lines, found in zip((old, new), changed_words(old, new), strict=True):
        for line, own in zip(lines, found, strict=True):
            flat = [edge for stretch in own for edge in stretch]
            assert flat == sorted(flat)
            assert all(0 <= edge <= len(line) for edge in flat)
