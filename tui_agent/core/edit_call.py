"""What the tools that change files share: changes to a proposal, a decision to a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui_agent.core.arguments import canonical
from tui_agent.core.digest import seal
from tui_agent.core.edits import EditError
from tui_agent.core.masks import masks_added, would_be_written
from tui_agent.core.next_action import OWN_EDITS
from tui_agent.core.patch import FileChange, Patch, describe, tell
from tui_agent.core.proposal import FileEffect, Proposal, Target, ToolOutput
from tui_agent.core.seen import seen_after

if TYPE_CHECKING:
    from tui_agent.core.ports import RunContext, View
    from tui_agent.core.proposal import Mark

MINUS = "−"
TITLE_PATHS = 3


def propose_changes(
    tool: str, changes: Sequence[FileChange], arguments: Mapping[str, Any], view: View
) -> Proposal:
    """Return the proposal of these changes, with the hunks that real bytes make.

    Raises EditError `malformed` where nothing would change, or a secret's mask would be written.
    """
    for change in changes if tool not in OWN_EDITS else ():
        mask = masks_added(change.before, change.after)
        if mask:
            raise EditError("malformed", would_be_written(mask, change.new_path or change.path))
    patch = Patch(files=tuple(describe(change, view.put) for change in changes))
    if not any(file.run_ids for file in patch.files):
        raise EditError("malformed", "The edit changes nothing: the files are like that already.")
    return seal(
        Proposal(
            call_id=view.call_id,
            tool=tool,
            title=title_of(patch),
            effects=frozenset({"edit"}),
            targets=targets_of(patch, view.workspace.marks),
            patch=patch,
            notes=tuple(f"{file.path}: {note}" for file in patch.files for note in file.notes),
            arguments=canonical(arguments),
        )
    )


def title_of(patch: Patch) -> str:
    """Return a line for a patch: its first paths and its counts."""
    paths = [
        f"{file.path} → {file.new_path}" if file.new_path else file.path for file in patch.files
    ]
    more = f" and {len(paths) - TITLE_PATHS} more" if len(paths) > TITLE_PATHS else ""
    return f"{', '.join(paths[:TITLE_PATHS])}{more}  +{patch.plus} {MINUS}{patch.minus}"


def targets_of(patch: Patch, marks: Callable[[str], tuple[Mark, ...]]) -> tuple[Target, ...]:
    """Return every path that a patch writes, with its marks and the bytes before."""
    return tuple(
        Target(
            path=path,
            effect="edit",
            sha_before=file.before.sha if file.before and path == file.path else None,
            marks=marks(path),
        )
        for file in patch.files
        for path in dict.fromkeys((file.path, file.new_path or file.path))
    )


def carry_out(context: RunContext) -> ToolOutput:
    """Write what was decided, all of it or nothing, and say what is on disk now.

    Raises EditError `stale` and OSError as `Workspace.commit` does; nothing is then changed.
    """
    effects = context.workspace.commit(context.writes, context.blobs.get)
    return ToolOutput(
        ok=True,
        text=tell(context.settled),
        summary=_summary(effects),
        files=effects,
        seen=seen_after(context.settled, context.seen),
    )


def _summary(effects: Sequence[FileEffect]) -> str:
    added, removed = sum(one.added for one in effects), sum(one.removed for one in effects)
    files = f"{len(effects)} files  " if len(effects) > 1 else ""
    return f"{files}+{added} {MINUS}{removed}"
