"""The main story under an audit hook: only the owners write, and only one package spawns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.repository import Repository

SCRIPT = """
[[turn]]
[[turn.call]]
name = "read"
arguments = { path = "calc.py" }
[[turn.call]]
name = "search"
arguments = { pattern = "return" }

[[turn]]
[[turn.call]]
name = "edit"
arguments = { path = "calc.py", edits = [{ old = "a - b", new = "a + b" }] }

[[turn]]
[[turn.call]]
name = "shell"
arguments = { command = "echo made by a command > made.txt" }

[[turn]]
text = "Fixed."
"""
ROOT = Path(__file__).parents[2]
SPAWNERS = ("tui_agent.adapters.processes.",)
WRITERS = ("tui_agent.adapters.git_workspace.",)
KEEPERS = (
    "tui_agent.adapters.session_log.",
    "tui_agent.adapters.snapshots.",
    "tui_agent.adapters.places",
    "tui_agent.adapters.day_book",
    "tui_agent.adapters.trust",
)


@pytest.fixture
def seen(repository: Repository, tmp_path: Path) -> list[dict[str, Any]]:
    repository.write("calc.py", "def add(a, b):\n    return a - b\n")
    repository.write(".agentrc", '[[checks]]\nname = "c"\ncommand = "true"\n')
    repository.commit()
    script = tmp_path / "script.toml"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "tests" / "stories" / "audited.py"),
            *("-p", "fix it", "--model", f"script:{script}", "--approve-all", "--no-sandbox"),
        ],
        cwd=repository.root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    last = json.loads(done.stdout.rstrip().split("\n")[-1])
    assert last["status"] == 0, done.stdout + done.stderr
    assert repository.read("calc.py") == b"def add(a, b):\n    return a + b\n"
    assert repository.read("made.txt") == b"made by a command\n"
    found: list[dict[str, Any]] = last["seen"]
    return found


@pytest.mark.capability("S0.1")
@pytest.mark.timeout(60)
def test_only_the_owners_spawn_and_write(
    seen: list[dict[str, Any]], repository: Repository
) -> None:
    spawns = {one["who"] for one in seen if one["kind"] == "spawn"}
    assert spawns
    assert all(who.startswith(SPAWNERS) for who in spawns), spawns
    commits = [one for one in seen if one["who"] == "tui_agent.adapters.git_workspace.commit"]
    assert {"open", "os.rename"} <= {one["event"] for one in commits}
    workspace = str(repository.root)
    inside = [one for one in seen if one["kind"] == "write" and one["what"].startswith(workspace)]
    assert all(one["who"].startswith(WRITERS) for one in inside), inside
    elsewhere = [
        one
        for one in seen
        if one["kind"] == "write"
        and one["what"].startswith("/")
        and not one["what"].startswith((workspace, "/dev/", "/proc/"))
    ]
    assert elsewhere
    assert all(one["who"].startswith((*KEEPERS, *SPAWNERS)) for one in elsewhere), [
        one for one in elsewhere if not one["who"].startswith((*KEEPERS, *SPAWNERS))
    ]
    relative = [one for one in seen if one["kind"] == "write" and not one["what"].startswith("/")]
    owners = (*KEEPERS, *WRITERS, *SPAWNERS)
    assert all(one["who"].startswith(owners) or one["what"].isdigit() for one in relative), [
        one for one in relative if not one["who"].startswith(owners)
    ]
