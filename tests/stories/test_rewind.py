"""`agent rewind` from the command line: shown, gone back to, and undone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def program(repository: Repository) -> Program:
    return Program(with_sample(repository).root)


@pytest.mark.capability("S0.19", part="rewind from the command line")
@pytest.mark.capability("S3.13", part="of a session: the tree is as before it")
def test_a_session_goes_back_to_a_step_and_on_from_there(
    program: Program, repository: Repository
) -> None:
    steps: list[dict[str, Any]] = [
        {"text": "One.", "call": [edit("answer.py", "41", "42")]},
        {"text": "Two.", "call": [call("write", path="new.py", content="new = 1\n")]},
        {"text": "Done."},
        {"text": "Again.", "repeat": 4},
    ]
    model = script(repository.root.parent, steps)
    manner = ("--model", model, "--approve-all", "--mode", "edit")
    assert program.run(*manner, "-p", "fix it").status == 0
    mine = b"mine = True\n" + repository.read("answer.py")
    repository.write("answer.py", mine)

    shown = program.run("rewind", "last@3", "--dry-run")
    assert shown.status == 0, shown.err
    assert "Taking back files to after step 1 of turn 1" in shown.out
    assert "deleted file new.py" in shown.out
    assert (repository.root / "new.py").exists()

    done = program.run("rewind", "last@3")
    assert done.status == 0, done.err
    assert repository.read("answer.py") == mine
    assert not (repository.root / "new.py").exists()

    first = program.run("rewind", "last@1")
    assert first.status == 0, first.err
    assert repository.read("answer.py") == mine.replace(b"42", b"41")
    again = first.out.split("agent undo ")[1].split()[0]
    assert program.run("undo", again).status == 0
    assert repository.read("answer.py") == mine
    assert program.run("sessions", "verify").status == 0
    assert "rewind" in program.run("replay", "last", "--plain").out
    assert program.run("-c", "-p", "go on").status == 0


def test_a_step_must_be_named_and_be_there(program: Program, repository: Repository) -> None:
    model = script(repository.root.parent, [{"text": "Hello."}])
    program.run("--model", model, "-p", "hello")
    assert "name the step" in program.run("rewind", "last").err
    missing = program.run("rewind", "last@99")
    assert (missing.status, missing.err) == (2, "There is no step 99: the session has 2.\n")
    nothing = program.run("rewind", "last@2", "--files")
    assert (nothing.status, nothing.err) == (
        0,
        "There is nothing to go back to: no file has been changed since.\n",
    )
