"""Reads single files of recorded trees: what a path held, and what it was called before.

GitPython asks `git` in the shadow repository; so this is for commands that look back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.adapters.snapshots.recorded import opened
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.adapters.snapshots.trees import FOLDER

if TYPE_CHECKING:
    from git import Repo


class RecordedFiles:
    """The files of one workspace's recorded trees."""

    def __init__(self, repository: Repo) -> None:
        """Read from this shadow; see `recorded_files`."""
        self._repository = repository

    def read(self, tree: str, path: str) -> bytes | None:
        """Return a file's bytes in a tree; None where it, or the tree, is not recorded."""
        from git import BadObject, Tree

        try:
            found = Tree(self._repository, bytes.fromhex(tree), FOLDER, "") / path
        except (BadObject, KeyError, ValueError):
            return None
        if found.type != "blob":
            return None
        data: bytes = found.data_stream.read()
        return data

    def former_name(self, old: str, new: str, path: str) -> str:
        """Return what a file was called in the tree before; its own name where it was not moved."""
        from git import BadName, GitCommandError

        try:
            for one in self._repository.tree(old).diff(self._repository.tree(new)):
                if one.renamed_file and one.rename_to == path:
                    return one.rename_from or path
        except (BadName, GitCommandError, ValueError):
            return path
        return path


@contextmanager
def recorded_files(state: Path, root: Path) -> Iterator[RecordedFiles]:
    """Open the recorded trees of a workspace. Raises OSError where there are none."""
    with opened(Shadow.of(state, root)) as repository:
        yield RecordedFiles(repository)
