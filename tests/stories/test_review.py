"""`agent review`: a diff from anywhere is decided hunk by hunk, by keys or by flags."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.stories.program import ROOT, Program
from tests.support.foreign import TwoSides, two_sides
from tests.support.screen import Screen
from tests.support.workspace import picture

LINES = b"".join(b"line %d\n" % number for number in range(1, 41))
CHANGED = LINES.replace(b"line 3\n", b"LINE 3\n").replace(b"line 30\n", b"LINE 30\n")
HALF = LINES.replace(b"line 3\n", b"LINE 3\n")


@pytest.fixture
def sides(tmp_path: Path) -> TwoSides:
    """Two hunks, a new file, a deleted one and a binary one; the work tree has none of it."""
    made = two_sides(
        tmp_path / "repository",
        {"a.txt": LINES, "old.txt": b"old\n", "b.bin": b"\0" * 99},
        {"a.txt": CHANGED, "old.txt": None, "b.bin": b"\0" * 98, "new.txt": b"new\r\nfile"},
    )
    (tmp_path / "fix.patch").write_bytes(made.diff())
    return made


def test_everything_accepted_is_what_git_apply_makes(sides: TwoSides, tmp_path: Path) -> None:
    expected = sides.by_git(sides.diff(), tmp_path / "copy")
    done = Program(sides.repository.root).run("review", "../fix.patch", "--approve-all")
    assert done.status == 0
    assert sides.tree() == expected
    assert "a.txt  +2 −2" in done.err
    again = Program(sides.repository.root).run("review", "../fix.patch", "--approve-all")
    assert again.status == 0
    assert "! already there: b.bin" in again.err
    assert sides.tree() == expected


def test_without_a_person_it_lists_what_waits_and_writes_nothing(sides: TwoSides) -> None:
    program = Program(sides.repository.root)
    before = picture(sides.repository.root)
    asked = program.run("review", "../fix.patch")
    assert asked.status == 6
    assert "  a.txt  2 changes  +2 −2\n  b.bin  binary  1 change" in asked.err
    assert "  new.txt  new  1 change  +2 −0\n  old.txt  deleted  1 change  +0 −1" in asked.err
    refused = program.run("review", "../fix.patch", "--reject-all")
    assert refused.status == 0
    assert picture(sides.repository.root) == before


@pytest.mark.parametrize("way", ["range", "pipe", "index"])
def test_a_diff_comes_from_revisions_from_a_pipe_or_from_the_index(
    way: str, sides: TwoSides, tmp_path: Path
) -> None:
    expected = sides.by_git(sides.diff(), tmp_path / "copy")
    repository = sides.repository
    program = Program(repository.root / "below")
    program.folder.mkdir()
    if way == "range":
        done = program.run("review", f"{sides.old}..{sides.new}", "--approve-all")
    elif way == "pipe":
        diff = sides.diff().decode()
        done = program.run("review", "--approve-all", stdin=diff)
    else:
        repository.git("read-tree", sides.new)
        done = program.run("review", "--staged", "--approve-all")
    assert done.status == 0, done.err
    assert sides.tree() == expected


def test_it_is_recorded_like_an_edit_and_needs_no_model(sides: TwoSides) -> None:
    program = Program(sides.repository.root)
    done = program.run("review", "../fix.patch", "--approve-all", "--json")
    assert done.final["stop_reason"] == "done"
    kinds = [line["type"] for line in done.lines]
    assert "ModelRequested" not in kinds
    assert kinds.count("EditApplied") == 1
    [called] = done.events("ToolCalled")
    assert (called["tool"], called["origin"]) == ("review", "user")
    assert done.events("TurnStarted")[0]["kind"] == "review"
    assert program.run("sessions", "verify").status == 0
    assert "review ../fix.patch" in program.run("sessions").out
    told = program.run("replay", "last", "--plain")
    assert "+ LINE 30" in told.out


def test_a_diff_that_does_not_fit_leaves_every_file_as_it_was(
    sides: TwoSides, tmp_path: Path
) -> None:
    sides.repository.write("a.txt", LINES.replace(b"line 4\n", b"line four\n"))
    before = picture(sides.repository.root)
    program = Program(sides.repository.root)
    done = program.run("review", "../fix.patch", "--approve-all")
    assert done.status == 1
    assert "a.txt: hunk 1: its old lines are not in the file" in done.err
    assert "expected: line 4" in done.err
    (tmp_path / "no.patch").write_text("Dear all,\n")
    assert "it is no diff" in program.run("review", "../no.patch", "--approve-all").err
    assert picture(sides.repository.root) == before


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("nowhere.patch",), "there is no file nowhere.patch"),
        (("main..nowhere",), "there is no revision nowhere"),
        (("--staged",), "The index has nothing"),
        (("../fix.patch", "--staged"), "leave out the other diff"),
        ((), "There is nothing in standard input"),
        (("../fix.patch", "--approve-all", "--reject-all"), "not allowed with"),
    ],
)
def test_what_makes_no_sense_is_said(
    sides: TwoSides, arguments: tuple[str, ...], what: str
) -> None:
    done = Program(sides.repository.root).run("review", *arguments)
    assert done.status == 2
    assert what in done.err


def test_its_help_has_an_example(sides: TwoSides) -> None:
    done = Program(sides.repository.root).run("review", "--help")
    assert done.status == 0
    assert "git diff main topic | agent review" in done.out


def environ_of(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AGENT_HOME": str(home / "agent"),
        "PYTHONPATH": str(ROOT),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }


@pytest.mark.timeout(60)
def test_a_piped_diff_is_decided_by_keys_of_the_terminal_in_lines(
    sides: TwoSides, home: Path
) -> None:
    command = f"cat ../fix.patch | {sys.executable} -m tui_agent review --plain"
    with Screen(["sh", "-c", command], environ_of(home), sides.repository.root) as screen:
        screen.wait("5 changes in 4 files to decide", "1/5")
        screen.insist("y", "2/5")
        screen.insist("n", "3/5")
        assert picture(sides.repository.root)["a.txt"][1] == LINES
        screen.insist("A", "4 accepted, 1 rejected")
        screen.insist("enter", "Done, unverified")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    assert sides.repository.read("a.txt") == HALF
    assert sides.repository.read("new.txt") == b"new\r\nfile"
    assert not (sides.repository.root / "old.txt").exists()


def first_verdict(screen: Screen, key: str, words: str) -> None:
    """Press a key; where it came before the request was armed, take it from the prompt again."""
    screen.press(key)
    try:
        screen.wait(words, seconds=6.0)
    except AssertionError:
        screen.press("ctrl-u", "f6")
        screen.look(2.0)
        screen.press(key)
        screen.wait(words)


@pytest.mark.timeout(60)
@pytest.mark.capability("S0.15", part="a diff from outside, by keys")
def test_a_diff_is_decided_by_keys_on_the_screen(sides: TwoSides, home: Path) -> None:
    argv = [sys.executable, "-m", "tui_agent", "review", "../fix.patch"]
    with Screen(argv, environ_of(home), sides.repository.root) as screen:
        screen.wait("review ../fix.patch", "hunk 1 of 5")
        screen.look(1.0)
        first_verdict(screen, "y", "hunk 2 of 5")
        screen.insist("n", "hunk 3 of 5")
        screen.insist("A", "Enter applies")
        assert sides.repository.read("a.txt") == LINES
        screen.insist("enter", "Done, unverified")
    assert sides.repository.read("a.txt") == HALF
    assert sides.repository.read("new.txt") == b"new\r\nfile"
