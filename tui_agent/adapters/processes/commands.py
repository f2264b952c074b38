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
from tui_agent.adapters.processes.kept_output import KeptOutput
from tui_agent.adapters.processes.output import LINGER_SECONDS, Output
from tui_agent.core.ports import Exit

TRAMPOLINE = f"""\
exec 3<&0 </dev/null
( {family.WATCHMAN} ) >/dev/null 2>&1 &
exec 3<&-
{{ ulimit -c 0; [ "$1" = 0 ] || ulimit -f "$1"; }} 2>/dev/null
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

    def output(self, on_output: Callable[[str], None]) -> Output:
        """Open the pipe that the command is to write to."""
        return Output(KeptOutput(head=self.head_bytes, tail=self.tail_bytes), on_output)


async def run(launch: Launch, on_output: Callable[[str], None]) -> Exit:
    """Run a command to its end; both streams come in one, as in a terminal, and input is empty.

    Whatever it left running in the background is ended with it. Cancelling ends all of it, too.
    Raises OSError where it cannot be started.
    """
    started = time.monotonic()
    output = launch.output(on_output)
    leash = _Leash()
    try:
        process, left = await _run(launch, output, leash)
    finally:
        leash.let_go()
        output.close()
    ms = round((time.monotonic() - started) * 1000)
    return exit_of(process.returncode, output, left=left, ms=ms)


async def _run(
    launch: Launch, output: Output, leash: _Leash
) -> tuple[asyncio.subprocess.Process, bool]:
    """Run it, and return it with whether it left anybody behind; `output` notes a time-out."""
    token = uuid.uuid4().hex
    process = await _start(launch, token, output, leash)
    try:
        output.timed_out = await _times_out(process, launch.timeout_seconds)
        if not output.timed_out:
            await output.ended(LINGER_SECONDS)
    finally:
        leash.let_go()
        left = await family.end(process.pid, token, grace=launch.grace_seconds)
        await process.wait()
        await output.ended(LINGER_SECONDS)
    return process, left


async def _start(
    launch: Launch, token: str, output: Output, leash: _Leash
) -> asyncio.subprocess.Process:
    blocks = str(launch.file_bytes // 512)
    try:
        return await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", TRAMPOLINE, "sh", blocks, *launch.argv,
            stdin=leash.end,
            stdout=output.write_end,
            stderr=output.write_end,
            cwd=launch.cwd,
            env={**launch.environ, family.MARK: token},
            start_new_session=True,
        )  # fmt: skip
    finally:
        output.started()
        leash.started()


class _Leash:
    """The pipe whose closing, by us or by our death, ends the command's group."""

    def __init__(self) -> None:
        self.end, self._held = os.pipe()

    def started(self) -> None:
        """Leave the watchman's end to the watchman alone."""
        if self.end >= 0:
            os.close(self.end)
            self.end = -1

    def let_go(self) -> None:
        """Send the watchman home."""
        self.started()
        if self._held >= 0:
            with suppress(BrokenPipeError):
                os.write(self._held, b"\n")
            os.close(self._held)
            self._held = -1


async def _times_out(process: asyncio.subprocess.Process, seconds: float) -> bool:
    """Wait for the command itself; return whether its time ran out."""
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        return True
    return False


def exit_of(code: int | None, output: Output, *, left: bool, ms: int) -> Exit:
    """Return how a command ended. A negative `code` is the signal that ended it."""
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
