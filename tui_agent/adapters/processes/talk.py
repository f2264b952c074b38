"""Our end of a program that is talked with in lines: pipes of the loop's, bounded."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Protocol

from tui_agent.adapters.processes.kept_output import KeptOutput
from tui_agent.adapters.processes.piped import Piped, start

LONGEST_LINE = 16 << 20
"""Bytes of a line; a program that says more is ended."""
ERRORS_KEPT = 4_000


class Talk:
    """Three pipes to a program that somebody else starts.

    `heard` gets each line; `ended` is called once, with the reason where we hang up.
    """

    def __init__(self, heard: Callable[[bytes], None], ended: Callable[[str], None]) -> None:
        self._heard, self._ended = heard, ended
        self._errors = KeptOutput(head=0, tail=ERRORS_KEPT)
        self._transports: list[asyncio.BaseTransport] = []
        self._to_program: asyncio.WriteTransport | None = None
        self._over = False

    @property
    def errors(self) -> str:
        """The last of what it has written as errors."""
        return self._errors.text().strip()

    async def open(self) -> tuple[int, int, int]:
        """Open the pipes; return the program's ends, which the caller closes."""
        loop = asyncio.get_running_loop()
        (given, ours_in), (ours_out, out), (ours_err, err) = os.pipe(), os.pipe(), os.pipe()
        reading, _ = await loop.connect_read_pipe(
            lambda: _Lines(self._heard, self._end), os.fdopen(ours_out, "rb", 0)
        )
        errors, _ = await loop.connect_read_pipe(
            lambda: _Bytes(self._errors.add), os.fdopen(ours_err, "rb", 0)
        )
        writing, _ = await loop.connect_write_pipe(
            asyncio.BaseProtocol, os.fdopen(ours_in, "wb", 0)
        )
        self._transports = [reading, errors, writing]
        self._to_program = writing
        return given, out, err

    def say(self, line: bytes) -> None:
        """Send a line; nothing happens where the program has gone."""
        if self._to_program is not None and not self._to_program.is_closing():
            self._to_program.write(line + b"\n")

    def close(self) -> None:
        """Hang up; safe to call twice."""
        self._over = True
        transports, self._transports = self._transports, []
        for transport in transports:
            if transport.is_closing():
                continue
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
            else:
                transport.close()

    def _end(self, why: str) -> None:
        if not self._over:
            self._over = True
            self._ended(why)


class _Lines(asyncio.Protocol):
    """Splits what comes into lines, none longer than allowed."""

    def __init__(self, line: Callable[[bytes], None], ended: Callable[[str], None]) -> None:
        self._take, self._ended = line, ended
        self._parts: list[bytes] = []
        self._size = 0

    def data_received(self, data: bytes) -> None:
        if self._size < 0:
            return
        first, *more = data.split(b"\n")
        self._add(first)
        for part in more:
            whole = b"".join(self._parts)
            self._parts, self._size = [], 0
            self._add(part)
            if whole:
                self._take(whole)
        if self._size > LONGEST_LINE:
            self._parts, self._size = [], -1
            self._ended(f"it said a line of more than {LONGEST_LINE >> 20} MB")

    def _add(self, part: bytes) -> None:
        self._parts.append(part)
        self._size += len(part)

    def connection_lost(self, _: Exception | None) -> None:
        self._ended("")


class _Bytes(asyncio.Protocol):
    """Passes on what comes."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def data_received(self, data: bytes) -> None:
        self._take(data)


class Running(Protocol):
    """A program that was started for a talk."""

    async def close(self) -> None:
        """End it with all that it has started; safe to call twice."""
        ...


class PlainProgram:
    """A program without a sandbox, in a session of its own."""

    def __init__(self, piped: Piped) -> None:
        self._piped = piped

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        cwd: str,
        environ: Mapping[str, str],
        ends: tuple[int, int, int],
    ) -> PlainProgram:
        """Start it with these streams. Raises OSError."""
        given, out, err = ends
        return cls(await start(argv, cwd=cwd, environ=environ, stdin=given, stdout=out, stderr=err))

    async def close(self) -> None:
        """End it, and its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._piped.process.pid, 9)
        await self._piped.end()
