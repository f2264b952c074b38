"""Starts a child with streams of the event loop, and lets go of them whoever else holds them.

The end of a process is not the end of its streams: what it left behind may hold them open. A
stream that is open when the loop ends is closed by the collector, on a loop that is gone.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process, SubprocessStreamProtocol
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

LONGEST_LINE = 1 << 20
"""Bytes that wait unread in a stream before the child is held up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piped:
    """A started child, and what holds its streams."""

    process: Process
    transport: asyncio.SubprocessTransport

    def let_go(self) -> None:
        """Close our ends of its streams: the loop takes nobody for ended who has one open."""
        for stream in range(3):
            end = self.transport.get_pipe_transport(stream)
            if end is None or end.is_closing():
                continue
            if isinstance(end, asyncio.WriteTransport):
                end.abort()  # what nobody has read by now is not waited for
            else:
                end.close()

    async def end(self) -> int:
        """Let go, end it if it still runs, wait for it, and return its status."""
        self.let_go()
        self.kill()
        return await self.process.wait()

    def kill(self) -> None:
        """Send SIGKILL where it has not ended.

        `Process.kill` looks first whether it has, and so takes its status from under the loop's
        own watcher, which then complains of an unknown child.
        """
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)


async def start(
    argv: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    stdin: int,
    stdout: int = asyncio.subprocess.PIPE,
    stderr: int = asyncio.subprocess.PIPE,
) -> Piped:
    """Start a program in a session of its own; what it writes as errors can be read.

    The streams are descriptors, or what `asyncio.subprocess` has for them. Raises OSError.
    """
    starting = asyncio.create_task(_started(argv, cwd, environ, (stdin, stdout, stderr)))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # Cut short, the loop would take the status from under its own watcher, as kill says.
        with suppress(OSError):
            await (await starting).end()
        raise


async def _started(
    argv: Sequence[str], cwd: str, environ: Mapping[str, str], streams: tuple[int, int, int]
) -> Piped:
    stdin, stdout, stderr = streams
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(
        lambda: SubprocessStreamProtocol(limit=LONGEST_LINE, loop=loop),
        *argv,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        cwd=cwd,
        env=dict(environ),
        start_new_session=True,
    )
    return Piped(process=Process(transport, protocol, loop), transport=transport)
