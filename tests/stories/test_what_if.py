"""A session goes on otherwise from one of its steps, in a work tree of its own; and is compared."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.servers.model_server import ModelServer
from tests.sessions.record import quiet, sample
from tests.sessions.stories import STORIES, Player
from tests.stories.program import Done, Program, edit, script
from tests.support.patches import views_of
from tests.support.repository import Repository
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision
from tui_agent.ui.commands.typed import Options
from tui_agent.wiring.around import Around
from tui_agent.wiring.branching import hunks_by_number

TURNS = STORIES["hunks"].turns
KEY = "sk-test-0123456789abcdef"


async def recorded(root: Path, model: str) -> None:
    """Decide hunk by hunk, as the golden session does."""
    settings = (("model", "--model", model),)
    options = Options(settings=settings, trust=True, no_sandbox=True)
    around = Around(options, os.environ, quiet(), cwd=root)
    opened = await around.open(attended=True)
    await STORIES["hunks"].play(Player(agent=opened.agent))
    await opened.agent.close()
    await around.close()


@pytest.fixture
def repository_of_lines(tmp_path: Path) -> Repository:
    return sample(tmp_path / "lines", STORIES["hunks"])


@pytest.fixture
def program(repository_of_lines: Repository, tmp_path: Path) -> Program:
    """Record the story; the model's second part, from the decision on, is a script of its own."""
    asyncio.run(recorded(repository_of_lines.root, script(tmp_path, TURNS)))
    return Program(repository_of_lines.root)


def rest(tmp_path: Path, *turns: object) -> str:
    path = tmp_path / "rest.json"
    path.write_text(json.dumps({"turn": [*turns]}))
    return f"script:{path}"


def step_of_the_decision(program: Program) -> int:
    lines = program.run("replay", "last", "--json").lines
    return int(next(one["number"] for one in lines if one["kind"] == "approval"))


def test_hunks_are_numbered_as_they_are_shown_however_many_changes_one_has() -> None:
    old = "".join(f"{number}\n" for number in range(40))
    new = old.replace("\n3\n", "\nthree\n").replace("\n5\n", "\nfive\n")
    (view,) = views_of(("a.txt", old, new.replace("\n30\n", "\nthirty\n")))
    first, second, third = view.patch.run_ids
    whole, halves = (
        (("a.txt", (first, second)), ("a.txt", (third,))),
        Decision(
            verdict="once",
            hunks=(
                HunkDecision(path="a.txt", runs=(first, third), verdict="accept"),
                HunkDecision(path="a.txt", runs=(second,), verdict="reject"),
            ),
        ),
    )
    assert hunks_by_number([view], Decision(verdict="once")) == whole
    assert hunks_by_number([view], halves) == tuple(("a.txt", (run,)) for run in view.patch.run_ids)


def worktree(done: Done) -> Path:
    return Path(done.out.split("\n", maxsplit=1)[0].rpartition("  ")[2])


@pytest.mark.capability("S4.20", part="what if")
@pytest.mark.timeout(120)
def test_another_decision_leads_elsewhere_and_leaves_everything_here_as_it_is(
    program: Program, repository_of_lines: Repository, tmp_path: Path
) -> None:
    before = repository_of_lines.git("status", "--porcelain", "--branch")
    code = repository_of_lines.read("code.txt")
    model = rest(tmp_path, *TURNS[:2], {"text": "As you wish."})  # it counts its answers
    step = step_of_the_decision(program) + 1  # the call's own step will do as well
    done = program.run(
        *("fork", f"last@{step}", "--decide", "1=reject", "--decide", "2=accept"),
        *("--model", model, "--trust", "--no-sandbox", "--approve-all"),
        *("--grade", "grep -q thirteen code.txt"),
    )
    assert done.status == 0, done.out + done.err
    assert "done  grade: exit 0" in done.out
    lines = (worktree(done) / "code.txt").read_text().split("\n")
    assert (lines[2], lines[12], lines[24]) == ("line 3", "line thirteen", "line five and twenty")
    assert repository_of_lines.read("code.txt") == code
    assert repository_of_lines.git("status", "--porcelain", "--branch") == before
    session = done.out.split("  ")[0]
    found = program.run("compare", "last", session, "--json")
    assert found.status == 0, found.err
    first, second = found.lines
    assert (second["grade"], second["reason"]) == ("exit 0  grep -q thirteen code.txt", "done")
    assert [one["path"] for one in second["changes"]] == ["code.txt"]
    assert ["+", "line thirteen"] in second["changes"][0]["lines"]
    assert first["session"] == session or ["+", "line thirteen"] not in first["changes"][0]["lines"]


@pytest.mark.timeout(120)
def test_words_and_another_model_lead_elsewhere_as_often_as_one_likes(
    program: Program,
) -> None:
    source = program.run("sessions", "list", "--json").lines[0]["id"]
    turns = [{"call": [edit("code.txt", "line 7\n", "line seven\n")]}, {"text": "Seven, then."}]
    with ModelServer({"turn": turns}) as server:
        program.environ |= {"OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_API_KEY": KEY}
        flags = ("--model", "openai/gpt-5.6", "--trust", "--no-sandbox", "--approve-all")
        done = program.run("fork", f"{source}@1", "--say", "only the seventh", *flags, "--times=2")
    assert done.status == 0, done.out + done.err
    sessions = [line.split("  ")[0] for line in done.out.strip().split("\n")]
    assert len(set(sessions)) == 2
    told = program.run("sessions", "show", sessions[0]).out
    assert "only the seventh" in told
    table = program.run("compare", source, *sessions)
    assert table.status == 0, table.err
    assert table.out.count("+line seven") == 1
    assert f"the same changes as {sessions[0][:10]}" in table.out


@pytest.mark.timeout(60)
def test_what_makes_no_sense_is_refused_with_a_sentence(program: Program) -> None:
    for arguments, why in (
        (("fork", "last@1", "--decide", "1=reject"), "is no decision"),
        (("fork", "last@99", "--say", "x"), "There is no step 99"),
        (("fork", "last", "--decide", "1=maybe"), "HUNK=accept"),
        ((f"fork last@{step_of_the_decision(program)} --decide 9=reject").split(), "no hunk 9"),
        (("rules", "what-if", "missing.toml"), "no file missing.toml"),
    ):
        done = program.run(*arguments)
        assert done.status == 2, done.out + done.err
        assert why in done.err


@pytest.mark.timeout(60)
def test_other_rules_are_tried_on_what_was_decided(program: Program, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[rules]]\naction = "allow"\ntool = "edit"\npath = "*.txt"\n\n'
        '[[rules]]\naction = "deny"\ntool = "shell"\nprefix = ["wc"]\n'
    )
    done = program.run("rules", "what-if", str(rules))
    assert done.status == 0, done.err
    assert "would no longer ask  1" in done.out
    assert "would be denied, and" in done.out
    assert "edit code.txt" in done.out
    assert program.run("fork", "last").status == 0
    assert program.run("rules", "what-if", str(rules)).out == done.out
    lines = program.run("rules", "what-if", str(rules), "last", "--json").lines
    assert {(one["was"], one["now"]) for one in lines} >= {("ask", "allow")}
