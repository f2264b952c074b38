from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui_agent.adapters.mcp.definitions import defined
from tui_agent.adapters.mcp.keeping import (
    NotKeptError,
    in_project,
    in_settings,
    out_of_project,
    out_of_settings,
)
from tui_agent.adapters.mcp.shown import named_folders
from tui_agent.adapters.settings import SettingsError, Sources, load_settings
from tui_agent.core.servers import definition_of

SETTINGS = """\
# Mine.
model = "x"   # of all things

[mcp]
call_seconds = 10

[mcp.servers.one]   # the first
command = "one"

[mcp.servers.one.env]
A = "${A}"

# about two
[mcp.servers."two words"]
url = "https://example.org"

[[rules]]
action = "deny"
tool = "shell"
"""


def test_a_server_is_taken_out_with_its_tables_and_nothing_else() -> None:
    text = out_of_settings(SETTINGS, "one")
    assert "the first" not in text
    assert "# Mine." in text
    assert "# about two" in text
    expected = tomllib.loads(SETTINGS)
    del expected["mcp"]["servers"]["one"]
    assert tomllib.loads(text) == expected
    assert "two words" not in out_of_settings(text, "two words")


@pytest.mark.parametrize("before", ["", SETTINGS, SETTINGS.rstrip("\n")])
def test_a_server_is_written_behind_what_stands_there(before: str) -> None:
    table = {"command": "npx", "args": ["-y", 'a "b"'], "env": {"X-Y Z": "1"}, "writes": True}
    text = in_settings(before, "new.one", table)
    assert text.startswith(before)
    assert tomllib.loads(text)["mcp"]["servers"]["new.one"] == table
    assert tomllib.loads(out_of_settings(text, "new.one")) == tomllib.loads(before)


@pytest.mark.parametrize(
    "text", ['mcp.servers.x = { command = "x" }\n', 'mcp = { servers = { x = { command = "x" } } }']
)
def test_a_form_that_would_lose_something_is_left_to_the_person(text: str) -> None:
    with pytest.raises(NotKeptError, match="by hand"):
        out_of_settings(text, "x")


def test_a_projects_file_keeps_what_other_programs_wrote_into_it() -> None:
    data = b'{\n\t"other": [1, {"x": null}],\n\t"mcpServers": {"a": {"command": "a", "odd": 1}}\n}'
    added = in_project(data, "b", {"command": "b"})
    assert b'\n\t"other"' in added
    assert json.loads(added) == {
        **json.loads(data),
        "mcpServers": {"a": {"command": "a", "odd": 1}, "b": {"command": "b"}},
    }
    assert json.loads(out_of_project(added, "b")) == json.loads(data)
    assert json.loads(in_project(None, "b", {"url": "https://x"}))["mcpServers"]


@pytest.mark.parametrize("data", [b"{", b"[]", b'{"mcpServers": 1}', b'{"a": 1, "a": 2}'])
def test_a_projects_file_that_is_none_is_not_written_over(data: bytes) -> None:
    with pytest.raises(NotKeptError):
        in_project(data, "b", {"command": "b"})


def test_the_users_server_stands_before_a_projects_of_the_same_name() -> None:
    users: dict[str, Any] = {"git_hub": {"command": "mine", "place": "config.toml:1"}}
    data = json.dumps(
        {"mcpServers": {"git.hub": {"command": "theirs"}, "bad": {}, "good": {"command": "good"}}}
    )
    found = defined(users, data.encode())
    assert {name: one.command for name, one in found.servers.items()} == {
        "git_hub": "mine",
        "good": "good",
    }
    assert [one.origin for one in found.servers.values()] == ["user", "project"]
    left_out, bad = found.problems
    assert "git.hub is left out: config.toml:1 has one of that name" in left_out
    assert "bad cannot be used: it needs a program" in bad


def test_a_projects_settings_name_servers_once_trusted_and_never_take_the_place_of_the_users(
    tmp_path: Path,
) -> None:
    home, root = tmp_path / "home", tmp_path / "root"
    home.mkdir()
    root.mkdir()
    (home / "config.toml").write_text('[mcp.servers.git]\ncommand = "mine"\n')
    (root / ".agentrc").write_text(
        '[mcp.servers.git]\ncommand = "theirs"\n[mcp.servers.more]\ncommand = "more"\n'
        "[mcp]\ncall_seconds = 900\n"
    )
    sources = Sources(environ={"AGENT_HOME": str(home)}, root=root)
    assert list(load_settings(sources).settings.mcp.servers) == ["git"]
    trusted = load_settings(replace(sources, trusted=True))
    found = defined(trusted.settings.mcp.servers, None).servers
    assert {name: (one.command, one.origin) for name, one in found.items()} == {
        "git": ("mine", "user"),
        "more": ("more", "project"),
    }
    assert trusted.settings.mcp.call_seconds == 300
    assert any("mcp.call_seconds is left out" in text for text in trusted.warnings)


def test_a_wrong_definition_in_the_settings_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("\n[mcp.servers.git]\nurl = 5\n")
    with pytest.raises(SettingsError, match=r"config.toml:2: the server git: url is a text"):
        load_settings(Sources(environ={"AGENT_HOME": str(tmp_path)}, root=tmp_path))


def test_only_the_users_definition_shows_what_it_names_by_an_absolute_path(tmp_path: Path) -> None:
    root, home, tools = (tmp_path / name for name in ("root", "home", "tools"))
    module = tools / "node_modules" / "@x" / "server" / "index.js"
    for folder in (root, home / "notes", module.parent):
        folder.mkdir(parents=True)
    module.touch()
    args = [str(module), str(home), str(home / "notes"), str(root), "/", "relative"]
    table = {"command": "node", "args": args}
    users = definition_of("x", table, "user", "")
    shown = [str(tools / "node_modules"), str(home / "notes")]
    assert sorted(named_folders(users, root, home)) == sorted(shown)
    assert named_folders(definition_of("x", table, "project", ""), root, home) == ()
