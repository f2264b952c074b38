"""How line mode ends where it is not asked to: nothing is lost, and the terminal is as it was."""

from __future__ import annotations

import os
import signal
import termios
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.stories.line_terminal import FIRST, LINES, SECOND, Terminal, at_terminal
from tests.stories.program import Program, call, script
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
SPOKEN = {"AGENT_INTERFACE_SCREEN_READER": "true"}
INTERRUPTED = 130


@pytest.fixture
def sample(repository: Repository) -> Repository:
    repository.write("lines.py", "".join(LINES))
    repository.commit()
    return repository


def status(sample: Repository) -> str:
    (session,) = Program(sample.root).run("sessions", "list", "--json").lines
    found: str = session["status"]
    return found


def lose(person: Terminal) -> int:
    """Take the terminal away, as a closed window or a lost connection does."""
    person.child.ptyproc.fileobj.close()
    person.child.closed = person.child.ptyproc.closed = True
    return int(person.child.ptyproc.wait())


def test_told_to_end_in_a_review_it_gives_the_terminal_back_and_leaves_the_review_open(
    sample: Repository, tmp_path: Path
) -> None:
    edits = call("edit", path="lines.py", edits=[FIRST, SECOND])
    model = script(tmp_path, [{"call": [edits]}, {"text": "I see."}])
    with at_terminal(sample.root, "--model", model, "change it") as person:
        person.sees("1/2 [")
        person.presses("y", first=True)
        person.sees("2/2 [")
        os.kill(person.child.pid, signal.SIGTERM)
        person.sees("Suspended: agent -c comes back to this very place.")
        person.child.expect(pexpect.EOF)
        assert termios.tcgetattr(person.child.child_fd)[3] & termios.ECHO
        assert person.ended() == INTERRUPTED
    assert status(sample) == "suspended"


@pytest.mark.parametrize("read_aloud", [False, True])
def test_a_terminal_that_goes_away_at_a_question_leaves_it_open_and_no_fault(
    sample: Repository, tmp_path: Path, home: Path, read_aloud: bool
) -> None:
    question = call("ask", question="Which colour?", choices=[{"label": "red"}, {"label": "blue"}])
    model = script(tmp_path, [{"call": [question]}, {"text": "I see."}])
    environ = SPOKEN if read_aloud else {}
    with at_terminal(sample.root, "--model", model, "paint", environ=environ) as person:
        person.sees("Answer (")
        assert lose(person) == INTERRUPTED
    assert status(sample) == "suspended"
    assert not list(home.rglob("fault-*"))


def test_back_from_the_shell_a_dumb_terminal_is_told_again_what_is_asked(
    sample: Repository, tmp_path: Path
) -> None:
    model = script(tmp_path, [{"text": "I see."}])
    with at_terminal(sample.root, "--model", model, term="dumb") as person:
        person.sees("› ")
        os.kill(person.child.pid, signal.SIGSTOP)
        os.kill(person.child.pid, signal.SIGCONT)
        person.sees("› ")
        person.says("look")
        person.sees("I see.")
        assert person.leaves() == 0


def test_the_end_of_the_input_while_it_works_suspends_the_turn(
    sample: Repository, tmp_path: Path
) -> None:
    slow: list[dict[str, Any]] = [{"text": "a line\n" * 400, "rate": 20}, {"text": "On."}]
    model = script(tmp_path, slow)
    with at_terminal(sample.root, "--model", model, "talk", environ=SPOKEN) as person:
        person.sees("Working.")
        assert person.leaves() == 0
    assert status(sample) == "suspended"


def test_read_aloud_a_running_turn_is_queued_for_steered_and_stopped(
    sample: Repository, tmp_path: Path
) -> None:
    turns: list[dict[str, Any]] = [
        {"text": "slow words\n" * 9, "rate": 8, "call": [call("list", path=".")]},
        {"text": "Quick now.", "when": {"contains": "be quick"}},
        {"text": "a line\n" * 400, "rate": 20},
        {"text": "Not reached."},
    ]
    with at_terminal(sample.root, "--model", script(tmp_path, turns), environ=SPOKEN) as person:
        person.sees("Your message: ")
        person.says("first")
        person.sees("Enter lets you say something meanwhile.")
        person.says("")
        person.sees("Your message: ")
        person.says("second")
        person.sees("Queued")
        person.says("/steer be quick")
        person.sees("the model hears it")
        person.says("/status")
        person.sees("queued: second")
        person.sees("Quick now.")
        person.sees("Working.")
        person.says("third")
        person.sees("Queued")
        person.says("/stop")
        person.sees("Taken back: third")
        person.sees("Stopped, interrupted")
        person.sees("Your message: ")
        assert person.leaves() == 0


def test_read_aloud_nothing_that_was_typed_too_early_is_an_answer_and_later_is_not_never(
    sample: Repository, tmp_path: Path
) -> None:
    turns: list[dict[str, Any]] = [
        {"text": "Look.", "call": [call("shell", command="touch made")]},
        {"text": "It is there."},
    ]
    with at_terminal(sample.root, "--model", script(tmp_path, turns), environ=SPOKEN) as person:
        person.sees("Your message: ")
        person.child.send("go\r")
        person.child.send("y\r")
        person.sees("[y s p")
        person.says("nothing like it")
        person.sees("The answers are y s p")
        person.says("q")
        person.sees("It waits.")
        person.says("/status")
        person.sees("1 question to answer")
        person.sees("queued: y")
        person.says("")
        person.sees("[y s p")
        assert not (sample.root / "made").exists()
        person.says("y")
        person.sees("It is there.")
        assert person.leaves() == 0
