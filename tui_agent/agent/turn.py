"""The turn: loop over `next_action`, perform it, emit. Nothing is kept between two actions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tui_agent.agent.budget_question import BUDGET_TOOL, arguments_of
from tui_agent.agent.compaction import announce_compaction, compact
from tui_agent.agent.effects import snapshot
from tui_agent.agent.governor import stop_for
from tui_agent.agent.model_call import call_model
from tui_agent.agent.rewinding import went_back
from tui_agent.agent.serving import begin_servers
from tui_agent.agent.tool_call import perform
from tui_agent.core import actions as do
from tui_agent.core.blob import Text
from tui_agent.core.codec import dumps
from tui_agent.core.events import (
    CheckFinished,
    ChecksFound,
    InstructionsLoaded,
    PhaseEntered,
    ToolCalled,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.next_action import next_action
from tui_agent.core.report import report_of, said_nothing
from tui_agent.core.state import command_of

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.commands import CallTools


Origin = Literal["plan", "check", "user", "engine"]


async def run_turn(engine: Engine) -> None:
    """Take the open turn on, from wherever it stands, to its end."""
    turn = engine.agent.turn
    fresh = turn is not None and not turn.first_snapshot and turn.kind == "message"
    if fresh and not engine.agent.parent:  # A child takes it with its first effect.
        engine.first_snapshot = asyncio.create_task(snapshot(engine, "turn"))
        begin_servers(engine)
    try:
        while not isinstance(action := await _next(engine), do.Idle):
            await _perform(engine, action)
    finally:
        engine.under_way.end(engine.agent_id)
        task, engine.first_snapshot = engine.first_snapshot, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _next(engine: Engine) -> do.Action:
    """Return what comes next; before a call of the model, the caps in dollars are looked at."""
    action = next_action(engine.live.state, engine.agent, engine.terms)
    if isinstance(action, do.CallModel):
        announce_compaction(engine)
    stop = await stop_for(engine, action)
    if stop is None:
        return action
    return next_action(engine.live.state, engine.agent, replace(engine.terms, stop=stop))


async def _perform(engine: Engine, action: do.Action) -> None:
    """Perform one action; what it leads to is in the log when this returns."""
    match action:
        case do.CallModel():
            await call_model(engine)
        case do.Compact():
            await compact(engine, action.by)
        case do.RunCalls():
            await _together(engine, action.call_ids)
        case do.Gather():
            engine.emit(await _gathered(engine))
        case do.FindChecks():
            await _find_checks(engine)
        case do.GoBack():
            await went_back(engine, action.call_id)
        case do.RecordCheck():
            await _record_check(engine, action.call_id)
        case _:
            _record(engine, action)


async def _gathered(engine: Engine) -> InstructionsLoaded:
    """Return instructions and facts: a child's are its parent's, which have just been read."""
    above = engine.live.state.agents.get(engine.agent.parent)
    if above is not None and above.instructions is not None:
        return above.instructions
    return await engine.world.workspace.gather(trusted=engine.trusted)


def _record(engine: Engine, action: do.Action) -> None:
    """Perform an action that only records."""
    match action:
        case do.Enter():
            engine.emit(PhaseEntered(phase=action.phase, loop=action.loop))
        case do.Announce():
            _announce(engine, action.step)
        case do.CallPlanned():
            for call in action.step.calls:
                _called(engine, call.tool, dumps(call.arguments), "plan", action.step.id)
        case do.StartCheck():
            arguments = dumps({"command": action.check.command})
            _called(engine, "shell", arguments, "check", action.check.name)
        case do.AskBudget():
            _called(engine, BUDGET_TOOL, arguments_of(action.stop), "engine")
        case do.End():
            end_turn(engine, action)


def end_turn(engine: Engine, end: do.End) -> None:
    """Record the end of the open turn with its report."""
    turn = engine.agent.turn
    if turn is None:
        return
    if turn.phase != "report":
        engine.emit(PhaseEntered(phase="report", loop=turn.loop))
    if end.reason == "done" and said_nothing(turn):
        engine.notice("The model's answer was empty. Ask again, or take another model.", "warning")
    report = report_of(engine.live.state, turn, engine.live.now_ms())
    engine.emit(TurnEnded(reason=end.reason, report=report, detail=end.detail))


def _announce(engine: Engine, number: int) -> None:
    turn = engine.agent.turn
    step = turn.steps.get(number) if turn is not None else None
    if turn is None or step is None or step.response is None:
        return
    for call in step.response.tool_calls:
        if call.id not in turn.calls:
            engine.emit(
                ToolCalled(
                    call_id=call.id,
                    tool=call.name,
                    arguments=engine.stored(call.arguments, "application/json"),
                )
            )


def _called(
    engine: Engine, tool: str, arguments: Text, origin: Origin, origin_id: str = ""
) -> None:
    engine.emit(
        ToolCalled(
            call_id=engine.world.ids("call"),
            tool=tool,
            arguments=arguments,
            origin=origin,
            origin_id=origin_id,
        )
    )


def call_for_user(engine: Engine, tool: str, arguments: Mapping[str, object]) -> None:
    """Record what the user wants done as a call of the turn that has just begun."""
    _called(engine, tool, dumps(arguments), "user")


def begin_for_client(engine: Engine, command: CallTools) -> bool:
    """Begin a turn with the calls of another program; not where a turn is open."""
    if engine.agent.turn is not None:
        engine.notice("A turn is running: another program's calls are not made.", "warning")
        return False
    names = list(dict.fromkeys(one.tool for one in command.calls))
    text = f"{', '.join(names)} for {command.client}"
    engine.emit(TurnStarted(text=engine.stored(text), mode=engine.live.state.mode, kind="client"))
    for one in command.calls:
        engine.emit(
            ToolCalled(
                call_id=one.call_id,
                tool=one.tool,
                arguments=engine.stored(one.arguments, "application/json"),
                origin="client",
                origin_id=command.client,
            )
        )
    return True


async def _together(engine: Engine, call_ids: tuple[str, ...]) -> None:
    """Run calls side by side; the order of their results is that of the calls."""
    if len(call_ids) == 1:
        await perform(engine, call_ids[0])
        return
    async with asyncio.TaskGroup() as group:
        for call_id in call_ids:
            group.create_task(perform(engine, call_id))


async def _find_checks(engine: Engine) -> None:
    checks = await engine.world.workspace.checks()
    engine.emit(ChecksFound(checks=checks))


async def _record_check(engine: Engine, call_id: str) -> None:
    turn = engine.agent.turn
    call = turn.calls.get(call_id) if turn is not None else None
    if call is None or call.output is None or call.proposal is None:
        return
    if engine.live.state.tree_edits:
        await snapshot(engine, call_id)
    engine.emit(
        CheckFinished(
            name=call.origin_id,
            command=command_of(call) or call.proposal.title,
            call_id=call_id,
            exit_code=call.output.exit_code,
            tree=engine.live.state.tree,
            seconds=call.ms / 1000,
            summary=call.output.summary,
        )
    )
