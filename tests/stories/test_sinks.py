"""Events go elsewhere, too: to a plugin that was installed, and to a file that rotates."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.library_watch import make_watched_python
from tests.support.repository import make_repository
from tests.support.sources import ROOT

SCRIPT = """
[[turn]]
text = "I look."
[[turn.call]]
name = "read"
arguments = { path = "a.py" }

[[turn]]
text = "It is one."
"""
PLUGIN = """
import os

class Printer:
    def __init__(self):
        self.file = open(os.environ["SEEN"], "a")

    def take(self, record):
        print(type(record.event).__name__, bool(record.h), file=self.file, flush=True)

    def close(self):
        print("closed", file=self.file, flush=True)

class Broken(Printer):
    def take(self, record):
        raise RuntimeError("no room")
"""
ENTRY_POINTS = "[tui_agent.sinks]\nprinter = sample_sink:Printer\nbroken = sample_sink:Broken\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A repository, the user's settings, and a package with sinks that is installed."""

    folder: Path

    @property
    def seen(self) -> list[str]:
        return (self.folder / "seen").read_text(encoding="utf-8").split("\n")[:-1]

    def settings(self, text: str) -> None:
        home = self.folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        (home / "config.toml").write_text(text, encoding="utf-8")

    def run(self, *more: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
        environ = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{self.folder / 'installed'}",
            "AGENT_HOME": str(self.folder / "home"),
            "SEEN": str(self.folder / "seen"),
        }
        model = f"script:{self.folder / 'script.toml'}"
        argv = [python, "-m", "tui_agent", "-p", "look", "--model", model, *more]
        return subprocess.run(
            argv,
            cwd=self.folder / "repository",
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    repository = make_repository(tmp_path / "repository")
    repository.write("a.py", "one\n")
    repository.commit()
    (tmp_path / "script.toml").write_text(SCRIPT, encoding="utf-8")
    package = tmp_path / "installed"
    about = package / "sample_sink-1.0.dist-info"
    about.mkdir(parents=True)
    (package / "sample_sink.py").write_text(PLUGIN, encoding="utf-8")
    (about / "METADATA").write_text("Name: sample-sink\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    return Place(tmp_path)


@pytest.mark.capability("S3.11")
def test_a_plugin_that_the_user_names_gets_every_event(place: Place) -> None:
    place.settings('[log]\nsinks = ["printer"]\n')
    done = place.run("--json")
    assert done.returncode == 0
    logged = [json.loads(line)["type"] for line in done.stdout.split("\n")[:-2]]
    assert [line.split()[0] for line in place.seen if line.endswith("True")] == logged
    assert place.seen[-1] == "closed"
    assert logged[0] == "SessionStarted"
    assert "TurnEnded" in logged


def test_a_plugin_that_nobody_named_gets_nothing(place: Place) -> None:
    place.settings("")
    assert place.run().returncode == 0
    assert not (place.folder / "seen").exists()


def test_a_project_can_name_no_sink(place: Place) -> None:
    (place.folder / "repository/.agentrc").write_text('[log]\nsinks = ["printer"]\n')
    done = place.run("--trust")
    assert done.returncode == 0
    assert "only your own settings may say this" in done.stderr
    assert not (place.folder / "seen").exists()


def test_a_sink_that_fails_is_let_go_and_the_turn_goes_on(place: Place) -> None:
    place.settings('[log]\nsinks = ["broken"]\n')
    done = place.run("-v")
    assert done.returncode == 0
    assert "It is one." in done.stdout
    assert "Broken gets no more events: RuntimeError: no room" in done.stderr


def test_a_sink_that_is_not_installed_is_named_before_anything_begins(place: Place) -> None:
    place.settings('[log]\nsinks = ["moon"]\n')
    done = place.run()
    assert done.returncode == 2
    assert "no sink 'moon' is installed (found: broken, printer)" in done.stderr


@pytest.mark.capability("S4.13")
def test_the_events_go_to_a_file_that_rotates_and_to_standard_output(place: Place) -> None:
    place.settings(f'[log]\nfile = "{place.folder}/log/events.jsonl"\nbytes = 3000\n')
    printed: list[str] = []
    for _ in range(4):
        done = place.run("--json")
        assert done.returncode == 0
        printed += done.stdout.split("\n")[:-2]
    files = sorted(path.name for path in (place.folder / "log").iterdir())
    assert files == ["events.jsonl", "events.jsonl.1", "events.jsonl.2", "events.jsonl.3"]
    lines: list[str] = []
    for name in reversed(files):
        path = place.folder / "log" / name
        assert path.stat().st_mode & 0o777 == 0o600
        text = path.read_text(encoding="utf-8")
        assert len(text.encode()) <= 3000 or text.count("\n") == 1
        lines += text.split("\n")[:-1]
    assert lines == [line for line in printed if '"h":' in line][-len(lines) :]


@pytest.mark.parametrize("file", ["/dev/null/events", "~nobody here/events"])
def test_a_log_file_that_cannot_be_written_is_said_before_anything_begins(
    place: Place, file: str
) -> None:
    place.settings(f'[log]\nfile = "{file}"\n')
    done = place.run()
    assert done.returncode == 2
    assert "log.file" in done.stderr


@pytest.mark.capability("S2.21")
def test_headless_works_where_textual_is_not_installed(place: Place) -> None:
    python = make_watched_python(place.folder / "watched", ["textual"])
    python.take_away("textual")
    done = place.run(python=str(python.executable))
    assert (done.returncode, done.stdout.strip()) == (0, "I look.\nIt is one.")
