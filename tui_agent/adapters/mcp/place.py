"""Where a server of tools runs: a sandbox of its own, with its own home and only what it names."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from tui_agent.adapters.mcp import host_main
from tui_agent.adapters.mcp.shown import named_folders
from tui_agent.adapters.processes.commands import Launch
from tui_agent.adapters.processes.runner_process import RunnerProcess, StayingProgram
from tui_agent.adapters.processes.talk import PlainProgram, Running, Talk
from tui_agent.adapters.runner.cgroup import ControlGroup, control_group
from tui_agent.adapters.runner.environment import command_environment
from tui_agent.adapters.runner.private_home import private_folder, thrown_away
from tui_agent.adapters.runner.sandbox_view import PACKAGE, SandboxView
from tui_agent.adapters.runner.trials import Confined, started
from tui_agent.core.servers import ServerDefinition

PROCESSES = 256
MEMORY_BYTES = 3 << 30
"""Of all its processes together, where the machine can hold that."""
TIERS: tuple[Confined, ...] = ("A", "B", "seatbelt")


class NoPlaceForServerError(OSError):
    """A server cannot be started here; the message says why, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the servers of a session have in common."""

    root: Path
    """The workspace."""
    environ: Mapping[str, str]
    """Ours; of it a server gets the short list that every command gets, and what it names."""
    view: Callable[[Path], SandboxView]
    tier: Callable[[], str]
    """How the session's commands are confined."""
    unconfined: bool = False
    """Whether the user has said that nothing need be confined."""

    async def start(self, definition: ServerDefinition, talk: Talk) -> tuple[Running, str]:
        """Start a server's host; return it with its tier. Raises NoPlaceForServerError."""
        tier = self.tier()
        if tier in TIERS or tier == "container":
            return await self._confined(definition, talk, tier)
        if not self.unconfined:
            message = "there is no sandbox for it; --no-sandbox starts it as you"
            raise NoPlaceForServerError(message)
        return await self._plain(definition, talk), "none"

    async def _confined(
        self, definition: ServerDefinition, talk: Talk, wanted: str
    ) -> tuple[Running, str]:
        tiers = TIERS if wanted == "container" else tuple(one for one in TIERS if one == wanted)
        why = ""
        for tier in tiers:
            sandbox, why = await self._sandbox(definition, tier)
            if sandbox is not None:
                await self._into(sandbox, definition, talk)
                return sandbox, tier
        message = f"its sandbox cannot be started: {why}"
        raise NoPlaceForServerError(message)

    async def _sandbox(
        self, definition: ServerDefinition, tier: Confined
    ) -> tuple[_Sandbox | None, str]:
        view = self.view(self.root)
        network = definition.network or definition.transport == "http"
        view = replace(
            view,
            reach="network" if network else "workspace",
            readable=(
                *view.readable,
                *libraries(),
                *named_folders(definition, self.root, Path(self.environ.get("HOME") or "/")),
            ),
            listed=(str(PACKAGE.parent),),
            writable=view.writable if definition.writes else (),
            writes=view.writes if definition.writes else (),
        )
        folder = None
        if tier != "A":
            folder = private_folder(Path(self.environ.get("HOME", "/")))
            view = replace(view, temporary=str(folder))
        group = control_group(PROCESSES, memory=MEMORY_BYTES)
        process, trial = await started(
            tier, view, self.environ, prefix=group.prefix if group is not None else ()
        )
        sandbox = _Sandbox(process, view, group, folder)
        if process is None:
            await sandbox.close()
            return None, trial.reason
        return sandbox, ""

    async def _into(self, sandbox: _Sandbox, definition: ServerDefinition, talk: Talk) -> None:
        private = sandbox.folder is None
        home = sandbox.view.commands_home(private_root=private)
        temporary = sandbox.view.commands_temporary(private_root=private)
        environ = {**self._environ(definition), "HOME": home, "TMPDIR": temporary}
        named = dict(definition.env)
        environ |= {name: named[name] for name in ("HOME", "TMPDIR") if name in named}
        launch = Launch(argv=_command(), cwd="/", environ=_hosts_own(environ), timeout_seconds=0)
        begun = False
        try:
            ends = await talk.open()
            try:
                sandbox.program = await sandbox.begin(launch, ends)
            finally:
                for end in ends:
                    os.close(end)
            begun = True
        finally:  # Also where the time to start is over, which cancels this.
            if not begun:
                await sandbox.close()
        talk.say(host_main.spelled(self._plan(definition, environ)))

    async def _plain(self, definition: ServerDefinition, talk: Talk) -> Running:
        environ = self._environ(definition)
        ends = await talk.open()
        try:
            program = await PlainProgram.start(_command(), "/", _hosts_own(environ), ends)
        finally:
            for end in ends:
                os.close(end)
        talk.say(host_main.spelled(self._plan(definition, environ)))
        return program

    def _environ(self, definition: ServerDefinition) -> dict[str, str]:
        return {**command_environment(self.root, self.environ), **dict(definition.env)}

    def _plan(self, definition: ServerDefinition, environ: Mapping[str, str]) -> dict[str, Any]:
        root = os.path.realpath(self.root)
        return {
            "kind": definition.transport,
            "command": definition.command,
            "args": list(definition.args),
            "environ": dict(environ),
            "cwd": str(Path(root) / definition.cwd),
            "url": definition.url,
            "headers": dict(definition.headers),
            "root": Path(root).as_uri(),
        }


class _Sandbox:
    """A sandbox with one server in it."""

    def __init__(
        self,
        process: RunnerProcess | None,
        view: SandboxView,
        group: ControlGroup | None,
        folder: Path | None,
    ) -> None:
        self.view, self.folder = view, folder
        self.program: StayingProgram | None = None
        self._process, self._group = process, group

    async def begin(self, launch: Launch, ends: tuple[int, int, int]) -> StayingProgram:
        if self._process is None:
            message = "its sandbox is gone"
            raise NoPlaceForServerError(message)
        return await self._process.begin(launch, ends)

    async def close(self) -> None:
        """End it with all that it holds."""
        if self.program is not None:
            self.program.close()
        if self._process is not None:
            await self._process.close()
        if self._group is not None:
            await self._group.remove()
        if self.folder is not None:
            await asyncio.to_thread(thrown_away, self.folder)


def _command() -> tuple[str, ...]:
    """Return a host's command: this Python, isolated, with the folders of its libraries."""
    python = os.path.realpath(sys.executable)
    return (
        *(python, "-I", "-S", "-X", "utf8"),
        *(host_main.__file__, str(PACKAGE.parent), *libraries()),
    )


def libraries() -> tuple[str, ...]:
    """Return the folders of our path that hold the official package and what it needs."""
    found = []
    for name in ("mcp", "mcp_types", "pydantic", "httpx2"):
        spec = PathFinder.find_spec(name)
        if spec is not None and spec.origin is not None:
            found.append(str(Path(spec.origin).resolve().parents[1]))
    return tuple(dict.fromkeys(found))


def _hosts_own(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the host itself gets: nothing of what its server is given."""
    own = {name: environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in environ}
    with suppress(KeyError):
        own["LANG"] = environ["LANG"]
    return own
