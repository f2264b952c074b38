"""The runner of every tier: takes the best that holds, and lets each command reach what it may.

Nothing is started before it is needed or `begin` is called; one runner's process serves all that
have the same reach. A runner that has failed is started afresh, by the same trial.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_agent.adapters.kernel.process import is_root
from tui_agent.adapters.processes.capture import Captured, ProgramError, capture
from tui_agent.adapters.processes.commands import Launch
from tui_agent.adapters.processes.runner_process import RunnerError, RunnerProcess
from tui_agent.adapters.runner.cgroup import ControlGroup, control_group
from tui_agent.adapters.runner.git_parts import GitParts
from tui_agent.adapters.runner.guard import Guard, Looks
from tui_agent.adapters.runner.held import held_back
from tui_agent.adapters.runner.launching import Launching, at_home_in
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.private_home import private_folder, thrown_away
from tui_agent.adapters.runner.sandbox_view import PROCESSES, Reach, SandboxView
from tui_agent.adapters.runner.tier_missing import TierMissingError
from tui_agent.adapters.runner.trials import Confined, Trial, started
from tui_agent.adapters.runner.views import View, Views
from tui_agent.core.copies import LaidFile
from tui_agent.core.ports import Exit
from tui_agent.core.proposal import Command

IN_ORDER: tuple[Confined, ...] = ("A", "B", "seatbelt")
"""From the strongest to the weakest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """Which tiers may be taken."""

    tiers: tuple[Confined, ...] = IN_ORDER
    """Tried in this order."""
    required: bool = False
    """Whether having none of them is an error."""
    names: str = ""
    """How the error names what was required."""
    grouped: bool = True
    """Whether each sandbox gets a control group, where one may be made."""
    processes: int = PROCESSES
    """How many a sandbox may have that is counted as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A runner's process, and what it shows."""

    process: RunnerProcess
    view: SandboxView
    private_root: bool
    group: ControlGroup | None

    async def close(self) -> None:
        """End it with all that it holds."""
        await self.process.close()
        if self.group is not None:
            await self.group.remove()

    def at_home(self, launch: Launch) -> Launch:
        """Return a command's launch with the home and the temporary folder that there are here."""
        home = self.view.commands_home(private_root=self.private_root)
        return at_home_in(
            launch, home, self.view.commands_temporary(private_root=self.private_root)
        )


