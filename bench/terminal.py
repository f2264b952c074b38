"""A program in a pseudo-terminal of 120 by 40: keys go in, each chunk that comes out has its time.

What is on the screen is judged by the text of the chunks, control sequences taken out: both
programs measured here draw a changed line as a whole, so that a word arrives in one piece.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

COLUMNS, ROWS = 120, 40
CONTROL = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X][^\x1b]*\x1b\\|\x1b."
    rb"|[\x00-\x1f]"
)
FULL_SCREEN = b"\x1b[?1049h"
SYNCHRONISED_OUTPUT = b"\x1b[?2026$p"
TAIL = 4096
"""Bytes of earlier text kept, so that a word cut by a chunk's end is found."""


class Terminal:
    """One run of a program. Times are seconds of the monotonic clock."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], cwd: Path) -> None:
        self.bytes_out = 0
        self.first_text: float | None = None
        """When letters were on the screen for the first time."""
        self._text = b""
        self._full_screen = False
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            _prepare_terminal()
            os.chdir(cwd)
            os.execve(argv[0], list(argv), dict(environ))  # noqa: S606 - what is measured

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, keys: str) -> float:
        """Press keys; return when."""
        pressed = time.monotonic()
        os.write(self._fd, keys.encode())
        return pressed

    def _read(self, seconds: float) -> float | None:
        """Take what comes within so many seconds; return when it came."""
        ready, _, _ = select.select([self._fd], [], [], max(0.0, seconds))
        if not ready:
            return None
        try:
            chunk = os.read(self._fd, 1 << 16)
        except OSError as error:
            raise EOFError(self._text.decode(errors="replace")[-400:]) from error
        came = time.monotonic()
        self.bytes_out += len(chunk)
        if SYNCHRONISED_OUTPUT in chunk:
            os.write(self._fd, b"\x1b[?2026;2$y")
        if FULL_SCREEN in chunk:
            self._full_screen, self._text = True, b""
        self._text = self._text[-TAIL:] + CONTROL.sub(b"", chunk)
        if self.first_text is None and self._full_screen and re.search(rb"[A-Za-z]{3}", self._text):
            self.first_text = came
        return came

    def until(self, seen: Callable[[bytes], bool], seconds: float) -> float | None:
        """Read until the text satisfies `seen`; return when that came, None when it did not."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            came = self._read(left)
            if came is not None and seen(self._text):
                return came
        return None

    def until_shown(self, word: str, seconds: float) -> float | None:
        """Read until `word` has been drawn."""
        return self.until(lambda text: word.encode() in text, seconds)

    def rest(self, seconds: float) -> None:
        """Read for so long, whatever comes."""
        self.until(lambda _: False, seconds)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as a person does with its window."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        """End the program and everything that it started."""
        for ending in (signal.SIGHUP, signal.SIGKILL):
            for pid in family(self.pid):
                try:
                    os.kill(pid, ending)
                except ProcessLookupError:
                    continue
            time.sleep(0.05)
        os.close(self._fd)
        os.waitpid(self.pid, 0)


def _prepare_terminal() -> None:
    """Give the terminal its size, and stop the kernel from echoing what is typed."""
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    modes = termios.tcgetattr(0)
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSANOW, modes)


def family(pid: int) -> list[int]:
    """Return a process and all its living descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(member for child in children for member in family(int(child)))]


def _sharing_home(pid: int) -> set[int]:
    """Return the processes with the home of `pid`: its hosts are nobody's children any more."""
    home = _home_of(pid)
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return {number for number in numbers if home and _home_of(number) == home}


def _home_of(pid: int) -> bytes:
    try:
        environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return b""
    return next((entry for entry in environ if entry.startswith(b"HOME=")), b"")


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a program: its processes, its hosts, and what they reaped."""
    ticks = 0
    for member in {*family(pid), *_sharing_home(pid)}:
        try:
            stat = Path(f"/proc/{member}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        ticks += sum(int(field) for field in stat.rpartition(")")[2].split()[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def own_megabytes(pid: int) -> float:
    """Return the proportional memory of one process, in MB; 0 where the system does not tell."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
