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

from tui_agent.adapters.processes.capture import ProgramError, capture
from tui_agent.adapters.processes.commands import Launch, run
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.sandbox_view import TEMPORARY
from tui_agent.adapters.runner.tier_missing import TierMissingError
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
_PASSED_ON = ("LANG", "TERM", "NO_COLOR", "CI", "PAGER", "GIT_PAGER", "GIT_TERMINAL_PROMPT", "TZ")


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

    def __init__(self, launching: Launching, image: str) -> None:
        self._launching = launching
        self._image = image
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
        if self._engine is None or over or command.view == "copy":
            message = "the container tier makes no copies of the workspace"
            raise OSError(message)
        name = f"agent-{uuid.uuid4().hex[:16]}"
        launch = self._launching.launch(command)
        argv = container_argv(self._engine.program, self._image, name, launch, self._launching)
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
        """Nothing is kept: each container has gone with its command."""

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
    program: str, image: str, name: str, launch: Launch, launching: Launching
) -> tuple[str, ...]:
    """Return the engine's command for one of ours. The workspace keeps its path."""
    root = os.path.realpath(launching.root)
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
        *("--mount", f"type=bind,source={root},target={root}", "--workdir", launch.cwd),
        *(image, "/bin/sh", "-c", launch.argv[-1]),
    )


def _for_engine(environ: Mapping[str, str]) -> dict[str, str]:
    kept = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "XDG_RUNTIME_DIR")
    return {name: environ[name] for name in kept if name in environ}
