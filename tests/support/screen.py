"""A terminal with a program in it: keys go in, and what a person would see is read off."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pexpect
import pyte

SECONDS = 60.0
"""How long something may take to appear, on a machine that does much else."""

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "shift-tab": "\x1b[Z",
    "ctrl-c": "\x03",
    "ctrl-d": "\x04",
    "ctrl-s": "\x13",
    "ctrl-u": "\x15",
    "ctrl-a": "\x01",
    "ctrl-k": "\x0b",
    "ctrl-z": "\x1a",
    "f6": "\x1b[17~",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "end": "\x1b[F",
    "home": "\x1b[H",
    "backspace": "\x7f",
}


class Screen:
    """One run of a program in a terminal of a given size."""

    def __init__(
        self,
        argv: Sequence[str],
        environ: Mapping[str, str],
        cwd: Path,
        size: tuple[int, int] = (120, 40),
    ) -> None:
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._child = pexpect.spawn(
            argv[0],
            list(argv[1:]),
            env=dict(environ),
            cwd=str(cwd),
            dimensions=(rows, columns),
            timeout=SECONDS,
        )
        self._child.delaybeforesend = None
        self.said = b""
        """All that the program has written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._child.isalive():
            self._child.kill(9)
        self._child.close(force=True)

    @property
    def pid(self) -> int:
        """The program's process."""
        return int(self._child.pid)

    @property
    def text(self) -> str:
        """What stands on the screen, row by row."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def title(self) -> str:
        """What the terminal's window is called."""
        return str(self._screen.title)

    def forget(self) -> None:
        """Show nothing any more, as a terminal does on which somebody else wrote."""
        self._screen.reset()

    def press(self, *keys: str) -> None:
        """Press keys one after the other: names of `KEYS`, or characters to type."""
        for key in keys:
            os.write(self._child.fileno(), KEYS.get(key, key).encode())
            self.look(0.03)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as a window that is dragged does."""
        self._child.setwinsize(rows, columns)
        self._screen.resize(rows, columns)

    def look(self, seconds: float = 0.05) -> str:
        """Take in what comes within so many seconds, and return the screen."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                data = self._child.read_nonblocking(1 << 16, timeout=left)
            except pexpect.TIMEOUT:
                break
            except pexpect.EOF:
                break
            self.said += data
            # pyte takes no private markers in SGR and mode reports; Textual works without them.
            self._stream.feed(data)
        return self.text

    def wait(self, *words: str, gone: str = "", seconds: float = SECONDS) -> str:
        """Wait until all words stand on the screen, and `gone` does not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = self.look(0.05)
            if all(word in text for word in words) and not (gone and gone in text):
                return text
            if not self._child.isalive():
                text = self.look(0.05)
                break
        message = f"{words} did not appear:\n{self.text}"
        raise AssertionError(message)

    def insist(self, key: str, *words: str, gone: str = "") -> str:
        """Press a key until the words appear: one that comes before a request is armed is lost."""
        for _ in range(4):
            self.press(key)
            try:
                return self.wait(*words, gone=gone, seconds=5.0)
            except AssertionError:
                continue
        return self.wait(*words, gone=gone)

    def ended(self, seconds: float = SECONDS) -> int:
        """Wait for the program to end, and return its status."""
        end = time.monotonic() + seconds
        while self._child.isalive() and time.monotonic() < end:
            self.look(0.05)
        self._child.close()
        status = self._child.exitstatus
        return int(status) if status is not None else -int(self._child.signalstatus or 0)

    def lost(self) -> int:
        """Take the terminal away, as a closed window does; return the program's status."""
        self._child.ptyproc.fileobj.close()
        self._child.closed = self._child.ptyproc.closed = True
        status = int(self._child.ptyproc.wait())
        self._child.terminated = True
        return status
