"""A tool server's host: speaks the protocol with one server, and JSON lines with us.

It is the only process in which the official package is loaded, and stands in the server's sandbox:
our side takes what it says for hostile.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import anyio
import httpx2
import mcp_types as types
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp.shared.exceptions import MCPError

from tui_agent import __version__
from tui_agent.adapters.mcp import host_results as give
from tui_agent.adapters.mcp.host_transport import LONGEST_LINE, Program

if TYPE_CHECKING:
    from mcp.client._transport import Transport
    from mcp.client.session import ClientRequestContext, IncomingMessage

Json = dict[str, Any]
PAGES, MOST_LISTED = 50, 2_000
"""How far a list is read."""
PROGRESS_SECONDS = 0.2
LEAST_ERROR = 400
LOGIN = (401, 403)
"""The statuses of who is not known, or may not."""
WANTS_LOGIN = (
    "it wants to know who asks, and this program logs in nowhere: put a token into a variable, and "
    'name that in its headers, as Authorization = "Bearer ${VARIABLE}"'
)
REFUSED = "it does not take the header Authorization that its settings give; is the variable right?"
CLOSED = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream)
FAULTS = (MCPError, OSError, ValueError, RuntimeError, TimeoutError, httpx2.HTTPError, *CLOSED)
_READ_SECONDS = 3600.0
"""Our side ends calls that take too long."""


def run(plan: Json, lines_in: int, lines_out: int, rest: bytes) -> int:
    """Serve until the input ends; this is the whole life of a host's process."""
    return asyncio.run(_Host(plan, lines_out).serve(lines_in, rest))


