"""A server of tools made with the official package, which can misbehave in every way we know.

Run as a program: `mcp_server.py FAULT PLACE` over stdio, `mcp_server.py FAULT PLACE http` on $PORT.
PLACE is a folder in which it leaves marks and looks for wishes.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import mcp_types as types
from mcp.server.mcpserver import Context, Image, MCPServer

MEGABYTE = 1 << 20
OUT = os.dup(1)
"""Where messages go; the package takes the usual descriptor for itself."""
SMALL_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def made(fault: str, place: Path) -> MCPServer:
    """Return the server, with the faults that show in its tools."""
    server = MCPServer("oddities", version="1.2.3")
    _useful(server)
    _slow(server, place)
    _broken(server)
    _others(server)
    _shape(server, fault, place)
    return server


def _useful(server: MCPServer) -> None:
    @server.tool(annotations=types.ToolAnnotations(read_only_hint=True))
    def add(a: int, b: int) -> str:
        """Add two numbers."""
        return str(a + b)

    @server.tool()
    def environment() -> dict[str, str]:
        """Tell the variables that this process has."""
        return dict(os.environ)

    @server.tool()
    def headers(context: Context[Any, Any]) -> dict[str, str]:
        """Tell with which headers this call came; none over stdio."""
        return dict(context.headers or {})

    @server.tool()
    def touch(path: str) -> str:
        """Write a file, as any process may."""
        Path(path).write_text("touched", encoding="utf-8")
        return "written"

    @server.tool(structured_output=False)
    def everything() -> list[Any]:
        """Give one of each kind of content."""
        link = types.ResourceLink(type="resource_link", uri="note://two", name="two")
        return ["[/bold] text", Image(data=SMALL_PNG, format="png"), link]


def _slow(server: MCPServer, place: Path) -> None:
    @server.tool()
    async def stall(seconds: float) -> str:
        """Answer late."""
        with suppress(OSError):
            (place / "stalling").write_text("", encoding="utf-8")
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            (place / "cancelled").write_text("", encoding="utf-8")
            raise
        return "at last"


def _broken(server: MCPServer) -> None:
    @server.tool()
    def die() -> str:
        """End without a word."""
        sys.stderr.write("I cannot go on\n")
        sys.stderr.flush()
        os._exit(3)

    @server.tool()
    def long_line() -> str:
        """Send a line of one gigabyte."""
        piece = b"x" * MEGABYTE
        for _ in range(1024):
            os.write(OUT, piece)
        return "sent"

    @server.tool()
    def flood() -> str:
        """Send messages without end."""
        line = json.dumps({"jsonrpc": "2.0", "method": "notifications/none"}).encode() + b"\n"
        while True:
            os.write(OUT, line * 100)

    @server.tool()
    def hoard() -> str:
        """Take memory without end."""
        kept = []
        while True:
            kept.append(b"x" * (64 * MEGABYTE))

    @server.tool()
    def fail() -> str:
        """Go wrong."""
        message = "it went wrong"
        raise ValueError(message)


def _others(server: MCPServer) -> None:
    @server.tool()
    async def grow(context: Context[Any, Any]) -> str:
        """Offer another tool from now on."""
        server.add_tool(later, name="later", description="Came later.")
        await context.session.send_tool_list_changed()
        return "grown"

    @server.resource("note://one")
    def note() -> str:
        """Give a note."""
        return "the first note"

    @server.prompt()
    def explain(topic: str, tone: str = "plain") -> str:
        """Explain something."""
        return f"Explain {topic} in a {tone} tone."


def later() -> str:
    """Answer as what came later."""
    return "later"


def _shape(server: MCPServer, fault: str, place: Path) -> None:
    if fault == "huge-list":
        for number in range(300):
            server.add_tool(later, name=f"tool_{number}", description="One of many.")
    if fault == "clash":
        server.add_tool(later, name="a.b", description="One.")
        server.add_tool(later, name="a/b", description="The other.")
    wish = place / "description"
    if wish.exists():
        server.add_tool(later, name="shifting", description=wish.read_text(encoding="utf-8"))


def main(fault: str, place: Path, over: str) -> None:
    """Serve, or fail at the start, as is wished."""
    if os.access(place, os.W_OK):
        with (place / "started").open("a") as marks:
            marks.write(f"{os.getpid()}\n")
    if fault == "dead":
        sys.stderr.write("no such database\n")
        sys.exit(7)
    if fault == "mute":
        time.sleep(600)
    if fault == "greets":
        sys.stdout.write("Welcome!\n")
        sys.stdout.flush()
    if fault == "noise":
        while True:
            sys.stdout.write("This is no message.\n")
    server = made(fault, place)
    if over == "http":
        server.run("streamable-http", port=int(os.environ["PORT"]))
    else:
        server.run("stdio")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "stdio")
