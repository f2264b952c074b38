"""The effects of commands on a real terminal: shown first, decided, and checked in a copy."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.stories.line_terminal import at_terminal
from tests.stories.program import call, script
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

CHECKS = """\
[[checks]]
name = "sums"
command = "sh check.sh"
"""


@pytest.fixture
def sample(repository: Repository) -> Repository:
    repository.write("a.txt", "one\n")
    repository.write("check.sh", "grep -q two a.txt && echo the sum is right\n")
    repository.commit()
    return repository


def test_in_lines_a_command_is_shown_first_checked_in_a_copy_and_then_applied(
    sample: Repository, tmp_path: Path
) -> None:
    command = call("shell", command="echo two > a.txt && echo more > b.txt && echo formatted")
    model = script(tmp_path, [{"text": "I format.", "call": [command]}, {"text": "I see."}])
    sample.write(".agentrc", CHECKS)
    with at_terminal(sample.root, "--model", model, "--trust", "format") as person:
        person.sees("[y s")
        person.presses("d", first=True)
        person.sees("formatted")
        person.sees("made in a copy by echo two")
        assert sample.read("a.txt") == b"one\n"
        person.sees("1/2 [")
        person.presses("y", first=True)
        person.sees("2/2 [")
        person.presses("c")
        person.sees("sh check.sh on the accepted hunks, in a copy")
        person.sees("sh check.sh  exit 0")
        assert sample.read("a.txt") == b"one\n"
        person.presses("n")
        person.sees("Enter applies this")
        person.presses("\r")
        person.sees("I see.")
        assert person.leaves() == 0
    assert sample.read("a.txt") == b"two\n"
    assert not (sample.root / "b.txt").exists()


def test_a_kill_at_the_second_question_comes_back_to_it_without_the_copy(
    sample: Repository, tmp_path: Path
) -> None:
    command = call("shell", command="echo two > a.txt && echo formatted")
    model = script(tmp_path, [{"text": "I format.", "call": [command]}, {"text": "I see."}])
    with at_terminal(sample.root, "--model", model, "format") as person:
        person.sees("[y s")
        person.presses("d", first=True)
        person.sees("1/1 [")
        person.child.kill(signal.SIGKILL)
        person.child.wait()
    assert sample.read("a.txt") == b"one\n"
    with at_terminal(sample.root, "--model", model, "-c") as person:
        person.sees("made in a copy by echo two")
        person.sees("1/1 [")
        person.presses("y", first=True)
        person.sees("Enter applies this")
        person.presses("\r")
        person.sees("I see.")
        assert person.leaves() == 0
    assert sample.read("a.txt") == b"two\n"
