"""One tool call, from its arguments to its result: prepare, policy, ask, run, and the second round.

Where a call stands is read from the state each time, so that a call of a session taken up again
goes on from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from tui_agent.agent.budget_question import BUDGET_TOOL, budget_answered, budget_proposal
from tui_agent.agent.effects import BEFORE, snapshot
from tui_agent.agent.files import SeenFiles
from tui_agent.agent.gate import decided_alone, gate, learn_past, still_asks
from tui_agent.agent.rebase import moved_bases, worked_in
from tui_agent.agent.results import failure, finished, rejection
from tui_agent.agent.running import go_on, run
from tui_agent.core.agents import TASK_TOOL, name_of
from tui_agent.core.blob import size_of
from tui_agent.core.digest import digest_of
from tui_agent.core.edits import EditError
from tui_agent.core.events import ApprovalRequested
from tui_agent.core.masks import TAKES_MASKS, cannot_be_matched, masks_in, would_be_used
from tui_agent.core.ports import ArgumentsError, View
from tui_agent.core.proposal import Decision, Proposal, Reason, ToolOutput
from tui_agent.core.toolsets import LENT
from tui_agent.core.undo import UNDO_TOOL, leaves_out

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.patch import HunkDecision
    from tui_agent.core.state import Call, Turn

REPEATS = 5
"""How often a turn may make the very same call before it is refused."""


async def perform(engine: Engine, call_id: str) -> None:
    """Bring a call to its end, from wherever it stands."""
    while True:
        call = current(engine, call_id)
        if call.status == "finished":
            return
        if call.status == "called":
            await _prepare(engine, call)
        elif call.status == "asked":
            if not decided_alone(engine, call):
                await engine.approvals.wait(call.request_id)
        elif call.status == "decided":
            await _decided(engine, call)
        elif call.tool == TASK_TOOL:
            again = await go_on(engine, call)
            if again is not None:
                gate(engine, current(engine, call_id), again, call.round + 1)
        else:
            return


def current(engine: Engine, call_id: str) -> Call:
    """Return the call as it now is."""
    return _turn(engine).calls[call_id]


def _turn(engine: Engine) -> Turn:
    return engine.agent.turns[-1]


async def _prepare(engine: Engine, call: Call) -> None:
    arguments = engine.loaded(call.arguments)
    refused = _over_limit(engine, call) or _masked(call, arguments)
    if refused is not None:
        finished(engine, call, refused, "not_run")
        return
    if call.tool == BUDGET_TOOL:
        gate(engine, call, budget_proposal(engine, call))
        return
    tool = engine.tool(call)
    if tool is None:
        finished(engine, call, _no_tool(engine, call), "failed")
        return
    try:
        proposal = await tool.prepare(arguments, view_of(engine, call))
    except ArgumentsError as error:
        finished(engine, call, failure("invalid_arguments", str(error)), "failed")
    except EditError as error:
        text = f"{error.message}{_hint(error, arguments)}"
        finished(engine, call, failure(error.kind, text), "failed")
    except (OSError, ValueError) as error:
        finished(engine, call, failure("unreadable", str(error)), "failed")
    else:
        if call.origin == "check":
            proposal = replace(proposal, check=call.origin_id)
        too_large = _over_size(engine, call, proposal)
        if too_large is not None:
            finished(engine, call, too_large, "not_run")
        else:
            _say_what_stays(engine, call, proposal)
            await learn_past(engine, proposal)
            gate(engine, call, proposal)


def _masked(call: Call, arguments: str) -> ToolOutput | None:
    """Refuse what would be done with the mask of a secret in the secret's place."""
    masks = () if call.tool in TAKES_MASKS else masks_in(arguments)
    return failure("masked_arguments", would_be_used(masks[0])) if masks else None


def _hint(error: EditError, arguments: str) -> str:
    masks = masks_in(arguments) if error.kind == "no-match" else ()
    return f"\n{cannot_be_matched(masks[0])}" if masks else ""


def _no_tool(engine: Engine, call: Call) -> ToolOutput:
    name = call.tool
    known = ", ".join(sorted(engine.tools))
    if call.origin == "client":
        known = ", ".join(one for one in LENT if one in engine.tools)
        text = f"The tool {name!r} is not offered to other programs here. These are: {known}."
        return failure("tool_not_available", text)
    if name in engine.world.withheld and engine.agent.parent:
        text = f"The agent {name_of(engine.agent)} has no tool {name!r}. Its tools are: {known}."
        return failure("tool_not_available", text)
    if name in engine.world.withheld:
        text = f"The toolsets of this run leave out {name!r}. The tools are: {known}."
        return failure("tool_not_available", text)
    return failure("unknown_tool", f"There is no tool {name!r}. The tools are: {known}.")


