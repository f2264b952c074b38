"""The servers of tools as an agent has them: started with its first request, offered, and ended."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tui_agent.core.events import MAIN_AGENT
from tui_agent.core.messages import ToolSpec
from tui_agent.core.servers import is_served

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.ports import Tool
    from tui_agent.core.served import ToolServers

PATIENCE_SECONDS = 3.0
"""How long a person is told nothing while servers start."""


def begin_servers(engine: Engine) -> None:
    """Start the servers beside what a turn does first; a child finds them started."""
    servers = engine.world.servers
    if servers is not None and not engine.agent.parent:
        servers.begin()


async def servers_ready(engine: Engine) -> None:
    """Wait for the servers before a process's first request, and record what they said."""
    servers = engine.world.servers
    if servers is None:
        return
    if not engine.agent.parent:
        telling = asyncio.create_task(_say_if_slow(engine, servers))
        try:
            await servers.ready()
        finally:
            telling.cancel()
    record_news(engine)


async def _say_if_slow(engine: Engine, servers: ToolServers) -> None:
    """Say what a request waits for, where it waits for long."""
    await asyncio.sleep(PATIENCE_SECONDS)
    engine.notice(f"Waiting for the servers of tools to start: {', '.join(servers.pending)}.")


def record_news(engine: Engine) -> None:
    """Record what servers have said since."""
    servers = engine.world.servers
    if servers is not None:
        for one in servers.news():
            engine.live.emit(one, MAIN_AGENT)


def served_tools(engine: Engine) -> Mapping[str, Tool]:
    """Return the servers' tools that this agent has; a child has only those that it names."""
    servers = engine.world.servers
    if servers is None:
        return {}
    return {name: tool for name, tool in servers.tools.items() if _granted(engine, name)}


def served_specs(engine: Engine) -> tuple[ToolSpec, ...]:
    """Return what a model is told of the servers' tools, as the log has them."""
    return tuple(
        tool.spec
        for server in engine.live.state.servers.values()
        for tool in server.tools
        if _granted(engine, tool.spec.name)
    )


def renewed(engine: Engine) -> bool:
    """Return whether the next request is to name the servers' tools anew.

    Only where the conversation was cut: before that, it would cost the provider's cache.
    """
    agent = engine.agent
    if not agent.renewed or not agent.requests:
        return False
    before = {one.name: one for one in agent.tools if is_served(one.name)}
    return before != {one.name: one for one in served_specs(engine)}


def _granted(engine: Engine, name: str) -> bool:
    set_out = engine.agent.set_out
    return set_out is None or any(fnmatchcase(name, one) for one in set_out.tools)
