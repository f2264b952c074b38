"""A hostile terminal's tricks, in a terminal: pastes, resizing, a hang-up, control sequences."""

from __future__ import annotations

import json
import os
import random
import re
import signal
from io import RawIOBase
from pathlib import Path
from typing import Any

import pytest

from tests.stories.line_terminal import at_terminal
from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository
from tests.support.screen import Screen

PASTE, END = "\x1b[200~", "\x1b[201~"


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


def _screen(sample: Repository, turns: list[dict[str, Any]], tmp_path: Path, *words: str) -> Screen:
    program = Program(sample.root)
    argv = program.command("--model", script(tmp_path, turns), *words)
    return Screen(argv, program.environ, sample.root)


def _records(home: Path) -> list[dict[str, Any]]:
    logs = (home / "agent" / "sessions").glob("*/*/events.jsonl")
    return [json.loads(line) for log in logs for line in log.read_text().split("\n") if line]


@pytest.mark.case(60)
@pytest.mark.timeout(120)
def test_a_paste_that_ends_itself_sends_nothing(
    sample: Repository, tmp_path: Path, home: Path
) -> None:
    with _screen(sample, [{"text": "Never."}], tmp_path) as screen:
        screen.wait("Ask, or")
        screen.press(f"{PASTE}first part{END}\r!touch stolen\r{END}")
        screen.wait("first part", "!touch stolen")
        screen.look(0.3)
        assert "Never." not in screen.text
        screen.press("ctrl-c")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    assert not (sample.root / "stolen").exists()
    assert not [one for one in _records(home) if one["type"] == "TurnStarted"]


@pytest.mark.case(60)
@pytest.mark.timeout(120)
def test_a_paste_that_ends_itself_approves_nothing(
    sample: Repository, tmp_path: Path, home: Path
) -> None:
    turns = [{"text": "I run it.", "call": [call("shell", command="touch ran; true")]}]
    with _screen(sample, turns, tmp_path, "go") as screen:
        screen.wait("touch ran", "allow once")
        screen.look(0.8)
        screen.press(f"{PASTE}x{END}y\r{END}")
        screen.look(0.8)
        assert not (sample.root / "ran").exists()
    assert not [one for one in _records(home) if one["type"] == "ApprovalDecided"]


@pytest.mark.case(60)
@pytest.mark.timeout(120)
def test_in_lines_a_paste_that_ends_itself_sends_and_approves_nothing(
    sample: Repository, tmp_path: Path
) -> None:
    turns = [{"text": "I run it.", "call": [call("shell", command="touch ran; true")]}]
    with at_terminal(sample.root, "--model", script(tmp_path, turns), "go") as person:
        person.sees("touch ran")
        person.presses(f"{PASTE}x{END}y{END}", first=True)
        person.presses("n")
        person.sees("$0.00")
        person.presses(f"{PASTE}one{END}\r!touch stolen\r{END}", first=True)
        person.sees("!touch stolen")
        person.presses("\x03", first=True)
        assert person.leaves() == 0
    assert not (sample.root / "ran").exists()
    assert not (sample.root / "stolen").exists()


@pytest.mark.case(87)
@pytest.mark.timeout(120)
def test_a_storm_of_sizes_down_to_one_cell_leaves_it_alive(
    sample: Repository, tmp_path: Path
) -> None:
    turns: list[dict[str, Any]] = [
        {"text": "I change it.", "call": [edit("answer.py", "return 41", "return 42")]},
        {"text": "Done as asked."},
    ]
    dice = random.Random(7)
    with _screen(sample, turns, tmp_path, "go") as screen:
        screen.wait("return 42")
        for _ in range(60):
            screen.resize(dice.randint(1, 200), dice.randint(1, 60))
            screen.look(0.005)
        screen.resize(1, 1)
        screen.look(0.3)
        screen.resize(120, 40)
        screen.wait("return 42", "answer.py")
        screen.look(1.0)
        screen.press("y")
        screen.wait("accepted")
        screen.press("enter")
        screen.wait("Done as asked.")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    assert b"return 42" in sample.read("answer.py")


