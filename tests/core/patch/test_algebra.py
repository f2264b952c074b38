from __future__ import annotations

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.patch.making import changes, decision, every, fastest, view_of
from tui_agent.core.patch import FileView, HunkDecision, PatchError, resolve, select, split
from tui_agent.core.patch.diff import TABLE_LIMIT, changed_spans

pytestmark = pytest.mark.property


def some_of(view: FileView, draw: st.DataObject) -> set[str]:
    return set(draw.draw(st.sets(st.sampled_from(view.patch.run_ids or ("",))))) - {""}


def for_set(view: FileView, accepted: set[str]) -> tuple[HunkDecision, ...]:
    return tuple(
        decision(view, (run,), "accept" if run in accepted else "reject")
        for run in view.patch.run_ids
    )


@given(changes())
def test_accepting_nothing_leaves_the_file_and_accepting_all_gives_the_proposal(
    change: tuple[bytes, bytes],
) -> None:
    view = view_of(*change)
    assert resolve(view, every(view, "reject")).content == change[0]
    assert resolve(view, every(view, "accept")).content == change[1]


@given(changes())
def test_between_two_runs_lies_an_equal_line_and_outside_of_runs_nothing_differs(
    change: tuple[bytes, bytes],
) -> None:
    view = view_of(*change)
    old = new = 0
    for run in view.patch.runs:
        assert run.minus or run.plus
        assert old == new == 0 or run.old_start > old
        assert view.before[old : run.old_start] == view.after[new : run.new_start]
        old, new = run.old_end, run.new_end
    assert view.before[old:] == view.after[new:]


@pytest.mark.capability("S0.15", part="any subset of hunks")
@given(changes(), st.data())
def test_a_subset_keeps_each_rejected_run_and_takes_each_accepted_one(
    change: tuple[bytes, bytes], data: st.DataObject
) -> None:
    view = view_of(*change)
    accepted = some_of(view, data)
    expected, at = b"", 0
    for run in view.patch.runs:
        expected += view.codec.encode(view.before[at : run.old_start])
        taken = run.id in accepted
        expected += view.codec.encode(
            view.after[run.new_start : run.new_end]
            if taken
            else view.before[run.old_start : run.old_end]
        )
        at = run.old_end
    expected += view.codec.encode(view.before[at:])
    assert resolve(view, for_set(view, accepted)).content == expected


@given(changes(), st.data())
def test_decisions_in_two_rounds_give_what_one_round_gives(
    change: tuple[bytes, bytes], data: st.DataObject
) -> None:
    view = view_of(*change)
    first = some_of(view, data)
    second = some_of(view, data)
    one_round = resolve(view, for_set(view, first | second)).content
    halfway = resolve(view, for_set(view, first)).content
    rest = view_of(halfway, one_round)
    assert resolve(rest, every(rest, "accept")).content == one_round
    shuffled = list(for_set(view, first | second))
    data.draw(st.randoms()).shuffle(shuffled)
    assert resolve(view, shuffled).content == one_round


@given(changes(), st.integers(0, 4))
def test_hunks_and_their_parts_hold_every_run_once_and_every_line_of_both_sides(
    change: tuple[bytes, bytes], context: int
) -> None:
    view = view_of(*change)
    hunks = view.hunks(context)
    runs = [run.id for run in view.patch.runs]
    assert [run for hunk in hunks for run in hunk.run_ids] == runs
    parts = [part for hunk in hunks for part in split(view, hunk, context)]
    assert [run for part in parts for run in part.run_ids] == runs
    for hunk in (*hunks, *parts):
        old = tuple(row.text + row.end for row in hunk.rows if row.kind != "+")
        new = tuple(row.text + row.end for row in hunk.rows if row.kind != "-")
        assert old == view.before[hunk.old_start : hunk.old_end]
        assert new == view.after[hunk.new_start : hunk.new_end]
        assert {row.run for row in hunk.rows} - {None} == set(hunk.run_ids)


@given(changes(), st.data())
def test_selecting_lines_takes_the_chosen_new_ones_and_drops_the_chosen_old_ones(
    change: tuple[bytes, bytes], data: st.DataObject
) -> None:
    view = view_of(*change)
    if not view.patch.runs:
        return
    run = data.draw(st.sampled_from(view.patch.runs))
    old = (
        data.draw(st.sets(st.sampled_from(range(run.old_start + 1, run.old_end + 1))))
        if run.minus
        else set()
    )
    new = (
        data.draw(st.sets(st.sampled_from(range(run.new_start + 1, run.new_end + 1))))
        if run.plus
        else set()
    )
    others = decision(view, view.patch.run_ids, "reject")
    content = resolve(view, (others, select(view, run.id, old, new))).content
    assert content is not None
    kept = [view.before[at] for at in range(run.old_start, run.old_end) if at + 1 not in old]
    came = [view.after[at] for at in range(run.new_start, run.new_end) if at + 1 in new]
    lines = [*view.before[: run.old_start], *kept, *came, *view.before[run.old_end :]]
    assert sorted(line.rstrip("\r\n") for line in content.decode().split("\n") if line) == sorted(
        line.rstrip("\r\n") for line in lines if line != "\n"
    )


