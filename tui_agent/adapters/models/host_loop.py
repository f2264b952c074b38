"""A model host's own loop: requests in, pieces out, keys masked in every line that leaves."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
import threading
import time
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, Protocol, cast

from tui_agent.adapters.models import wire
from tui_agent.adapters.models.endpoints import Route
from tui_agent.adapters.models.faults import Fault
from tui_agent.adapters.models.key_sources import Keys, taken_sources
from tui_agent.adapters.models.keys import held_keys
from tui_agent.adapters.models.masking import Mask
from tui_agent.adapters.models.start import EXTRA_KEYS_VARIABLE
from tui_agent.core.messages import ModelFacts, ModelRequest, Responded

COALESCE_SECONDS = 0.03
"""How long deltas are gathered before they are sent on together."""
LARGEST = 600 * (1024 if sys.platform == "linux" else 1024 * 1024)
"""600 MB of memory in the kernel's unit; litellm has had leaks, and its keeper starts another."""
_GROWN = 75
_READ_BYTES = 1 << 16

Json = dict[str, Any]


class Provider(Protocol):
    """What a host does for each request; it has the keys and the connections."""

    def stream(
        self, route: Route, request: ModelRequest
    ) -> AsyncGenerator[wire.Delta | Responded, None]:
        """Yield deltas, then the response; raise Fault. Closing it closes the connection."""
        ...

    async def facts(self, route: Route, model: str) -> ModelFacts:
        """Return what is known of `model`."""
        ...

    async def health(self, route: Route) -> Json:
        """Return whether a provider answers and takes the key."""
        ...

    async def catalog(self, provider: str) -> list[ModelFacts]:
        """Return what is known of a provider's models."""
        ...

    async def local(self) -> list[Json]:
        """Return the model servers found on this machine."""
        ...

    async def warm(self) -> None:
        """Load now, while nobody waits, what the first request would load."""
        ...


def run(name: str) -> int:
    """Serve until the input ends; this is the whole life of a host's process."""
    lines_in, lines_out = _own_pipes()
    extra = tuple(filter(None, os.environ.pop(EXTRA_KEYS_VARIABLE, "").split(",")))
    given = held_keys(os.environ, extra)
    loop = _Loop(lines_out, name)
    keys = Keys(given, taken_sources(), loop.learned)
    loop.hold(given, keys)
    threading.Thread(target=_read, args=(lines_in, loop.arrive), daemon=True).start()
    provider = _provider(name, keys)
    asyncio.run(loop.serve(provider))
    return 0


def _provider(name: str, keys: Keys) -> Provider:
    if name == "litellm":
        from tui_agent.adapters.models.litellm_host import LitellmProvider

        return LitellmProvider(keys)
    # httpx has a command line of its own, which would load rich and pygments; it does without.
    cast("Json", sys.modules)["click"] = None
    from tui_agent.adapters.models.openai_compatible import DirectProvider

    return DirectProvider(keys)


def _own_pipes() -> tuple[int, int]:
    """Keep the protocol's pipes to ourselves: whatever else prints, prints to standard error."""
    lines_in, lines_out = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return lines_in, lines_out


def _read(fd: int, arrive: Callable[[Json], None]) -> None:
    """Read lines until the end, which ends the process: even while an import holds the loop."""
    rest = b""
    while data := os.read(fd, _READ_BYTES):
        *lines, rest = (rest + data).split(b"\n")
        for line in filter(None, lines):
            try:
                arrive(json.loads(line))
            except ValueError:
                sys.stderr.write("a line that is no JSON was passed over\n")
    os._exit(0)