@pytest.mark.case(88)
@pytest.mark.timeout(120)
def test_a_hang_up_at_a_card_writes_nothing_and_keeps_the_request(
    sample: Repository, tmp_path: Path, home: Path
) -> None:
    turns: list[dict[str, Any]] = [
        {"text": "I change it.", "call": [edit("answer.py", "return 41", "return 42")]},
        {"text": "Done as asked."},
    ]
    before = sample.read("answer.py")
    with _screen(sample, turns, tmp_path, "go") as screen:
        screen.wait("return 42")
        os.kill(screen.pid, signal.SIGHUP)
        screen.ended()
    assert sample.read("answer.py") == before
    kinds = [one["type"] for one in _records(home)]
    assert "ApprovalRequested" in kinds
    assert not {"ApprovalDecided", "ToolFinished", "TurnEnded"} & set(kinds)
    assert not list(home.rglob("fault-*"))
    again = Screen(Program(sample.root).command("-c"), Program(sample.root).environ, sample.root)
    with again as screen:
        screen.wait("return 42")
        screen.look(1.0)
        screen.press("y")
        screen.wait("accepted")
        screen.press("enter")
        screen.wait("Done as asked.")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    assert b"return 42" in sample.read("answer.py")


HOSTILE = (
    "\x1b]52;c;aGFjaw==\x07",
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[H",
    "\x1bP+q544e\x1b\\",
    "\x9b2J\x9d0;owned\x9c",
    "\x1b[?9h",
    "\x1b]8;;file:///etc/passwd\x1b\\x\x1b]8;;\x1b\\",
)
"""Clipboard, title, clear, device control, the same in eight bits, mouse mode, a link."""


@pytest.mark.case(56, 58)
@pytest.mark.timeout(120)
def test_what_a_model_or_a_command_says_reaches_the_terminal_as_marks(
    sample: Repository, tmp_path: Path, home: Path
) -> None:
    evil = "".join(HOSTILE)
    name = f"[/nope]{evil}.txt".replace("/", "∕")
    turns: list[dict[str, Any]] = [
        {
            "text": f"# {evil}\n\n- {evil} `{evil}` [click]({evil}) [@click=app.quit]x[/]",
            "call": [
                call("plan", steps=[{"text": f"plan {evil}"}]),
                call("write", path=name, content=f"{evil}\n[/nope]\n"),
                call("shell", command=f"printf '%s' '{evil}' end"),
            ],
        },
        {"text": f"{evil} all shown"},
    ]
    program = Program(sample.root)
    argv = program.command("--model", script(tmp_path, turns), "--no-sandbox", f"go {evil}")
    raw = tmp_path / "raw"
    kept = raw.open("ab", buffering=0)
    with kept, Recorded(argv, program.environ, sample.root, kept) as screen:
        for _ in range(12):
            if "all shown" in screen.look(0.4):
                break
            screen.press("a" if "accept all" in screen.text else "y")
        screen.press("ctrl-o")
        screen.press("tab")
        screen.look(0.3)
        assert "fault of its own" not in screen.text
        seen = raw.read_bytes()
    assert len(seen) > 2000
    signs = (b"\x1b]52;", b"\x1bP+q", "\x9b".encode(), "\x9d".encode(), b"owned\x07")
    for part in (*(one.encode() for one in HOSTILE), *signs):
        assert part not in seen, part
    assert not re.search(rb"\x1b\]8;[^;]*;(?!https?://|\x1b|\x07)", seen)
    assert not list(home.rglob("fault-*"))


class Recorded(Screen):
    """A terminal that keeps every byte that a program sends it."""

    def __init__(
        self, argv: list[str], environ: dict[str, str], cwd: Path, kept: RawIOBase
    ) -> None:
        super().__init__(argv, environ, cwd)
        self._child.logfile_read = kept
