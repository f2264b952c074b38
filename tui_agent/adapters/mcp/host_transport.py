"""A server's program at the host's end: its lines, bounded in length and number, and its end.

The official package's own transport keeps a line whole, however long it grows, and takes as many as
come; a server that means harm, or is only broken, could so take the host's memory.
"""

from __future__ import annotations

import asyncio
import re
import resource
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import anyio
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from tui_agent.adapters.mcp.flood import Flood
from tui_agent.adapters.mcp.host_main import OWN_BYTES, SERVERS_BYTES
from tui_agent.adapters.processes.piped import Piped, start

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

LONGEST_LINE = 8 << 20
"""Bytes of one message."""
MOST_NOISE = 200
"""Lines that are no message: programs print greetings where only messages belong."""
_TELLS = re.compile(r"error|cannot|not found|denied|no such", re.IGNORECASE)
_PIECE = 1 << 16
_ERRORS_KEPT = 4_000
GRACE_SECONDS = 1.0


class Program:
    """A server that is a program of its own, started by this host."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self.fault = ""
        """Why it was ended by us; empty where it was not."""
        self.gone = asyncio.Event()
        """Set once nothing more comes from it."""
        self._piped: Piped | None = None
        self._errors = b""
        self._noise = 0

    @property
    def errors(self) -> str:
        """The last line that it wrote as an error and that says what went wrong."""
        lines = self._errors.decode("utf-8", "replace").strip().split("\n")
        telling = [one for one in lines if _TELLS.search(one)]
        return (telling or lines)[-1].strip()

    async def ended(self) -> str:
        """Return in words how it ended; waits a moment for that."""
        if self.fault or self._piped is None:
            return self.fault
        code: int | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                code = await self._piped.process.wait()
        if code is None:
            return "it closed its output"
        how = f"it ended with status {code}" if code >= 0 else f"it was killed by signal {-code}"
        return f"{how}: {self.errors}" if self.errors else how

    @asynccontextmanager
    async def connected(
        self,
    ) -> AsyncGenerator[
        tuple[
            MemoryObjectReceiveStream[SessionMessage | Exception],
            MemoryObjectSendStream[SessionMessage],
        ]
    ]:
        """Start it; give what it says, and where to what it is told. Raises OSError."""
        plan = self._plan
        self._piped = await start(
            (plan["command"], *plan["args"]),
            cwd=plan["cwd"],
            environ=plan["environ"],
            stdin=asyncio.subprocess.PIPE,
        )
        resource.setrlimit(resource.RLIMIT_DATA, (OWN_BYTES, SERVERS_BYTES))
        says, heard = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        tells, told = anyio.create_memory_object_stream[SessionMessage](0)
        async with says, heard, tells, told, anyio.create_task_group() as group:
            group.start_soon(self._read, says)
            group.start_soon(self._write, told)
            group.start_soon(self._keep_errors)
            try:
                yield heard, tells
            finally:
                group.cancel_scope.cancel()
                with anyio.CancelScope(shield=True):
                    await self._end()

    async def _read(self, says: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        try:
            await self._pass_on(says)
        finally:
            self.gone.set()

    async def _pass_on(self, says: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        stream = self._piped.process.stdout if self._piped is not None else None
        flood = Flood()
        rest = b""
        async with says:
            while stream is not None and (data := await stream.read(_PIECE)):
                *lines, rest = (rest + data).split(b"\n") if b"\n" in data else (rest + data,)
                self.fault = flood.problem(len(lines), len(data)) or too_long(rest, lines)
                if self.fault:
                    return
                for line in filter(None, lines):
                    message = self._message(line)
                    if self.fault:
                        return
                    if message is not None:
                        await says.send(message)

    def _message(self, line: bytes) -> SessionMessage | None:
        try:
            return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
        except ValueError:
            self._noise += 1
            if self._noise > MOST_NOISE:
                self.fault = "what it prints are no messages of the protocol"
            return None

    async def _write(self, told: MemoryObjectReceiveStream[SessionMessage]) -> None:
        stream = self._piped.process.stdin if self._piped is not None else None
        if stream is None:
            return
        with suppress(OSError):
            async for one in told:
                text = one.message.model_dump_json(by_alias=True, exclude_unset=True)
                stream.write(text.encode() + b"\n")
                await stream.drain()

    async def _keep_errors(self) -> None:
        stream = self._piped.process.stderr if self._piped is not None else None
        while stream is not None and (data := await stream.read(_PIECE)):
            self._errors = (self._errors + data)[-_ERRORS_KEPT:]

    async def _end(self) -> None:
        """Close its input, which ends a server in order; then end it."""
        if self._piped is None:
            return
        if self._piped.process.stdin is not None and not self.fault:
            self._piped.process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await self._piped.process.wait()
        await self._piped.end()


def too_long(rest: bytes, lines: list[bytes]) -> str:
    """Say that a message is too long; empty where none is."""
    if max(len(rest), *(len(line) for line in lines), 0) <= LONGEST_LINE:
        return ""
    return f"it sent a message of more than {LONGEST_LINE >> 20} MB"
