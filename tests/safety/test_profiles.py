"""Profiles narrow what may be read and written, whoever asks and by whatever tool."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.program import Program, call, script, with_sample
from tests.support.repository import Repository
from tests.support.workspace import picture

OWN = """
[profile.docs]
read_paths = ["docs/**", "answer.py"]
write_paths = ["docs/**"]
"""


@pytest.fixture
def sample(repository: Repository) -> Repository:
    repository.write("docs/a.md", "a findable line\n")
    repository.write("src/b.py", "b = 'a findable line, not to be read'\n")
    return with_sample(repository)


def _run(sample: Repository, tmp_path: Any, turns: list[dict[str, Any]], *words: str) -> Any:
    return Program(sample.root).run(
        *("-p", "go", "--model", script(tmp_path, [*turns, {"text": "Done."}]), "--json"),
        *("--approve-all", "--no-sandbox", *words),
    )


@pytest.mark.capability("S0.13")
@pytest.mark.parametrize(("profile", "written"), [("dev", True), ("stage", True), ("prod", False)])
def test_prod_writes_nothing_by_any_tool(
    sample: Repository, tmp_path: Any, profile: str, *, written: bool
) -> None:
    before = picture(sample.root)
    turns = [
        {"text": "1", "call": [call("write", path="new.txt", content="x\n")]},
        {"text": "2", "call": [
            call("edit", path="answer.py", edits=[{"old": "41", "new": "42"}])
        ]},
        {"text": "3", "call": [call("shell", command="echo x > by-command.txt")]},
        {"text": "4", "call": [call("read", path="answer.py")]},
    ]  # fmt: skip
    done = _run(sample, tmp_path, turns, "--profile", profile)
    assert (picture(sample.root) != before) == written
    assert (sample.root / "new.txt").exists() == written
    last = done.events("ToolFinished")[-1]["output"]
    assert last["ok"]
    assert "def answer" in str(last["text"])


@pytest.mark.capability("S0.13")
@pytest.mark.capability("S0.14", part="within what the profile reads")
def test_globs_hold_for_reading_listing_searching_and_writing(
    sample: Repository, tmp_path: Any, home: Any
) -> None:
    config = home / "agent" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(OWN)
    turns = [
        {"text": "1", "call": [call("read", path="src/b.py"), call("read", path="docs/a.md")]},
        {"text": "2", "call": [call("list", depth=5), call("search", pattern="findable")]},
        {"text": "3", "call": [call("search", pattern="findable", path="src/b.py")]},
        {"text": "4", "call": [
            call("write", path="docs/new.md", content="x\n"),
            call("write", path="src/new.py", content="x\n"),
        ]},
        {"text": "5", "call": [
            call("edit", path="src/b.py", edits=[{"old": "findable", "new": "changed"}])
        ]},
    ]  # fmt: skip
    done = _run(sample, tmp_path, turns, "--profile", "docs")
    assert "not to be read" not in done.out
    outputs = done.outputs
    assert [one.get("ok", True) for one in outputs[:2]] == [False, True]
    assert str(outputs[2]["text"]).split("\n") == ["answer.py", "docs/a.md"]
    assert str(outputs[3]["text"]) == "docs/a.md\n1:\ta findable line"
    assert (sample.root / "docs/new.md").read_text() == "x\n"
    assert not (sample.root / "src/new.py").exists()
    assert b"changed" not in sample.read("src/b.py")
