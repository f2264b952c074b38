"""A program that goes to the background gives the terminal back, and has it again afterwards."""

from __future__ import annotations

import os
import shlex
import signal
import time
from pathlib import Path

import pexpect
import pytest

from tests.stories.line_terminal import ARMING
from tests.stories.program import Program, call, script, with_sample
from tests.support.repository import Repository
from tests.support.screen import Screen


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def _goes_and_comes_back(screen: Screen) -> None:
    screen.press("ctrl-z")
    for _ in range(200):
        if _state(screen.pid) == "T":
            break
        screen.look(0.05)
    assert _state(screen.pid) == "T"
    screen.forget()
    os.kill(screen.pid, signal.SIGCONT)


@pytest.mark.timeout(120)
def test_after_control_z_everything_is_drawn_again_and_the_title_says_what_is_done(
    repository: Repository, tmp_path: Path
) -> None:
    program = Program(with_sample(repository).root)
    argv = program.command("--model", script(tmp_path, [{"text": "It is a sample."}]))
    with Screen(argv, program.environ, repository.root) as screen:
        screen.wait("Ask, or")
        screen.press("\x1b[200~one \x1b[31mred\ntwo\nand\x1b[201~")
        screen.wait("one ␛[31mred", "two")
        screen.press("ctrl-c")
        screen.wait("Ask, or", gone="two")
        screen.press(*"what is it", "enter")
        screen.wait("It is a sample.", "answered")
        assert screen.title == f"{repository.root.name}: what is it"
        _goes_and_comes_back(screen)
        screen.wait("It is a sample.", "Ask, or")
        assert screen.title.endswith("what is it")
        screen.press("?")
        screen.wait("Everywhere")
        _goes_and_comes_back(screen)
        screen.wait("Everywhere", "Go to the shell")
        screen.press("esc")
        screen.wait("It is a sample.", "Ask, or")
        screen.press("ctrl-d")
        assert screen.ended() == 0
        assert "is kept; agent -c goes on with it." in screen.text


@pytest.mark.timeout(120)
def test_a_question_in_line_mode_goes_to_the_shell_and_waits_there(
    repository: Repository, tmp_path: Path
) -> None:
    turns = [{"call": [call("shell", command="touch made.txt")]}, {"text": "So."}]
    program = Program(with_sample(repository).root)
    argv = program.command("--plain", "--model", script(tmp_path, turns), "go")
    # A shell with jobs: what has none above it cannot be stopped.
    shell = pexpect.spawn(
        "/bin/bash",
        ["--norc", "-i"],
        cwd=str(repository.root),
        env={**program.environ, "TERM": "xterm-256color"},
        encoding="utf-8",
        timeout=60,
    )
    shell.sendline(shlex.join(argv))
    shell.expect_exact(" ?]")
    shell.send("\x1a")
    shell.expect_exact("Stopped")
    shell.sendline("fg")
    shell.expect_exact(" ?]")
    time.sleep(ARMING)
    shell.send("n")
    shell.expect_exact("rejected")
    shell.send("\x04")
    shell.expect_exact("is kept")
    shell.sendline("exit")
    shell.expect(pexpect.EOF)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("told", ["once", "three times", "by a window that closes"])
def test_told_to_end_it_leaves_in_order_and_suspends_the_turn(
    repository: Repository, tmp_path: Path, told: str
) -> None:
    program = Program(with_sample(repository).root)
    waits = [{"call": [call("shell", command="touch made")]}, {"text": "So."}]
    argv = program.command("--model", script(tmp_path, waits), "try")
    with Screen(argv, program.environ, repository.root) as screen:
        screen.wait("touch made", "waits")
        if told == "by a window that closes":
            assert screen.lost() == 130
        elif told == "once":
            os.kill(screen.pid, signal.SIGTERM)
            assert screen.ended() == 130
        else:
            for _ in range(3):
                os.kill(screen.pid, signal.SIGINT)
                screen.look(0.02)
            assert screen.ended() == 130
    (kept,) = program.run("sessions", "list", "--json").lines
    assert kept["status"] == "suspended"
