"""Finds files while they are still being listed: what is there already is offered at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from time import monotonic

from tui_agent.adapters.git_workspace import ripgrep
from tui_agent.adapters.git_workspace.listing import list_names
from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.adapters.git_workspace.vouched import files_inside
from tui_agent.adapters.processes.piped import start
from tui_agent.core.finding import Names
from tui_agent.core.lookup import LookupFailedError

FRESH_SECONDS = 2.0
"""How old a list may be that a new question is answered from alone."""
_CHUNK = 1 << 16


class Finder:
    """The files of one workspace, listed when they are first asked for, and again later."""

    def __init__(self, files: Confined, environ: Mapping[str, str]) -> None:
        """List nothing yet."""
        self._files, self._environ = files, environ
        self.fresh_seconds = FRESH_SECONDS
        self._names: Names | None = None
        self._listing: asyncio.Task[None] | None = None
        self._listed_at = float("-inf")
        self._grown = asyncio.Event()

    async def find(self, typed: str) -> AsyncIterator[Sequence[str]]:
        """Yield the paths that fit best; again whenever more files are known, up to all."""
        self._list_if_old(typed)
        while True:
            grown, listing = self._grown, self._listing
            if self._names is not None:
                yield await asyncio.to_thread(self._names.find, typed)
            if listing is None or listing.done():
                if grown is self._grown:
                    return
                continue
            await grown.wait()

    def close(self) -> None:
        """End what is being listed."""
        if self._listing is not None:
            self._listing.cancel()

    def _list_if_old(self, typed: str) -> None:
        busy = self._listing is not None and not self._listing.done()
        old = monotonic() - self._listed_at > self.fresh_seconds
        if not busy and (self._names is None or (old and not typed)):
            self._listing = asyncio.create_task(self._list())

    async def _list(self) -> None:
        known, first = list[str](), self._names is None
        shown = 0
        try:
            async for some in self._some_names():
                known += await asyncio.to_thread(self._inside, some)
                # Each list is twice as long as the one before, so that all of them cost two.
                if first and len(known) >= 2 * shown:
                    shown = len(known)
                    await self._know(known)
            await self._know(known)
        except (LookupFailedError, OSError):
            self._names = self._names or Names(())
        finally:
            self._listed_at = monotonic()
            self._tell()

    def _inside(self, names: list[str]) -> list[str]:
        return list(files_inside(self._files, names))

    async def _know(self, known: list[str]) -> None:
        self._names = await asyncio.to_thread(Names, list(known))
        self._tell()

    def _tell(self) -> None:
        told, self._grown = self._grown, asyncio.Event()
        told.set()

    async def _some_names(self) -> AsyncIterator[list[str]]:
        program = ripgrep.ripgrep(self._environ)
        root = self._files.root
        if program is None:
            yield await list_names(self._files, ".", self._environ)
            return
        argv = [program, *ripgrep.arguments(root), "--files", "--null", "--", "."]
        piped = await start(argv, cwd=root, environ=self._environ, stdin=asyncio.subprocess.DEVNULL)
        rest = b""
        try:
            stream = piped.process.stdout
            while stream is not None and (data := await stream.read(_CHUNK)):
                *names, rest = (rest + data).split(b"\0")
                yield [one.decode("utf-8", "surrogateescape").removeprefix("./") for one in names]
        finally:
            await piped.end()
