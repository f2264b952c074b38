"""Taking a session up again: what was cut off is closed or rolled forward, by appending."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.compacting import cut_off_summary
from tui_agent.agent.compaction import finish_compaction
from tui_agent.agent.day import settle_cut_off
from tui_agent.agent.effects import settled_files, snapshot
from tui_agent.agent.keeping import record_cut_off
from tui_agent.agent.results import failure, finished
from tui_agent.agent.setup import setup_of
from tui_agent.agent.streaming import so_far
from tui_agent.core.agents import TASK_TOOL
from tui_agent.core.events import (
    EditApplied,
    ModelFailed,
    Notice,
    PlannedWrite,
    SessionResumed,
    SnapshotTaken,
    ToolStarted,
)
from tui_agent.core.patch import PatchError, Settled, tell
from tui_agent.core.proposal import FileEffect, ToolOutput, in_copy
from tui_agent.core.seen import seen_after

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.state import Call, Turn

CUT_OFF = "It was cut off before it ended; its outcome is unknown. Look before you do it again."

CUT_OFF_COPY = (
    "It was cut off while it ran in a copy of the workspace: nothing of it reached the files here. "
    "What it may have done elsewhere is unknown."
)


def only_copied(call: Call) -> bool:
    """Return whether all that a call has done so far was done in a copy."""
    return call.proposal is not None and in_copy(call.proposal, call.decision)


async def resume(engine: Engine, program: str, argv: tuple[str, ...]) -> None:
    """Repair the log of an interrupted process by appending to it, and say what has changed."""
    tree, changed = await _changed_files(engine)
    moved = engine.live.state.workspace != engine.world.workspace.root
    engine.live.emit(
        SessionResumed(
            program=program,
            argv=argv,
            changed_files=changed,
            sandbox=engine.world.runner.tier,
            setup=setup_of(engine),
            workspace=engine.world.workspace.root if moved else "",
            branch=engine.world.workspace.branch(),
        )
    )
    await record_cut_off(engine)
    cut_off_summary(engine, "The process ended before the summary came.")
    for agent in list(engine.live.state.agents.values()):
        finish_compaction(replace(engine, agent_id=agent.id))
        if agent.turn is not None:
            _repair(replace(engine, agent_id=agent.id), agent.turn)
    await _record_tree(engine, tree)


def _repair(engine: Engine, turn: Turn) -> None:
    """Close what of one agent's turn was cut off; a child that was sent out goes on."""
    for step in list(turn.steps.values()):
        if step.open and step.request is not None:
            settle_cut_off(engine, step.request.request_id)
            engine.emit(
                ModelFailed(
                    request_id=step.request.request_id,
                    kind="cancelled",
                    message="The answer was cut off; it is asked for again.",
                    attempt=step.attempts,
                )
            )
    for call in list(turn.calls.values()):
        sent_out = call.tool == TASK_TOOL and not (call.started and call.started.writes)
        if call.status == "running" and not sent_out:
            mend(engine, call)


async def _record_tree(engine: Engine, found: str) -> None:
    """Record the tree as it is, where the last snapshot did not come about or is old."""
    state = engine.live.state
    if state.tree and state.tree_edits:
        await snapshot(engine, "turn")
    elif found and found != state.tree:
        engine.live.emit(SnapshotTaken(tree=found, parent=state.tree, reason="turn"))


async def _changed_files(engine: Engine) -> tuple[str, tuple[str, ...]]:
    """Return the tree as it is, and the files that differ from the last recorded one.

    An edit that the log tells of, and whose bytes stand there, is no difference; nor is one that
    was cut off, which is mended or asked about next. What a command did that nobody saw end is.
    """
    state = engine.live.state
    if not state.tree:
        return "", ()
    try:
        taken = await engine.world.snapshots.take()
        if taken.tree == state.tree:
            return taken.tree, ()
        changed = await engine.world.snapshots.changed(state.tree, taken.tree)
    except OSError as error:
        engine.live.emit(
            Notice(text=f"What changed meanwhile is unknown: {error}", level="warning")
        )
        return "", ()
    known = _written_since(engine)
    return taken.tree, tuple(path for path in changed if not _as_written(engine, known, path))


def _written_since(engine: Engine) -> dict[str, set[str | None]]:
    """Return what edits of ours may have made of each file since the last recorded tree."""
    known: dict[str, set[str | None]] = {}
    for record in reversed(engine.live.records):
        event = record.event
        if isinstance(event, SnapshotTaken):
            break
        if isinstance(event, ToolStarted):
            for write in event.writes:
                known.setdefault(write.path, set()).update(
                    blob.sha if blob is not None else None for blob in (write.before, write.after)
                )
    return known


def _as_written(engine: Engine, known: dict[str, set[str | None]], path: str) -> bool:
    if path not in known:
        return False
    try:
        data = engine.world.workspace.read(path)
    except (OSError, ValueError):
        return False
    return (hashlib.sha256(data).hexdigest() if data is not None else None) in known[path]


def mend(engine: Engine, call: Call) -> None:
    """Close a call that had started: an edit is rolled forward, anything else is unknown."""
    started = call.started
    if started is None or not started.writes:
        text = CUT_OFF_COPY if only_copied(call) else CUT_OFF
        finished(engine, call, failure("unknown_outcome", text + so_far(call)), "unknown")
        return
    load = engine.world.log.get
    workspace = engine.world.workspace
    try:
        found = workspace.recover(started.writes, load)
        if found == "unchanged":
            workspace.commit(started.writes, load)
    except (OSError, KeyError, ValueError) as error:
        _torn(engine, call, started.writes, str(error))
        return
    if found == "torn":
        _torn(engine, call, started.writes, "a file is neither what it was nor what it was to be")
        return
    files = tuple(_effect(write) for write in started.writes)
    if not call.applied:
        engine.emit(EditApplied(call_id=call.id, files=files))
    settled = _settled(engine, call)
    output = ToolOutput(
        ok=True,
        text=tell(settled) if settled else "Applied.",
        summary="applied",
        files=files,
        seen=seen_after(settled, engine.agent.seen) if call.origin != "user" else (),
    )
    finished(engine, call, output, "finished")


def _effect(write: PlannedWrite) -> FileEffect:
    return FileEffect(
        path=write.path,
        sha_before=write.before.sha if write.before is not None else None,
        sha_after=write.after.sha if write.after is not None else None,
    )


def _settled(engine: Engine, call: Call) -> tuple[Settled, ...]:
    """Return what was decided of each file; nothing where the record does not tell."""
    proposal, decision = call.proposal, call.decision
    if proposal is None or proposal.patch is None or decision is None:
        return ()
    try:
        return settled_files(engine, proposal.patch, decision.hunks)
    except (PatchError, KeyError):
        return ()


def _torn(engine: Engine, call: Call, writes: tuple[PlannedWrite, ...], why: str) -> None:
    paths = ", ".join(write.path for write in writes)
    text = f"An edit was cut off and cannot be completed: {why} ({paths}). Nothing was written now."
    engine.notice(text, "warning")
    finished(engine, call, failure("unknown_outcome", text), "unknown")
