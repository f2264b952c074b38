"""Our end of a model host's pipes: requests out, pieces back, and what to do when the host dies."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import Any

from tui_agent.adapters.models import wire
from tui_agent.adapters.models.endpoints import Route
from tui_agent.adapters.models.faults import Fault
from tui_agent.adapters.models.masking import HeldValue
from tui_agent.adapters.models.start import HostHandle
from tui_agent.adapters.processes.model_hosts import rouse
from tui_agent.core.messages import ModelFacts, ModelRequest, Responded

READY_SECONDS = 60.0
"""How long a host may import before it is given up."""
_RING_BYTES = 16_384
_WORDS = 300

Json = dict[str, Any]
Value = Any
"""What a host answered."""


class HostClient:
    """One host, taken up by the running event loop.

    The host may be replaced by its keeper at any time: what was under way then fails with the kind
    `host`, and the next request goes to the new one.
    """

    def __init__(self, handle: HostHandle) -> None:
        self.name = handle.name
        self.keys: frozenset[str] = frozenset()
        """Variables that hold a key, known once the host is ready."""
        self.held: tuple[HeldValue, ...] = ()
        self.learned: Callable[[tuple[HeldValue, ...]], None] = lambda _: None
        """Is told what is to be masked when the host has got one more key."""
        self._handle = handle
        self._pid = 0
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Queue[Json]] = {}
        self._errors: deque[bytes] = deque()
        self._ready: asyncio.Future[bool] | None = None
        self._transports: list[asyncio.BaseTransport] = []
        self._to_host: asyncio.WriteTransport | None = None
        self._taking_up: asyncio.Lock | None = None

    async def stream(
        self, route: Route, request: ModelRequest
    ) -> AsyncGenerator[wire.Delta | Responded, None]:
        """Yield one attempt's pieces; raise Fault. Closing it early cancels it in the host."""
        number, answers = await self._send(
            {  # kept by nobody while the answer comes in: it is as large as the conversation
                "op": "stream",
                "route": wire.route_to_wire(route),
                "request": wire.request_to_wire(request),
            }
        )
        done = False
        try:
            await self.ready()
            while not done:
                answer = await answers.get()
                for values in answer.get("p", ()):
                    yield wire.delta_from_wire(values)
                done = "done" in answer or "fail" in answer
                if "fail" in answer:
                    raise wire.fault_from_wire(answer["fail"])
                if "done" in answer:
                    yield wire.responded_from_wire(answer["done"])
        finally:
            self._open.pop(number, None)
            if not done:
                self._write({"op": "cancel", "id": number})

    async def facts(self, route: Route, model: str) -> ModelFacts:
        """Return what the host knows of `model`; raise Fault."""
        message = {"op": "facts", "route": wire.route_to_wire(route), "model": model}
        values: Json = await self._ask(message)
        return wire.facts_from_wire(values)

    async def health(self, route: Route) -> Json:
        """Return whether a provider answers and takes the key; raise Fault."""
        values: Json = await self._ask({"op": "health", "route": wire.route_to_wire(route)})
        return values

    async def catalog(self, provider: str) -> list[ModelFacts]:
        """Return what is known of a provider's models; raise Fault."""
        listed: list[Json] = await self._ask({"op": "catalog", "provider": provider})
        return [wire.facts_from_wire(values) for values in listed]

    async def local(self) -> list[Json]:
        """Return the model servers that the host found on this machine; raise Fault."""
        found: list[Json] = await self._ask({"op": "local"})
        return found

    async def wake(self) -> asyncio.Future[bool]:
        """Have a lazy host begin to import; return what says whether it answers."""
        answering = await self._take_up()
        if not answering.done():
            self._write({"op": "hello", "id": 0})
        return answering

    async def ready(self) -> None:
        """Wait until the host answers; raise Fault if it doesn't, or died for good."""
        answering = await self.wake()
        try:
            async with asyncio.timeout(READY_SECONDS):
                alive = await asyncio.shield(answering)
        except TimeoutError:
            alive = False
        if not alive:
            raise self._dead()

    async def close(self) -> None:
        """Close the pipes, which ends the host, and wait for it; what is under way fails."""
        self._fail_all()
        for transport in self._transports:
            if transport.is_closing():
                continue
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
            else:
                transport.close()
        await asyncio.sleep(0)  # the loop closes a transport's pipe in its next round
        await asyncio.to_thread(self._handle.end)

    async def _ask(self, message: Json) -> Value:
        number, answers = await self._send(message)
        try:
            await self.ready()
            answer = await answers.get()
        finally:
            self._open.pop(number, None)
        if "fail" in answer:
            raise wire.fault_from_wire(answer["fail"])
        return answer["result"]

    async def _send(self, message: Json) -> tuple[int, asyncio.Queue[Json]]:
        await self._take_up()
        number = next(self._numbers)
        answers: asyncio.Queue[Json] = asyncio.Queue()
        self._open[number] = answers
        self._write({**message, "id": number})
        return number, answers

    def _write(self, message: Json) -> None:
        if self._to_host is not None and not self._to_host.is_closing():
            self._to_host.write(json.dumps(message, separators=(",", ":")).encode())
            self._to_host.write(b"\n")

    async def _take_up(self) -> asyncio.Future[bool]:
        """Connect the pipes to this loop, once; return what says whether the host answers."""
        self._taking_up = self._taking_up or asyncio.Lock()
        async with self._taking_up:
            if self._ready is not None:
                return self._ready
            loop = asyncio.get_running_loop()
            self._ready = loop.create_future()
            process = self._handle.process
            if process.asleep:
                rouse(process)
            # The transports get copies: the handle's own descriptors stay its to close.
            ends = [os.dup(e) for e in (process.from_host, process.errors, process.to_host)]
            reading, _ = await loop.connect_read_pipe(
                lambda: _Lines(self._line, self._ended), os.fdopen(ends[0], "rb", 0)
            )
            errors, _ = await loop.connect_read_pipe(
                lambda: _Bytes(self._complained), os.fdopen(ends[1], "rb", 0)
            )
            writing, _ = await loop.connect_write_pipe(
                asyncio.BaseProtocol, os.fdopen(ends[2], "wb", 0)
            )
            self._transports = [reading, errors, writing]
            self._to_host = writing
            return self._ready

    def _line(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            return  # the torn last line of a host that died
        if "ready" in message:
            self._hello(message["ready"])
            if "learned" in message:
                self.learned(self.held)
        elif (answers := self._open.get(message["id"])) is not None:
            answers.put_nowait(message)

    def _hello(self, hello: Json) -> None:
        if self._pid not in {0, hello["pid"]}:
            self._fail_all()  # another host has taken the place of the one that was asked
        self._pid = hello["pid"]
        self.keys = frozenset(hello["keys"])
        self.held = tuple(HeldValue(**value) for value in hello["held"])
        self._answering(alive=True)

    def _ended(self) -> None:
        self._answering(alive=False)
        self._fail_all()

    def _answering(self, *, alive: bool) -> None:
        if self._ready is None or self._ready.done():
            self._ready = asyncio.get_running_loop().create_future()
        self._ready.set_result(alive)

    def _complained(self, data: bytes) -> None:
        self._errors.append(data)
        while sum(map(len, self._errors)) > _RING_BYTES and len(self._errors) > 1:
            self._errors.popleft()

    def _fail_all(self) -> None:
        fault = wire.fault_to_wire(self._dead())
        for number, answers in self._open.items():
            answers.put_nowait({"fail": fault})
            self._write({"op": "cancel", "id": number})

    def _dead(self) -> Fault:
        words = b"".join(self._errors).decode("utf-8", "replace").strip()
        last = words.rpartition("\n")[2][-_WORDS:]
        return Fault(
            "host",
            f"the model host {self.name!r} died" + (f": {last}" if last else ""),
            remedy="send the message again; if it stays so, run: agent doctor",
            retry=True,
        )


class _Lines(asyncio.Protocol):
    """Splits what comes into lines."""

    def __init__(self, line: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        self._take = line
        self._ended = ended
        self._parts: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        first, *more = data.split(b"\n")
        self._parts.append(first)
        for part in more:
            whole = b"".join(self._parts)
            self._parts = [part]
            if whole:
                self._take(whole)

    def connection_lost(self, _: Exception | None) -> None:
        self._ended()


class _Bytes(asyncio.Protocol):
    """Passes on what comes."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def data_received(self, data: bytes) -> None:
        self._take(data)
