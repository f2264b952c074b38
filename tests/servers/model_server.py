"""A model server on loopback: plays a script in two wire formats, with faults, and keeps a log.

It runs in a thread of its own, so that tests of every kind and programs under test can use it.
`POST …/chat/completions` speaks OpenAI's format, `POST …/messages` Anthropic's,
`POST …:streamGenerateContent` Google's; streaming or not.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.servers.formats import AnthropicFormat, ChatFormat, Format
from tests.servers.google_format import GoogleFormat, read_google
from tests.servers.reading import read_anthropic, read_chat
from tui_agent.adapters.models.script import Chosen, Script, ScriptFault, choose, parse_script
from tui_agent.adapters.models.scripted import TOKEN_CHARACTERS
from tui_agent.core.messages import Message

Json = dict[str, Any]
_PAGE = "<!doctype html><html><head><title>Sign in</title></head><body>Please sign in</body></html>"


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request as the server saw it; times are `time.monotonic()`."""

    path: str
    headers: dict[str, str]
    body: Json
    at: float
    closed_at: float | None = None
    """When the client went away before the answer's end."""
    done: threading.Event = field(default_factory=threading.Event)
    """Set when the answer has ended, or the client has gone."""


class ModelServer:
    """Serves one script at a time; used as a context manager."""

    def __init__(self, script: Script | Mapping[str, Any] | None = None) -> None:
        self.requests: list[Asked] = []
        self._script = Script(turns=())
        self._struck: Counter[tuple[int, int, int]] = Counter()
        self._models = ["scripted"]
        self.refused: set[str] = set()
        """Keys that it does not take."""
        self.keys: list[str] = []
        """The key of each request that came, those for the list of models included."""
        if script is not None:
            self.play(script)

    def play(self, script: Script | Mapping[str, Any]) -> None:
        """Go on with another script, and forget what was asked."""
        self._script = script if isinstance(script, Script) else parse_script(script)
        self._struck.clear()
        self.requests.clear()

    @property
    def url(self) -> str:
        """Where the server listens, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        self._stop = asyncio.Event()
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._client, sock=self._listening, limit=1 << 20)
        await self._stop.wait()
        server.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while asked := await _read_request(reader):
                await self._answer(asked, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()

    async def _answer(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        key = asked.headers.get("authorization", "").removeprefix("Bearer ")
        key = key or asked.headers.get("x-api-key", "") or asked.headers.get("x-goog-api-key", "")
        self.keys.append(key)
        if key in self.refused:
            _reply(writer, 401, {"error": {"message": "Incorrect API key provided"}})
            return
        if asked.path.endswith("/models"):
            _reply(writer, 200, {"data": [{"id": name} for name in self._models]})
            return
        self.requests.append(asked)
        gone = asyncio.ensure_future(reader.read(1))
        work = asyncio.ensure_future(self._tell(asked, writer))
        try:
            await asyncio.wait({gone, work}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done() and not work.done():
                asked.closed_at = time.monotonic()
            elif work.done():
                work.result()
        finally:
            for task in (gone, work):
                task.cancel()
            await asyncio.gather(gone, work, return_exceptions=True)
            asked.done.set()
        writer.close()

    async def _tell(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        dialect = next((one for one in _DIALECTS if asked.path.endswith(one)), "")
        if not dialect:
            _reply(writer, 404, {"error": {"message": f"no such path: {asked.path}"}})
            return
        read, tell = _DIALECTS[dialect]
        messages = read(asked.body)
        chosen = choose(self._script, messages, tools=bool(asked.body.get("tools")))
        if chosen is None:
            _reply(writer, 400, {"error": {"message": "the script has no turn left"}})
            return
        fault = self._next_fault(chosen)
        if fault is not None and await self._refuse(fault, asked, writer):
            return
        await asyncio.sleep(chosen.turn.delay_ms / 1000)
        told: Format = tell(chosen, asked.body)
        if asked.body.get("stream") or "stream" in dialect:
            await _Streaming(writer, chosen, fault).send(told)
        else:
            _reply(writer, 200, told.whole())

    def _next_fault(self, chosen: Chosen) -> ScriptFault | None:
        for number, fault in enumerate(chosen.turn.faults):
            key = (chosen.index, chosen.visit, number)
            if self._struck[key] < fault.times:
                self._struck[key] += 1
                return fault
        return None

    async def _refuse(self, fault: ScriptFault, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """Answer with a fault that strikes before the stream; false if it is of another kind."""
        wait = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        if fault.kind == "status":
            body = fault.body or json.dumps({"error": {"message": "a fault of the script"}})
            _reply(writer, fault.status, body.encode(), headers=wait)
        elif fault.kind == "html":
            _reply(writer, 200, (fault.body or _PAGE).encode(), kind="text/html; charset=utf-8")
        elif fault.kind == "redirect":
            elsewhere = f"http://localhost:{self.port}{asked.path}"
            _reply(writer, 307, b"", headers={"Location": elsewhere})
        elif fault.kind == "echo_key":
            sent = asked.headers.get("authorization") or asked.headers.get("x-api-key", "")
            _reply(writer, 401, {"error": {"message": f"Incorrect API key provided: {sent}"}})
        elif fault.kind == "hang":
            await asyncio.Event().wait()
        else:
            return False
        return True


_DIALECTS: dict[str, tuple[Callable[[Json], tuple[Message, ...]], type[Any]]] = {
    "/chat/completions": (read_chat, ChatFormat),
    "/messages": (read_anthropic, AnthropicFormat),
    ":streamGenerateContent": (read_google, GoogleFormat),
    ":generateContent": (read_google, GoogleFormat),
}


class _Streaming:
    """Sends a turn's events, as far as its fault lets it."""

    def __init__(
        self, writer: asyncio.StreamWriter, chosen: Chosen, fault: ScriptFault | None
    ) -> None:
        self._writer = writer
        self._turn = chosen.turn
        self._fault = fault
        self._kind = fault.kind if fault else ""

    async def send(self, told: Format) -> None:
        packed = {"Content-Encoding": "gzip"} if self._kind == "gzip" else {}
        _head(self._writer, 200, "text/event-stream; charset=utf-8", packed)
        sent = 0
        started = time.monotonic()
        for carried, data in told.events():
            if self._is_due(carried, sent):
                await self._strike(data if self._kind == "half_call" else b"")
                return
            await self._put(data)
            if carried in {"text", "reasoning"}:
                sent += self._turn.chunk
            if self._turn.rate:
                due = started + sent / TOKEN_CHARACTERS / self._turn.rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    def _is_due(self, carried: str, sent: int) -> bool:
        if self._fault is None or carried == "begin":
            return False
        if self._kind == "half_call":
            return carried == "call"
        return self._kind in {"silence", "half", "reset", "invalid"} and (
            sent >= self._fault.after or carried == "end"
        )

    async def _strike(self, begun: bytes) -> None:
        if begun:
            await self._put(begun)
        if self._kind == "silence":
            await asyncio.Event().wait()
        if self._kind == "reset":
            await asyncio.sleep(0.05)  # so that what was sent is read before the connection goes
            self._writer.transport.abort()
            return
        if self._kind == "invalid":
            await self._put(b"data: {this is no JSON\n\n")
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def _put(self, data: bytes) -> None:
        step = 1 if self._kind == "split_utf8" else len(data)
        for at in range(0, len(data), step):
            part = data[at : at + step]
            self._writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await self._writer.drain()


async def _read_request(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").strip().split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }
    data = await reader.readexactly(int(headers.get("content-length", "0")))
    path = first.split(" ")[1].partition("?")[0]
    body = json.loads(data) if data else {}
    return Asked(path=path, headers=headers, body=body, at=time.monotonic())


def _head(writer: asyncio.StreamWriter, status: int, kind: str, headers: Mapping[str, str]) -> None:
    lines = [f"HTTP/1.1 {status} Scripted", f"Content-Type: {kind}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if kind.startswith("text/event-stream"):
        lines.append("Transfer-Encoding: chunked")
    writer.write("\r\n".join([*lines, "", ""]).encode())


def _reply(
    writer: asyncio.StreamWriter,
    status: int,
    body: Json | bytes,
    *,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    _head(writer, status, kind, {"Content-Length": str(len(data)), **(headers or {})})
    writer.write(data)