def _say_what_stays(engine: Engine, call: Call, proposal: Proposal) -> None:
    """Tell the person what an undo leaves as it is, before anything is asked or done."""
    if call.tool == UNDO_TOOL:
        level: Literal["warning", "info"] = "warning" if leaves_out(proposal) else "info"
        for note in proposal.notes:
            engine.notice(note, level)


def view_of(engine: Engine, call: Call) -> View:
    """Return what a tool may look at while it prepares this call."""
    world, agent = engine.world, engine.agent
    return View(
        call_id=call.id,
        agent_id=agent.id,
        seen=agent.seen,
        files=SeenFiles(world.workspace, agent.seen, world.log),
        workspace=world.workspace,
        put=world.log.put,
        load=world.log.get,
    )


def _over_limit(engine: Engine, call: Call) -> ToolOutput | None:
    turn, limits = _turn(engine), engine.settings.limits
    step = turn.steps.get(call.step)
    place = step.calls.index(call.id) if step is not None and call.id in step.calls else 0
    if call.origin == "model" and place >= limits.calls_per_step:
        text = (
            f"Not run: a response may ask for {limits.calls_per_step} calls, and this is number "
            f"{place + 1}. Ask for it again in your next response."
        )
        return failure("tool_call_budget_exceeded", text)
    same = sum(
        one.tool == call.tool and one.arguments == call.arguments
        for one in turn.calls.values()
        if one.origin == "model" and one.ended not in ("", "cancelled")
    )
    if call.origin == "model" and same >= REPEATS:
        text = (
            f"Not run: this very call has been made {same} times in this turn. Do something else."
        )
        return failure("repeated_call", text)
    return None


def _over_size(engine: Engine, call: Call, proposal: Proposal) -> ToolOutput | None:
    size, most = size_of(call.arguments), engine.settings.limits.patch_bytes
    if proposal.patch is None or size <= most or call.origin == "user":
        return None  # An undo names every file that it takes back: that is nobody's patch to split.
    text = (
        f"Nothing was changed: the patch has {size:,} bytes, and {most:,} are the limit. "
        "Send it in several calls."
    )
    return failure("patch_size_budget_exceeded", text)


async def _decided(engine: Engine, call: Call) -> None:
    decision, proposal = call.decision, call.proposal
    if decision is None or proposal is None:
        return
    if call.tool == BUDGET_TOOL:
        await budget_answered(engine, call, decision)
    elif decision.verdict == "reject" and not _goes_on(proposal, decision):
        finished(engine, call, rejection(engine, call, proposal, decision), "denied")
    elif still_asks(engine, proposal, decision):
        gate(engine, call, proposal, call.round)
    elif not await _asked_again(engine, call, proposal, decision):
        again = await run(engine, call, proposal, decision)
        if again is not None:
            gate(engine, current(engine, call.id), again, call.round + 1)


def _goes_on(proposal: Proposal, decision: Decision) -> bool:
    """Return whether a rejection is worked in: of hunks by a person, of the rest beside them."""
    if proposal.patch is not None:
        return decision.by == "user"
    return proposal.rest is not None


async def _asked_again(engine: Engine, call: Call, proposal: Proposal, decision: Decision) -> bool:
    """Where files changed under the review: nothing is written, what changed is asked again.

    Where that cannot be, the files are recorded as they were found.
    """
    if proposal.patch is None or engine.settings.edits.stale == "refuse":
        return False
    if digest_of(proposal) != proposal.digest:
        return False  # Not what was approved: `run` refuses it.
    try:
        if decision.verdict == "reject" or not moved_bases(engine, proposal.patch):
            return False
        fresh, kept = worked_in(engine, proposal, decision.hunks)
    except EditError as error:
        refused = failure(error.kind, error.message)
    except (OSError, ValueError, KeyError) as error:
        refused = failure("stale", f"{error}. Nothing was changed.")
    else:
        _ask_again(engine, call, decision, fresh, kept)
        return True
    await snapshot(engine, BEFORE)
    finished(engine, call, refused, "failed")
    return True


def _ask_again(
    engine: Engine,
    call: Call,
    decision: Decision,
    fresh: Proposal,
    kept: tuple[HunkDecision, ...],
) -> None:
    if decision.by != "user":
        gate(engine, call, fresh, call.round)
        return
    engine.emit(
        ApprovalRequested(
            request_id=engine.world.ids("ask"),
            call_id=call.id,
            proposal=fresh,
            reason=Reason(rule="ask.changed", text="the file changed under the review"),
            round=call.round,
            asked_before=True,
            kept=kept,
        )
    )
