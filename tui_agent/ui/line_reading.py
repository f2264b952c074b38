"""Line mode on a terminal that only prints and reads lines, or whose output is heard."""

from __future__ import annotations

import asyncio
import codecs
import os
import select
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.ui.line_offers import Offering
    from tui_agent.ui.text import Paper

_MOST = 4096
"""Bytes that are read at once; a terminal gives a line at a time."""
READ_TOGETHER = 0.03
"""Seconds between the lines of a paste, at most; no hand is so quick."""
END = "."
"""The line that ends a longer text."""


class Interrupted(Exception):  # noqa: N818 -- it is no error
    """Ctrl-C on an empty line."""


class Left(Exception):  # noqa: N818 -- it is no error
    """Ctrl-D on an empty line, or the end of the input."""


class Stops:
    """Signals that end something. Ctrl-C: whoever waits last is told, where no prompt reads it."""

    def __init__(self, leave: Callable[[], object]) -> None:
        """`leave` ends the whole program."""
        self._heard: list[Callable[[], object]] = [self.leave]
        self._leave = leave
        self._closing = self._later = False

    def press(self) -> None:
        """Tell of a Ctrl-C."""
        self._heard[-1]()

    def leave(self) -> None:
        """End the program; what is being closed is closed first."""
        if self._closing:
            self._later = True
        else:
            self._leave()

    @contextmanager
    def told(self, hear: Callable[[], object]) -> Iterator[None]:
        """Be told meanwhile."""
        self._heard.append(hear)
        try:
            yield
        finally:
            self._heard.remove(hear)

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Let nothing end what is done meanwhile, which must not take long."""
        before, self._closing = self._closing, True
        try:
            yield
        finally:
            self._closing = before
            if self._later and not before:
                self._later = False
                self._leave()


class DumbInput:
    """Asks in turn and draws nothing twice; a line that nobody asked for is heard, too."""

    strict = True

    def __init__(self, stops: Stops, paper: Paper) -> None:
        """Read standard input."""
        self.stops, self._paper = stops, paper
        self._lines: list[str] = []
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ended = False

    def session(self, offering: Offering, queued: Callable[[], bool]) -> None:
        """Begin a session: nothing is completed here, `/files` and `/help` list things."""

    async def line(self, prompt: str, *, hold: bool = True, start: str = "") -> str | None:
        """Ask for a line; one that ends with a backslash goes on in the next, as does a paste."""
        del start  # it was told
        said = "\n".join(await self._read(prompt, hold=hold))
        while said.endswith("\\"):
            said = "\n".join((said[:-1], *await self._read("")))
        return said

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        """Ask until the line is one of the keys; an empty line is Enter, a paste no answer."""
        while True:
            said, *more = await self._read(prompt)
            if (said.strip() or "\r") in keys and not more:
                return said.strip() or "\r"
            known = " ".join(key for key in keys if key.isprintable())
            self._paper.put(f"The answers are {known}." if said else "It needs an answer.")

    async def text(self, start: str) -> str:
        """Ask for lines up to one with a single dot; none leaves the text as it is."""
        self._paper.put(*start.rstrip("\n").split("\n"))
        self._paper.put("New text, line by line; a single dot ends it. Only a dot: as it was.")
        lines: list[str] = []
        while END not in lines:
            lines += await self._read("")
        lines = lines[: lines.index(END)]
        return "\n".join(lines) + "\n" if lines else start

    async def meanwhile(self, changed: asyncio.Event) -> str | None:
        """Wait until something changes (None), or until a line was typed, and return it.

        Raises Interrupted, Left.
        """
        await self._wait(changed)
        if self._lines:
            return "\n".join(await self._together())
        if not changed.is_set():
            raise Left
        return None

    def early(self) -> list[str]:
        """Return what was typed before anything was asked."""
        while not self._ended and select.select([sys.stdin], [], [], 0)[0]:
            self._take()
        found, self._lines = self._lines, []
        return found

    def arm(self) -> None:
        """A line needs its Enter, so that nothing is answered by chance."""

    def release(self) -> None:
        """What is being typed cannot be seen, so that it is never taken away: only a word is said.

        Nothing is lost by it: an empty line comes to the question.
        """
        self._paper.signal("\nA question waits: Enter comes to it.\n")

    async def _read(self, prompt: str, *, hold: bool = True) -> list[str]:
        """Return the lines that came together, mostly one. Raises Interrupted, Left."""
        with self._paper.asking(prompt, hold=hold):
            try:
                await self._wait(asyncio.Event())
            except Interrupted:
                self._paper.signal("\n")
                raise
            if not self._lines:
                self._paper.signal("\n")
                raise Left
        return await self._together()

    async def _together(self) -> list[str]:
        await asyncio.sleep(READ_TOGETHER)
        return self.early()

    async def _wait(self, changed: asyncio.Event) -> None:
        """Wait for a line, the end of the input or a change; without a thread, so nothing hangs."""
        loop = asyncio.get_running_loop()
        interrupted = False

        def stop() -> None:
            nonlocal interrupted
            interrupted = True
            woken.set()

        def read() -> None:
            self._take()
            if self._lines or self._ended:
                woken.set()

        woken = asyncio.Event()
        if self._lines or self._ended:
            return
        told = asyncio.ensure_future(changed.wait())
        told.add_done_callback(lambda _: woken.set())
        loop.add_reader(sys.stdin.fileno(), read)
        try:
            with self.stops.told(stop):
                await woken.wait()
        finally:
            loop.remove_reader(sys.stdin.fileno())
            told.cancel()
        if interrupted:
            raise Interrupted

    def _take(self) -> None:
        """Read what is there. The end of the input may come as an error: the terminal is gone."""
        try:
            data = os.read(sys.stdin.fileno(), _MOST)
        except OSError:
            data = b""
        self._ended = not data
        *whole, self._rest = (self._rest + self._decoder.decode(data)).split("\n")
        self._lines += [line.removesuffix("\r") for line in whole]
