"""Builds the world of one agent: the concrete objects behind its ports."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.adapters.bash_reader import BashReader
from tui_agent.adapters.child_copies import KeptCopies
from tui_agent.adapters.clock import SystemClock, random_id
from tui_agent.adapters.foreign_diff import read_diff
from tui_agent.adapters.git_workspace.instructions import Gathering
from tui_agent.adapters.git_workspace.marks import marks_of
from tui_agent.adapters.git_workspace.workspace import GitWorkspace
from tui_agent.adapters.runner.environment import own_path
from tui_agent.adapters.session_log.commands_before import commands_before
from tui_agent.adapters.session_log.log import is_locked
from tui_agent.adapters.settings.keep_rule import keep_rule
from tui_agent.adapters.settings.load import user_file
from tui_agent.adapters.snapshots.git_snapshots import GitSnapshots
from tui_agent.core.confines import confines_of
from tui_agent.core.events import Check
from tui_agent.core.gate_means import GateMeans
from tui_agent.core.world import World
from tui_agent.tools.review import Review
from tui_agent.tools.undo import Undo
from tui_agent.wiring.prompts import prompts_of
from tui_agent.wiring.remembering import memory_file
from tui_agent.wiring.sandbox import git_beside, runner_for
from tui_agent.wiring.spending import day_book
from tui_agent.wiring.trusting import acceptance

if TYPE_CHECKING:
    from tui_agent.adapters.session_log import FileLog, MemoryLog
    from tui_agent.core.ports import Runner, Tool
    from tui_agent.core.served import ToolServers
    from tui_agent.core.settings import RuleSettings
    from tui_agent.wiring.world import Wiring


def world_of(wiring: Wiring, log: FileLog | MemoryLog, runner: Runner | None = None) -> World:
    """Build the world of one agent around its log, and its runner where there is one already."""
    runner = runner or runner_for(wiring, wiring.workspace)
    return World(
        model=wiring.model,
        tools=wiring.tools,
        withheld={name: one for name, one in wiring.toolbox.items() if name not in wiring.tools},
        own_tools={tool.spec.name: tool for tool in own_tools()},
        workspace=_workspace(wiring, log, wiring.workspace),
        runner=runner,
        snapshots=_snapshots(wiring, wiring.workspace, runner),
        copies=KeptCopies(
            wiring.workspace,
            wiring.state.path / "copies",
            lambda folder, lent: _in_a_copy(wiring, log, folder, lent),
        ),
        log=log,
        clock=SystemClock(),
        ids=random_id,
        gate=GateMeans(
            classifier=BashReader(),
            commands_before=lambda: commands_before(
                one for one in wiring.shelf.here() if not is_locked(one)
            ),
            keep_rule=_keeper(wiring),
        ),
        children=wiring.children,
        servers=_servers(wiring, runner),
        child_tools=wiring.child_tools,
        prompts={name: one.text for name, one in prompts_of(wiring.environ).items()},
        redact=wiring.redact,
        day_book=day_book(wiring),
    )


def _servers(wiring: Wiring, runner: Runner) -> ToolServers | None:
    """Return the servers of tools; without any nothing of them is loaded."""
    if not wiring.settings.mcp.servers and wiring.folder.content(".mcp.json") is None:
        return None
    from tui_agent.wiring.tool_servers import servers_of

    return servers_of(wiring, runner)


def _keeper(wiring: Wiring) -> Callable[[RuleSettings], str] | None:
    path = user_file(wiring.environ)
    return partial(keep_rule, path) if path is not None else None


def own_tools() -> tuple[Tool, ...]:
    """Return what only the user calls."""
    return (Review(read_diff), Undo())


def _in_a_copy(
    wiring: Wiring, log: FileLog | MemoryLog, folder: Path, lent: tuple[str, ...]
) -> tuple[GitWorkspace, Runner, GitSnapshots]:
    runner = runner_for(wiring, folder, lent)
    return _workspace(wiring, log, folder), runner, _snapshots(wiring, folder, runner)


def _snapshots(wiring: Wiring, root: Path, runner: Runner) -> GitSnapshots:
    return GitSnapshots(
        wiring.state.path,
        root,
        secret=lambda path: "secret" in marks_of(path),
        path=own_path(root, wiring.environ),
        run=git_beside(runner),
    )


def _workspace(wiring: Wiring, log: FileLog | MemoryLog, root: Path) -> GitWorkspace:
    user = user_file(wiring.environ)
    return GitWorkspace(
        root,
        blobs=log,
        environ=wiring.environ,
        checks=tuple(
            Check(name=one.name, command=one.command, origin="settings")
            for one in wiring.settings.checks
        ),
        confines=confines_of(wiring.settings),
        gathering=Gathering(
            user_folder=user.parent if user is not None else None,
            memory=memory_file(wiring),
            cwd=os.path.relpath(wiring.cwd, wiring.workspace),
            limits=wiring.settings.context,
            accepts=acceptance(wiring),
        ),
    )
