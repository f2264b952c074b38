"""What a child changed in its copy, as changes of its parent's workspace; and what cannot be one.

Links come along as what they are. What would lead out of the workspace, or take the place of a
folder, stays in the copy and is named.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.core.copies import CopyChanges
from tui_agent.core.patch.modes import is_link

if TYPE_CHECKING:
    from tui_agent.core.patch import FileChange
    from tui_agent.core.ports import Workspace

OUT = "a link that leads out of the workspace"
SWAPPED = "a folder took the place of a file, or a file that of a folder"
THROUGH = "its folder is a link in the workspace"

NAMED = 5
"""Paths that are named for each reason."""


def brought_back(
    changes: Sequence[FileChange], copy: str, workspace: Workspace, unrecorded: Sequence[str]
) -> CopyChanges:
    """Return what can be reviewed, and say what stays in the copy.

    Args:
        changes: What differs in the copy.
        copy: Where the copy lies; absolute.
        workspace: The parent's.
        unrecorded: What no snapshot of the copy holds, each with why, as snapshots say it.
    """
    swapped = set(_swapped([one.path for one in changes]))
    files: list[FileChange] = []
    left: dict[str, list[str]] = defaultdict(list)
    for change in changes:
        one = _from_here(change, copy, workspace.root)
        why = SWAPPED if one.path in swapped else _problem(one, workspace)
        if why:
            left[why].append(one.path)
        else:
            files.append(one)
    told = [*(f"{_counted(names)}: {why}" for why, names in left.items()), *unrecorded]
    return CopyChanges(files=tuple(files), left=tuple(f"left in the copy: {one}" for one in told))


def _from_here(change: FileChange, copy: str, root: str) -> FileChange:
    """Lead a link to the same file of the workspace that it leads to in the copy."""
    goal, old = change.after, os.fsencode(copy)
    if goal is None or not is_link(change.new_mode):
        return change
    if goal == old or goal.startswith(old + b"/"):
        return replace(change, after=os.fsencode(root) + goal[len(old) :])
    return change


def _problem(change: FileChange, workspace: Workspace) -> str:
    folders = _above(change.path)
    if any(workspace.link(folder) is not None for folder in folders):
        return THROUGH
    if change.after is None:
        return ""
    if any(workspace.mode(folder) is not None for folder in folders):
        return SWAPPED
    if is_link(change.new_mode) and not workspace.leads_inside(change.path, change.after):
        return OUT
    return ""


def _above(path: str) -> tuple[str, ...]:
    """Return the folders that a path lies in, outermost first."""
    parts = path.split("/")
    return tuple("/".join(parts[:depth]) for depth in range(1, len(parts)))


def _swapped(paths: Sequence[str]) -> Iterator[str]:
    """Yield the paths of which one is a folder of the other."""
    known = set(paths)
    for path in paths:
        below = [folder for folder in _above(path) if folder in known]
        if below:
            yield from (path, *below)


def _counted(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join([*names[:NAMED], *([f"{more} more"] if more > 0 else [])])
