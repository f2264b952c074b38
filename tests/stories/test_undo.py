"""`agent undo` from the command line: shown first, taken back, and given back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository


@pytest.fixture
def program(repository: Repository) -> Program:
    return Program(with_sample(repository).root)


def edited(program: Program, repository: Repository) -> None:
    """Let a session change one file and create another."""
    calls = [edit("answer.py", "41", "42"), call("write", path="new.py", content="new = 1\n")]
    model = script(repository.root.parent, [{"call": calls}, {"text": "Done."}])
    done = program.run("--model", model, "--approve-all", "--mode", "edit", "-p", "fix it")
    assert done.status == 0, done.err


@pytest.mark.capability("S0.19", part="undo from the command line")
def test_a_turn_is_shown_taken_back_and_given_back(
    program: Program, repository: Repository
) -> None:
    edited(program, repository)
    mine = b"mine = True\n" + repository.read("answer.py")
    repository.write("answer.py", mine)
    shown = program.run("undo", "--dry-run")
    assert shown.status == 0
    assert "Taking back turn 1\nanswer.py  +1 −1" in shown.out
    assert "deleted file new.py" in shown.out
    assert repository.read("answer.py") == mine
    done = program.run("undo")
    assert done.status == 0, done.err
    assert "✓ Taken back. agent undo " in done.out
    assert repository.read("answer.py") == mine.replace(b"42", b"41")
    assert not (repository.root / "new.py").exists()
    again = done.out.split("agent undo ")[1].split()[0]
    assert again.endswith("@2")
    assert program.run("undo", again).status == 0
    assert repository.read("answer.py") == mine
    assert repository.read("new.py") == b"new = 1\n"
    assert program.run("sessions", "verify").status == 0


def test_a_conflict_is_shown_and_nothing_is_written_unless_that_is_wanted(
    program: Program, repository: Repository
) -> None:
    edited(program, repository)
    mine = repository.read("answer.py").replace(b"42", b"43, said I")
    repository.write("answer.py", mine)
    shown = program.run("undo")
    assert shown.status == 6
    assert "! left as it is: answer.py has been changed since the edit" in shown.err
    assert "Nothing was changed. --approve-all takes back what is shown above." in shown.err
    assert repository.read("new.py") == b"new = 1\n"
    assert program.run("undo", "--approve-all").status == 0
    assert not (repository.root / "new.py").exists()
    assert repository.read("answer.py") == mine


def test_what_cannot_be_undone_is_said_in_a_sentence(
    program: Program, repository: Repository
) -> None:
    assert program.run("undo").status == 2
    model = script(repository.root.parent, [{"text": "Hello."}])
    program.run("--model", model, "-p", "hello")
    nothing = program.run("undo")
    assert nothing.status == 0
    assert nothing.err == (
        "There is nothing to take back: no turn of this session has changed a file.\n"
    )
    unknown = program.run("undo", "last@9")
    assert (unknown.status, unknown.err) == (2, "There is no turn 9 in this session: it has 1.\n")
    assert "a turn is a number" in program.run("undo", "last@two").err


def test_of_a_fork_within_a_turn_it_is_said_how_to_end_it(
    program: Program, repository: Repository
) -> None:
    edited(program, repository)
    fork = program.run("fork", "last@3").out.strip()
    refused = program.run("undo", fork)
    assert f"still open: agent -r {fork} goes on with it" in refused.err
    assert b"42" in repository.read("answer.py")


def test_on_a_full_disk_nothing_is_taken_back_and_the_reason_is_said(
    program: Program, repository: Repository, home: Path
) -> None:
    edited(program, repository)
    [log] = home.rglob("events.jsonl")
    full = program.limited(log.stat().st_size // 1024).run("undo")
    assert full.status == 1
    assert full.err.count("The session's log cannot be written (File too large)") == 1
    assert "make room on the disk" in full.err
    assert b"42" in repository.read("answer.py")
    assert program.run("undo").status == 0
    assert b"41" in repository.read("answer.py")


@pytest.mark.capability("S0.19", part="undo of a hunk from the command line")
def test_one_hunk_is_listed_with_its_number_and_taken_back_alone(
    program: Program, repository: Repository
) -> None:
    edited(program, repository)
    listed = program.run("undo", "--list")
    assert listed.status == 0
    assert "1  answer.py  line 3  +1 −1" in listed.out
    assert "2  new.py  line 1  +1" in listed.out
    done = program.run("undo", "--hunk", "1")
    assert done.status == 0, done.err
    assert b"41" in repository.read("answer.py")
    assert repository.read("new.py") == b"new = 1\n"
    assert "taken back" in program.run("undo", "--list").out
    again = done.out.split("agent undo ")[1].split()[0]
    assert program.run("undo", again).status == 0
    assert b"42" in repository.read("answer.py")
    assert program.run("undo", "--hunk", "7").err == (
        "There is no hunk 7 to take back here: there are 2.\n"
    )


def test_what_a_command_changed_is_taken_back_with_the_turn(
    program: Program, repository: Repository
) -> None:
    run = call("shell", command="echo 'made = 1' > made.py; sed -i s/41/43/ answer.py")
    model = script(repository.root.parent, [{"call": [run]}, {"text": "Done."}])
    made = program.run("--model", model, "--approve-all", "--no-sandbox", "-p", "make it")
    assert "what 1 command changed: agent sessions diff shows it" in made.err
    assert b"43" in repository.read("answer.py")
    done = program.run("undo")
    assert done.status == 0, done.err
    assert "with what these commands changed: echo 'made = 1'" in done.err
    assert b"41" in repository.read("answer.py")
    assert not (repository.root / "made.py").exists()
