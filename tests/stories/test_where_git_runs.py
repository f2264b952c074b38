"""Git runs in sandboxes alone, whichever command needs it; without a tier it runs hardened."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import ROOT, call, edit, script, with_sample
from tests.support.repository import Repository

SECONDS = 90
RUNNER = "runner/inside/main.py"
"""In the command line of whatever starts a runner."""


def ran(root: Path, *lines: Sequence[str]) -> list[dict[str, Any]]:
    """Run command lines in one process under an audit hook; return what each of them did."""
    words = [word for line in lines for word in ("--next", *line)][1:]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "stories" / "audited.py"), *words],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    told = [json.loads(one) for one in done.stdout.split("\n") if one.startswith('{"status": ')]
    told = [one for one in told if "seen" in one]
    assert [one["status"] for one in told] == [0] * len(lines), done.stderr
    return told


def spawned(done: dict[str, Any]) -> list[dict[str, str]]:
    return [one for one in done["seen"] if one["kind"] == "spawn"]


def gits(done: dict[str, Any]) -> list[str]:
    """Return the children that were git, by themselves or through a shell."""
    return [
        one["words"]
        for one in spawned(done)
        if Path(one["what"]).name == "git"
        or (RUNNER not in one["words"] and re.search(r"['\s/;]git['\s]", one["words"]))
    ]


@pytest.mark.timeout(SECONDS)
@pytest.mark.capability("S0.18", part="git of ours is confined")
def test_no_command_lets_git_run_beside_the_program(repository: Repository, tmp_path: Path) -> None:
    with_sample(repository)
    turns = [
        {"call": [edit("answer.py", "41", "42")]},
        {"call": [call("shell", command="echo made > made.txt; git status --short")]},
        {"text": "Done."},
    ]
    model = ("--model", script(tmp_path, turns))
    [work] = ran(repository.root, ("-p", "do it", *model, "--approve-all"))
    if not any(RUNNER in one["words"] for one in spawned(work)):
        pytest.skip("no tier of the sandbox can be had here")
    repository.commit("Mended")
    repository.write("answer.py", repository.read("answer.py") + b"# more\n")
    repository.git("add", "answer.py")
    bundle, patch = str(tmp_path / "s.agentz"), str(tmp_path / "s.patch")
    told = ran(
        repository.root,
        ("sessions", "diff"),
        ("sessions", "export", "--format", "patch", "-o", patch),
        ("sessions", "golden", "last", "-o", bundle),
        ("sessions", "diff", bundle),
        ("blame", "answer.py"),
        ("blame", "made.txt"),
        ("blame", "--trailer"),
        ("blame", "--notes"),
        ("replay", "last", "--run", "--level", "world"),
        ("fork", "last@1", "--say", "again", *model, "--approve-all"),
        ("sessions", "prune", "--keep", "9"),
        ("review", "--staged", "--reject-all"),
        ("review", "HEAD..HEAD~1", "--reject-all"),
    )
    assert [one for done in (work, *told) for one in gits(done)] == []
    reads = told[0], *told[3:7], *told[9:]
    assert all(any(RUNNER in one["words"] for one in spawned(done)) for done in reads)
