"""The pipe that a command writes to, drained as fast as it comes, whoever starts the command."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from tui_agent.adapters.processes.kept_output import KeptOutput, Shown

PIECE = 1 << 16
"""Bytes read at once."""

LINGER_SECONDS = 0.25
"""How long the output may stay open once the command itself has ended."""


class Output:
    """The pipe that a command writes to, drained as fast as it comes."""

    def __init__(self, kept: KeptOutput, on_output: Callable[[str], None] | None) -> None:
        """Keep what `kept` keeps, and show it to `on_output`, unless nobody is to see it."""
        self.timed_out = False
        self.kept = kept
        self._shown = Shown(on_output) if on_output is not None else None
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._loop.add_reader(self._read_end, self._read)

    def started(self) -> None:
        """Leave the command's end of the pipe to the command alone."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

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
        if self._read_end >= 0:
            self._loop.remove_reader(self._read_end)
            os.close(self._read_end)
            self._read_end = -1
        if self._timer is not None:
            self._timer.cancel()
        if self._shown is not None:
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
        if self._shown is None:
            return
        if self._shown.add(data, self._loop.time()) and self._timer is None:
            self._timer = self._loop.call_later(0.05, self._flush, self._shown)

    def _flush(self, shown: Shown) -> None:
        self._timer = None
        shown.flush(self._loop.time())
