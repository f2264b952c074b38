"""A diff that git made, put back on its old side: once by git, once by us."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.repository import Repository, make_repository
from tests.support.workspace import KeptBlobs, workspace_at
from tui_agent.adapters.foreign_diff import read_diff
from tui_agent.agent.files import SeenFiles
from tui_agent.core.edits import ForeignReading, foreign_changes
from tui_agent.core.patch import FileChange

Tree = Mapping[str, tuple[bytes, bool]]
"""What a folder holds: bytes, and whether the file may be run, by path."""

FLAGS = ("--full-index", "--binary", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/")


@dataclass(frozen=True, slots=True)
class TwoSides:
    """A repository whose commit `old` became `new`; the work tree is at `old`."""

    repository: Repository
    old: str
    new: str

    def diff(self, *flags: str) -> bytes:
        """Return git's diff between the two, as bytes."""
        done = subprocess.run(
            ["git", "diff", *(flags or FLAGS), self.old, self.new],
            cwd=self.repository.root,
            capture_output=True,
            check=True,
        )
        return done.stdout

    def read(self, diff: bytes) -> ForeignReading:
        """Work a diff into the work tree as it is, in memory."""
        workspace = workspace_at(self.repository.root, KeptBlobs())
        return foreign_changes(read_diff(diff), SeenFiles(workspace, {}, KeptBlobs()))

    def by_git(self, diff: bytes, folder: Path, *flags: str) -> Tree | None:
        """Return what `git apply` makes of a copy of the work tree; None where it refuses."""
        shutil.copytree(self.repository.root, folder, symlinks=True)
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", *flags, "-"],
            cwd=folder,
            input=diff,
            capture_output=True,
            check=False,
        )
        return tree_of(folder) if done.returncode == 0 else None

    def tree(self) -> Tree:
        """Return the work tree as it is."""
        return tree_of(self.repository.root)

    def with_changes(self, changes: tuple[FileChange, ...]) -> Tree:
        """Return the work tree as the changes would leave it."""
        tree = dict(self.tree())
        for change in changes:
            _, ran = tree.pop(change.path, (b"", False))
            if change.after is not None:
                runs = ran if change.new_mode is None else bool(change.new_mode & 0o100)
                tree[change.new_path or change.path] = (change.after, runs)
        return tree


def two_sides(root: Path, old: Mapping[str, bytes], new: Mapping[str, bytes | None]) -> TwoSides:
    """Commit `old`, then `new` (None deletes), and go back to the first."""
    repository = make_repository(root)
    for path, content in old.items():
        repository.write(path, content)
    first = repository.commit("old")
    for path, after in new.items():
        if after is None:
            (root / path).unlink()
        else:
            repository.write(path, after)
    return back(repository, first)


def back(repository: Repository, first: str) -> TwoSides:
    """Commit what is there now and return to an earlier commit."""
    second = repository.commit("new")
    repository.git("checkout", "--quiet", first)
    return TwoSides(repository, first, second)


def tree_of(root: Path) -> Tree:
    """Return every file below a folder but git's own."""
    found: dict[str, tuple[bytes, bool]] = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != ".git"]
        for name in files:
            path = Path(folder) / name
            where = os.fsdecode(os.fsencode(path.relative_to(root)))
            found[where] = (path.read_bytes(), bool(path.stat().st_mode & 0o100))
    return found
