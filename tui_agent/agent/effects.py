"""From a decided patch to what is written; and the snapshots round every effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.core.events import PlannedWrite, SnapshotTaken, WorkspaceChanged
from tui_agent.core.patch import (
    FilePatch,
    FileView,
    HunkDecision,
    Patch,
    PatchError,
    Settled,
    settle,
    undecided,
)
from tui_agent.core.patch.modes import is_link
from tui_agent.core.proposal import Decision

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.blob import Blob


BEFORE = "before"
"""Why a snapshot is taken that precedes what may destroy or change more than it names."""


def accept_all(patch: Patch) -> tuple[HunkDecision, ...]:
    """Return a decision that accepts every run, spelled out for the record."""
    return tuple(
        HunkDecision(path=file.path, runs=file.run_ids, verdict="accept")
        for file in patch.files
        if file.run_ids
    )


def completed(patch: Patch, decision: Decision) -> Decision:
    """Return the decision with a verdict for every run.

    Raises:
        PatchError: if it leaves some undecided.
    """
    if decision.hunks and decision.verdict != "reject":
        left = undecided(patch, decision.hunks)
        if left:
            message = f"{len(left)} changes have no verdict yet"
            raise PatchError(message)
        return decision
    if decision.verdict == "reject":
        kept = [one for one in decision.hunks if one.verdict == "reject"]
        rejected = tuple(
            HunkDecision(
                path=file.path,
                runs=tuple(run for run in file.run_ids if not _has(kept, file, run)),
                verdict="reject",
                reason=decision.feedback,
            )
            for file in patch.files
        )
        return replace(decision, hunks=(*kept, *(one for one in rejected if one.runs)))
    return replace(decision, hunks=accept_all(patch))


def _has(decisions: Sequence[HunkDecision], file: FilePatch, run: str) -> bool:
    return any(one.path == file.path and run in one.runs for one in decisions)


def settled_files(
    engine: Engine, patch: Patch, hunks: Sequence[HunkDecision]
) -> tuple[Settled, ...]:
    """Return each file of the patch with its decisions worked in.

    Raises:
        PatchError: if the decisions do not fit the patch.
    """
    return tuple(
        settle(
            FileView.of(file, stored_bytes(engine, file.before), stored_bytes(engine, file.after)),
            tuple(one for one in hunks if one.path == file.path),
        )
        for file in patch.files
    )


def stored_bytes(engine: Engine, blob: Blob | None) -> bytes | None:
    """Load the bytes of a file that a patch names. Raises KeyError where they are missing."""
    return None if blob is None else engine.world.log.get(blob.sha)


def writes_of(engine: Engine, settled: Sequence[Settled]) -> tuple[PlannedWrite, ...]:
    """Return what will be written: every path with its bytes before and after, stored as blobs."""
    return planned_writes(settled, engine.world.log.put)


def planned_writes(
    settled: Sequence[Settled], put: Callable[[bytes], Blob]
) -> tuple[PlannedWrite, ...]:
    """Return what decided patches come to; `put` stores the bytes."""
    writes: list[PlannedWrite] = []
    for one in settled:
        outcome, before = one.outcome, one.view.patch.before
        was_link = is_link(one.view.patch.old_mode)
        if not outcome.changed:
            continue
        after = None if outcome.content is None else put(outcome.content)
        moved = outcome.target != outcome.path
        writes.append(
            PlannedWrite(
                path=outcome.target,
                before=None if moved else before,
                after=after,
                mode_after=outcome.mode,
                link_before=was_link and not moved,
            )
        )
        if moved:
            writes.append(
                PlannedWrite(path=outcome.path, before=before, after=None, link_before=was_link)
            )
    return tuple(writes)


async def snapshot(
    engine: Engine, reason: str, changed: Sequence[str] | None = None, *, deep: bool = False
) -> None:
    """Record the workspace as a tree; a failure is said once and stops nothing.

    With `deep`, what a snapshot leaves out is recorded beside it. A child's copy is recorded as it
    begins and as it ends, by those who keep it.
    """
    if engine.apart:
        return
    async with engine.snapping:
        await _snapshot(engine, reason, changed, deep=deep)


async def _snapshot(
    engine: Engine, reason: str, changed: Sequence[str] | None, *, deep: bool
) -> None:
    state = engine.live.state
    parent, ours = state.tree, state.tree_edits
    try:
        taken = await engine.world.snapshots.take(changed)
        ours = ours or state.tree_edits  # of an agent that works beside this one
        more = await engine.world.snapshots.deep() if deep else None
        if reason == BEFORE and taken.tree == parent and more is None:
            return
        if parent and not ours and taken.tree != parent and reason in ("turn", BEFORE):
            paths = await engine.world.snapshots.changed(parent, taken.tree)
            engine.emit(WorkspaceChanged(paths=paths))
    except OSError as error:
        engine.notice(f"No snapshot could be taken: {error}", "warning")
        return
    engine.emit(
        SnapshotTaken(
            tree=taken.tree,
            parent=parent,
            reason=reason,
            left_out=taken.left_out,
            came_in=taken.came_in,
            ms=taken.ms,
            deep=more,
        )
    )


async def first_snapshot(engine: Engine) -> None:
    """Wait for the snapshot that began with the turn, or take it now: before the first effect."""
    turn = engine.agent.turn
    if turn is None or turn.first_snapshot:
        return
    task = engine.first_snapshot
    if task is not None and not task.cancelled():
        await task
        engine.first_snapshot = None
    if not turn.first_snapshot:
        await snapshot(engine, "turn")
