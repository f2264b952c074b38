"""Our tools as an MCP server: the official package's server over the standard streams."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
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
_NAME_LIMIT = 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the server tells of itself."""

    version: str
    instructions: str
    tools: Sequence[ToolSpec]
    reads: frozenset[str]
    """The tools that change nothing."""


async def serve(offered: Offered, call_tool: CallTool) -> None:
    """Speak MCP on the standard streams until the other side closes them.

    Whatever runs then is cancelled. Raises OSError where the streams cannot be taken.
    """
    server = _server(offered, call_tool)
    wire = Wire()
    arriving, arrived = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    leaving, left = anyio.create_memory_object_stream[SessionMessage](0)
    tasks = [
        asyncio.create_task(_take_in(wire, arriving)),
        asyncio.create_task(_let_out(wire, left)),
    ]
    try:
        await server.run(arrived, leaving, server.create_initialization_options())
        await tasks[1]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _take_in(
    wire: Wire, arriving: MemoryObjectSendStream[SessionMessage | Exception]
) -> None:
    async with arriving:
        async for line in wire.lines():
            if isinstance(line, LineTooLongError):
                _log.warning("%s", line)
                continue
            try:
                message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError:
                if line.strip():
                    _log.warning("a line that is no message of MCP was passed over")
                continue
            await arriving.send(SessionMessage(message))


async def _let_out(wire: Wire, left: MemoryObjectReceiveStream[SessionMessage]) -> None:
    async with left:
        async for one in left:
            text = one.message.model_dump_json(by_alias=True, exclude_unset=True)
            await wire.send(text.encode() + b"\n")


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
