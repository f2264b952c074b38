"""The servers of one session: started together, listed, called, restarted, and ended with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tui_agent.adapters.mcp.answers import (
    OddAnswerError,
    answer_of,
    messages_of,
    prompts_of,
    resources_of,
    tools_of,
)
from tui_agent.adapters.mcp.client import ServerClient
from tui_agent.adapters.mcp.known import KnownServers
from tui_agent.core.events import Notice, ServerReported
from tui_agent.core.served import Answer, OfferedTool, ServerFaultError
from tui_agent.core.servers import plain_name

if TYPE_CHECKING:
    from tui_agent.core.clock import Clock
    from tui_agent.core.ports import Tool

MOST_RESOURCES = 200
"""Of one server, in the log."""
MOST_STARTS = 4
"""In a row that came to nothing; then a person has to restart it."""

MakeTool = Callable[["OneServer", OfferedTool], "Tool"]


class OneServer:
    """One server, and what it offers."""

    def __init__(self, client: ServerClient, *, start: float, call: float) -> None:
        """`start` and `call`: the seconds that a listing and a call may take."""
        self.client = client
        self.name = plain_name(client.definition.name)
        self.offered: dict[str, OfferedTool] = {}
        self.stale = False
        """Whether it has said that its tools are others now."""
        self.broken = 0
        """How often it broke since it last gave an answer."""
        self._start_seconds, self._call_seconds = start, call
        client.changed = self._changed

    def _changed(self) -> None:
        self.stale = True

    async def listing(self) -> ServerReported:
        """Ask what it offers, started where it is not. Raises ServerFaultError, OddAnswerError."""
        client = self.client
        tools = await client.ask("tools", self._start_seconds)
        others = await client.ask("others", self._start_seconds)
        self.stale = False
        found, left_out = tools_of(self.name, tools["result"])
        self.offered = {one.spec.name: one for one in found}
        return ServerReported(
            server=self.name,
            title=client.title,
            reaches=client.shown.reaches,
            sandbox=client.tier,
            tools=found,
            prompts=prompts_of(others["result"]),
            resources=resources_of(others["result"])[:MOST_RESOURCES],
            left_out=left_out,
            start_ms=client.start_ms,
        )

    async def call(
        self, tool: str, arguments: dict[str, Any], on_output: Callable[[str], None]
    ) -> Answer:
        """Call a tool by its own name. Raises ServerFaultError."""
        fields = {"tool": tool, "arguments": arguments}
        return answer_of(await self._asked("call", fields, on_output))

    async def read(self, uri: str) -> Answer:
        """Read a resource. Raises ServerFaultError."""
        return answer_of(await self._asked("read", {"uri": uri}))

    async def prompt(self, name: str, arguments: Mapping[str, str]) -> Sequence[tuple[str, Answer]]:
        """Get a prompt's messages. Raises ServerFaultError."""
        result = await self._asked("prompt", {"name": name, "arguments": dict(arguments)})
        return [(role, Answer(parts=parts)) for role, parts in messages_of(result)]

    async def _asked(
        self,
        op: str,
        fields: Mapping[str, object],
        on_output: Callable[[str], None] | None = None,
    ) -> object:
        if self.broken >= MOST_STARTS:
            message = f"it broke {self.broken} times in a row; /mcp restart {self.name} tries again"
            raise ServerFaultError(message)
        try:
            said = await self.client.ask(op, self._call_seconds, fields, on_output)
        except ServerFaultError:
            self.broken += not self.client.alive
            raise
        except OddAnswerError as error:
            raise ServerFaultError(str(error)) from None
        self.broken = 0
        return said["result"]