class _Host:
    def __init__(self, plan: Json, out: int) -> None:
        self._plan, self._out = plan, out
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._program = Program(plan) if plan["kind"] == "stdio" else None
        self._gone = self._program.gone if self._program is not None else asyncio.Event()
        self._progress = 0.0
        self._status = 0
        """The status of the last answer over http, where that was an error."""
        self._client_of_ops: Client

    async def serve(self, lines_in: int, rest: bytes) -> int:
        """Connect, say what came of it, and answer until our side leaves."""
        reading = asyncio.create_task(self._hear(lines_in, rest))
        talking = asyncio.create_task(self._talk())
        await asyncio.wait({reading, talking}, return_when=asyncio.FIRST_COMPLETED)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return 0

    async def _talk(self) -> None:
        try:
            async with self._client() as client:
                self._client_of_ops = client
                info = client.server_info
                self._say(
                    {
                        "ready": {
                            "name": (info.title or info.name) if info is not None else "",
                            "version": info.version if info is not None else "",
                        }
                    }
                )
                watching = asyncio.create_task(self._watch(client))
                await self._gone.wait()
                watching.cancel()
        except* FAULTS as group:
            self._say({"ended": await self._why(_words(group))})
        else:
            self._say({"ended": await self._why("it closed the connection")})

    async def _why(self, otherwise: str) -> str:
        told = await self._program.ended() if self._program is not None else ""
        return told or self._with_status(otherwise)

    def _with_status(self, words: str) -> str:
        if self._status in LOGIN:
            given = any(name.lower() == "authorization" for name in self._plan["headers"])
            return f"{REFUSED if given else WANTS_LOGIN} (http status {self._status})"
        status = str(self._status)
        return f"{words} (http status {status})" if self._status and status not in words else words

    @asynccontextmanager
    async def _client(self) -> AsyncGenerator[Client]:
        async with AsyncExitStack() as stack:
            if self._program is not None:
                transport: Transport = self._program.connected()
            else:
                timeout = httpx2.Timeout(30.0, read=_READ_SECONDS)
                http = httpx2.AsyncClient(
                    headers=self._plan["headers"],
                    timeout=timeout,
                    event_hooks={"response": [self._note_status]},
                )
                transport = streamable_http_client(
                    self._plan["url"],
                    http_client=await stack.enter_async_context(http),
                    max_sse_event_size=LONGEST_LINE,
                )
            client = Client(
                transport,
                client_info=types.Implementation(name="agent", version=__version__),
                list_roots_callback=self._roots,
                message_handler=self._notified,
                cache=None,
            )
            yield await stack.enter_async_context(client)

    async def _note_status(self, response: httpx2.Response) -> None:
        self._status = response.status_code if response.status_code >= LEAST_ERROR else 0

    async def _roots(self, context: ClientRequestContext) -> types.ListRootsResult:
        del context
        return types.ListRootsResult(roots=[types.Root(uri=self._plan["root"])])

    async def _notified(self, message: IncomingMessage) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            self._say({"changed": "tools"})

    async def _watch(self, client: Client) -> None:
        """Hear of changes from a server of the newer kind, which has to be asked for them."""
        capabilities = client.server_capabilities
        if capabilities.tools is None or not capabilities.tools.list_changed:
            return
        with suppress(ListenNotSupportedError, SubscriptionLost, *FAULTS):
            async with client.listen(tools_list_changed=True) as changes:
                async for _ in changes:
                    self._say({"changed": "tools"})

    # Our side

    async def _hear(self, lines_in: int, rest: bytes) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LONGEST_LINE * 2)
        reader.feed_data(rest)
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(lines_in, "rb", 0)
        )
        try:
            while line := await reader.readline():
                self._take(json.loads(line))
        finally:
            transport.close()

    def _take(self, asked: Json) -> None:
        number = asked["id"]
        if asked["op"] == "cancel":
            task = self._tasks.get(number)
            if task is not None:
                task.cancel()
            return
        task = asyncio.create_task(self._answered(number, asked))
        self._tasks[number] = task
        task.add_done_callback(lambda done: self._finished(number, done))

    def _finished(self, number: int, task: asyncio.Task[None]) -> None:
        """Answer in the place of one that could not, whatever it raised: somebody waits for it."""
        self._tasks.pop(number, None)
        if task.cancelling():
            return
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            why = f"the call broke off: {_words(error)}"
            self._say({"id": number, "failed": why, "gone": self._gone.is_set()})

    async def _answered(self, number: int, asked: Json) -> None:
        ops: dict[str, Callable[[int, Json], Awaitable[Json]]] = {
            "tools": self._tools,
            "others": self._others,
            "call": self._call,
            "read": self._read,
            "prompt": self._prompt,
        }
        try:
            self._say({"id": number, "result": await ops[asked["op"]](number, asked)})
        except FAULTS as error:
            told = isinstance(error, MCPError) and error.code == types.CONNECTION_CLOSED
            closed = told or isinstance(error, CLOSED)
            gone = self._gone.is_set() or (closed and self._program is not None)
            why = await self._why(_words(error)) if gone else self._with_status(_words(error))
            self._say({"id": number, "failed": why, "gone": gone})

    async def _tools(self, _number: int, _asked: Json) -> Json:
        client = self._client_of_ops
        if client.server_capabilities.tools is None:
            return {"tools": [], "more": False}
        found: list[types.Tool] = []
        more = await _read_on(found, client.list_tools, lambda page: page.tools)
        return {"tools": give.tools(found[:MOST_LISTED]), "more": more}

    async def _others(self, _number: int, _asked: Json) -> Json:
        client = self._client_of_ops
        capabilities = client.server_capabilities
        prompts: list[types.Prompt] = []
        resources: list[types.Resource] = []
        with suppress(MCPError):
            if capabilities.prompts is not None:
                await _read_on(prompts, client.list_prompts, lambda page: page.prompts)
        with suppress(MCPError):
            if capabilities.resources is not None:
                await _read_on(resources, client.list_resources, lambda page: page.resources)
        return {
            "prompts": give.prompts(prompts[:MOST_LISTED]),
            "resources": give.resources(resources[:MOST_LISTED]),
        }

    async def _call(self, number: int, asked: Json) -> Json:
        async def on_progress(progress: float, total: float | None, message: str | None) -> None:
            now = time.monotonic()
            if now - self._progress >= PROGRESS_SECONDS:
                self._progress = now
                share = f"{progress:g} of {total:g}" if total else f"{progress:g}"
                self._say({"id": number, "progress": f"{message or ''} {share}".strip()[:500]})

        result = await self._client_of_ops.call_tool(
            asked["tool"], asked["arguments"], progress_callback=on_progress
        )
        return give.called(result)

    async def _read(self, _number: int, asked: Json) -> Json:
        return give.read(await self._client_of_ops.read_resource(asked["uri"]))

    async def _prompt(self, _number: int, asked: Json) -> Json:
        return give.prompted(
            await self._client_of_ops.get_prompt(asked["name"], asked["arguments"])
        )

    def _say(self, said: Json) -> None:
        data = memoryview(json.dumps(said, ensure_ascii=True).encode() + b"\n")
        try:
            while data:
                data = data[os.write(self._out, data) :]
        except OSError:
            os._exit(1)  # our side is gone


T = TypeVar("T")
P = TypeVar("P", bound=types.PaginatedResult)
P_co = TypeVar("P_co", bound=types.PaginatedResult, covariant=True)


class _Lister(Protocol[P_co]):
    """Asks for a page of a list."""

    def __call__(self, *, cursor: str | None) -> Awaitable[P_co]:
        """Return the page at a cursor; without one, the first."""
        ...


async def _read_on(found: list[T], ask: _Lister[P], listed: Callable[[P], list[T]]) -> bool:
    """Read a list page by page, as far as we read; return whether there is more."""
    cursor: str | None = None
    for _ in range(PAGES):
        page = await ask(cursor=cursor)
        found += listed(page)
        cursor = page.next_cursor
        if not cursor or len(found) >= MOST_LISTED:
            break
    return bool(cursor)


def _words(error: BaseException) -> str:
    """Return an error in a sentence's words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, FileNotFoundError):
        return f"there is no program {error.filename}"
    if isinstance(error, httpx2.TimeoutException):
        return f"no answer in time ({text})"
    if isinstance(error, httpx2.HTTPError):
        return f"it cannot be reached: {text}"
    return text[:1000]
