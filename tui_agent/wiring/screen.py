"""The full screen over a session, and what the person goes on to after it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from tui_agent.ui.tui.chrome import Status
from tui_agent.ui.tui.glyphs import choose_glyphs
from tui_agent.ui.tui.keymap import Keymap, KeymapError, build_keymap
from tui_agent.ui.tui.shell import Shell
from tui_agent.ui.tui.theme import Theme, ThemeError, choose_theme
from tui_agent.wiring.hosts import model_hosts

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around

USAGE = 2
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
)
"""What opening a session needs: imported in a thread while the person begins to type."""


def screen(around: Around) -> int:
    """Run the session on the full screen and return the exit status."""
    interface = around.users_settings.interface
    try:
        look = choose_theme(interface.theme, around.environ)
        keys = {action: key.split() for action, key in interface.keys.items()}
        keymap = build_keymap(interface.keymap, keys)
    except (ThemeError, KeymapError) as error:
        around.paper.say(f"The settings cannot be used: {error}")
        return USAGE
    status, then = asyncio.run(_run(around, look, keymap))
    match then:
        case ("demo",):
            from tui_agent.wiring.demo import demo

            return demo(around.paper, by_itself=False)
        case ("key",):
            model_hosts("", list(around.options.argv))
    return status


def preload() -> None:
    """Import what opening a session needs, and close this process to others of the user."""
    from tui_agent.adapters.processes.model_hosts import harden

    harden()
    for name in LATER:
        import_module(name)


async def _run(around: Around, look: Theme, keymap: Keymap) -> tuple[int, tuple[str, ...]]:
    """Show one session after the other, until the person leaves; say what they go on to."""
    try:
        while True:
            status, then = await _session(around, look, keymap)
            if not await _goes_on(around, then):
                return status, then
    finally:
        await around.close()


async def _session(around: Around, look: Theme, keymap: Keymap) -> tuple[int, tuple[str, ...]]:
    from tui_agent.wiring.screen_doors import Opening

    opening = Opening(around)
    shell = Shell(
        opening.doors(),
        look,
        glyphs=choose_glyphs(around.users_settings.interface.glyphs, around.environ),
        keymap=keymap,
        status=Status(repository=around.root.name, mode=around.users_settings.mode),
    )
    try:
        status = await shell.run_async()
    finally:
        await opening.close()
    if opening.failure is not None:
        raise opening.failure
    if shell.return_code:
        return shell.return_code, ()
    return status or 0, shell.then


async def _goes_on(around: Around, then: tuple[str, ...]) -> bool:
    """Set the options for what comes next; return whether anything does."""
    match then:
        case ("replay", session):
            from tui_agent.ui.commands.replay import run

            await run([session], around)
            session, around.branched = around.branched or session, ""
            around.options = replace(around.options, resume=session, continue_last=False, prompt="")
        case ("fork", session, place):
            forked = around.fork_at(session, place)
            around.options = replace(
                around.options, resume=forked.id, continue_last=False, prompt=""
            )
        case ("resume", session):
            around.options = replace(around.options, resume=session, continue_last=False, prompt="")
        case ("new",):
            around.options = replace(around.options, resume="", continue_last=False, prompt="")
        case _:
            return False
    return True
