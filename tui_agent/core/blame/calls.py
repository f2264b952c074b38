"""From the calls of a session to the versions of files that they made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from tui_agent.core.agents import TASK_TOOL, child_of_call, name_of
from tui_agent.core.blame.lines import Origin, Piece, Version
from tui_agent.core.state.lineage import is_apart
from tui_agent.core.undo import UNDO_TOOL, written_by

if TYPE_CHECKING:
    from tui_agent.core.patch import FilePatch
    from tui_agent.core.proposal import Decision
    from tui_agent.core.state.values import Agent, Call, Session, Turn

Load = Callable[[str], bytes]


def versions_of(state: Session, load: Load, steps: Mapping[str, int]) -> Iterator[Version]:
    """Give the versions that a session's edits made of files, in no order.

    Args:
        state: The session.
        load: Loads a payload by its digest; raises KeyError where it is missing.
        steps: Of each call, the number of its step in the session.
    """
    for agent in state.agents.values():
        if is_apart(state, agent):
            continue  # What was taken from its copy is a call of the agent that sent it.
        for turn in agent.turns:
            for call in turn.calls.values():
                if call.applied:
                    origin = origin_of(state, turn, call, steps.get(call.id, 0))
                    yield from _edits(origin, call, load)


def origin_of(state: Session, turn: Turn, call: Call, step: int) -> Origin:
    """Return what a line that a call made is said to come from."""
    asked = turn.steps.get(call.step)
    request = asked.request if asked is not None else None
    model = request.model if request is not None and call.origin in ("model", "plan") else ""
    made_by = _agent_of(state, turn)
    sent = child_of_call(state, made_by.id, call.id) if call.tool == TASK_TOOL else None
    if sent is not None and sent.set_out is not None:
        made_by, model = sent, sent.set_out.model or model
    return Origin(
        session=state.id,
        step=step,
        turn=turn.number,
        call_id=call.id,
        tool=call.tool,
        model=model,
        agent=name_of(made_by) if made_by.parent else _client(call),
        decision=_decided(call.decision, call.tool),
        title=call.proposal.title if call.proposal is not None else call.tool,
        ts=call.started_ts or call.ts,
    )


def _agent_of(state: Session, turn: Turn) -> Agent:
    """Return whose turn it is; its number is its place among its agent's, unless some are lost."""
    agents = state.agents.values()
    for one in agents:
        if len(one.turns) >= turn.number and one.turns[turn.number - 1] is turn:
            return one
    return next(one for one in agents if any(other is turn for other in one.turns))


def _client(call: Call) -> str:
    return call.origin_id if call.origin == "client" else ""


def _edits(origin: Origin, call: Call, load: Load) -> Iterator[Version]:
    patch = call.proposal.patch if call.proposal is not None else None
    by_path = {file.path: file for file in patch.files} if patch is not None else {}
    restores = _restored(call)
    for one in written_by(call):
        try:
            before = None if one.before is None else load(one.before)
            after = None if one.after is None else load(one.after)
        except KeyError:
            continue
        yield Version(
            origin=origin,
            path=one.path,
            target=one.target,
            before=before,
            after=after,
            pieces=_pieces(by_path.get(one.path), call),
            restores=tuple(restores.get(one.target, ())),
        )


def _pieces(file: FilePatch | None, call: Call) -> tuple[Piece, ...]:
    """Return where the file before was changed by a hunk that a person edited by hand."""
    if file is None or call.decision is None:
        return ()
    by_run = {
        run: hunk
        for hunk in call.decision.hunks
        if hunk.path == file.path and hunk.verdict == "edit"
        for run in hunk.runs
    }
    return tuple(
        Piece(start=run.old_start, end=run.old_end, decision="edited by hand")
        for run in file.runs
        if run.id in by_run
    )


def _decided(decision: Decision | None, tool: str) -> str:
    if tool == UNDO_TOOL:
        return "undo"
    if decision is None:
        return ""
    rule = decision.reason.rule if decision.reason is not None else ""
    by = {"rule": f"by rule {rule}", "mode": f"by {rule}", "hook": f"by hook {rule}"}
    return by.get(decision.by, "accepted")


def _restored(call: Call) -> dict[str, list[str]]:
    """Return, for each file that an undo wrote, the versions that it brings back."""
    if call.tool != UNDO_TOOL or call.proposal is None:
        return {}
    found: dict[str, list[str]] = {}
    for file in json.loads(call.proposal.arguments)["files"]:
        if "before" in file:
            for name in {file["path"], file["target"]}:
                found.setdefault(name, []).append(file["before"])
    return found
