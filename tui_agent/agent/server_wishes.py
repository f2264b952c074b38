"""What a person asks servers of tools for: how they stand, a restart, a prompt, a resource.

A server may take long to answer, so that each wish is a task of its own; commands go on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from typing import TYPE_CHECKING

from tui_agent.agent.own_fault import faults_told, say_not_done
from tui_agent.agent.serving import record_news
from tui_agent.core import commands as ask
from tui_agent.core.images import image_in, image_type
from tui_agent.core.messages import NOT_SENT, Attachment
from tui_agent.core.served import Answer, ServerFaultError, told
from tui_agent.core.server_words import (
    arguments_of,
    prompts_of,
    resources_in,
    standing,
    without_resources,
)

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.served import ToolServers

NONE = "There are no servers of tools here; agent mcp add --help shows how one is written down."


class ServerWishes:
    """The wishes that are being carried out; `put` gives the agent what comes of one."""

    def __init__(self, engine: Engine, put: Callable[[ask.Command], None]) -> None:
        self._engine, self._put = engine, put
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, wish: ask.AskServers) -> None:
        """Carry a wish out."""
        servers = self._engine.world.servers
        if servers is None:
            self._engine.notice(NONE)
            return
        work: Mapping[str, Callable[[ToolServers, ask.AskServers], Awaitable[None]]] = {
            "list": self._list,
            "restart": self._restart,
            "prompt": self._prompt,
        }
        self._go(self._told(work[wish.what](servers, wish)))

    def takes(self, message: ask.Submit) -> bool:
        """Return whether a message waits for resources that it names; it is then sent again."""
        servers = None if message.as_it_stands else self._engine.world.servers
        named = resources_in(message.text, tuple(servers.names)) if servers is not None else ()
        here = {one.name for one in message.attachments}
        if servers is None or all(f"{server}:{uri}" in here for server, uri in named):
            return False
        self._go(self._told(self._fetch(servers, message, named)))
        return True

    def without(self, text: str) -> str:
        """Return a message without the resources that it names."""
        servers = self._engine.world.servers
        return text if servers is None else without_resources(text, tuple(servers.names))

    async def settle(self, inbox: asyncio.Queue[ask.Command]) -> None:
        """Wait until every command is carried out, and every wish, with what comes of it."""
        await inbox.join()
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await inbox.join()

    def cancel(self) -> None:
        """Give up what is being carried out."""
        for task in self._tasks:
            task.cancel()

    def _go(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Awaitable[None]) -> None:
        with faults_told(partial(say_not_done, self._engine)):
            try:
                await work
            except (ServerFaultError, ValueError) as error:
                self._engine.notice(f"{str(error).rstrip('.')}.", "warning")
            finally:
                record_news(self._engine)

    async def _list(self, servers: ToolServers, _wish: ask.AskServers) -> None:
        await servers.ready()
        record_news(self._engine)
        for one in self._engine.live.state.servers.values():
            self._engine.notice(standing(one), "warning" if one.status == "failed" else "info")

    async def _restart(self, servers: ToolServers, wish: ask.AskServers) -> None:
        names = servers.names
        if wish.name not in names:
            message = f"There is no server {wish.name}; there are {', '.join(names)}"
            raise ValueError(message)
        await servers.restart(wish.name)
        record_news(self._engine)
        one = self._engine.live.state.servers.get(wish.name)
        if one is not None and one.status == "ready":
            self._engine.notice(f"Started again: {standing(one)}")

    async def _prompt(self, servers: ToolServers, wish: ask.AskServers) -> None:
        await servers.ready()
        record_news(self._engine)
        offered = {
            typed: (server, prompt)
            for typed, server, prompt in prompts_of(self._engine.live.state.servers)
        }
        if wish.name not in offered:
            message = f"There is no prompt /{wish.name}; there are {', '.join(offered) or 'none'}"
            raise ValueError(message)
        server, prompt = offered[wish.name]
        arguments = arguments_of(wish.name, prompt, wish.rest)
        messages = await servers.prompt(server, prompt.name, arguments)
        text = "\n\n".join(told(answer) for role, answer in messages if role == "user")
        text = text or "\n\n".join(told(one) for _, one in messages)
        self._put(ask.Submit(text=text, as_it_stands=True))

    async def _fetch(
        self, servers: ToolServers, message: ask.Submit, named: tuple[tuple[str, str], ...]
    ) -> None:
        attached = [*message.attachments]
        for server, uri in named:
            try:
                answer = await servers.read(server, uri)
            except ServerFaultError as error:
                text = f"@{server}:{uri} cannot be read: {error}. {NOT_SENT}"
                raise ServerFaultError(text) from None
            attached.append(self._attachment(f"{server}:{uri}", answer))
        self._put(ask.Submit(text=message.text, attachments=tuple(attached)))

    def _attachment(self, name: str, answer: Answer) -> Attachment:
        for part in answer.parts:
            data = image_in(part.data) if part.data else None
            if data is not None:
                mime = image_type(data)
                content = self._engine.world.log.put(data, mime=mime)
                return Attachment(name=name, mime=mime, content=content)
        text = "\n".join(part.text for part in answer.parts if part.text) or told(answer)
        masked = self._engine.world.redact(text)[0]
        content = self._engine.world.log.put(masked.encode("utf-8", "surrogatepass"))
        return Attachment(name=name, mime="text/plain", content=content)
