"""The effect of a decided call: what is announced before it, done, and recorded after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.effects import (
    BEFORE,
    first_snapshot,
    settled_files,
    snapshot,
    writes_of,
)
from tui_agent.agent.gate import edited
from tui_agent.agent.governor import facts_known
from tui_agent.agent.keeping import may_lose, say_what_is_kept, say_what_is_not_kept
from tui_agent.agent.results import EndStatus, failure, finished, kept, nothing_applied
from tui_agent.agent.streaming import OutputStream
from tui_agent.core.digest import digest_of
from tui_agent.core.edits import EditError
from tui_agent.core.events import (
    EditApplied,
    PlannedWrite,
    PlanUpdated,
    SettingChanged,
    ToolStarted,
)
from tui_agent.core.patch import PatchError, Settled
from tui_agent.core.ports import RunContext
from tui_agent.core.proposal import Approved, Decision, Proposal, ToolOutput, in_copy
from tui_agent.core.undo import UNDO_TOOL

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.state import Call


async def run(
    engine: Engine, call: Call, proposal: Proposal, decision: Decision
) -> Proposal | None:
    """Do what was decided and record it; return what asks for a second round."""
    if digest_of(proposal) != proposal.digest:
        text = "The proposal is not the one that was approved. Nothing was done."
        finished(engine, call, failure("approval_mismatch", text), "failed")
        return None
    try:
        settled = settled_files(engine, proposal.patch, decision.hunks) if proposal.patch else ()
    except (PatchError, KeyError) as error:
        text = f"The decisions do not fit the patch: {error}. Nothing was changed."
        finished(engine, call, failure("approval_mismatch", text), "failed")
        return None
    writes = writes_of(engine, settled)
    if proposal.patch is not None and not writes:
        finished(engine, call, nothing_applied(settled, decision), "denied")
        return None
    approved = _worked_in(engine, proposal, decision)
    changes = _changes(proposal) and not in_copy(approved.proposal)
    if changes:
        await first_snapshot(engine)
    if _needs_record_of_before(approved.proposal):
        await snapshot(engine, BEFORE, deep=may_lose(approved.proposal))
        say_what_is_not_kept(engine, approved.proposal)
    engine.emit(
        ToolStarted(
            call_id=call.id,
            round=call.round,
            digest=approved.digest,
            writes=writes,
            sandbox=engine.world.runner.tier,
        )
    )
    begun = engine.live.now_ms()
    output = await _output_of(engine, call, approved, settled, writes)
    if isinstance(output, Proposal) and output.failed is not None and not engine.attended:
        output = output.failed.output
    if isinstance(output, Proposal):
        if changes and output.failed is not None:
            await snapshot(engine, call.id)
        return _next_round(engine, output)
    await _record(engine, call, output, engine.live.now_ms() - begun, changes=changes)
    return None


async def go_on(engine: Engine, call: Call) -> Proposal | None:
    """Go on with the child that this call sent out before the session was left."""
    proposal, decision, started = call.proposal, call.decision, call.started
    if proposal is None or decision is None or started is None:
        return None
    approved = Approved(proposal=proposal, decision=decision, digest=started.digest)
    begun = engine.live.now_ms()
    output = await _output_of(engine, call, approved, (), ())
    if isinstance(output, Proposal):
        return _next_round(engine, output)
    await _record(engine, call, output, engine.live.now_ms() - begun, changes=False)
    return None


def _changes(proposal: Proposal) -> bool:
    if proposal.served is not None:
        return proposal.served.writes  # One that may not write is held by its sandbox.
    return bool(proposal.effects & {"edit", "execute", "outside"})


def _needs_record_of_before(proposal: Proposal) -> bool:
    """Return whether the tree right before the effect must be known, to tell what it changed.

    A command may change any file, and so may a server that writes; a person may have written since
    the last snapshot.
    """
    if proposal.command is not None:
        return "execute" in proposal.effects and not in_copy(proposal)
    writes = proposal.served is not None and proposal.served.writes
    return writes or proposal.tool == UNDO_TOOL


def _next_round(engine: Engine, proposal: Proposal) -> Proposal:
    """Return what asks next; the long texts of what ran already become payloads."""
    if proposal.failed is not None:
        failed = replace(proposal.failed, output=kept(engine, proposal.failed.output))
        return replace(proposal, failed=failed)
    if proposal.ran is not None:
        return replace(
            proposal, ran=replace(proposal.ran, output=kept(engine, proposal.ran.output))
        )
    return proposal


def _worked_in(engine: Engine, proposal: Proposal, decision: Decision) -> Approved:
    command = proposal.command
    if command is not None and decision.command is not None:
        proposal = edited(engine, proposal, decision.command)
        command = proposal.command
    if command is not None and decision.view:
        command = replace(command, view=decision.view)
        proposal = replace(proposal, command=command)
    if decision.plan is not None and proposal.question is not None:
        question = replace(proposal.question, plan=decision.plan)
        proposal = replace(proposal, question=question)
    return Approved(proposal=proposal, decision=decision, digest=digest_of(proposal, decision))


async def _output_of(
    engine: Engine,
    call: Call,
    approved: Approved,
    settled: tuple[Settled, ...],
    writes: tuple[PlannedWrite, ...],
) -> ToolOutput | Proposal:
    stream, facts = OutputStream(engine, call.id), facts_known(engine)
    context = RunContext(
        call_id=call.id,
        agent_id=engine.agent_id,
        workspace=engine.world.workspace,
        runner=engine.world.runner,
        blobs=engine.world.log,
        on_output=stream.add,
        settled=settled,
        writes=writes,
        seen=engine.agent.seen,
        agents=engine.agents_of(engine) if engine.agents_of is not None else None,
        snapshots=engine.world.snapshots,
        sees_images=facts is not None and facts.images is True,
        redact=lambda text: engine.world.redact(text)[0],
    )
    tool = engine.tool(call)
    if tool is None:
        return failure("unknown_tool", f"There is no tool {call.tool!r} any more.")
    try:
        return await tool.run(approved, context)
    except EditError as error:
        return failure(error.kind, error.message)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        where = getattr(error, "filename", None)
        return failure("failed", f"{reason}{f': {where}' if where else ''}")
    finally:
        stream.close()


async def _record(
    engine: Engine, call: Call, output: ToolOutput, ms: int, *, changes: bool
) -> None:
    if output.files:
        engine.emit(EditApplied(call_id=call.id, files=output.files))
    if output.plan is not None:
        _plan(engine, call, output)
    finished(engine, call, output, "finished" if output.ok else _status(output), ms)
    if changes:
        rest = call.proposal.rest if call.proposal is not None else None
        known = [] if rest is not None else [one.path for one in output.files]
        before = engine.agent.deep
        await snapshot(engine, call.id, known or None, deep=_went_deep(engine))
        say_what_is_kept(engine, call.id, before)


def _went_deep(engine: Engine) -> bool:
    """Return whether what a command may throw away was recorded before it."""
    return engine.agent.deep is not None


def _status(output: ToolOutput) -> EndStatus:
    return "finished" if output.exit_code is not None or not output.error else "failed"


def _plan(engine: Engine, call: Call, output: ToolOutput) -> None:
    if output.plan is None:
        return
    asked = call.request_id != ""
    engine.emit(PlanUpdated(plan=output.plan, approved=asked))
    if asked and engine.live.state.mode == "plan":
        engine.emit(SettingChanged(key="mode", value="ask", old="plan"))
