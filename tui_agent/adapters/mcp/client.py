"""Our end of one server: started when it is needed, asked, restarted, and ended."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Protocol

from tui_agent.adapters.mcp.answers import Json, OddAnswerError, message_of, words_of
from tui_agent.adapters.mcp.flood import Flood
from tui_agent.adapters.processes.talk import Running, Talk
from tui_agent.core.served import ServerFaultError
from tui_agent.core.servers import DefinitionError, ServerDefinition

MOST_UNASKED = 500
"""Lines within five seconds that answer nothing."""
MOST_BYTES = 96 << 20


class Places(Protocol):
    """Starts a server's host."""

    async def start(self, definition: ServerDefinition, talk: Talk) -> tuple[Running, str]:
        """Start it; return it with its tier. Raises OSError."""
        ...


class ServerClient:
    """One server. All that its host says is checked; a fault ends the host."""

    def __init__(
        self,
        definition: ServerDefinition,
        place: Places,
        expand: Callable[[ServerDefinition], ServerDefinition],
        seconds: float,
    ) -> None:
        self.definition = definition
        self.title = ""
        """The name and version that it gives itself."""
        self.tier = "none"
        self.start_ms = 0
        self.changed: Callable[[], None] = lambda: None
        """Called when it says that its tools have changed."""
        self.fault = ""
        """Why it is not running, where it ended by itself; empty where it never did."""
        self._place, self._expand, self._seconds = place, expand, seconds
        self._running: Running | None = None
        self._talk: Talk | None = None
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Future[Json]] = {}
        self._progress: dict[int, Callable[[str], None]] = {}
        self._ready: asyncio.Future[Json] | None = None
        self._starting = asyncio.Lock()
        self._flood = Flood(MOST_UNASKED, MOST_BYTES)

    @cached_property
    def shown(self) -> ServerDefinition:
        """The definition with its variables, as a person is told of it; else as it is written."""
        try:
            return self._expand(self.definition)
        except DefinitionError:
            return self.definition

    @property
    def alive(self) -> bool:
        """Whether it runs and has said that it is ready."""
        return self._running is not None and not self.fault

    async def start(self) -> None:
        """Have it running. Raises ServerFaultError."""
        async with self._starting:
            if self.alive:
                return
            await self._let_go()
            self.fault = ""
            begun = time.monotonic()
            try:
                async with asyncio.timeout(self._seconds):
                    await self._start()
            except (TimeoutError, OSError, DefinitionError, ServerFaultError) as error:
                why = self._why(error)
                await self._let_go()
                self.fault = why
                raise ServerFaultError(why) from None
            except asyncio.CancelledError:
                await self._let_go()
                raise
            self.start_ms = round((time.monotonic() - begun) * 1000)

    def _why(self, error: Exception) -> str:
        if isinstance(error, TimeoutError):
            return f"it did not answer within {self._seconds:g} s"
        return (getattr(error, "strerror", None) or str(error)).strip()

    async def _start(self) -> None:
        definition = self._expand(self.definition)
        self._ready = asyncio.get_running_loop().create_future()
        self._talk = Talk(self._line, self._ended)
        self._flood = Flood(MOST_UNASKED, MOST_BYTES)
        self._running, self.tier = await self._place.start(definition, self._talk)
        ready = await self._ready
        self.title = f"{words_of(ready.get('name'))} {words_of(ready.get('version'))}".strip()[:100]

    async def ask(
        self,
        op: str,
        seconds: float,
        fields: Mapping[str, object] | None = None,
        on_progress: Callable[[str], None] | None = None,
    ) -> Json:
        """Ask it for something, started where it is not. Raises ServerFaultError.

        Being cancelled cancels it there, too.
        """
        await self.start()
        if self._talk is None:
            raise ServerFaultError("it is not running")
        number = next(self._numbers)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._open[number] = answer
        if on_progress is not None:
            self._progress[number] = on_progress
        self._talk.say(json.dumps({"id": number, "op": op, **(fields or {})}).encode())
        try:
            async with asyncio.timeout(seconds):
                said = await answer
        except TimeoutError:
            self._cancel(number)
            raise ServerFaultError(f"it did not answer within {seconds:g} s") from None
        except asyncio.CancelledError:
            self._cancel(number)
            raise
        finally:
            self._open.pop(number, None)
            self._progress.pop(number, None)
        if "failed" in said:
            raise ServerFaultError(words_of(said["failed"]))
        return said

    def _cancel(self, number: int) -> None:
        if self._talk is not None:
            self._talk.say(json.dumps({"id": number, "op": "cancel"}).encode())

    async def close(self) -> None:
        """End it; safe to call twice, and it may be started again."""
        self.fault = ""
        await self._let_go()

    async def _let_go(self) -> None:
        talk, self._talk = self._talk, None
        running, self._running = self._running, None
        if talk is not None:
            talk.close()
        self._fail_all("it was ended")
        if running is not None:
            with suppress(OSError):
                await running.close()

    # What it says

    def _line(self, line: bytes) -> None:
        if self.fault:
            return
        try:
            problem = self._flood.problem(0, len(line)) or self._take(message_of(line))
        except OddAnswerError as error:
            problem = str(error)
        if problem:
            self._break(problem)

    def _take(self, said: Json) -> str:
        """Take a message; return what is wrong with it."""
        if "ready" in said and isinstance(said["ready"], dict):
            if self._ready is not None and not self._ready.done():
                self._ready.set_result(said["ready"])
            return ""
        if "ended" in said:
            return words_of(said["ended"])
        number = said.get("id")
        if isinstance(number, int) and ("result" in said or "failed" in said):
            waiting = self._open.get(number)
            if waiting is not None and not waiting.done():
                waiting.set_result(said)
            return words_of(said["failed"]) if said.get("gone") is True else ""
        if "progress" in said and isinstance(number, int):
            tell = self._progress.get(number)
            if tell is not None:
                tell(f"{words_of(said['progress'])}\n")
        elif said.get("changed") == "tools":
            self.changed()
        else:
            return "it said what is no message"
        return self._flood.problem(1, 0)

    def _ended(self, why: str) -> None:
        words = self._talk.errors if self._talk is not None else ""
        last = words.rpartition("\n")[2]
        self._break(why or f"its host ended{f': {last}' if last else ''}")

    def _break(self, why: str) -> None:
        """Note that it is of no use any more; the next call starts it again."""
        if not self.fault:
            self.fault = why
        if self._talk is not None:
            self._talk.close()
        self._fail_all(self.fault)

    def _fail_all(self, why: str) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(ServerFaultError(why))
        for answer in self._open.values():
            if not answer.done():
                answer.set_result({"failed": why})
