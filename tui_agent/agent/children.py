"""Child agents: sent out by a call of their parent, through the same gate, into the same log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui_agent.agent.brought_back import brought_back
from tui_agent.agent.results import failure
from tui_agent.agent.stopping import close_turn
from tui_agent.agent.turn import run_turn
from tui_agent.core.agents import (
    AgentDefinition,
    Apart,
    Closing,
    Returned,
    child_of_call,
    counted,
    depth_refusal,
    name_of,
    result_of,
    told_of,
)
from tui_agent.core.copies import CopyChanges
from tui_agent.core.events import AgentFinished, AgentStarted, TurnStarted
from tui_agent.core.proposal import ToolOutput

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.ports import Snapshot, Snapshots, Tool
    from tui_agent.core.state import Agent, Turn


@dataclass(frozen=True, slots=True)
class Children:
    """Fills `core.ports.Agents` for one agent.

    A child is an agent like any other, with an engine of its own: nothing of its parent's tools,
    history, model and approvals reaches it. Where it stands is read from the state, so that a
    session taken up again goes on with the child that it left.
    """

    engine: Engine

    async def run(self, call_id: str, name: str, task: str) -> Returned:
        """Send out a child, or go on with the one of this call; give its result."""
        engine = self.engine
        child = child_of_call(engine.live.state, engine.agent_id, call_id)
        try:
            if child is None:
                refused = self._refused(name)
                if refused is not None:
                    return Returned(output=refused)
                child = await self._set_out(call_id, engine.world.children[name], task)
            if child.returned is None:
                async with self._slots():
                    await self._work(child)
            return await self._returned(child)
        except NotApartError as error:
            return Returned(output=failure("no_copy", str(error)))

    def _refused(self, name: str) -> ToolOutput | None:
        engine = self.engine
        if name not in engine.world.children:
            known = ", ".join(sorted(engine.world.children))
            return failure("unknown_agent", f"There is no agent {name!r}. The agents are: {known}.")
        caller = engine.agent
        limit = engine.settings.agents.depth
        text = depth_refusal(caller.depth, limit, name_of(caller), name)
        return failure("too_deep", text) if text else None

    async def _set_out(self, call_id: str, definition: AgentDefinition, task: str) -> Agent:
        engine = self.engine
        child_id = engine.world.ids("agent")
        tree = ""
        if definition.isolation:
            tree = (await _taken((await _apart(engine, child_id, new=True)).snapshots)).tree
        engine.emit(
            AgentStarted(
                child_id=child_id,
                name=definition.name,
                call_id=call_id,
                depth=engine.agent.depth + 1,
                task=engine.stored(task),
                instructions=engine.stored(definition.instructions),
                tools=definition.tools,
                model=definition.model or engine.settings.agents.model,
                isolation=definition.isolation,
                tree=tree,
            )
        )
        return engine.live.state.agents[child_id]

    def _slots(self) -> asyncio.Semaphore:
        if self.engine.slots is None:
            self.engine.slots = asyncio.Semaphore(max(1, self.engine.settings.agents.at_once))
        return self.engine.slots

    async def _work(self, child: Agent) -> None:
        own = engine_of(self.engine, child)
        if child.set_out is not None and child.set_out.isolation:
            apart = await _apart(self.engine, child.id, new=False)
            own.world = replace(
                own.world,
                workspace=apart.workspace,
                runner=apart.runner,
                snapshots=apart.snapshots,
                copies=apart.copies,
            )
        own.facts = await own.world.model.facts(own.model)
        try:
            if not child.turns and child.set_out is not None:
                own.emit(TurnStarted(text=child.set_out.task, mode=own.mode))
            await run_turn(own)
        finally:
            await _let_go(own)

    async def _returned(self, child: Agent) -> Returned:
        engine, turn = self.engine, child.turns[-1]
        reason = turn.ended.reason if turn.ended is not None else "interrupted"
        text = told_of(child, turn, engine.loaded(result_of(child)))
        changes = await self._changes(child)
        if child.returned is None:
            result = engine.stored(text)
            engine.emit(AgentFinished(child_id=child.id, status=reason, result=result))
        ok = reason == "done"
        output = ToolOutput(
            ok=ok,
            text=text,
            error="" if ok else reason,
            summary=counted(turn) if ok else f"{reason.replace('_', ' ')} · {counted(turn)}",
        )
        return Returned(output=output, changes=changes)

    async def _changes(self, child: Agent) -> CopyChanges:
        """Return what a child changed in its copy since it set out."""
        if child.set_out is None or not child.set_out.isolation:
            return CopyChanges()
        engine = self.engine
        apart = await _apart(engine, child.id, new=False)
        taken = await _taken(apart.snapshots)
        try:
            changes = await apart.snapshots.changes(child.set_out.tree, taken.tree)
        except OSError as error:
            message = f"What {name_of(child)} changed in its copy cannot be told: {error}"
            raise NotApartError(message) from None
        unrecorded = taken.left_out
        if unrecorded:
            async with engine.snapping:
                known = (await _taken(engine.world.snapshots)).left_out
            unrecorded = tuple(one for one in unrecorded if one not in known)
        copy, workspace = apart.workspace.root, engine.world.workspace
        return await asyncio.to_thread(brought_back, changes, copy, workspace, unrecorded)


class NotApartError(Exception):
    """A child that is to work in a copy has none; the message is for the model and the user."""


async def _apart(engine: Engine, child_id: str, *, new: bool) -> Apart:
    if engine.world.copies is None:
        message = "Not run: no copies of the workspace can be made here."
        raise NotApartError(message)
    try:
        return await engine.world.copies.open(child_id, new=new)
    except OSError as error:
        what = "could not be made" if new else "is gone"
        message = f"Not run: the copy of the workspace that it works in {what}: {error}"
        raise NotApartError(message) from None


async def _taken(snapshots: Snapshots) -> Snapshot:
    try:
        return await snapshots.take()
    except OSError as error:
        message = f"Not run: the copy of the workspace cannot be recorded: {error}"
        raise NotApartError(message) from None


async def remove_copies(engine: Engine) -> None:
    """Remove the copies of children whose changes have been decided on."""
    copies = engine.world.copies
    if copies is None:
        return
    state = engine.live.state
    for child in state.agents.values():
        set_out = child.set_out
        if set_out is None or not set_out.isolation:
            continue
        turns = state.agents[child.parent].turns
        calls = [turn.calls[set_out.call_id] for turn in turns if set_out.call_id in turn.calls]
        if all(call.status == "finished" for call in calls):
            await copies.remove(child.id)


def engine_of(parent: Engine, child: Agent) -> Engine:
    """Return the means of a child: its own tools, answers and facts; the session's everything."""
    made = parent.world.child_tools()
    granted = child.set_out.tools if child.set_out is not None else ()
    world = replace(
        parent.world,
        tools={name: made[name] for name in granted if name in made},
        withheld={name: tool for name, tool in made.items() if name not in granted},
        own_tools={},
    )
    return replace(
        parent,
        world=world,
        settings=replace(parent.settings, verify=False),
        agent_id=child.id,
        facts=None,
        first_snapshot=None,
        slots=None,
    )


def close_children(engine: Engine) -> None:
    """End the open turns of all children, those that were sent out last first: a person stopped."""
    for child, turn in _open(engine):
        close_turn(replace(engine, agent_id=child.id), turn)
        parent = replace(engine, agent_id=child.parent)
        parent.emit(AgentFinished(child_id=child.id, status="interrupted"))


def _open(engine: Engine) -> Iterator[tuple[Agent, Turn]]:
    for child in reversed(list(engine.live.state.agents.values())):
        if child.parent and child.turn is not None:
            yield child, child.turn


async def _let_go(engine: Engine) -> None:
    """Close what the child's tools hold; a failure is said and stops nothing."""
    tools: Mapping[str, Tool] = engine.world.tools
    for name, tool in tools.items():
        if isinstance(tool, Closing):
            try:
                await tool.close()
            except OSError as error:
                engine.notice(f"The tool {name} could not be closed: {error}", "warning")
