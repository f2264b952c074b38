"""What runs a session's commands, confined as the settings and the machine allow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.adapters.processes.capture import Capture, capture
from tui_agent.adapters.runner.container import ContainerRunner
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.leftovers import clear_leftovers
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.sandboxed import IN_ORDER, Choosing, SandboxedRunner
from tui_agent.adapters.runner.session_view import Wishes, session_view
from tui_agent.adapters.runner.views import Views
from tui_agent.adapters.session_log import FileLog
from tui_agent.adapters.snapshots.bases import RecordedBases
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.core.rules import hidden_from_commands

if TYPE_CHECKING:
    from tui_agent.agent.agent import Agent
    from tui_agent.core.ports import Runner
    from tui_agent.wiring.world import Wiring

STRENGTH = ("none", "B", "seatbelt", "container", "A")
"""From the weakest to the strongest."""


def runner_for(wiring: Wiring, root: Path, lent: tuple[str, ...] = ()) -> Runner:
    """Return what runs this session's commands in the workspace or in a copy of it.

    `lent` are folders outside of it that a copy's repository reads. Nothing is started yet.
    """
    settings = wiring.settings
    launching = Launching(
        root=root,
        environ=wiring.environ,
        allowed=settings.environment,
        secret=lambda value: bool(wiring.redact(value)[1]),
    )
    shadow = Shadow.of(wiring.state.path, root)
    views = Views(
        wiring.state.path / "views",
        root,
        layers=settings.sandbox != "container",
        bases=RecordedBases(shadow, rooms_for(wiring)),
    )
    plain = PlainRunner(launching, views)
    wanted = "none" if wiring.options.no_sandbox else settings.sandbox
    required = settings.confinement.require
    if wanted == "none" and not required:
        return plain
    if wanted == "container" and _as_strong("container", required):
        return ContainerRunner(
            launching,
            settings.confinement.image,
            views,
            rooms_for(wiring),
            shadow.git_dir,
        )
    choosing = choosing_of(wanted, required)
    wishes = wishes_of(wiring, lent)
    return SandboxedRunner(
        launching,
        lambda folder: session_view(folder, wiring.environ, wishes),
        plain,
        views,
        choosing,
        shadow.git_dir,
    )


def git_beside(runner: Runner) -> Capture:
    """Return what runs git on our records of a workspace, confined where its commands are."""
    if isinstance(runner, SandboxedRunner | ContainerRunner):
        return runner.capture
    return capture


def rooms_for(wiring: Wiring) -> GitRooms:
    """Return where git of ours runs apart from a session's commands; nothing is started yet.

    An engine's containers are for commands alone: git then has the best tier that there is.
    """
    settings = wiring.settings
    wanted = "none" if wiring.options.no_sandbox else settings.sandbox
    required = settings.confinement.require
    if wanted == "container":
        choosing = Choosing(required=bool(required), names="a sandbox for git")
    elif wanted == "none" and not required:
        choosing = Choosing(tiers=())
    else:
        choosing = choosing_of(wanted, required)
    return GitRooms(choosing, wiring.root, wiring.environ)


async def made_ready(
    wiring: Wiring, agent: Agent, beside: Awaitable[object]
) -> tuple[str, tuple[str, ...]]:
    """Have a session's sandbox ready; return its tier and what is to be said of it.

    `beside` is awaited at the same time. Raises TierMissingError, with the session closed again.
    """
    runner = agent.engine.world.runner
    try:
        await asyncio.gather(runner.begin(), beside)
    except OSError:
        await agent.close()
        log = agent.engine.world.log
        if isinstance(log, FileLog):
            log.discard()
        raise
    wanted = wiring.options.no_sandbox or wiring.settings.sandbox == "none"
    asyncio.get_running_loop().run_in_executor(None, clear_leftovers)  # Nobody waits for it.
    if runner.tier != "none" or wanted:
        return runner.tier, ()
    why = getattr(runner, "reason", "")
    what = "every command asks" if agent.engine.attended else "commands are refused"
    git = "Git, which records and reviews this folder, runs as you"
    text = f"No sandbox: commands would run as you, so {what}. {git}. agent doctor says more."
    return runner.tier, (f"{text} {why}.",)


def wishes_of(wiring: Wiring, lent: tuple[str, ...] = ()) -> Wishes:
    """Return what the settings say of the sandbox's view."""
    settings = wiring.settings
    return Wishes(
        reads=(*settings.confinement.reads, *lent),
        writes=settings.confinement.writes,
        write_globs=settings.write_paths,
        denied=hidden_from_commands(settings.rules),
        records=wiring.state.path,
    )


def choosing_of(wanted: str, required: str) -> Choosing:
    """Return which tiers may be taken where `wanted` is asked for and none below `required` does.

    `auto` takes the best there is; a tier by its name is taken or the session is refused.
    """
    named = tuple(one for one in IN_ORDER if wanted in {"auto", one})
    tiers = tuple(one for one in named if _as_strong(one, required))
    if wanted == "auto" and not required:
        return Choosing(tiers=tiers)
    asked = f"tier {wanted}" if wanted not in {"auto", "none"} else f"tier {required}"
    if required and not tiers:
        asked = f"tier {required} is required (confinement.require), which {wanted} is not: it"
    elif required:
        asked = f"tier {required}, which confinement.require names,"
    return Choosing(tiers=tiers, required=True, names=asked)


def _as_strong(tier: str, required: str) -> bool:
    return STRENGTH.index(tier) >= STRENGTH.index(required or "none")
