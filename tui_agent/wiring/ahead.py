"""What opening a session begins before it needs it: the sandbox's trial, and imports beside it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING

from tui_agent.adapters.models.start import HostHandle
from tui_agent.adapters.processes.model_hosts import rouse, roused
from tui_agent.wiring.sandbox import runner_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tui_agent.core.ports import Runner
    from tui_agent.wiring.world import Wiring

LATER = (
    "tui_agent.agent.agent",
    "tui_agent.adapters.clock",
    "tui_agent.adapters.foreign_diff",
    "tui_agent.adapters.git_facts",
    "tui_agent.adapters.git_workspace.workspace",
    "tui_agent.adapters.models.router",
    "tui_agent.adapters.runner.plain",
    "tui_agent.adapters.session_log",
    "tui_agent.adapters.settings.load",
    "tui_agent.adapters.snapshots.git_snapshots",
    "tui_agent.adapters.trust",
    "tui_agent.tools.apply_patch",
    "tui_agent.tools.ask",
    "tui_agent.tools.edit",
    "tui_agent.tools.list",
    "tui_agent.tools.plan",
    "tui_agent.tools.read",
    "tui_agent.tools.review",
    "tui_agent.tools.search",
    "tui_agent.tools.shell",
    "tui_agent.tools.undo",
    "tui_agent.tools.write",
    "tui_agent.wiring.outfit",
)
"""What opening a session needs."""

ROUNDS = 3
"""Of the loop, until the sandbox's process has been started: no import is to hold that up."""


def load(*more: str) -> None:
    """Import it, and what the front end needs beside it."""
    for name in (*LATER, *more):
        import_module(name)


def secure(wiring: Wiring, meanwhile: Callable[[], object] = lambda: None) -> None:
    """See that no other process can read the model hosts, before the first one of ours is started.

    Those that are asleep are roused for it, while we do something else.
    """
    sleeping = [handle for handle in wiring.hosts.values() if handle.process.asleep]
    for handle in sleeping:
        rouse(handle.process)
    meanwhile()
    for handle in sleeping:
        process = roused(handle.process)
        wiring.hosts[handle.name] = HostHandle(name=handle.name, process=process)


@asynccontextmanager
async def sandbox_begun(wiring: Wiring, *needed: str) -> AsyncIterator[Runner]:
    """Give the session's runner, which tries its sandbox while we import what is needed.

    Whether a sandbox could be had is for `begin` to say, which waits for the trial. It is closed
    again where what follows fails.
    """
    runner = runner_for(wiring, wiring.workspace)
    trial = asyncio.create_task(_tried(runner))
    opened = False
    try:
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
        await asyncio.to_thread(load, *needed)
        yield runner
        opened = True
    finally:
        if not opened:
            trial.cancel()
            await runner.close()


async def _tried(runner: Runner) -> None:
    with suppress(OSError):
        await runner.begin()
