"""What a replay's keys lead to, in a real repository: files of a step, a branch, an export."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository
from tui_agent.core.events import SnapshotTaken
from tui_agent.core.state.stops import find_stops
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.text import Paper
from tui_agent.ui.tui.screens.tree_diff import trees_of
from tui_agent.wiring.around import Around


@pytest.mark.timeout(60)
async def test_files_branch_check_and_export_of_a_step(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(with_sample(repository).root)
    turns: list[dict[str, Any]] = [
        {"call": [edit("answer.py", "41", "42")]},
        {"call": [call("shell", command="echo more > 'a new file.txt'")]},
        {"text": "Done."},
    ]
    model = script(repository.root.parent, turns)
    program.run("--model", model, "--approve-all", "--no-sandbox", "-p", "mend it")
    before = repository.git("status", "--porcelain", "--branch")
    monkeypatch.chdir(repository.root)
    around = Around(Options(), os.environ, Paper(os.environ), cwd=repository.root)
    stored = around.stored("last")
    stops = find_stops(stored.records)
    outlets = around.outlets(stored)
    edited = next(at for at, stop in enumerate(stops) if stop.mark == "edit")
    # The tree after the edit belongs to the step that follows it at the latest.
    _, tree = trees_of(stored.records, stops, edited + 1)[1]
    folder = Path(await outlets.files(tree, stops[edited].number))
    assert (folder / "answer.py").read_text().endswith("return 42\n")
    assert not (folder / "a new file.txt").exists()
    last = [one.event.tree for one in stored.records if isinstance(one.event, SnapshotTaken)][-1]
    whole = Path(await outlets.files(last, len(stops)))
    assert (whole / "a new file.txt").read_text() == "more\n"
    assert repository.git("status", "--porcelain", "--branch") == before
    with pytest.raises(OSError, match="cannot be written"):
        await outlets.files("0" * 40, 1)

    branch = await outlets.branch(stops[edited].number)
    assert around.branched == branch
    forked = around.stored(branch)
    assert forked.verify() == ()
    assert forked.records[: len(forked.records) - 1] == stored.records[: len(forked.records) - 1]
    assert await outlets.verify() == ()

    prepared = await outlets.export("md", 0)
    assert prepared.findings == ()
    assert (repository.root / prepared.write()).read_text().startswith("# mend it")
    again = await outlets.export("md", 0)
    assert again.write().endswith("-1.md")
