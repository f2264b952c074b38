"""Earlier sessions are named, listed, chosen and gone on with: on the screen and in lines."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.stories.line_terminal import at_terminal
from tests.stories.program import Program, script
from tests.stories.test_main_job import agent
from tests.support.repository import Repository
from tests.support.screen import Screen


@pytest.fixture
def model(tmp_path: Path) -> str:
    return script(tmp_path, [{"text": "The first answer."}, {"text": "The second answer."}])


@pytest.fixture
def two_sessions(repository: Repository, model: str) -> Program:
    """Two sessions, the earlier of them labelled."""
    program = Program(repository.root)
    for text in ("why does it loop?", "update the docs"):
        assert program.run("-p", text, "--model", model).status == 0
    [_, earlier] = program.run("sessions", "list", "--json").lines
    named = program.run("sessions", "label", earlier["id"], "before", "the rewrite")
    assert named.status == 0, named.err
    assert "is labelled before the rewrite" in named.out
    return program


@pytest.mark.capability("S0.2", part="choosing a session")
@pytest.mark.timeout(60)
def test_a_label_is_shown_searched_and_gone_to_and_headless_says_that_nobody_can_choose(
    two_sessions: Program,
) -> None:
    listed = two_sessions.run("sessions").out.split("\n")
    assert all("  closed  " in line for line in listed[:2])
    assert "update the docs" in listed[0]
    assert "▾" not in listed[0]
    assert "why does it loop?  ▾ before the rewrite" in listed[1]
    found = two_sessions.run("sessions", "search", "rewrite", "--json").lines
    assert [(one["kind"], one["title"]) for one in found] == [("label", "why does it loop?")]
    shown = two_sessions.run("replay", found[0]["session"], "--plain", "--at", "before the rewrite")
    assert "The first answer." in shown.out
    assert two_sessions.run("sessions", "verify", found[0]["session"]).status == 0
    assert two_sessions.run("sessions", "label", "last", " ").status == 2
    for flags in (("-r",), ("-r", "-p"), ("-p", "-r", "--json")):
        refused = two_sessions.run(*flags)
        assert (refused.status, refused.out) == (2, "")
        assert "-r needs an ID where nobody can choose" in refused.err


@pytest.mark.timeout(60)
def test_in_lines_a_number_goes_on_with_a_session_and_another_and_this_one_is_exported(
    two_sessions: Program, repository: Repository
) -> None:
    with at_terminal(repository.root, "-r") as person:
        person.sees("1  ")
        person.sees("update the docs")
        person.sees("2  ")
        person.sees("why does it loop?  ▾ before the rewrite")
        person.sees("an empty line begins a new session")
        person.says("7")
        person.sees("There is no session 7 here.")
        person.says("2")
        person.sees("You last said: why does it loop?")
        person.says("/sessions")
        person.sees("update the docs")
        person.says("/sessions first ANSWER")
        person.sees("update the docs")
        person.sees("The first answer")
        person.says("/sessions 1 label looked at")
        person.sees("Its end is now called looked at.")
        person.says("/sessions 1 export json")
        person.sees("Exported to agent-")
        person.says("/sessions 1")
        person.sees("You last said: update the docs")
        person.says("/export")
        person.sees("/export html|")
        person.says("/export md")
        person.sees("Exported to agent-")
        person.says("and on")
        person.sees("The second answer.")
        assert person.leaves() == 0
    [written] = repository.root.glob("agent-*.md")
    assert "update the docs" in written.read_text()
    listed = two_sessions.run("sessions", "list", "--json").lines
    assert {one["title"]: one["turns"] for one in listed} == {
        "why does it loop?": 1,
        "update the docs": 2,
    }


@pytest.mark.timeout(60)
def test_on_the_screen_the_list_opens_first_and_what_is_not_chosen_leaves_nothing_behind(
    two_sessions: Program, repository: Repository, home: Path
) -> None:
    environ = os.environ | {"AGENT_HOME": str(home / "agent"), "PYTHONPATH": str(Path.cwd())}
    with Screen(agent("-r"), environ, repository.root) as screen:
        screen.wait("why does it loop?", "before the rewrite")
        screen.press("down")
        screen.look(0.3)
        screen.press("enter")
        screen.wait("The first answer.", gone="type to search")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    assert len(two_sessions.run("sessions", "list", "--json").lines) == 2
