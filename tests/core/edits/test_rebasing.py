from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.edits.workspace import refused
from tests.core.patch.making import decision, every, view_of_change
from tui_agent.core.edits import MERGED_NOTE, rebased
from tui_agent.core.patch import FileChange, carry, resolve, undecided

BEFORE = b"".join(b"line %d\n" % number for number in range(30))
AFTER = BEFORE.replace(b"line 5\n", b"five\n").replace(b"line 20\n", b"twenty\n")
CHANGE = FileChange(path="a.py", before=BEFORE, after=AFTER, old_mode=0o644)


def test_a_proposal_for_the_bytes_on_disk_stays_as_it_is() -> None:
    assert rebased(CHANGE, BEFORE) is CHANGE


def test_a_proposal_moves_with_the_file_and_keeps_the_decisions_about_it() -> None:
    disk = b"new first\n" + BEFORE.replace(b"line 12\n", b"twelve\n")
    moved = rebased(CHANGE, disk)
    assert moved.before == disk
    assert moved.notes == (MERGED_NOTE,)
    old, new = view_of_change(CHANGE), view_of_change(moved)
    first, second = old.patch.run_ids
    kept = carry(old, new, (decision(old, (first,), "accept"), decision(old, (second,), "reject")))
    assert undecided(new.patch, kept) == ()
    assert resolve(new, kept).content == disk.replace(b"line 5\n", b"five\n")
    assert rebased(moved, disk + b"more\n").notes == (MERGED_NOTE,)


@pytest.mark.parametrize(
    ("change", "disk"),
    [
        (CHANGE, BEFORE.replace(b"line 5\n", b"fifth\n")),
        (CHANGE, AFTER),
        (CHANGE, None),
        (CHANGE, b"\0"),
        (FileChange(path="a.py", before=None, after=b"x\n"), b"y\n"),
        (FileChange(path="a.py", before=b"x\n", after=None), b"y\n"),
    ],
)
def test_a_proposal_that_no_longer_fits_is_stale(change: FileChange, disk: bytes | None) -> None:
    refused("stale", lambda: (rebased(change, disk),))


def test_a_rename_follows_what_is_on_disk() -> None:
    change = FileChange(path="a.py", new_path="b.py", before=b"x\n", after=b"x\n")
    moved = rebased(change, b"y\n")
    assert (moved.new_path, moved.before, moved.after) == ("b.py", b"y\n", b"y\n")


@pytest.mark.property
@given(st.integers(0, 29))
def test_lines_that_changed_meanwhile_are_never_lost(number: int) -> None:
    disk = BEFORE.replace(b"line %d\n" % number, b"theirs\n")
    if number in range(4, 7) or number in range(19, 22):
        refused("stale", lambda: (rebased(CHANGE, disk),))
        return
    view = view_of_change(rebased(CHANGE, disk))
    content = resolve(view, every(view, "accept")).content
    assert content == AFTER.replace(b"line %d\n" % number, b"theirs\n")
