"""A session is taken up where its repository is now; another repository's is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import Program, edit, script, with_sample
from tests.support.repository import Repository, make_repository

pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def begun(repository: Repository) -> Repository:
    """A repository with a session that has changed a file."""
    with_sample(repository)
    steps: list[dict[str, Any]] = [
        {"call": [edit("answer.py", "41", "42")]},
        {"text": "Done."},
        {"text": "On.", "repeat": 9},
    ]
    model = script(repository.root.parent, steps)
    manner = ("--model", model, "--approve-all", "--mode", "edit")
    assert Program(repository.root).run(*manner, "-p", "fix it").status == 0
    return repository


def last(home: Path, kind: str) -> dict[str, Any]:
    [log] = (home / "agent" / "sessions").glob("*/*/events.jsonl")
    found = [json.loads(line) for line in log.read_bytes().split(b"\n") if line]
    data: dict[str, Any] = [one["data"] for one in found if one["type"] == kind][-1]
    return data


def test_a_moved_repository_goes_on_and_what_changed_meanwhile_is_named(
    begun: Repository, home: Path
) -> None:
    moved = begun.root.with_name("elsewhere")
    begun.root.rename(moved)
    (moved / "answer.py").write_text("mine\n")
    program = Program(moved)
    on = program.run("-c", "-p", "and now?")
    assert on.status == 0, on.err
    resumed = last(home, "SessionResumed")
    assert resumed["workspace"] == str(moved)
    assert resumed["changed_files"] == ["answer.py"]
    assert program.run("-r", "last", "-p", "again").status == 0
    assert "workspace" not in {k for k, v in last(home, "SessionResumed").items() if v}


def test_another_work_tree_of_the_repository_goes_on_there(begun: Repository, home: Path) -> None:
    other = begun.root.with_name("other")
    begun.git("worktree", "add", "--quiet", str(other))
    on = Program(other).run("-r", short(home), "-p", "and now?")
    assert on.status == 0, on.err
    resumed = last(home, "SessionResumed")
    assert resumed["workspace"] == str(other)
    assert resumed["changed_files"] == ["answer.py"]


def test_another_repositorys_session_is_refused_with_its_folder_and_the_command(
    begun: Repository, home: Path, tmp_path: Path
) -> None:
    other = make_repository(tmp_path / "unlike")
    other.write("unlike.py", "1\n")
    other.commit()
    name = short(home)
    refused = Program(other.root).run("-r", name, "-p", "go on")
    assert refused.status == 2
    assert f"belongs to {begun.root}: cd {begun.root} && agent -r {name}" in refused.err
    begun.root.rename(tmp_path / "gone")
    lost = Program(other.root).run("-r", name, "-p", "go on")
    assert lost.status == 2
    assert f"which is no longer there, and this is another folder: agent replay {name}" in lost.err


def short(home: Path) -> str:
    [log] = (home / "agent" / "sessions").glob("*/*/events.jsonl")
    return log.parent.name.rpartition("-")[2][:10]