@given(changes())
def test_selecting_all_lines_accepts_and_selecting_none_rejects(
    change: tuple[bytes, bytes],
) -> None:
    view = view_of(*change)
    for run in view.patch.runs:
        old = range(run.old_start + 1, run.old_end + 1)
        new = range(run.new_start + 1, run.new_end + 1)
        assert select(view, run.id, old, new) == decision(view, (run.id,), "accept")
        assert select(view, run.id, (), ()) == decision(view, (run.id,), "reject")


@given(changes())
@example((b"a\n\na\n", b"a\n\r\na\n\n"))
@example(
    (
        "\u201cquoted\u201d\n\n\u201cquoted\u201d\n".encode(),
        "\u201cquoted\u201d\n\r\n\u201cquoted\u201d\n\n".encode(),
    )
)
def test_ids_are_unique_and_do_not_depend_on_where_the_lines_stand(
    change: tuple[bytes, bytes],
) -> None:
    ids = view_of(*change).patch.run_ids
    assert len(set(ids)) == len(ids)
    lower = view_of(b"unlike\nany\n" + change[0], b"unlike\nany\n" + change[1])
    if change[0] and change[1]:
        assert lower.patch.run_ids == ids


def longest_common(old: str, new: str) -> int:
    row = [0] * (len(new) + 1)
    for letter in old:
        above = row
        row = [0]
        for j, other in enumerate(new):
            row.append(above[j] + 1 if letter == other else max(above[j + 1], row[j]))
    return row[-1]


@given(st.text("abc", max_size=30), st.text("abc", max_size=30))
def test_the_diff_is_as_short_as_a_diff_can_be(old: str, new: str) -> None:
    spans = changed_spans(old, new)
    assert sum(a_end - a for a, a_end, _, _ in spans) == len(old) - longest_common(old, new)


def test_six_thousand_changed_lines_become_hunks_in_a_fifth_of_a_second() -> None:
    dice = random.Random(6)
    old = [f"line {dice.randrange(1500)}\n" for _ in range(6000)]
    new = [line if dice.random() < 0.7 else f"other {dice.random()}\n" for line in old]
    before, after = "".join(old).encode(), "".join(new).encode()
    assert len(view_of(before, after).hunks()) > 100
    assert fastest(lambda: view_of(before, after).hunks()) < 0.2


def test_a_thousand_hunks_in_ten_thousand_lines_are_quick_and_exact() -> None:
    old = [f"line {number}\n" for number in range(10_000)]
    new = [line if number % 10 else f"changed {number}\n" for number, line in enumerate(old)]
    before, after = "".join(old).encode(), "".join(new).encode()
    view = view_of(before, after)
    assert len(view.hunks()) == 1000
    decisions = for_set(view, set(view.patch.run_ids[::2]))
    content = resolve(view, decisions).content
    assert fastest(lambda: view_of(before, after).hunks()) < 0.2
    assert fastest(lambda: resolve(view, decisions)) < 0.2
    assert content is not None
    assert content.count(b"changed") == 500


def test_texts_too_long_for_one_table_are_cut_and_still_exact() -> None:
    size = int(TABLE_LIMIT**0.5) + 5000
    old = [f"line {number}\n" for number in range(size)]
    new = ["first\n", *old[:100], *old[200 : size // 2], "middle\n", *old[size // 2 :], "last\n"]
    spans = changed_spans(["begin\n", *old, "end\n"], new)
    assert (101, 201, 101, 101) in spans
    assert sum(b_end - b for _, _, b, b_end in spans) == 3


def test_what_cannot_be_cut_counts_as_replaced_as_a_whole() -> None:
    size = int(TABLE_LIMIT**0.5) + 10
    assert changed_spans(["a", "b"] * size, ["b", "c"] * size) == ((0, 2 * size, 0, 2 * size),)


def test_undecided_changes_and_foreign_decisions_are_refused() -> None:
    view = view_of(b"a\nb\nc\n", b"A\nb\nC\n")
    with pytest.raises(PatchError, match="1 of 2 changes are undecided"):
        resolve(view, (decision(view, view.patch.run_ids[:1], "accept"),))
    with pytest.raises(PatchError, match="no change f00"):
        resolve(view, (*every(view, "accept"), decision(view, ("f00",), "accept")))
