"""A recorded tree as files in a folder of its own; the user's repository is not told of it."""

from __future__ import annotations

import os
from pathlib import Path

from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.snapshots.shadow import Shadow

_SECONDS = 300.0


async def write_files(shadow: Shadow, tree: str, folder: Path, rooms: GitRooms) -> None:
    """Write every file of a tree into a folder, which must not exist.

    Raises OSError where the tree is not recorded (any more), or the folder cannot be written.
    """
    _make(folder)
    index = folder / f".index-{os.getpid()}"
    environ = {
        **shadow.environ(rooms.path),
        "GIT_INDEX_FILE": str(index),
        "GIT_WORK_TREE": str(folder),
    }
    room = rooms.room(shadow.git_dir, writes=(folder,))
    try:
        for arguments in (
            ("read-tree", tree),
            ("checkout-index", "--all", "--force", f"--prefix={folder}/"),
        ):
            done = await room(
                ("git", *arguments), cwd=str(folder), environ=environ, seconds=_SECONDS
            )
            if done.code:
                message = f"The tree {tree[:12]} cannot be written: {done.err[:200].strip()}"
                raise OSError(message)
    except ProgramError as error:
        raise OSError(str(error)) from error
    finally:
        index.unlink(missing_ok=True)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True)
