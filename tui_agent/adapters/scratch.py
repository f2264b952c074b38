"""A work tree of its own for a re-execution: made from recorded trees, thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.git_rooms import GitRooms, lenders
from tui_agent.adapters.runner.leftovers import prefix_of
from tui_agent.adapters.snapshots.shadow import AS_IT_IS
from tui_agent.core.patch.modes import is_link

AUTHOR = {
    "GIT_AUTHOR_NAME": "agent",
    "GIT_AUTHOR_EMAIL": "agent@example.invalid",
    "GIT_AUTHOR_DATE": "2000-01-01T00:00:00+00:00",
    "GIT_COMMITTER_NAME": "agent",
    "GIT_COMMITTER_EMAIL": "agent@example.invalid",
    "GIT_COMMITTER_DATE": "2000-01-01T00:00:00+00:00",
}


class MissingTreeError(LookupError):
    """A tree that is not recorded here (any more)."""


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix=prefix_of("rerun"))).resolve()


class ScratchTree:
    """A folder that holds one recorded tree after the other, in a git repository of its own.

    It borrows the objects of the repository that recorded them and writes nothing there.
    """

    def __init__(self, folder: Path, name: str, source: Path, rooms: GitRooms) -> None:
        """Use `prepared` instead."""
        self.folder = folder
        self.root = folder / name
        self.borrowed = tuple(str(one) for one in (source / "objects", *lenders(source)))
        """The folders of objects that its repository reads."""
        self._room = rooms.room(folder, reads=(source,), writes=(folder,))
        self._environ: Mapping[str, str] = {
            "PATH": rooms.path,
            "HOME": str(folder),
            "LC_ALL": "C",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            **AUTHOR,
        }

    @classmethod
    async def prepared(cls, source: Path, tree: str, *, name: str, rooms: GitRooms) -> ScratchTree:
        """Make the folder with this tree in it, as its first commit.

        `source` is the bare repository that recorded the tree. Raises MissingTreeError, OSError.
        """
        made = cls(_new_folder(), name or "work", source, rooms)
        with ExitStack() as undone:
            undone.callback(made.remove)
            await made._begin(source, tree)
            undone.pop_all()
        return made

    async def _begin(self, source: Path, tree: str) -> None:
        self.root.mkdir()
        await self._git("init", "--quiet", "--initial-branch=main")
        git = self.root / ".git"
        (git / "objects" / "info").mkdir(parents=True, exist_ok=True)
        (git / "objects" / "info" / "alternates").write_text(f"{source / 'objects'}\n")
        (git / "info").mkdir(exist_ok=True)
        (git / "info" / "attributes").write_text(f"{AS_IT_IS}\n")  # It has no driver to run.
        await self._lay(tree)
        commit = (await self._git("commit-tree", tree, "-m", "The recorded beginning")).strip()
        await self._git("update-ref", "HEAD", commit)

    async def set_tree(self, tree: str) -> None:
        """Make the folder what the tree holds. Raises MissingTreeError, OSError.

        Its index stays at the beginning, for nothing of what was done since was staged by a tree.
        """
        await self._lay(tree)
        await self._git("read-tree", "HEAD")

    async def _lay(self, tree: str) -> None:
        try:
            await self._git("cat-file", "-e", f"{tree}^{{tree}}")
        except OSError as error:
            message = f"the tree {tree[:12]} is not recorded here any more"
            raise MissingTreeError(message) from error
        await self._git("read-tree", "--reset", tree)
        await self._git("checkout-index", "--all", "--force")
        await self._git("clean", "-d", "--force", "--quiet")

    async def put(self, path: str, data: bytes | None, mode: int | None = None) -> None:
        """Write a file as a person once did; None takes it away. Raises OSError."""
        target = self.root / path
        if target.is_symlink() or data is None:
            target.unlink(missing_ok=True)
        if data is None:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        if is_link(mode):
            target.symlink_to(os.fsdecode(data))
            return
        target.write_bytes(data)

    def remove(self) -> None:
        """Throw everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _git(self, *arguments: str) -> str:
        try:
            done = await self._room(
                ("git", *arguments), cwd=str(self.root), environ=self._environ, seconds=120.0
            )
        except ProgramError as error:
            raise OSError(str(error)) from error
        if done.code:
            message = f"git {arguments[0]} failed: {done.err[:300] or done.code}"
            raise OSError(message)
        return done.out.decode("utf-8", "replace")
