"""A terminal that dies in the middle of a review: what had been decided need not be decided again.

The screen is killed, another one and line mode take the session up; nothing is written before
somebody applies it.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.stories.line_terminal import ARMING
from tests.stories.program import Program, call, script
from tests.support.repository import Repository
from tests.support.screen import Screen

LINES = [f"value_{number} = {number}\n" for number in range(60)]
TEXT = "".join(LINES)


@pytest.mark.timeout(120)
def test_verdicts_outlive_a_kill_and_are_not_applied_by_it(
    repository: Repository, tmp_path: Path, home: Path
) -> None:
    repository.write("values.py", TEXT)
    repository.commit()
    edits = [{"old": LINES[n], "new": LINES[n].upper()} for n in (3, 20, 40, 57)]
    turns = [{"call": [call("edit", path="values.py", edits=edits)]}, {"text": "So be it."}]
    program = Program(repository.root)
    argv = program.command("--model", script(tmp_path, turns), "--no-sandbox")
    with Screen([*argv, "go"], program.environ, repository.root, (140, 40)) as screen:
        screen.wait("hunk 1 of 4", "y accept")
        screen.look(ARMING)
        screen.insist("y", "hunk 2 of 4")
        screen.insist("n", "hunk 3 of 4")
        log = next((home / "agent" / "sessions").glob("*/*/events.jsonl"))
        while log.read_bytes().count(b'"verdict":"reject"') == 0:
            screen.look(0.05)
        os.kill(screen.pid, signal.SIGKILL)
    with Screen([*argv, "-c"], program.environ, repository.root, (140, 40)) as screen:
        screen.wait("2 verdicts from before are set again", "hunk 3 of 4")
        assert repository.read("values.py") == TEXT.encode()
        screen.wait("y accept")
        screen.look(ARMING)
        screen.insist("y", "hunk 4 of 4")
        screen.press("esc")
        screen.wait("Ask, or")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    line = [*argv, "-c", "--plain"]
    with Screen(line, program.environ, repository.root, (140, 40)) as screen:
        screen.wait("3 verdicts of yours still stand", "4/4 [")
        assert repository.read("values.py") == TEXT.encode()
        screen.look(ARMING)
        screen.press("n")
        screen.wait("2 accepted, 2 rejected")
        screen.press("enter")
        screen.wait("So be it.")
        screen.press("ctrl-d")
        assert screen.ended() == 0
    applied = TEXT.replace(LINES[3], LINES[3].upper()).replace(LINES[40], LINES[40].upper())
    assert repository.read("values.py") == applied.encode()
