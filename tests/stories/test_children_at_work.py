"""Two children at once, one of them in a copy, as a person sees them: killed, resumed, undone."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.agent.invariants import assert_same_forwards_and_backwards, assert_whole
from tests.stories.program import Program, call, edit, script
from tests.stories.test_main_job import agent, records_of
from tests.support.repository import Repository
from tests.support.screen import Screen
from tui_agent.core.events import AgentFinished, AgentStarted, EditApplied

LINES = "".join(f"line {number}\n" for number in range(1, 21))


def family(repository: Repository, folder: Path) -> str:
    """Two kinds of children in a trusted project, and a parent that sends both out."""
    repository.write("a.txt", LINES)
    repository.write("b.txt", LINES)
    kinds = {
        "near": (["read", "edit"], "", [edit("a.txt", "line 2\n", "near was here\n")]),
        "apart": (
            ["read", "edit"],
            "isolation: worktree\n",
            [edit("b.txt", "line 2\n", "first\n"), edit("b.txt", "line 19\n", "last\n")],
        ),
    }
    for name, (tools, more, calls) in kinds.items():
        turns = [{"call": [one]} for one in calls]
        model = script(folder, [*turns, {"text": f"{name} is done."}], f"{name}.json")
        text = f"---\ndescription: {name}\ntools: {tools}\nmodel: {model}\n{more}---\nYou mend.\n"
        repository.write(f".agent/agents/{name}.md", text)
    repository.commit("Two files")
    sent = [call("task", agent=name, task=f"Mend with {name}.") for name in kinds]
    return script(folder, [{"call": sent}, {"text": "Both came back."}])


@pytest.mark.slow
@pytest.mark.capability("S1.3")
@pytest.mark.timeout(300)
def test_two_children_are_killed_in_the_middle_resumed_finished_and_undone_by_name(
    repository: Repository, home: Path, tmp_path: Path
) -> None:
    model = family(repository, tmp_path)
    environ = os.environ | {"AGENT_HOME": str(home / "agent"), "PYTHONPATH": str(Path.cwd())}
    with Screen(agent("--trust", "--model", model, "go"), environ, repository.root) as screen:
        screen.wait("asked by")
        screen.wait("near", "apart")
        os.kill(screen.pid, signal.SIGKILL)
    assert repository.read("a.txt").decode() == repository.read("b.txt").decode() == LINES
    with Screen(agent("--trust", "-c"), environ, repository.root) as screen:
        for _ in range(2):
            screen.wait("undecided")
            screen.look(0.6)
            screen.insist("A", "Enter applies")
            screen.press("enter")
            screen.look(0.5)
        screen.wait("Both came back.")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    assert repository.read("a.txt").decode() == LINES.replace("line 2\n", "near was here\n")
    both = LINES.replace("line 2\n", "first\n").replace("line 19\n", "last\n")
    assert repository.read("b.txt").decode() == both
    records = records_of(home)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)
    events = [record.event for record in records]
    assert len([one for one in events if isinstance(one, AgentStarted)]) == 2
    assert [one.status for one in events if isinstance(one, AgentFinished)] == ["done", "done"]
    assert len([one for one in events if isinstance(one, EditApplied)]) == 1 + 2 + 1

    program = Program(repository.root, AGENT_HOME=str(home / "agent"))
    again = program.run("replay", "last", "--run")
    assert again.status == 0, again.out + again.err
    assert "from the record: task near: Mend with near." in again.out
    assert "✓ same" in again.out
    world = program.run("replay", "last", "--run", "--level", "world", "--no-sandbox")
    assert world.status == 0, world.out + world.err
    assert "near: near.json" in program.run("blame", "a.txt").out
    assert "apart: apart.json" in program.run("blame", "b.txt").out
    undone = program.run("undo", "--agent", "apart")
    assert undone.status == 0, undone.err
    assert repository.read("b.txt").decode() == LINES
    assert repository.read("a.txt").decode() != LINES
    assert program.run("undo", "--agent", "near").status == 0
    assert repository.read("a.txt").decode() == LINES


@pytest.mark.slow
@pytest.mark.capability("S1.9")
@pytest.mark.timeout(120)
def test_without_a_person_children_are_told_line_by_line_and_their_depth_is_bounded(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write("a.txt", LINES)
    sent = {"call": [call("task", agent="deeper", task="Go deeper.")]}
    model = script(tmp_path, [sent, {"text": "That is the bottom."}])
    text = f"---\ntools: [task]\nmodel: {model}\n---\n"
    repository.write(".agent/agents/deeper.md", text)
    repository.commit("A child that calls itself")
    program = Program(repository.root)
    done = program.run("-p", "go", "--trust", "-v", "--model", model)
    assert (done.status, done.out) == (0, "That is the bottom.\n")
    assert "▸ task     deeper  Go deeper." in done.err
    assert (
        "deeper stands at depth 5"
        in program.run("-p", "go", "--trust", "--json", "--model", model).out
    )
    untrusted = program.run("-p", "go", "--json", "--model", model)
    assert "deeper" not in json.dumps(untrusted.events("ModelRequested")[0]["tools"])
