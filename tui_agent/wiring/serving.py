"""Our tools over MCP: a session without a person and without a model, opened by the first call."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent import __version__
from tui_agent.core.proposal import ToolOutput
from tui_agent.core.toolsets import LENT, WRITING
from tui_agent.ui.exit_status import DONE, INTERRUPTED, USAGE

if TYPE_CHECKING:
    from tui_agent.ui.call_desk import CallDesk
    from tui_agent.ui.commands.mcp_serve import ServeWish
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.world import Opened

STOPPING_SECONDS = 5.0
"""How long the end of what runs is waited for, once nobody waits for its result."""


async def serve_tools(around: Around, wish: ServeWish) -> int:
    """Offer the tools until the other side closes the streams, or a signal ends it.

    Raises SettingsError, OSError.
    """
    around.modelless = True
    around.options = replace(
        around.options,
        approve_all=wish.approve_all,
        reject_all=wish.reject_all,
        record=wish.record,
        argv=("mcp", "serve"),
    )
    from tui_agent.adapters.mcp_server.serving import Offered, serve

    tools = {name: tool for name, tool in around.tools.items() if name in LENT}
    if not tools:
        around.paper.say("The chosen toolsets have no tool that other programs may call.")
        return USAGE
    offered = Offered(
        version=__version__,
        instructions=_instructions(around, edits=bool({*tools} & {*WRITING})),
        tools=[tool.spec for tool in tools.values()],
        reads=frozenset(name for name, tool in tools.items() if tool.reads_only),
    )
    session = _Session(around)
    serving = asyncio.create_task(serve(offered, session.call))
    try:
        with _signals(serving):
            await serving
    except asyncio.CancelledError:
        return INTERRUPTED
    finally:
        await session.close()
    return DONE


def _instructions(around: Around, *, edits: bool) -> str:
    begin = f"files in {around.workspace}; paths are relative to it. "
    secrets = "Files that may hold secrets are denied unless a rule names them. "
    kept = around.options.record and around.settings.record
    if not edits:
        return f"Reads, lists and searches {begin}{secrets}".rstrip()
    return (
        f"Reads, lists, searches and edits {begin}{secrets}Edits are {_made(around)}. "
        "Read a file before you edit it; where it has changed since, read it again."
        + (" Every call is recorded, and `agent undo` takes edits back." if kept else "")
    )


def _made(around: Around) -> str:
    """Say what becomes of edits."""
    if around.options.approve_all or around.options.reject_all:
        return "made" if around.options.approve_all else "refused"
    known = {"edit": "made", "auto": "made", "plan": "refused"}
    otherwise = "denied unless a rule of the user allows them: nobody is there to be asked"
    return known.get(around.settings.mode, otherwise)


class _Session:
    """The session behind the calls; one that nobody calls is never begun."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._opened: Opened | None = None
        self._opening: asyncio.Task[CallDesk] | None = None
        self._following: asyncio.Task[None] | None = None

    async def call(self, tool: str, arguments: str, client: str) -> ToolOutput:
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        opening = self._opening
        try:
            desk = await asyncio.shield(opening)
        except OSError as error:
            self._opening = None if self._opening is opening else self._opening
            text = f"Not done: the session cannot be begun: {error}"
            return ToolOutput(ok=False, text=text, error="not_done", summary="not done")
        return await desk.call(tool, arguments, client)

    async def _open(self) -> CallDesk:
        from tui_agent.adapters.clock import random_id
        from tui_agent.ui.call_desk import CallDesk

        opened = self._opened = await self._around.open(attended=False)
        for notice in opened.notices:
            self._around.paper.say([("warning", f"! {notice}")])
        agent = opened.agent
        desk = CallDesk(agent, agent.engine.terms.reads, random_id)
        self._following = asyncio.create_task(desk.follow())
        return desk

    async def close(self) -> None:
        """End what runs, record it, and give up the session."""
        if self._opening is not None:
            await asyncio.wait({self._opening})
        opened = self._opened
        if opened is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(STOPPING_SECONDS):
                await opened.agent.wait_idle()
        await opened.agent.close()
        if self._following is not None:
            await asyncio.wait({self._following}, timeout=STOPPING_SECONDS)


@contextmanager
def _signals(serving: asyncio.Task[None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, serving.cancel)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
