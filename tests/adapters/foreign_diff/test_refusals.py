"""A diff that does not fit is refused file by file, with what helps; nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.patch.making import fastest
from tests.support.foreign import TwoSides, two_sides
from tests.support.repository import Repository, make_repository
from tui_agent.adapters.foreign_diff import read_diff
from tui_agent.core.edits import EditError

LINES = b"".join(b"line %d\n" % number for number in range(1, 41))
BLOCK = b"def f():\n    a = 1\n    b = 2\n    return a\n\n"


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    new = LINES.replace(b"line 20\n", b"LINE 20\n")
    return two_sides(
        tmp_path / "repository",
        {"a.txt": LINES, "b.txt": LINES},
        {"a.txt": new, "b.txt": new},
    )


def refusal(sides: TwoSides, diff: bytes) -> str:
    """Return the only refusal, and see that the work tree was not touched."""
    before = sides.tree()
    read = sides.read(diff)
    assert sides.tree() == before
    [why] = read.refused
    return why


def test_a_file_that_drifted_takes_the_one_place_that_is_left(sides: TwoSides) -> None:
    sides.repository.write("a.txt", b"a licence\nof two lines\n" + LINES)
    read = sides.read(sides.diff())
    assert read.refused == ()
    expected = b"a licence\nof two lines\n" + LINES.replace(b"line 20\n", b"LINE 20\n")
    assert sides.with_changes(read.changes)["a.txt"][0] == expected
    [change] = [one for one in read.changes if one.path == "a.txt"]
    assert change.notes == ("hunk 1 of the diff, made for line 17, fits at line 19 alone",)


def test_a_line_that_differs_is_named_and_the_other_file_is_not_affected(sides: TwoSides) -> None:
    sides.repository.write("a.txt", LINES.replace(b"line 18\n", b"line  18\n"))
    why = refusal(sides, sides.diff())
    assert why.startswith("a.txt: hunk 1: its old lines are not in the file.")
    assert "The closest place begins at line 17; the first difference, at line 18:" in why
    assert "expected: line 18" in why
    assert [one.path for one in sides.read(sides.diff()).changes] == ["b.txt"]


def test_of_two_places_none_is_taken(tmp_path: Path) -> None:
    sides = two_sides(
        tmp_path / "repository",
        {"a.py": BLOCK},
        {"a.py": BLOCK.replace(b"b = 2", b"b = 3")},
    )
    sides.repository.write("a.py", b"# one more line\n\n" + BLOCK + BLOCK)
    why = refusal(sides, sides.diff("-U1"))
    assert why == "a.py: hunk 1 has several places: its old lines stand at lines 4, 9"


def test_the_twin_of_a_change_that_is_there_already_is_not_changed_as_well(tmp_path: Path) -> None:
    new = BLOCK.replace(b"b = 2", b"b = 3")
    sides = two_sides(tmp_path / "repository", {"a.py": BLOCK}, {"a.py": new})
    sides.repository.write("a.py", b"# moved\n" + new + BLOCK)
    why = refusal(sides, sides.diff("-U1"))
    assert "hunk 1 may be there already: its old lines stand at line 8" in why
    assert "what it leads to stands at line 3" in why


def test_a_hunk_without_context_needs_the_very_file_it_was_made_from(tmp_path: Path) -> None:
    sides = two_sides(
        tmp_path / "repository", {"a.txt": LINES}, {"a.txt": LINES.replace(b"9\n", b"9\nmore\n", 1)}
    )
    bare = sides.diff("-U0", "--full-index")
    assert sides.with_changes(sides.read(bare).changes) == sides.by_git(
        bare, tmp_path / "copy", "--unidiff-zero"
    )
    sides.repository.write("a.txt", LINES + b"line 41\n")
    assert "has no line of context to recognise its place by" in refusal(sides, bare)


def test_what_is_new_in_the_diff_and_other_here_is_refused(tmp_path: Path) -> None:
    sides = two_sides(tmp_path / "repository", {"x": b"x\n"}, {"new.txt": b"theirs\n", "x": None})
    sides.repository.write("new.txt", b"ours\n")
    sides.repository.write("x", b"x\nand more\n")
    read = sides.read(sides.diff())
    assert read.changes == ()
    new, gone = sorted(read.refused)
    assert new == "new.txt: it is new in the diff, and exists here with other content"
    assert gone == r"x: it has lines that the diff does not delete: and more\n"


def test_a_missing_file_names_those_of_its_name(sides: TwoSides) -> None:
    (sides.repository.root / "a.txt").unlink()
    sides.repository.write("deep/a.txt", LINES)
    assert "Files of that name: deep/a.txt" in refusal(sides, sides.diff())


def test_a_binary_file_that_is_another_here_is_refused(tmp_path: Path) -> None:
    sides = two_sides(
        tmp_path / "repository", {"a.bin": b"\0\1" * 90}, {"a.bin": b"\0\1" * 90 + b"\2"}
    )
    without = sides.diff("-M")
    assert "the diff has not its content" in refusal(sides, without)
    sides.repository.write("a.bin", b"\0other")
    assert "not the file that the diff was made from" in refusal(sides, sides.diff())


def test_a_link_that_leads_out_is_named_and_not_followed(tmp_path: Path) -> None:
    repository: Repository = make_repository(tmp_path / "repository")
    repository.write("a.txt", b"a\n")
    first = repository.commit("old")
    (repository.root / "link").symlink_to("/etc/passwd")
    second = repository.commit("new")
    repository.git("checkout", "--quiet", first)
    sides = TwoSides(repository, first, second)
    assert "symbolic link out of the workspace" in refusal(sides, sides.diff())


@pytest.mark.parametrize("path", ["../out.txt", "/etc/passwd", ".git/hooks/pre-commit", "a/../.."])
def test_no_path_leads_out(path: str, sides: TwoSides) -> None:
    diff = f"--- /dev/null\n+++ {path}\n@@ -0,0 +1 @@\n+evil\n".encode()
    assert refusal(sides, diff).startswith(f"{path}: ")


def test_a_diff_whose_line_ends_were_lost_keeps_those_of_the_file(sides: TwoSides) -> None:
    diff = sides.diff()
    sides.repository.write("a.txt", LINES.replace(b"\n", b"\r\n"))
    tree = sides.with_changes(sides.read(diff).changes)
    expected = LINES.replace(b"line 20\n", b"LINE 20\n")
    assert tree["a.txt"][0] == expected.replace(b"\n", b"\r\n")
    assert tree["b.txt"][0] == expected
    crlf = sides.with_changes(sides.read(diff.replace(b"\n", b"\r\n")).changes)
    assert crlf == tree


def test_two_compared_folders_mean_the_same_file(sides: TwoSides) -> None:
    diff = b"--- project.orig/a.txt\t2026-01-01\n+++ project/a.txt\t2026-01-02\n"
    diff += b"@@ -20 +20 @@\n-line 20\n+twenty\n"
    assert b"twenty" in sides.with_changes(sides.read(diff).changes)["a.txt"][0]
    names = b"--- a.txt\n+++ b.txt\n@@ -20 +20 @@\n-line 20\n+twenty\n"
    assert "names two files, a.txt and b.txt" in refusal(sides, names)


@pytest.mark.parametrize(
    ("diff", "what"),
    [
        ("", "is empty"),
        ("\x1b[1mdiff --git a/x b/x\x1b[m\n", "make it with --no-color"),
        ("Dear all,\nno diff here.\n", "it is no diff"),
        ("--- a/x\n+++ b/x\n@@\n-a\n+b\n", "hunk header without line numbers"),
        ("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n-a\n+b\n", "shorter than expected"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n", "more lines than its header says"),
        ("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n+b\n*c\n", "Hunk diff line expected"),
        ("diff --cc x\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n", "merge with several parents"),
        ("@@ -1 +1 @@\n-a\n+b\n", "Unexpected hunk"),
        ("+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "Target without source"),
        (
            "diff --git a/x b/x\nindex 1234567..89abcde 100644\nGIT binary patch\nliteral 3\nKxx\n",
            "binary patch",
        ),
    ],
)
def test_what_is_no_well_formed_diff_is_refused_whole(diff: str, what: str) -> None:
    with pytest.raises(EditError) as caught:
        read_diff(diff.encode())
    assert what in caught.value.message
    assert caught.value.kind == "malformed"


def test_a_thousand_hunks_that_have_all_moved_are_placed_at_once(tmp_path: Path) -> None:
    old = [b"line %d of the file\n" % number for number in range(20_000)]
    new = [b"LINE\n" if number % 20 == 10 else line for number, line in enumerate(old)]
    sides = two_sides(tmp_path / "repository", {"a.txt": b"".join(old)}, {"a.txt": b"".join(new)})
    diff = sides.diff()
    sides.repository.write("a.txt", b"moved\n" + b"".join(old))
    assert fastest(lambda: sides.read(diff)) < 1
    assert sides.with_changes(sides.read(diff).changes)["a.txt"][0] == b"moved\n" + b"".join(new)
