from __future__ import annotations

from tests.core.patch.making import decision, every, view_of
from tui_agent.core.patch import FileView, carry, hunk_body, parse_edited, resolve, split, undecided

BEFORE = b"def f():\n    a()\n    b()\n    c()\n    d()\n    e()\n"
AFTER = b"def f():\n    A()\n    b()\n    c()\n    D()\n    D2()\n    e()\n"


def view() -> FileView:
    return view_of(BEFORE, AFTER, "f.py")


def test_decisions_are_carried_over_to_a_file_that_shifted() -> None:
    old = view()
    first, second = old.patch.run_ids
    edit = parse_edited(
        old,
        split(old, old.hunks()[0])[1],
        hunk_body(split(old, old.hunks()[0])[1]).replace("D2", "Z"),
    )
    new = view_of(b"import x\n\n" + BEFORE, b"import x\n\n" + AFTER, "f.py")
    carried = carry(old, new, (decision(old, (first,), "accept"), edit))
    assert undecided(new.patch, carried) == ()
    assert resolve(new, carried).content == b"import x\n\n" + AFTER.replace(b"D2", b"Z")
    assert carried[1].runs == (second,)


def test_decisions_about_lines_that_changed_are_open_again() -> None:
    old = view()
    new = view_of(BEFORE.replace(b"d()", b"dd()"), AFTER, "f.py")
    carried = carry(old, new, every(old, "accept"))
    assert [run for one in carried for run in one.runs] == [old.patch.run_ids[0]]
    assert len(undecided(new.patch, carried)) == 1


def test_decisions_about_one_of_several_equal_changes_are_open_when_their_number_changed() -> None:
    old = view_of(b"a\nx\na\ny\n", b"b\nx\nb\ny\n")
    new = view_of(b"a\nw\na\nx\na\ny\n", b"b\nw\nb\nx\nb\ny\n")
    assert carry(old, new, every(old, "accept")) == ()
    assert carry(old, old, every(old, "accept")) == every(old, "accept")


def test_an_edit_is_open_again_when_the_lines_round_it_changed() -> None:
    old = view()
    (hunk,) = old.hunks()
    body = hunk_body(hunk).replace("     b()", "-    b()\n+    bb()")
    edit = parse_edited(old, hunk, body)
    new = view_of(BEFORE.replace(b"b()", b"B()"), AFTER.replace(b"b()", b"B()"), "f.py")
    assert carry(old, new, (edit,)) == ()
