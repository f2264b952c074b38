"""A recorded session goes through today's code again: in memory, and in a work tree of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import ROOT, Done, Program, call, edit, script
from tests.support.repository import Repository

TURNS: list[dict[str, Any]] = [
    {"text": "I look.", "call": [call("read", path="calc.py"), call("search", pattern="return")]},
    {"call": [edit("calc.py", "a - b", "a + b")]},
    {"call": [call("shell", command="echo made > made.txt; date; cat calc.py; exit 3")]},
    {"text": "Mended."},
]


@pytest.fixture
def program(repository: Repository, tmp_path: Path) -> Program:
    """Record a session that reads, edits, runs a command and a check; give the program."""
    repository.write("calc.py", "def add(a, b):\n    return a - b\n")
    repository.write(".agentrc", '[[checks]]\nname = "c"\ncommand = "grep -q + calc.py"\n')
    repository.commit()
    made = Program(repository.root)
    model = script(tmp_path, TURNS)
    flags = ("--approve-all", "--no-sandbox", "--trust")
    done = made.run("-p", "mend it", "--model", model, *flags)
    assert done.status == 0, done.err
    return made


def bundled(program: Program, path: Path, *arguments: str) -> Path:
    done = program.run("sessions", "golden", "last", "-o", str(path), *arguments)
    assert done.status == 0, done.out + done.err
    return path


def divergences(done: Done) -> list[tuple[str, str]]:
    return [(one["severity"], one["kind"]) for one in done.lines[-1]["divergences"]]


@pytest.mark.capability("S4.20", part="re-execution")
@pytest.mark.timeout(120)
def test_the_same_code_does_the_same_again_in_memory_and_in_the_world(
    program: Program, repository: Repository
) -> None:
    changed = repository.git("status", "--porcelain")
    for level in (["harness"], ["world"], ["world", "--isolate"]):
        done = program.run("replay", "last", "--run", "--json", "--level", *level, "--no-sandbox")
        assert done.status == 0, (level, done.out, done.err)
        assert done.lines[-1]["verdict"] == "same"
        assert divergences(done) == []
    assert repository.git("status", "--porcelain") == changed


@pytest.mark.timeout(60)
def test_in_memory_nothing_is_started_and_nothing_written(
    program: Program, repository: Repository
) -> None:
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "tests" / "stories" / "audited.py"),
            *("replay", "last", "--run"),
        ],
        cwd=repository.root,
        env={**program.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    seen = json.loads(done.stdout.rstrip().split("\n")[-1])
    assert seen["status"] == 0, done.stdout + done.stderr
    assert "✓ same" in done.stdout
    spawned = [one for one in seen["seen"] if one["kind"] == "spawn"]
    assert spawned == []
    wrote = {one["who"] for one in seen["seen"] if "/dev/null" not in one["what"]}
    assert wrote <= {"tui_agent.adapters.places"}  # sees to it that its own folder is there


@pytest.mark.timeout(120)
def test_where_the_world_has_changed_it_says_what_ends_otherwise(
    program: Program, tmp_path: Path
) -> None:
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / "date").write_text("#!/bin/sh\necho not a date at all\n")
    (folder / "date").chmod(0o700)
    other = Program(program.folder, PATH=f"{folder}:{os.environ['PATH']}")
    done = other.run("replay", "last", "--run", "--json", "--level", "world", "--no-sandbox")
    assert done.status == 0, done.out + done.err
    assert divergences(done) == [("warn", "output")]
    assert "+not a date at all" in done.lines[-1]["divergences"][0]["diff"]
    (folder / "cat").write_text("#!/bin/sh\nrm -f calc.py made.txt\n")
    (folder / "cat").chmod(0o700)
    done = other.run("replay", "last", "--run", "--json", "--level", "world", "--no-sandbox")
    assert done.status == 3
    assert ("fail", "tree") in divergences(done)


PATCHES: dict[str, tuple[str, str, str, str]] = {
    "a sentence of a result": (
        "core/patch/tell.py",
        '"Applied."',
        '"Done with it."',
        "request",
    ),
    "the system text": (
        "core/prompt.py",
        "Look before you change",
        "Change before you look",
        "request",
    ),
    "what the gate says": (
        "core/policy.py",
        "def decide(proposal: Proposal, now: Circumstances) -> Outcome:\n",
        (
            "def decide(proposal: Proposal, now: Circumstances) -> Outcome:\n"
            '    if proposal.tool == "search":\n'
            '        return Outcome(action="deny", reason=Reason(rule="never", text="no more"))\n'
        ),
        "policy",
    ),
    "what is written": (
        "agent/effects.py",
        "        after = None if outcome.content is None else put(outcome.content)\n",
        (
            "        after = None if outcome.content is None else put(outcome.content.lower())\n"
            "        after = put(outcome.content + b'# more') if outcome.content else after\n"
        ),
        "tree",
    ),
    "what a turn does next": (
        "core/next_action.py",
        "    if turn.edits > max(turn.verified_edits, 0) and ",
        "    if turn.edits > 99 and ",
        "request",
    ),
    "what a child is told": (
        "agent/request.py",
        'return f"{ours}\\n\\n{own}" if own else ours',
        'return f"{ours}\\n\\nA child:\\n{own}" if own else ours',
        "request",
    ),
    "what the gate says to a child": (
        "core/policy.py",
        "def decide(proposal: Proposal, now: Circumstances) -> Outcome:\n",
        (
            "def decide(proposal: Proposal, now: Circumstances) -> Outcome:\n"
            '    if proposal.title == "git push":\n'
            '        return Outcome(action="ask", reason=Reason(rule="new", text="asked"))\n'
        ),
        "policy",
    ),
    "what is told of a child": (
        "core/agents.py",
        ", records {agent.id}",
        ", see {agent.id}",
        "request",
    ),
}


@pytest.mark.capability("S4.20", part="replay as tests")
@pytest.mark.timeout(120)
@pytest.mark.parametrize("what", PATCHES)
def test_a_changed_line_of_the_orchestrator_fails_the_check_with_step_and_difference(
    tmp_path: Path, what: str
) -> None:
    golden = ROOT / "tests" / "sessions" / f"{'children' if 'child' in what else 'minds'}.agentz"
    file, old, new, kind = PATCHES[what]
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "tui_agent", copy / "tui_agent")
    source = (copy / "tui_agent" / file).read_text()
    assert source.count(old) >= 1, f"{file} has changed: choose another line"
    (copy / "tui_agent" / file).write_text(source.replace(old, new))
    other = Program(tmp_path, PYTHONPATH=str(copy))
    report = tmp_path / "junit.xml"
    done = other.run("replay", "--check", str(golden), "--junit", str(report))
    assert done.status == 3, done.out + done.err
    assert f"✗ {kind}" in done.out
    assert "step " in done.out
    assert ("near (agent-" in done.out) == ("child" in what)
    assert "✗ diverged" in done.out
    assert 'failures="1"' in report.read_text()
    assert "<failure" in report.read_text()


@pytest.mark.timeout(120)
def test_a_bundle_is_replayed_on_a_machine_that_never_saw_the_repository(
    program: Program, repository: Repository, tmp_path: Path
) -> None:
    golden = bundled(program, tmp_path / "mend.agentz")
    shutil.rmtree(repository.root)
    away = tmp_path / "away"
    away.mkdir()
    other = Program(away, AGENT_HOME=str(away / "state"))
    assert "I look." in other.run("replay", str(golden), "--plain").out
    assert other.run("replay", "--check", str(golden)).status == 0
    asked = other.run("replay", str(golden), "--run", "--level", "world", "--no-sandbox")
    assert asked.status == 2
    assert "echo made > made.txt" in asked.err
    assert "Nothing was run" in asked.err
    ran = other.run(
        *("replay", str(golden), "--run", "--level", "world", "--no-sandbox", "--trust-session")
    )
    assert ran.status == 0, ran.out + ran.err


@pytest.mark.timeout(60)
def test_what_is_missing_makes_a_session_unreplayable_and_never_asks_a_model(
    program: Program, tmp_path: Path
) -> None:
    folder = next(Path(program.environ["AGENT_HOME"]).glob("sessions/*/*/events.jsonl")).parent
    shutil.rmtree(folder / "blobs")
    done = program.run("replay", "last", "--run", "--json")
    assert done.status == 4, done.out + done.err
    assert done.lines[-1]["verdict"] == "unreplayable"
    assert ("unreplayable", "missing") in divergences(done)
    bad = tmp_path / "bad.agentz"
    bad.write_bytes(b"nothing")
    refused = program.run("replay", "--check", str(bad))
    assert refused.status == 4
    assert "is no bundle" in refused.err
