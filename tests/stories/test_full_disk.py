"""The disk is full in the middle of a turn: said on the screen and in lines, nothing done, nothing
lost; once there is room, Enter goes on.

The program's own limit on the size of a file stands for the disk, set and lifted from outside.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stories.line_terminal import at_terminal
from tests.stories.program import Program, call, edit, script
from tests.stories.test_main_job import agent
from tests.support.repository import Repository
from tests.support.screen import Screen

pytestmark = [pytest.mark.timeout(25), pytest.mark.case(83)]
SAID = "The session's log cannot be written (File too large): nothing more is done."


@pytest.fixture
def model(repository: Repository, tmp_path: Path) -> str:
    repository.write("a.txt", "one\n")
    repository.commit()
    turns = [
        {"text": "I look.", "call": [call("read", path="a.txt")]},
        {"text": "I change it.", "call": [edit("a.txt", "one", "two")]},
        {"text": "It is two now."},
    ]
    return script(tmp_path, turns)


@contextmanager
def full(process: int, home: Path) -> Iterator[None]:
    """Let no file of this process grow beyond what its session's log has by now."""
    [log] = home.rglob("events.jsonl")
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (log.stat().st_size + 20, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


def in_order(repository: Repository, home: Path) -> None:
    assert repository.read("a.txt") == b"two\n"
    program = Program(repository.root, AGENT_HOME=str(home / "agent"))
    verified = program.run("sessions", "verify")
    assert verified.status == 0, verified.out
    again = program.run("replay", "last", "--run")
    assert again.status == 0, again.out


@pytest.mark.capability("S0.20", part="a full disk")
def test_on_the_screen_it_stands_still_says_so_and_goes_on_where_it_was(
    repository: Repository, home: Path, model: str
) -> None:
    environ = os.environ | {"AGENT_HOME": str(home / "agent"), "PYTHONPATH": str(Path.cwd())}
    with Screen(agent("--model", model, "change it"), environ, repository.root) as screen:
        screen.wait("1 waits for you")
        with full(screen.pid, home):
            screen.look(0.6)
            screen.insist("a", "Enter applies")
            screen.press("enter")
            screen.wait(SAID[:60], "your verdict", "Enter applies")
            assert repository.read("a.txt") == b"one\n"
            screen.press("enter")  # There is no room yet.
            screen.look(0.5)
            assert repository.read("a.txt") == b"one\n"
        screen.press("enter")
        screen.wait("It is two now.", gone=" !  The session")
        screen.press(*"!sleep 1; echo ran >> out.txt", "enter")
        screen.wait("running")
        with full(screen.pid, home):
            screen.wait("stopped: the log cannot be written", "nothing is lost")
            screen.press("enter")  # There is no room yet.
            screen.look(0.5)
            assert "stopped: the log cannot be written" in screen.text
        screen.press("enter")
        screen.wait("outcome is unknown", gone="stopped: the log")
        with full(screen.pid, home):
            screen.press(*"say more", "enter")
            screen.wait(" › say more", "Enter sends", " !  The session")  # In the prompt again.
        screen.press("enter")
        screen.wait("› say more", gone=" !  The session")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    assert repository.read("out.txt") == b"ran\n"
    in_order(repository, home)


def test_in_lines_it_says_so_and_the_question_comes_again(
    repository: Repository, home: Path, model: str
) -> None:
    with at_terminal(repository.root, "--model", model, "change it") as person:
        person.sees("1/1 [")
        with full(person.child.pid, home):
            person.presses("y", first=True)
            person.sees("Enter applies this")
            person.presses("\r")
            person.sees("The session's log cannot be written")
            assert repository.read("a.txt") == b"one\n"
        person.sees("1/1 [")
        person.presses("y", first=True)
        person.sees("Enter applies this")
        person.presses("\r")
        person.sees("It is two now.")
        assert person.leaves() == 0
    in_order(repository, home)
