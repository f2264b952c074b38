"""The container tier, on request: each command in a container of its own, where an engine answers.

The engine is not ours, and neither is what its image holds: the workspace is all that both share.
No network, no capability, a read-only root, half a processor, bounded memory and processes.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.processes.capture import Captured, ProgramError, capture
from tui_agent.adapters.processes.commands import Launch, run
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.sandbox_view import TEMPORARY
from tui_agent.adapters.runner.tier_missing import TierMissingError
from tui_agent.adapters.runner.views import View, Views
from tui_agent.core.copies import LaidFile
from tui_agent.core.ports import Exit
from tui_agent.core.proposal import Command

ENGINES = ("docker", "podman")
ANSWER_SECONDS = 5.0
MEMORY = "512m"
LONGEST_SECONDS = 600.0
_LIMITS = (
    *("--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--memory", MEMORY, "--memory-swap", MEMORY, "--cpus", "0.5", "--pids-limit", "256"),
    *("--read-only", "--tmpfs", f"{TEMPORARY}:size=256m,mode=1777"),
)
_PASSED_ON = (
    "LANG", "TERM", "NO_COLOR", "CI", "PAGER", "GIT_PAGER", "GIT_TERMINAL_PROMPT", "TZ",
    "GIT_CEILING_DIRECTORIES",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A container engine that has answered."""

    program: str
    version: str


async def engine(environ: Mapping[str, str]) -> Engine:
    """Return the first engine that answers. Raises TierMissingError, which says what each said."""
    said = []
    for name in ENGINES:
        program = shutil.which(name, path=environ.get("PATH"))
        if not program:
            said.append(f"{name} is not installed")
            continue
        asked = (program, "version", "--format", "{{.Server.Version}}")
        try:
            done = await capture(
                asked, cwd="/", environ=_for_engine(environ), seconds=ANSWER_SECONDS, limit=1 << 16
            )
        except ProgramError as error:
            said.append(str(error))
            continue
        version = done.out.decode("utf-8", "replace").strip()
        if done.code == 0 and version:
            return Engine(program=program, version=version)
        said.append(f"{name}: {done.err.split(chr(10))[0][:200] or 'its engine does not answer'}")
    raise TierMissingError("; ".join(said))


class ContainerRunner:
    """Fills the port `Runner`, a container a command."""

    def __init__(
        self, launching: Launching, image: str, views: Views, rooms: GitRooms, records: Path
    ) -> None:
        """Run commands in containers of this image, in the workspace or in a copy by `views`.

        Git on our `records` of the workspace runs in a room: an image need not have it.
        """
        self._launching = launching
        self._image = image
        self._views, self._rooms, self._records = views, rooms, records
        self._engine: Engine | None = None

    @property
    def tier(self) -> str:
        """`container`, once an engine has answered."""
        return "container" if self._engine is not None else "none"

    async def begin(self) -> None:
        """Look for an engine. Raises TierMissingError."""
        if self._engine is None:
            try:
                self._engine = await engine(self._launching.environ)
            except TierMissingError as error:
                raise TierMissingError(f"the container tier cannot be had here: {error}") from None

    async def run(
        self,
        command: Command,
        on_output: Callable[[str], None],
        over: Sequence[LaidFile] = (),
    ) -> Exit:
        """Run a command in a container of its own, which is removed at its end. Raises OSError."""
        await self.begin()
        if command.view == "tree":
            return await self._run(command, on_output, None)
        async with self._views.opened(over) as view:
            done = await self._run(command, on_output, view)
            return replace(done, changes=await asyncio.to_thread(view.changes))

    async def capture(
        self,
        argv: Sequence[str],
        *,
        cwd: str,
        environ: Mapping[str, str],
        stdin: bytes = b"",
        seconds: float = 30.0,
        limit: int = 64 << 20,
    ) -> Captured:
        """Run git on our records, in a room of its own. Raises ProgramError, OSError."""
        root = self._launching.root
        facts = await asyncio.to_thread(git_facts, root)
        reads = (facts.git_dir, facts.common_dir) if facts is not None else ()
        room = self._rooms.room(root, reads=reads, writes=(self._records,))
        return await room(argv, cwd=cwd, environ=environ, stdin=stdin, seconds=seconds, limit=limit)

    async def _run(
        self, command: Command, on_output: Callable[[str], None], view: View | None
    ) -> Exit:
        if self._engine is None:
            message = "no engine has answered"
            raise OSError(message)
        name = f"agent-{uuid.uuid4().hex[:16]}"
        launch = self._launching.launch(command, view.folder if view is not None else None)
        if view is not None:
            launch = replace(launch, environ={**launch.environ, **view.environ})
        argv = container_argv(
            self._engine.program, self._image, name, launch, mounts_of(self._launching.root, view)
        )
        started = replace(
            launch,
            argv=argv,
            cwd="/",
            environ=_for_engine(self._launching.environ),
            timeout_seconds=min(launch.timeout_seconds, LONGEST_SECONDS),
        )
        ended = False
        try:
            done = await run(started, on_output)
            ended = not done.timed_out
            return done
        finally:
            if not ended:
                await asyncio.shield(self._remove(self._engine.program, name))

    async def close(self) -> None:
        """End git's rooms; each container has gone with its command."""
        await self._rooms.close()
        await self._views.close()

    async def _remove(self, program: str, name: str) -> None:
        """Remove a container that has outlived its client: the engine runs it, not we."""
        try:
            await capture(
                (program, "rm", "--force", name),
                cwd="/",
                environ=_for_engine(self._launching.environ),
                seconds=ANSWER_SECONDS,
            )
        except ProgramError:
            return


def container_argv(
    program: str, image: str, name: str, launch: Launch, mounts: Sequence[str]
) -> tuple[str, ...]:
    """Return the engine's command for one of ours."""
    passed = [
        word
        for key in _PASSED_ON
        if key in launch.environ
        for word in ("--env", f"{key}={launch.environ[key]}")
    ]
    return (
        *(program, "run", "--rm", "--init", "--pull", "missing", "--name", name),
        *_LIMITS,
        *("--user", f"{os.getuid()}:{os.getgid()}", "--env", f"HOME={TEMPORARY}", *passed),
        *(word for mount in mounts for word in ("--mount", mount)),
        *("--workdir", launch.cwd),
        *(image, "/bin/sh", "-c", launch.argv[-1]),
    )


def mounts_of(root: Path, view: View | None) -> tuple[str, ...]:
    """Return what a container sees of this machine, by the same paths: a workspace or a copy."""
    if view is None:
        place = os.path.realpath(root)
        return (f"type=bind,source={place},target={place}",)
    borrowed = (f"type=bind,source={one},target={one},readonly" for one in view.readable)
    return f"type=bind,source={view.folder},target={view.folder}", *borrowed


def _for_engine(environ: Mapping[str, str]) -> dict[str, str]:
    kept = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "XDG_RUNTIME_DIR")
    return {name: environ[name] for name in kept if name in environ}