class SandboxedRunner:
    """Fills the port `Runner`."""

    def __init__(
        self,
        launching: Launching,
        view: Callable[[Path], SandboxView],
        plain: PlainRunner,
        views: Views,
        choosing: Choosing,
        records: Path | None = None,
    ) -> None:
        """Run what `launching` prepares within what `view` shows; `plain` runs what has no sandbox.

        `view` is called with the workspace, or a copy of it, each time that a runner is started.
        `records` is the folder that git keeps our own records of the workspace in.
        """
        self._records = records
        self._launching = launching
        self._view = view
        self._plain = plain
        self._views = views
        self._choosing = choosing
        self._tier: Confined | None = None
        self._trials: list[Trial] = []
        self._running: dict[Reach, _Running] = {}
        self._folders: list[Path] = []
        self._looks = Looks()
        self._git = GitParts()
        """What was protected first: a command must not bring a later runner to protect less."""
        self._begun: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def tier(self) -> str:
        """`A`, `B`, `seatbelt`, or `none`: also as long as `begin` has not ended."""
        return self._tier or "none"

    @property
    def trials(self) -> tuple[Trial, ...]:
        """What choosing the tier came to."""
        return tuple(self._trials)

    @property
    def reason(self) -> str:
        """Why no better tier was taken; empty where the first holds."""
        failed = [f"tier {one.tier}: {one.reason}" for one in self._trials if not one.holds]
        return "; ".join(failed)

    async def begin(self) -> None:
        """Choose the tier and have the runner ready. Raises TierMissingError."""
        if self._begun is None:
            self._begun = asyncio.create_task(self._choose())
        await asyncio.shield(self._begun)

    async def run(
        self,
        command: Command,
        on_output: Callable[[str], None],
        over: Sequence[LaidFile] = (),
    ) -> Exit:
        """Run a command by the shell, in its folder of the workspace, in the sandbox of its reach.

        Raises OSError where the folder is missing, lies outside, or nothing can be started.
        """
        await self.begin()
        reach = command.reach
        if self._tier is None or reach == "outside":
            return await self._plain.run(command, on_output, over)
        wanted: Reach = "network" if reach == "network" else "workspace"
        done = await self._run_confined(command, wanted, on_output, over)
        held = held_back(done.output, done.exit_code)
        return replace(done, held="" if held == reach else held)

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
        """Run git on our records, as `capture.capture` does, in a sandbox of its own.

        There, the workspace is only read and the records alone are written. Raises ProgramError,
        OSError.
        """
        await self.begin()
        if self._tier is None or self._records is None:
            return await capture(
                argv, cwd=cwd, environ=environ, stdin=stdin, seconds=seconds, limit=limit
            )
        program = shutil.which(argv[0], path=environ.get("PATH"))
        if program is None:
            message = f"{argv[0]} cannot be started: it is not on PATH"
            raise ProgramError(message)
        running = await self._running_for("records")
        launch = Launch(
            argv=(program, *argv[1:]), cwd=cwd, environ=environ, timeout_seconds=seconds
        )
        return await running.process.capture(launch, stdin, limit)

    async def _run_confined(
        self,
        command: Command,
        wanted: Reach,
        on_output: Callable[[str], None],
        over: Sequence[LaidFile],
    ) -> Exit:
        if command.view == "copy":
            async with self._views.opened(over) as view:
                done = await self._run_in(view, command, wanted, on_output)
                return replace(done, changes=await asyncio.to_thread(view.changes))
        launch = self._launching.launch(command)
        running = await self._running_for(wanted)
        guarded = self._guarded(running.view)
        if not guarded:
            return await running.process.run(running.at_home(launch), on_output)
        guard = Guard(guarded, self._looks)
        return await _guarded_run(running.process, running.at_home(launch), on_output, guard)

    async def _run_in(
        self, view: View, command: Command, reach: Reach, on_output: Callable[[str], None]
    ) -> Exit:
        """Run a command in a view of its own, by a runner of its own."""
        if self._tier is None:
            raise RunnerError("there is no sandbox")
        launch = self._launching.launch(command, view.folder)
        running, trial = await self._started(self._tier, reach, view)
        if running is None:
            raise RunnerError(f"the sandbox cannot be started: {trial.reason}")
        try:
            launch = running.at_home(launch)
            launch = replace(launch, environ={**launch.environ, **view.environ})
            return await running.process.run(launch, on_output)
        finally:
            await running.close()

    async def close(self) -> None:
        """End every runner, and with it all that commands have left."""
        self._closed = True
        if self._begun is not None and not self._begun.done():
            self._begun.cancel()
            await asyncio.wait({self._begun})
        running, self._running = self._running, {}
        for one in running.values():
            await one.close()
        folders, self._folders = self._folders, []
        for folder in folders:
            thrown_away(folder)
        await self._views.close()

    async def _choose(self) -> None:
        for tier in self._choosing.tiers:
            trial = await self._start(tier, "workspace")
            self._trials.append(trial)
            if trial.holds:
                self._tier = tier
                return
        if self._choosing.required:
            alone = len(self._trials) == 1
            why = self._trials[0].reason if alone else self.reason
            raise TierMissingError(f"{self._choosing.names} cannot be had here: {why}")

    async def _running_for(self, reach: Reach) -> _Running:
        """Return the runner of a reach, started now where there is none that is sound."""
        async with self._starting:
            running = self._running.get(reach)
            if running is not None and running.process.sound:
                return running
            if running is not None:
                await running.close()
            if self._closed or self._tier is None:
                raise RunnerError("the session is closed")
            trial = await self._start(self._tier, reach)
            if not trial.holds:
                raise RunnerError(f"the sandbox cannot be started: {trial.reason}")
            return self._running[reach]

    async def _start(self, tier: Confined, reach: Reach) -> Trial:
        running, trial = await self._started(tier, reach)
        if running is not None:
            self._running[reach] = running
        return trial

    async def _started(
        self, tier: Confined, reach: Reach, copy: View | None = None
    ) -> tuple[_Running | None, Trial]:
        shown = self._view(copy.folder if copy is not None else self._launching.root)
        if copy is None or copy.folder == self._launching.root:
            self._git = self._git if self._git.writable else shown.git
            shown = replace(shown, git=self._git)
        borrowed = copy.readable if copy is not None else ()
        view = replace(shown, reach=reach, readable=(*shown.readable, *borrowed))
        if reach == "records":
            view = self._for_records(view)
        if tier != "A":
            folder = private_folder(Path(self._launching.environ.get("HOME", "/")))
            self._folders.append(folder)
            view = replace(view, temporary=str(folder))
        group = control_group(self._choosing.processes) if self._choosing.grouped else None
        if is_root() and (group is None or not group.counts):
            view = replace(view, counted=self._choosing.processes)
        prefix = (*(group.prefix if group else ()), *(copy.prefix if copy is not None else ()))
        process, trial = await started(
            tier, view, self._launching.environ, prefix=prefix, tried=reach != "records"
        )
        if process is not None:
            running = _Running(process=process, view=view, private_root=tier == "A", group=group)
            return running, trial
        if group is not None:
            await group.remove()
        return None, trial

    def _for_records(self, view: SandboxView) -> SandboxView:
        """Return what git sees that keeps our records: they alone are written."""
        if self._records is None:
            return view
        self._records.mkdir(mode=0o700, parents=True, exist_ok=True)
        writable = (os.path.realpath(self._records),)
        return replace(view, writes=(), writable=writable, hidden=(), denied=())

    def _guarded(self, view: SandboxView) -> tuple[str, ...]:
        """Name what no mount of this tier holds."""
        if self._tier == "A":
            return view.git.exposed
        return (*view.git.fixed, *view.git.exposed)


async def _guarded_run(
    runner: RunnerProcess, launch: Launch, on_output: Callable[[str], None], guard: Guard
) -> Exit:
    """Run a command, put back what it has changed of what is guarded, and say so."""
    done = None
    changed: tuple[str, ...] = ()
    try:
        done = await runner.run(launch, on_output)
    finally:
        changed = guard.restored()
    text = ""
    if changed:
        names = ", ".join(changed)
        text = (
            "\n[the sandbox has put back what makes git run programs, which this changed:"
            f" {names}]\n"
        )
    if guard.too_large:
        names = ", ".join(guard.too_large)
        text += f"\n[{names} was too large to be put back: look at it before git runs it]\n"
    if guard.led_away:
        names = ", ".join(guard.led_away)
        text += f"\n[the way to {names} leads elsewhere now: git may run what lies there]\n"
    if not text:
        return done
    on_output(text)
    return replace(done, output=done.output + text)
