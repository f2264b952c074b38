"""How long the sandbox takes to be ready, and a command through it beside the bare command."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from bench.figures import Figure
from bench.programs import make_repository
from tui_agent.adapters.runner.launching import Launching, shell
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.sandboxed import IN_ORDER, Choosing, SandboxedRunner
from tui_agent.adapters.runner.session_view import Wishes, session_view
from tui_agent.adapters.runner.trials import Confined
from tui_agent.adapters.runner.views import Views
from tui_agent.core.proposal import Command

COMMANDS = {"an empty command": "true", "git status": "git status --short"}
TIMES = 25
"""How often each is run, in turn with the bare one; the median counts."""
PAUSE = 0.02
"""Seconds between two, as a session has them."""
ANSWER = 2.5
"""Seconds before the first: a session's first command comes after an answer of the model."""


def measure(folder: Path, runs: int) -> list[Figure]:
    """Measure each tier that this machine has."""
    root = make_repository(folder)
    return [
        figure
        for tier in IN_ORDER
        for figure in asyncio.run(_of_tier(root, folder / "state", tier, runs))
    ]


def runner(root: Path, state: Path, tier: Confined) -> SandboxedRunner:
    """Return a runner of this tier, not begun yet."""
    environ = dict(os.environ)
    launching = Launching(root=root, environ=environ)
    views = Views(state / "views", root)
    return SandboxedRunner(
        launching,
        lambda shown: session_view(shown, environ, Wishes(records=state)),
        PlainRunner(launching, views),
        views,
        Choosing(tiers=(tier,)),
    )


async def _of_tier(root: Path, state: Path, tier: Confined, runs: int) -> list[Figure]:
    ready = Figure(name=f"tier {tier} ready, with its trial", unit="ms", note="once a session")
    for _ in range(runs):
        one = runner(root, state, tier)
        begun = time.perf_counter()
        await one.begin()
        ready.runs.append((time.perf_counter() - begun) * 1000)
        await one.close()
        if one.tier != tier:
            return [Figure(name=ready.name, unit="ms", note=f"not here: {one.reason}"[:100])]
    return [
        ready,
        *[
            await compared(root, runner(root, state, tier), f"{name}, tier {tier}", text)
            for name, text in COMMANDS.items()
        ],
    ]


async def compared(root: Path, one: SandboxedRunner, name: str, text: str) -> Figure:
    """Run it through the sandbox and bare, in turn: load that comes and goes meets both."""
    figure = Figure(name=name, unit="ms", goal="≤ 1.5 × floor", note="floor: the bare command")
    command = Command(text=text)
    await one.begin()
    await asyncio.sleep(ANSWER)
    for _ in range(TIMES):
        begun = time.perf_counter()
        await one.run(command, lambda _: None)
        figure.runs.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(PAUSE)
        begun = time.perf_counter()
        bare = await asyncio.create_subprocess_exec(
            *(shell(), "-c", text), cwd=root, stdout=asyncio.subprocess.PIPE
        )
        await bare.communicate()
        figure.floor.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(PAUSE)
    await one.close()
    return figure