class SessionServers:
    """Fills `core.served.ToolServers`."""

    def __init__(
        self,
        servers: Sequence[OneServer],
        make_tool: MakeTool,
        known: KnownServers,
        clock: Clock,
    ) -> None:
        """Have these servers; none is started yet."""
        self._servers = {one.name: one for one in servers}
        self._make_tool, self._known, self._clock = make_tool, known, clock
        self._tools: dict[str, Tool] = {}
        self._news: list[ServerReported | Notice] = []
        self._listing: dict[str, asyncio.Task[None]] = {}
        self._told_broken: dict[str, str] = {}
        self._left_out: dict[str, tuple[str, ...]] = {}
        self._last: dict[str, dict[str, str]] = {}
        """The digests of each server's tools, by their names, as they were listed last."""

    @property
    def tools(self) -> Mapping[str, Tool]:
        """The tools of the servers that have said what they offer."""
        return self._tools

    @property
    def names(self) -> Sequence[str]:
        """Their plain names."""
        return tuple(self._servers)

    @property
    def pending(self) -> Sequence[str]:
        """Those of which nothing is known yet."""
        return tuple(name for name, task in self._listing.items() if not task.done())

    def begin(self) -> None:
        """Start them, each by itself."""
        for one in self._servers.values():
            if one.name not in self._listing:
                self._listing[one.name] = asyncio.create_task(self._list(one))
                host = one.client.shown.host
                if host:
                    text = f"The server of tools {one.name} is reached over the network: {host}."
                    self._news.append(Notice(text=text))

    async def ready(self) -> None:
        """Wait until each has said what it offers, or has failed."""
        self.begin()
        for one in self._servers.values():
            task = self._listing[one.name]
            if task.done() and one.stale and one.client.alive:
                self._listing[one.name] = asyncio.create_task(self._list(one))
        while waiting := [task for task in self._listing.values() if not task.done()]:
            await asyncio.wait(waiting)  # One that is restarted meanwhile has another task then.
        for task in self._listing.values():
            if not task.cancelled():
                task.result()

    def news(self) -> Sequence[ServerReported | Notice]:
        """Give what was not given before."""
        for one in self._servers.values():
            self._tell_broken(one)
        news, self._news = self._news, []
        return news

    def _tell_broken(self, one: OneServer) -> None:
        """Tell once of a server that broke after it had been of use."""
        why = one.client.fault
        if one.offered and why and self._told_broken.get(one.name) != why:
            self._failed(one, why)
        self._told_broken[one.name] = why

    async def restart(self, name: str) -> None:
        """End a server and start it again. Raises KeyError."""
        one = self._servers[name]
        again = asyncio.create_task(self._again(one, self._listing.get(name)))
        self._listing[name] = again
        await asyncio.wait({again})
        if not again.cancelled():
            again.result()

    async def _again(self, one: OneServer, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            before.cancel()
            await asyncio.wait({before})
        await one.client.close()
        one.broken = 0
        await self._list(one)

    async def read(self, server: str, uri: str) -> Answer:
        """Read a resource. Raises KeyError, ServerFaultError."""
        return await self._servers[server].read(uri)

    async def prompt(
        self, server: str, name: str, arguments: Mapping[str, str]
    ) -> Sequence[tuple[str, Answer]]:
        """Get a prompt's messages. Raises KeyError, ServerFaultError."""
        return await self._servers[server].prompt(name, arguments)

    async def close(self) -> None:
        """End all of them."""
        for task in self._listing.values():
            task.cancel()
        await asyncio.gather(*self._listing.values(), return_exceptions=True)
        await asyncio.gather(*(one.client.close() for one in self._servers.values()))

    async def _list(self, one: OneServer) -> None:
        try:
            said = await one.listing()
        except (ServerFaultError, OddAnswerError) as error:
            self._failed(one, str(error))
            return
        gone = self._last.get(one.name, {})
        now = {tool.spec.name: self._make_tool(one, tool) for tool in said.tools}
        changed = self._difference(one, said)
        self._tools = {name: tool for name, tool in self._tools.items() if name not in gone} | now
        self._news.append(said)
        if changed:
            self._news.append(Notice(text=changed))
        if said.left_out and said.left_out != self._left_out.get(one.name):
            words = "; ".join(said.left_out)
            self._news.append(Notice(text=f"Tools of {one.name} are left out: {words}."))
        self._left_out[one.name] = said.left_out
        origin = one.client.definition.origin
        with suppress(OSError):  # What is not kept is only not listed.
            self._known.saw(origin, one.name, list(now), self._clock.now())

    def _difference(self, one: OneServer, said: ServerReported) -> str:
        """Say how the tools differ from those of an earlier listing of this session."""
        before = self._last.get(one.name)
        self._last[one.name] = {tool.spec.name: tool.digest for tool in said.tools}
        if before is None or before == self._last[one.name]:
            return ""
        now = self._last[one.name]
        words = [
            ("new", [name for name in now if name not in before]),
            ("changed", [name for name in now if name in before and now[name] != before[name]]),
            ("gone", [name for name in before if name not in now]),
        ]
        told = "; ".join(f"{word}: {', '.join(names)}" for word, names in words if names)
        return (
            f"The tools of {one.name} are others now ({told}). The model is told with the next "
            "summary (/compact) or another model, so that the provider's cache holds until then."
        )

    def _failed(self, one: OneServer, why: str) -> None:
        self._told_broken[one.name] = one.client.fault
        reaches = one.client.shown.reaches
        self._news.append(
            ServerReported(server=one.name, status="failed", detail=why, reaches=reaches)
        )
        self._news.append(
            Notice(
                text=f"The tool server {one.name} does not work: {why}.",
                level="warning",
                remedy=f"/mcp restart {one.name}",
            )
        )