class _Loop:
    """Runs each request as a task and writes what it yields."""

    def __init__(self, out: int, name: str) -> None:
        self._out = out
        self._name = name
        self._mask = Mask({})
        self._keys = Keys({})
        self._early: list[Json] = []
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._provider: Provider

    def hold(self, known: Mapping[str, str], keys: Keys) -> None:
        """Mask these keys in all that leaves."""
        self._mask, self._keys = Mask(known), keys

    def learned(self, known: Mapping[str, str]) -> None:
        """Mask one key more, and tell our user's process before any answer that may hold it.

        A key that it replaces stays masked: a late answer may hold that one.
        """
        self._mask.learn(known)
        self._write({"ready": self._hello(), "learned": True})

    def _hello(self) -> Json:
        return {
            "name": self._name,
            "pid": os.getpid(),
            "keys": self._keys.names(),
            "held": [asdict(value) for value in self._mask.held()],
        }

    def arrive(self, message: Json) -> None:
        """Take a message from the reading thread; before the loop runs, keep it."""
        with self._lock:
            if self._loop is None:
                self._early.append(message)
                return
        self._loop.call_soon_threadsafe(self._handle, message)

    async def serve(self, provider: Provider) -> None:
        """Say that we are ready, and answer for ever; the reading thread ends the process."""
        self._provider = provider
        self._write({"ready": self._hello()})
        with self._lock:
            self._loop = asyncio.get_running_loop()
            early, self._early = self._early, []
        for message in early:
            self._handle(message)
        if all(message["op"] == "hello" for message in early):
            await provider.warm()
        await asyncio.Event().wait()

    def _handle(self, message: Json) -> None:
        number, op = message["id"], message["op"]
        if op == "hello":
            self._write({"ready": self._hello()})
            return
        if op == "cancel":
            if task := self._tasks.get(number):
                task.cancel()
            return
        work = {
            "stream": self._stream,
            "facts": self._facts,
            "local": self._local,
            "health": self._health,
            "catalog": self._catalog,
        }[op]
        task = asyncio.create_task(self._guarded(number, work, message))
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._done(number))

    def _done(self, number: int) -> None:
        """Forget a request; a host that has grown too large makes room for a fresh one."""
        self._tasks.pop(number, None)
        if not self._tasks and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > LARGEST:
            os._exit(_GROWN)

    async def _guarded(
        self, number: int, work: Callable[[int, Json], Awaitable[None]], message: Json
    ) -> None:
        try:
            await work(number, message)
        except Fault as fault:
            if fault.kind == "key" and "route" in message:
                self._keys.forget(message["route"]["key_variable"])
            self._fail(number, fault)
        except Exception as error:  # noqa: BLE001 - a provider's library may raise anything
            traceback.print_exc(file=sys.stderr)
            self._fail(number, Fault("host", f"{type(error).__name__}: {error}"))

    async def _stream(self, number: int, message: Json) -> None:
        route = wire.route_from_wire(message["route"])
        request = wire.request_from_wire(message["request"])
        outgoing = _Coalesced(lambda pieces: self._write({"id": number, "p": pieces}))
        started = time.monotonic()
        first_ms: int | None = None
        stream = self._provider.stream(route, request)
        try:
            async for piece in stream:
                if first_ms is None:
                    first_ms = round((time.monotonic() - started) * 1000)
                if isinstance(piece, Responded):
                    outgoing.flush()
                    whole = replace(piece, first_token_ms=first_ms)
                    self._write({"id": number, "done": wire.responded_to_wire(whole)})
                else:
                    outgoing.add(piece)
        finally:
            outgoing.flush()
            await stream.aclose()

    async def _facts(self, number: int, message: Json) -> None:
        route = wire.route_from_wire(message["route"])
        facts = await self._provider.facts(route, message["model"])
        self._write({"id": number, "result": asdict(facts)})

    async def _local(self, number: int, _: Json) -> None:
        self._write({"id": number, "result": await self._provider.local()})

    async def _health(self, number: int, message: Json) -> None:
        route = wire.route_from_wire(message["route"])
        self._write({"id": number, "result": await self._provider.health(route)})

    async def _catalog(self, number: int, message: Json) -> None:
        found = await self._provider.catalog(message["provider"])
        self._write({"id": number, "result": [asdict(one) for one in found]})

    def _fail(self, number: int, fault: Fault) -> None:
        self._write({"id": number, "fail": wire.fault_to_wire(fault)})

    def _write(self, message: Json) -> None:
        line = self._mask.text(json.dumps(message, separators=(",", ":"))) + "\n"
        data = memoryview(line.encode())
        while data:
            data = data[os.write(self._out, data) :]


class _Coalesced:
    """Gathers deltas; the first goes at once, then at most one line each `COALESCE_SECONDS`."""

    def __init__(self, send: Callable[[list[list[Any]]], None]) -> None:
        self._send = send
        self._waiting: list[wire.Delta] = []
        self._timer: asyncio.TimerHandle | None = None
        self._last = -1.0

    def add(self, piece: wire.Delta) -> None:
        self._waiting.append(piece)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(self._last + COALESCE_SECONDS, self.flush)

    def flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            self._last = asyncio.get_running_loop().time()
            pieces, self._waiting = self._waiting, []
            self._send([wire.delta_to_wire(piece) for piece in wire.merged(pieces)])
