"""Runs a command that somebody asked for: bounded in time and output, ended with all it started."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from tui_agent.adapters.processes import family
from tui_agent.adapters.processes.kept_output import KeptOutput, Shown
from tui_agent.core.ports import Exit

PIECE = 1 << 16
"""Bytes read at once."""

LINGER_SECONDS = 0.25
"""How long the output may stay open once the command itself has ended."""

TRAMPOLINE = """\
exec 3<&0 </dev/null
( read -r _ <&3 || kill -KILL 0 ) >/dev/null 2>&1 &
exec 3<&-
{ ulimit -c 0; [ "$1" = 0 ] || ulimit -f "$1"; } 2>/dev/null
shift
exec "$@"
"""
"""Sets limits and becomes the command: exact from its first instruction, unlike setting them on a
process that already runs. A limit that is lower already stays. POSIX sh counts in 512 bytes.

The second line is a watchman in the command's own group: its input is a pipe that we hold open. A
line on it sends the watchman home; its end means that we were killed, and then the group goes, too.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A command with everything it gets; it inherits nothing else."""

    argv: tuple[str, ...]
    cwd: str
    environ: Mapping[str, str]
    timeout_seconds: float
    file_bytes: int = 4 << 30
    """The largest file it may write; 0 is no limit."""
    head_bytes: int = 16_000
    tail_bytes: int = 32_000
    grace_seconds: float = 1.0
    """Between SIGTERM and SIGKILL."""


async def run(launch: Launch, on_output: Callable[[str], None]) -> Exit:
    """Run a command to its end; both streams come in one, as in a terminal, and input is empty.

    Whatever it left running in the background is ended with it. Cancelling ends all of it, too.
    Raises OSError where it cannot be started.
    """
    started = time.monotonic()
    output = _Output(launch, on_output)
    try:
        process, left = await _run(launch, output)
    finally:
        output.close()
    ms = round((time.monotonic() - started) * 1000)
    return _exit(process, output, left=left, ms=ms)


async def _run(launch: Launch, output: _Output) -> tuple[asyncio.subprocess.Process, bool]:
    """Run it, and return it with whether it left anybody behind; `output` notes a time-out."""
    token = uuid.uuid4().hex
    left = False
    process = await _start(launch, token, output)
    try:
        output.timed_out = await _times_out(process, launch.timeout_seconds)
        if not output.timed_out:
            await output.ended(LINGER_SECONDS)
    finally:
        output.let_go()
        left = await family.end(process.pid, token, grace=launch.grace_seconds)
        await process.wait()
        await output.ended(LINGER_SECONDS)
    return process, left


async def _start(launch: Launch, token: str, output: _Output) -> asyncio.subprocess.Process:
    blocks = str(launch.file_bytes // 512)
    try:
        return await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", TRAMPOLINE, "sh", blocks, *launch.argv,
            stdin=output.leash_end,
            stdout=output.write_end,
            stderr=output.write_end,
            cwd=launch.cwd,
            env={**launch.environ, family.MARK: token},
            start_new_session=True,
        )  # fmt: skip
    finally:
        output.started()


async def _times_out(process: asyncio.subprocess.Process, seconds: float) -> bool:
    """Wait for the command itself; return whether its time ran out."""
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        return True
    return False


def _exit(process: asyncio.subprocess.Process, output: _Output, *, left: bool, ms: int) -> Exit:
    code = process.returncode
    number = -code if code is not None and code < 0 else None
    text = output.kept.text()
    if left and not output.timed_out:
        text += "\n[what it had left running in the background was ended]\n"
    return Exit(
        exit_code=None if output.timed_out else 128 + number if number else code,
        output=text,
        truncated=output.kept.omitted > 0,
        omitted=output.kept.omitted,
        timed_out=output.timed_out,
        signal=number,
        ms=ms,
    )


class _Output:
    """The pipe that a command writes to, drained as fast as it comes."""

    def __init__(self, launch: Launch, on_output: Callable[[str], None]) -> None:
        self.timed_out = False
        self.kept = KeptOutput(head=launch.head_bytes, tail=launch.tail_bytes)
        self._shown = Shown(on_output)
        self._read_end, self.write_end = os.pipe()
        self.leash_end, self._leash = os.pipe()
        os.set_blocking(self._read_end, False)
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(self._read_end, self._read)

    def started(self) -> None:
        """Leave the command's ends of the pipes to the command alone."""
        if self.write_end >= 0:
            os.close(self.write_end)
            os.close(self.leash_end)
            self.write_end = self.leash_end = -1

    def let_go(self) -> None:
        """Send the watchman home."""
        if self._leash >= 0:
            with suppress(BrokenPipeError):
                os.write(self._leash, b"\n")
            os.close(self._leash)
            self._leash = -1

    async def ended(self, seconds: float) -> None:
        """Wait until nobody holds the pipe open, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._end.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Stop reading and show the rest."""
        self.started()
        self.let_go()
        if self._read_end >= 0:
            self._loop.remove_reader(self._read_end)
            os.close(self._read_end)
            self._read_end = -1
        if self._timer is not None:
            self._timer.cancel()
        self._shown.end(self._loop.time())

    def _read(self) -> None:
        try:
            data = os.read(self._read_end, PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._read_end)
            self._end.set()
            return
        self.kept.add(data)
        if self._shown.add(data, self._loop.time()) and self._timer is None:
            self._timer = self._loop.call_later(0.05, self._flush)

    def _flush(self) -> None:
        self._timer = None
        self._shown.flush(self._loop.time())
