"""The program as a user starts it: a process of its own, in a repository, with an empty home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.repository import Repository

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 80


@dataclass(frozen=True, slots=True)
class Done:
    """How a run ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.split("\n") if line]

    @property
    def final(self) -> dict[str, Any]:
        """The last JSON line's `final`."""
        found = self.lines[-1]
        assert found["type"] == "final"
        final: dict[str, Any] = found["final"]
        return final

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """What each call gave, in the order of the calls: reads that run side by side may end in
        any.
        """
        ended = {one["call_id"]: one["output"] for one in self.events("ToolFinished")}
        return [ended[one["call_id"]] for one in self.events("ToolCalled")]

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the data of every record of this type."""
        return [line["data"] for line in self.lines if line["type"] == name]


class Program:
    """Starts `agent` in a folder; `environ` is added to the tests' own."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder = folder
        self.before: list[str] = []
        self.environ = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environ}

    def command(self, *arguments: str) -> list[str]:
        """Return what starts the program."""
        return [*self.before, sys.executable, "-m", "tui_agent", *arguments]

    def run(self, *arguments: str, stdin: str | None = None, without: Sequence[str] = ()) -> Done:
        """Run to the end, without a terminal. `without`: variables taken away."""
        environ = {name: value for name, value in self.environ.items() if name not in without}
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=environ,
            input=stdin if stdin is not None else "",
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    def limited(self, kilobytes: int) -> Program:
        """Return the program where no file may grow larger."""
        other = Program(self.folder)
        other.environ = self.environ
        other.before = ["bash", "-c", f'ulimit -f {kilobytes}; exec "$@"', "bash"]
        return other

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it and let it run; the caller ends it."""
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def script(folder: Path, turns: Sequence[object], name: str = "script.json") -> str:
    """Write a script for the scripted model and return what `--model` takes for it."""
    path = folder / name
    path.write_text(json.dumps({"turn": list(turns)}))
    return f"script:{path}"


def call(name: str, **arguments: Any) -> dict[str, Any]:
    """Return one tool call of a script."""
    return {"name": name, "arguments": arguments}


def edit(path: str, old: str, new: str) -> dict[str, Any]:
    """Return a call that replaces a text."""
    return call("edit", path=path, edits=[{"old": old, "new": new}])


SAMPLE = 'def answer():\n    """The answer."""\n    return 41\n'


def with_sample(repository: Repository) -> Repository:
    """Commit a file with one fault and no tests."""
    repository.write("answer.py", SAMPLE)
    repository.commit("A wrong answer")
    return repository
