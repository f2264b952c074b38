"""Servers of tools on the command line, as a person writes them down and looks at them."""

from __future__ import annotations

import json

from tests.stories.program import Program
from tests.support.repository import Repository


def test_servers_are_written_down_listed_and_taken_out(repository: Repository) -> None:
    program = Program(repository.root)
    assert "no servers" in program.run("mcp", "list").out
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
    program.run("trust", "accept")
    assert "not trusted" not in program.run("mcp", "list").out
    listed = [json.loads(line) for line in program.run("mcp", "list", "--json").out.splitlines()]
    assert [(one["name"], one["origin"], one["env"]) for one in listed] == [
        ("time", "user", ["TZ"]),
        ("files", "project", []),
    ]
    assert "files" not in program.run("config", "show").out
    assert program.run("mcp", "remove", "time").status == 0
    again = program.run("mcp", "remove", "time")
    assert (again.status, again.err) == (2, "Nothing was changed: there is no server time.\n")
    for wrong in (["x"], ["x", "https://x", "--", "y"], ["x", "https://x", "--writes"]):
        assert program.run("mcp", "add", *wrong).status == 2


def test_a_token_in_the_settings_is_not_shown(repository: Repository) -> None:
    program = Program(repository.root)
    program.run("mcp", "add", "docs", "https://example.org/mcp", "--header", "Token=very-secret")
    for words in (["mcp", "list"], ["mcp", "list", "--json"], ["config", "show"],
                  ["config", "show", "--json"], ["config", "explain", "mcp.servers"]):  # fmt: skip
        done = program.run(*words)
        assert "docs" in done.out, words
        assert "very-secret" not in done.out + done.err, words
