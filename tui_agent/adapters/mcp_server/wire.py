"""Standard input and output as lines of a protocol, which nothing else may read or write."""

from __future__ import annotations

import asyncio
import fcntl
import os
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

LONGEST = 32 * 1024 * 1024
"""Bytes of a line that is taken; a longer one is passed over."""
_PIECE = 256 * 1024
_FIRST_OF_OURS = 3


class LineTooLongError(ValueError):
    """A line had more bytes than `LONGEST`; it was passed over."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Outgoing:
    line: bytes
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Wire:
    """The process's own standard streams, taken out of everybody's reach.

    From now on standard input is empty for the rest of the program, and what it prints goes to
    standard error. Threads of ours read and write, which may be left behind at any time: no signal
    waits for a line that does not come, or for a reader who does not read.
    """

    def __init__(self) -> None:
        """Take both streams. Raises OSError."""
        self._loop = asyncio.get_running_loop()
        self._in = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, _FIRST_OF_OURS)
        self._out = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, _FIRST_OF_OURS)
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.close(nowhere)
        os.dup2(2, 1)
        self._arrived: asyncio.Queue[bytes | LineTooLongError | None] = asyncio.Queue()
        self._room = threading.Semaphore(16)
        self._leaving: queue.SimpleQueue[_Outgoing] = queue.SimpleQueue()
        self.broken = False
        """Whether nobody reads any more what we write."""
        for work in (self._read, self._write):
            threading.Thread(target=work, daemon=True).start()

    async def lines(self) -> AsyncIterator[bytes | LineTooLongError]:
        """Yield what comes in, line by line, until the other side closes."""
        while (line := await self._arrived.get()) is not None:
            self._room.release()
            yield line

    async def send(self, line: bytes) -> None:
        """Write a line, and return when it is written or nobody reads any more."""
        if not self.broken:
            outgoing = _Outgoing(line=line)
            self._leaving.put(outgoing)
            await outgoing.done.wait()

    def _read(self) -> None:
        for line in _split(lambda: os.read(self._in, _PIECE)):
            self._room.acquire()
            if not self._tell(partial(self._arrived.put_nowait, line)):
                return
        self._tell(partial(self._arrived.put_nowait, None))

    def _write(self) -> None:
        while True:
            outgoing = self._leaving.get()
            try:
                left = memoryview(outgoing.line)
                while left and not self.broken:
                    left = left[os.write(self._out, left) :]
            except OSError:
                self.broken = True
                self._tell(partial(self._arrived.put_nowait, None))
            if not self._tell(outgoing.done.set):
                return

    def _tell(self, what: Callable[[], object]) -> bool:
        """Have the event loop do something; False where it has ended."""
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:
            return False
        return True


def _split(read: Callable[[], bytes]) -> Iterator[bytes | LineTooLongError]:
    """Yield lines without their ends, whatever pieces they come in; a torn last line is none."""
    kept: list[bytes] = []
    size = 0
    while piece := _or_nothing(read):
        *whole, rest = piece.split(b"\n")
        for line in whole:
            kept.append(line)
            size += len(line)
            yield _line(kept, size)
            kept, size = [], 0
        size += len(rest)
        if size <= LONGEST:
            kept.append(rest)


def _line(kept: list[bytes], size: int) -> bytes | LineTooLongError:
    if size > LONGEST:
        return LineTooLongError(f"a line of {size:,} bytes was passed over; {LONGEST:,} are taken")
    return b"".join(kept)


def _or_nothing(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except OSError:
        return b""
