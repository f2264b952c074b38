"""Runs a short program of our own choosing (git, rg, a key command) and returns what it printed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from tui_agent.adapters.processes.kept_output import KeptOutput, decoded
from tui_agent.adapters.processes.piped import Piped, start
from tui_agent.adapters.redaction import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What a program printed, and how it ended."""

    code: int
    out: bytes
    err: str
    cut: bool = False
    """Whether it printed more than was taken; it was then ended."""


class Capture(Protocol):
    """Runs a program of our own choosing: here or where it is confined."""

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        environ: Mapping[str, str],
        stdin: bytes = b"",
        seconds: float = 30.0,
        limit: int = 64 << 20,
    ) -> Captured:
        """Run it to its end, or to `limit` bytes of output. Raises ProgramError, OSError."""
        ...


class ProgramError(Exception):
    """A program could not be started, failed, or took too long; the message is for people."""


async def capture(
    argv: Sequence[str],
    *,
    cwd: str,
    environ: Mapping[str, str],
    stdin: bytes = b"",
    seconds: float = 30.0,
    limit: int = 64 << 20,
) -> Captured:
    """Run a program without a shell. At `limit` bytes of output it is ended and the rest is lost.

    Raises ProgramError where it cannot be started or does not end in time.
    """
    try:
        piped = await start(
            argv,
            cwd=cwd,
            environ=environ,
            stdin=asyncio.subprocess.PIPE if stdin else asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        message = f"{argv[0]} cannot be started: {error.strerror}"
        raise ProgramError(message) from error
    process = piped.process
    out, err = KeptOutput(head=limit, tail=0), KeptOutput(head=4000, tail=4000)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.gather(
                _feed(process, stdin), _drain(piped, out, limit), _drain_errors(process, err)
            )
            code = await process.wait()
    except TimeoutError:
        message = f"{argv[0]} did not end within {seconds:g} s"
        raise ProgramError(message) from None
    finally:
        await piped.end()
    return Captured(code=code, out=out.data(), err=err.text().strip(), cut=out.total > limit)


async def _feed(process: asyncio.subprocess.Process, data: bytes) -> None:
    stream = process.stdin
    if stream is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        stream.write(data)
        await stream.drain()
    stream.close()
    # Asked for, or the loop says aloud that nobody did.
    with suppress(BrokenPipeError, ConnectionResetError):
        await stream.wait_closed()


async def _drain(piped: Piped, kept: KeptOutput, limit: int) -> None:
    stream = piped.process.stdout
    while stream is not None and (data := await stream.read(1 << 18)):
        kept.add(data)
        if kept.total > limit:
            piped.kill()


async def _drain_errors(process: asyncio.subprocess.Process, kept: KeptOutput) -> None:
    stream = process.stderr
    while stream is not None and (data := await stream.read(1 << 16)):
        kept.add(data)


async def key_from(command: str, environ: Mapping[str, str]) -> str:
    """Return what the user's own `api_key_cmd` prints, without the line end.

    Raises ProgramError where it fails or prints nothing; the message holds the first line of
    its errors, without what it printed and what looks like a key.
    """
    done = await capture(["/bin/sh", "-c", command], cwd="/", environ=environ, limit=1 << 16)
    if done.code:
        reason = _without_keys(done.err.partition("\n")[0], decoded(done.out))
        message = f"api_key_cmd ended with status {done.code}: {reason}".rstrip(": ")
        raise ProgramError(message)
    key = decoded(done.out).strip()
    if not key or "\n" in key:
        message = "api_key_cmd is to print the key on one line, and nothing else"
        raise ProgramError(message)
    return key


def _without_keys(reason: str, printed: str) -> str:
    """Return a program's reason without a word that it printed, and without anything like a key."""
    for word in printed.split():
        if len(word) >= _SHORTEST:
            reason = reason.replace(word, "…")
    return redact(reason)[0][:_REASON]


_SHORTEST, _REASON = 4, 200
