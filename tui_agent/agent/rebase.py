"""A patch whose files changed under its review: worked into what is there, and asked again.

The decisions on runs that are still the same are kept, the others are open again; nothing has been
written. Where it cannot be worked in, the call is refused as stale.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.effects import accept_all, settled_files, stored_bytes
from tui_agent.core.digest import seal
from tui_agent.core.edits import EditError
from tui_agent.core.edits.merge import rebased
from tui_agent.core.patch import (
    FileChange,
    FilePatch,
    FileView,
    HunkDecision,
    Patch,
    carry,
    describe,
)
from tui_agent.core.patch.modes import is_link
from tui_agent.core.proposal import Proposal, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_agent.agent.engine import Engine
    from tui_agent.core.ports import Workspace


def moved_bases(engine: Engine, patch: Patch) -> tuple[str, ...]:
    """Return the paths of a patch whose bytes on disk are no longer those it was made from."""
    workspace = engine.world.workspace
    return tuple(
        file.path
        for file in patch.files
        if _now(workspace, file) != stored_bytes(engine, file.before)
    )


def _now(workspace: Workspace, file: FilePatch) -> bytes | None:
    """Return what is there now, of the kind that the patch was made from."""
    if is_link(file.old_mode) or is_link(file.new_mode):
        link = workspace.link(file.path)
        if link is not None or is_link(file.old_mode):
            return link
    return workspace.read(file.path)


def worked_in(
    engine: Engine, proposal: Proposal, hunks: Sequence[HunkDecision]
) -> tuple[Proposal, tuple[HunkDecision, ...]]:
    """Return the proposal over what is on disk now, and the decisions that still hold.

    What was made in a copy cannot be made again: where all of it does not fit any more, the part
    that was accepted is tried alone.

    Raises:
        EditError: `stale`, where the change cannot be worked in.
    """
    try:
        return _worked_in(engine, proposal, hunks)
    except EditError:
        part = _accepted_part(engine, proposal, hunks) if proposal.ran is not None else None
        if part is None or part.patch is None:
            raise
        return _worked_in(engine, part, accept_all(part.patch))


def _accepted_part(
    engine: Engine, proposal: Proposal, hunks: Sequence[HunkDecision]
) -> Proposal | None:
    """Return the proposal without what was rejected; None where that is all of it or nothing."""
    patch = proposal.patch
    if patch is None or not any(one.verdict == "reject" for one in hunks):
        return None
    files = [
        describe(
            FileChange(
                path=one.outcome.path,
                new_path=one.outcome.target if one.outcome.target != one.outcome.path else None,
                before=stored_bytes(engine, one.view.patch.before),
                after=one.outcome.content,
                old_mode=one.view.patch.old_mode,
                new_mode=one.outcome.mode,
                notes=one.view.patch.notes,
            ),
            engine.world.log.put,
        )
        for one in settled_files(engine, patch, hunks)
        if one.outcome.changed
    ]
    if not files:
        return None
    notes = (*proposal.notes, "what you rejected is left out: it does not fit any more")
    return replace(proposal, patch=Patch(files=tuple(files)), notes=notes)


def _worked_in(
    engine: Engine, proposal: Proposal, hunks: Sequence[HunkDecision]
) -> tuple[Proposal, tuple[HunkDecision, ...]]:
    files: list[FilePatch] = []
    kept: list[HunkDecision] = []
    for file in proposal.patch.files if proposal.patch is not None else ():
        before, after = stored_bytes(engine, file.before), stored_bytes(engine, file.after)
        change = FileChange(
            path=file.path,
            new_path=file.new_path,
            before=before,
            after=after,
            old_mode=file.old_mode,
            new_mode=file.new_mode,
            notes=file.notes,
        )
        disk = _now(engine.world.workspace, file)
        new = describe(rebased(change, disk), engine.world.log.put)
        old_view = FileView.of(file, before, after)
        new_view = FileView.of(new, disk, stored_bytes(engine, new.after))
        files.append(new)
        kept.extend(carry(old_view, new_view, hunks))
    patch = Patch(files=tuple(files))
    fresh = replace(
        proposal,
        patch=patch,
        targets=tuple(_refreshed(target, patch) for target in proposal.targets),
        notes=(*proposal.notes, "the file changed under the review; merged"),
    )
    return seal(fresh), tuple(kept)


def _refreshed(target: Target, patch: Patch) -> Target:
    for file in patch.files:
        if file.path == target.path:
            sha = file.before.sha if file.before is not None else None
            return replace(target, sha_before=sha)
    return target
