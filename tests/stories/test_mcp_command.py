"""Servers of tools on the command line, as a person writes them down and looks at them."""

from __future__ import annotations

import json
import sys

import pytest

from tests.stories.program import ROOT, Program
from tests.support.repository import Repository


@pytest.mark.timeout(60)
def test_servers_are_written_down_listed_and_taken_out(repository: Repository) -> None:
    program = Program(repository.root)
    done = program.run("mcp", "add", "time", "--env", "TZ=${TZ}", "--", "uvx", "mcp-server-time")
    assert done.status == 0, done.err
    program.run("mcp", "add", "files", "--project", "--writes", "--", "npx", "server", "--quiet")
    assert json.loads(repository.read(".mcp.json") or b"") == {
        "mcpServers": {"files": {"command": "npx", "args": ["server", "--quiet"], "writes": True}}
    }
    shown = program.run("mcp", "list").out
    assert "time  uvx mcp-server-time" in shown
    assert "reads the workspace, no network; gets TZ" in shown
    assert "does not count: this folder is not trusted" in shown
    listed = program.run("mcp", "list", "--json", "--trust").lines
    assert [(one["name"], one["origin"], one["env"]) for one in listed] == [
        ("time", "user", ["TZ"]),
        ("files", "project", []),
    ]
    assert program.run("mcp", "remove", "time").status == 0
    again = program.run("mcp", "remove", "time")
    assert (again.status, again.err) == (2, "Nothing was done: there is no server time.\n")
    assert program.run("mcp", "add", "x", "https://x", "--", "y").status == 2


@pytest.mark.parametrize("kind", ["a folder", "outside of the workspace"])
def test_a_projects_file_that_is_none_is_told_and_left_alone(
    repository: Repository, kind: str
) -> None:
    place = repository.root / ".mcp.json"
    place.mkdir() if kind == "a folder" else place.symlink_to("/etc/passwd")
    program = Program(repository.root)
    listed = program.run("mcp", "list")
    assert (listed.status, listed.err.count("\n")) == (0, 1)
    assert f"{kind}." in listed.err
    added = program.run("mcp", "add", "x", "--project", "--", "y")
    assert added.status == 2
    assert added.err.startswith("Nothing was done: .mcp.json ")
    assert place.is_dir() or place.is_symlink()


def test_a_token_in_the_settings_is_not_shown(repository: Repository) -> None:
    program = Program(repository.root)
    program.run("mcp", "add", "docs", "https://example.org/mcp", "--header", "Token=very-secret")
    for words in (["mcp", "list", "--json"], ["config", "show"], ["config", "show", "--json"]):
        done = program.run(*words)
        assert "docs" in done.out, words
        assert "very-secret" not in done.out + done.err, words


@pytest.mark.timeout(60)
def test_a_server_is_tested_and_says_what_it_offers(repository: Repository) -> None:
    program = Program(repository.root)
    marks = repository.root / "marks"
    marks.mkdir()
    command = [sys.executable, str(ROOT / "tests" / "servers" / "mcp_server.py")]
    program.run("mcp", "add", "odd", "--writes", "--", *command, "clash", str(marks))
    program.run("mcp", "add", "dead", "--writes", "--", *command, "dead", str(marks))
    done = program.run("mcp", "test", "odd")
    assert done.status == 0, done.err
    assert "odd  oddities 1.2.3, ready in" in done.out
    assert "mcp__odd__add  Add two numbers." in done.out
    assert "resources: note://one" in done.out
    assert "prompts: explain" in done.out
    assert "left out: a/b: its name is the same as that of a.b" in done.err
    assert "tools: mcp__odd__add, mcp__odd__environment" in program.run("mcp", "list").out
    dead = program.run("mcp", "test", "dead")
    assert (dead.status, dead.out) == (1, "")
    assert "dead does not work: it ended with status 7: no such database" in dead.err
