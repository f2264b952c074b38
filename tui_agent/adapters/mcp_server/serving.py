"""Our tools as an MCP server: the official package's server over the standard streams."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.message import SessionMessage

from tui_agent.adapters.mcp_server.wire import LineTooLongError, Wire
from tui_agent.core.messages import ToolSpec
from tui_agent.core.proposal import ToolOutput

CallTool = Callable[[str, str, str], Awaitable[ToolOutput]]
"""Makes one call: the tool, its arguments as JSON, who calls. Its output has its text whole."""
LEAVING_SECONDS = 10.0
"""How long what was asked for may still take once the other side has closed its end."""
_NAME_LIMIT = 60
_CANCELLED = "notifications/cancelled"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the server tells of itself."""

    version: str
    instructions: str
    tools: Sequence[ToolSpec]
    reads: frozenset[str]
    """The tools that change nothing."""


class _Unanswered:
    """The requests that wait for an answer."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._none = asyncio.Event()
        self._none.set()

    def came(self, message: types.JSONRPCMessage) -> None:
        """Note a request; one that is cancelled gets no answer."""
        if isinstance(message, types.JSONRPCRequest):
            self._ids.add(str(message.id))
            self._none.clear()
        elif isinstance(message, types.JSONRPCNotification) and message.method == _CANCELLED:
            self._settled(str((message.params or {}).get("requestId")))

    def went(self, message: types.JSONRPCMessage) -> None:
        """Note an answer."""
        if isinstance(message, types.JSONRPCResponse | types.JSONRPCError):
            self._settled(str(message.id))

    def _settled(self, name: str) -> None:
        self._ids.discard(name)
        if not self._ids:
            self._none.set()

    async def answered(self) -> None:
        """Wait until there is none, for as long as is reasonable."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING_SECONDS):
                await self._none.wait()


async def serve(offered: Offered, call_tool: CallTool) -> None:
    """Speak MCP on the standard streams until the other side closes them.

    What it has asked for is still answered then, within `LEAVING_SECONDS`; being cancelled ends it
    at once. Raises OSError where the streams cannot be taken.
    """
    server = _server(offered, call_tool)
    wire, unanswered = Wire(), _Unanswered()
    arriving, arrived = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    leaving, left = anyio.create_memory_object_stream[SessionMessage](0)
    tasks = [
        asyncio.create_task(_take_in(wire, arriving, unanswered)),
        asyncio.create_task(_let_out(wire, left, unanswered)),
    ]
    try:
        await server.run(arrived, leaving, server.create_initialization_options())
        await tasks[1]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _take_in(
    wire: Wire,
    arriving: MemoryObjectSendStream[SessionMessage | Exception],
    unanswered: _Unanswered,
) -> None:
    async with arriving:
        async for line in wire.lines():
            if isinstance(line, LineTooLongError):
                _log.warning("%s", line)
                continue
            try:
                message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError:
                await _refuse(wire, line)
                continue
            unanswered.came(message)
            await arriving.send(SessionMessage(message))
        if not wire.broken:
            await unanswered.answered()


async def _refuse(wire: Wire, line: bytes) -> None:
    """Answer what is no message of MCP, where it has the number of a request; or say so."""
    try:
        said = json.loads(line) if line.strip() else None
    except (ValueError, RecursionError):
        said = {}
    number = said.get("id") if isinstance(said, dict) else None
    if isinstance(number, int | str) and not isinstance(number, bool):
        error = types.ErrorData(code=types.INVALID_REQUEST, message="This is no message of MCP.")
        refusal = types.JSONRPCError(jsonrpc="2.0", id=number, error=error)
        await wire.send(_line(refusal))
    elif said is not None:
        _log.warning("a line that is no message of MCP was passed over")


async def _let_out(
    wire: Wire, left: MemoryObjectReceiveStream[SessionMessage], unanswered: _Unanswered
) -> None:
    async with left:
        async for one in left:
            await wire.send(_line(one.message))
            unanswered.went(one.message)


def _line(message: types.JSONRPCMessage) -> bytes:
    return message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"


def _server(offered: Offered, call_tool: CallTool) -> Server[Any]:
    tools = [_tool(spec, reads=spec.name in offered.reads) for spec in offered.tools]

    async def listed(
        _context: ServerRequestContext[Any, Any], _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def called(
        context: ServerRequestContext[Any, Any], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        arguments = json.dumps(params.arguments or {}, ensure_ascii=False)
        return _result(await call_tool(params.name, arguments, _who(context)))

    server: Server[Any] = Server(
        "tui-agent",
        version=offered.version,
        instructions=offered.instructions,
        on_list_tools=listed,
        on_call_tool=called,
    )
    server.middleware.clear()  # Traces for an exporter that this program does not have.
    return server


def _tool(spec: ToolSpec, *, reads: bool) -> types.Tool:
    return types.Tool(
        name=spec.name,
        description=spec.description,
        input_schema=spec.parameters,
        annotations=types.ToolAnnotations(
            read_only_hint=reads, destructive_hint=not reads, open_world_hint=False
        ),
    )


def _who(context: ServerRequestContext[Any, Any]) -> str:
    """Return what the other program calls itself, as one short line."""
    params = context.session.client_params
    said = f"{params.client_info.name} {params.client_info.version}" if params is not None else ""
    return " ".join(said.split())[:_NAME_LIMIT] or "an MCP client"


def _result(output: ToolOutput) -> types.CallToolResult:
    text = str(output.text).encode("utf-8", "replace").decode()
    meta = {"tui-agent/error": output.error} if output.error else None
    content: list[types.ContentBlock] = [types.TextContent(type="text", text=text)]
    return types.CallToolResult(content=content, is_error=not output.ok, _meta=meta)
