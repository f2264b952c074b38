"""The project's checks on what has been accepted of an open review: in a copy, deciding nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tui_agent.agent.effects import settled_files
from tui_agent.agent.gate import denied
from tui_agent.agent.own_fault import faults_told, say_not_done
from tui_agent.agent.tool_call import view_of
from tui_agent.core.codec import dumps
from tui_agent.core.copies import LaidFile
from tui_agent.core.events import Check, CheckFinished, TrialEnded, TrialStarted
from tui_agent.core.patch import HunkDecision, Patch, PatchError, Settled, undecided
from tui_agent.core.ports import ArgumentsError
from tui_agent.core.run_summary import summary_of
from tui_agent.core.state import Call

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.commands import TryHunks
    from tui_agent.core.proposal import Proposal

SHELL = "shell"


class Trials:
    """At most one trial at a time."""

    def __init__(self, engine: Engine) -> None:
        """Begin with none."""
        self._engine = engine
        self._task: asyncio.Task[None] | None = None
        self._request_id = ""

    async def begin(self, wish: TryHunks) -> None:
        """Run the checks on these hunks, instead of what ran; without hunks only stop."""
        await self.stop()
        engine, waiting = self._engine, self._engine.live.state.waiting.get(wish.request_id)
        if waiting is None or not wish.hunks:
            return
        call = engine.live.state.call(waiting)
        try:
            laid = _accepted(engine, call, wish.hunks)
        except (PatchError, KeyError) as error:
            engine.notice(f"The checks cannot run on these hunks: {error}.", "warning")
            return
        self._request_id = wish.request_id
        self._task = asyncio.create_task(_tried(engine, call, wish, laid))

    def answered(self, request_id: str) -> None:
        """Stop a trial whose review has been decided."""
        if self._task is not None and request_id == self._request_id:
            self._task.cancel()

    async def stop(self) -> None:
        """Stop the trial that runs, if there is one."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _accepted(engine: Engine, call: Call, hunks: Sequence[HunkDecision]) -> tuple[LaidFile, ...]:
    """Return the files as they would be; what is not decided counts as rejected."""
    patch = call.proposal.patch if call.proposal is not None else None
    if patch is None:
        message = "there is nothing to decide"
        raise PatchError(message)
    settled = settled_files(engine, patch, (*hunks, *_rejected(patch, hunks)))
    return tuple(laid for one in settled for laid in _laid(one))


def _rejected(patch: Patch, hunks: Sequence[HunkDecision]) -> list[HunkDecision]:
    left = set(undecided(patch, hunks))
    return [
        HunkDecision(path=file.path, runs=runs, verdict="reject")
        for file in patch.files
        if (runs := tuple(run for run in file.run_ids if run in left))
    ]


def _laid(one: Settled) -> list[LaidFile]:
    outcome = one.outcome
    if not outcome.changed:
        return []
    laid = [LaidFile(path=outcome.target, content=outcome.content, mode=outcome.mode)]
    if outcome.target != outcome.path:
        laid.append(LaidFile(path=outcome.path, content=None))
    return laid


async def _tried(engine: Engine, call: Call, wish: TryHunks, laid: tuple[LaidFile, ...]) -> None:
    with faults_told(partial(say_not_done, engine)):
        await _run(engine, call, wish, laid)


async def _run(engine: Engine, call: Call, wish: TryHunks, laid: tuple[LaidFile, ...]) -> None:
    checks = await engine.world.workspace.checks()
    try:
        tree = await engine.world.snapshots.imagined(laid)
    except OSError:
        tree = ""
    trial = engine.world.ids("trial")
    engine.emit(
        TrialStarted(
            trial=trial, request_id=wish.request_id, hunks=wish.hunks, checks=checks, tree=tree
        )
    )
    stopped = True
    try:
        for check in checks:
            finished = await _checked(engine, call, check, laid)
            engine.emit(replace(finished, tree=tree, trial=trial))
        stopped = False
    finally:
        engine.emit(TrialEnded(trial=trial, request_id=wish.request_id, stopped=stopped))


async def _checked(
    engine: Engine, call: Call, check: Check, laid: tuple[LaidFile, ...]
) -> CheckFinished:
    """Run one check through the gate, as far as nothing forbids it: the user asked for it."""
    ended = CheckFinished(
        name=check.name, command=check.command, call_id=call.id, exit_code=None, tree="", seconds=0
    )
    try:
        proposal = await _proposed(engine, call, check)
        forbidden = denied(engine, proposal)
        if forbidden or proposal.command is None:
            return replace(ended, summary=f"not run: {forbidden or 'it is no command'}")
        command = replace(proposal.command, view="copy", reach="workspace")
        done = await engine.world.runner.run(command, lambda _: None, laid)
    except (OSError, ArgumentsError) as error:
        return replace(ended, summary=f"not run: {error}")
    return replace(
        ended,
        exit_code=done.exit_code,
        seconds=done.ms / 1000,
        summary=summary_of(done),
        output=engine.stored(done.output),
    )


async def _proposed(engine: Engine, call: Call, check: Check) -> Proposal:
    tool = engine.tools.get(SHELL) or engine.world.withheld.get(SHELL)
    if tool is None:
        message = "this run has no tool that runs commands"
        raise OSError(message)
    own = replace(call, tool=SHELL, origin="check", origin_id=check.name)
    proposal = await tool.prepare(dumps({"command": check.command}), view_of(engine, own))
    return replace(proposal, check=check.name)
