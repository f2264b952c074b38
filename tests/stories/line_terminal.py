"""A person at a terminal in which line mode runs, and the file that is changed there."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect

from tests.stories.program import ROOT

LINES = [f"line_{number} = {number}\n" for number in range(30)]
FIRST = {"old": "line_2 = 2\n", "new": "line_2 = 'two'\n"}
SECOND = {"old": "line_15 = 15\n", "new": "line_15 = 'fifteen'\nextra = 1\n"}
THIRD = {"old": "line_27 = 27\n", "new": "line_27 = 'twenty-seven'\n"}
ARMING = 0.5
"""Seconds; a little more than a question waits before it listens."""


class Terminal:
    """A person at a terminal in which `agent --plain` runs."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        term: str = "xterm-256color",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.dumb = term == "dumb"
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "tui_agent", "--plain", *arguments],
            cwd=str(folder),
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TERM": term,
                "PYTHONUTF8": "1",
                "NO_COLOR": "1",
                **(environ or {}),
            },
            dimensions=(50, 120),
            encoding="utf-8",
            timeout=60,
        )

    def sees(self, text: str) -> None:
        self.child.expect_exact(text)

    def presses(self, key: str, *, first: bool = False) -> None:
        """Press a key; at the first one of a question the person has looked at it for a moment."""
        time.sleep(ARMING if first else 0.05)
        self.child.send(key + ("\r" if self.dumb and key.isprintable() else ""))

    def says(self, text: str) -> None:
        time.sleep(0.2)
        self.child.send(text + "\r")

    def leaves(self) -> int:
        self.child.send("\x04")
        return self.ended()

    def ended(self) -> int:
        self.child.expect(pexpect.EOF)
        self.child.close()
        status = self.child.exitstatus
        assert status is not None
        return int(status)


@contextmanager
def at_terminal(folder: Path, *arguments: str, **given: Any) -> Iterator[Terminal]:
    terminal = Terminal(folder, *arguments, **given)
    try:
        yield terminal
    finally:
        terminal.child.close(force=True)
