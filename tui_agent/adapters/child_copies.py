"""Copies of the workspace that children work in: made when one sets out, kept while it is out."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.runner.view_whole import whole_copy
from tui_agent.core.agents import Apart
from tui_agent.core.ports import Runner, Snapshots, Workspace

Make = Callable[[Path, tuple[str, ...]], tuple[Workspace, Runner, Snapshots]]
"""Makes what an agent needs in a folder, given where else its repository's objects lie."""


class KeptCopies:
    """Fills the port `Copies`: one folder a child, below a place of ours.

    A copy holds the work tree as it is, uncommitted changes included, with a repository of its own
    that borrows the user's objects: nothing that is done there, a commit included, touches the
    user's. It lasts until the child's changes have been decided on, over restarts of the program.
    """

    def __init__(self, root: Path, place: Path, make: Make, *, lent: tuple[str, ...] = ()) -> None:
        """Copy `root`, which borrows the objects in `lent`, into folders of `place`."""
        self._root, self._place, self._make, self._lent = root, place, make, lent
        self._open: dict[str, Apart] = {}

    async def open(self, child_id: str, *, new: bool) -> Apart:
        """Make a child's copy, or find the one that was made. Raises OSError."""
        if child_id in self._open:
            return self._open[child_id]
        folder = self._place / child_id / self._root.name
        if new:
            await asyncio.to_thread(self._copy, folder)
        elif not folder.is_dir():
            raise FileNotFoundError(2, "there is no such folder", str(folder))
        facts = git_facts(self._root)
        own = (str(facts.common_dir / "objects"),) if facts is not None else ()
        lent = (*self._lent, *own)
        workspace, runner, snapshots = self._make(folder, lent)
        await runner.begin()
        below = KeptCopies(folder, self._place, self._make, lent=lent)
        made = Apart(workspace=workspace, runner=runner, snapshots=snapshots, copies=below)
        self._open[child_id] = made
        return made

    def _copy(self, folder: Path) -> None:
        folder.parent.mkdir(mode=0o700, parents=True)
        try:
            whole_copy(self._root, folder, self._place)
        except OSError:
            shutil.rmtree(folder.parent, ignore_errors=True)
            raise

    async def close(self) -> None:
        """End what runs in the copies; they stay."""
        kept, self._open = self._open, {}
        for one in kept.values():
            await one.runner.close()
            await one.copies.close()

    async def remove(self, child_id: str) -> None:
        """Remove a child's copy; never raises."""
        gone = self._open.pop(child_id, None)
        if gone is not None:
            await gone.runner.close()
        await asyncio.to_thread(shutil.rmtree, self._place / child_id, ignore_errors=True)
