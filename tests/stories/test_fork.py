"""`agent fork`: the beginning of a session goes on in a session of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def program(repository: Repository) -> Program:
    return Program(with_sample(repository).root)


def sessions(home: Path) -> dict[str, Path]:
    found = (home / "agent" / "sessions").glob("*/*/events.jsonl")
    return {path.parent.name.rpartition("-")[2]: path.parent for path in found}


@pytest.mark.capability("S4.18", part="the chain of a fork")
def test_the_prefix_is_the_same_bytes_its_chain_holds_and_the_fork_goes_on(
    program: Program, repository: Repository, home: Path
) -> None:
    large = "\n".join(f"row = {n}" for n in range(2000)) + "\n"
    calls = [edit("answer.py", "41", "42"), call("write", path="big.py", content=large)]
    steps: list[dict[str, Any]] = [
        {"text": "One.", "call": calls},
        {"text": "Done."},
        {"text": "Then.", "repeat": 4},
    ]
    model = script(repository.root.parent, steps)
    run = program.run("--model", model, "--approve-all", "--mode", "edit", "-p", "fix it")
    assert run.status == 0, run.err
    [(old, source)] = sessions(home).items()
    before = (source / "events.jsonl").read_bytes()

    forked = program.run("fork", "last@2")
    assert forked.status == 0, forked.err
    new = forked.out.strip()
    assert f"at step 2: agent -r {new[:10]} goes on" in forked.err
    copied = sessions(home)[new]
    lines = (copied / "events.jsonl").read_bytes().split(b"\n")[:-1]
    assert before.startswith(b"\n".join(lines[:-1]) + b"\n")
    said = json.loads(lines[-1])
    assert said["type"] == "SessionForked"
    assert said["data"]["from_session"] == old
    assert said["data"]["from_h"] == json.loads(lines[-2])["h"]
    assert program.run("sessions", "verify", new).status == 0
    blobs = list(copied.glob("blobs/*/*.zst"))
    assert blobs
    assert all(path.stat().st_nlink == 2 for path in blobs)

    on = program.run("-r", new, "-p", "and now?", "--approve-all", "--mode", "edit")
    assert on.status == 0, on.err
    assert (source / "events.jsonl").read_bytes() == before
    assert program.run("sessions", "verify", new).status == 0


@pytest.mark.timeout(60)
def test_a_session_that_is_open_can_be_forked(
    program: Program, repository: Repository, home: Path
) -> None:
    model = script(repository.root.parent, [{"text": "Hello."}, {"text": "Slow. " * 90, "rate": 9}])
    assert program.run("--model", model, "-p", "hello").status == 0
    [source] = sessions(home).values()
    running = program.start("-c", "-p", "go on")
    try:
        while b'"go on"' not in (source / "events.jsonl").read_bytes():
            assert running.poll() is None
        forked = program.run("fork", "last@2")
        assert forked.status == 0, forked.err
    finally:
        running.kill()
        running.communicate()
    assert program.run("sessions", "verify", forked.out.strip()).status == 0


def test_a_step_that_there_is_not_is_named(program: Program, repository: Repository) -> None:
    model = script(repository.root.parent, [{"text": "Hello."}])
    program.run("--model", model, "-p", "hello")
    wrong = program.run("fork", "last@77")
    assert (wrong.status, wrong.err) == (2, "There is no step 77: the session has 2.\n")
    assert program.run("fork", "nothing").status == 2
