"""Recorded trees as one git pack: out of a shadow repository, and into a bare one of its own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.git_rooms import GitRoom, GitRooms
from tui_agent.adapters.snapshots.shadow import Shadow

SECONDS = 120.0
BARE = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\thooksPath = /dev/null\n"


async def packed_trees(
    state: Path, workspace: Path, trees: Sequence[str], rooms: GitRooms
) -> bytes:
    """Return the pack of these trees with all that they hold; empty where one is not there.

    Raises OSError where git cannot be run.
    """
    bare = recorded_in(state, workspace)
    if not trees or bare is None:
        return b""
    environ = bare_environ(bare, rooms.path)
    room = rooms.room(bare)
    wanted = "".join(f"{tree}\n" for tree in trees).encode()
    listed = await _git(
        room, environ, ("rev-list", "--objects", "--no-object-names", "--stdin"), wanted
    )
    if listed is None:
        return b""
    pack = await _git(room, environ, ("pack-objects", "--stdout", "-q", "--threads=1"), listed)
    return pack or b""


def recorded_in(state: Path, workspace: Path) -> Path | None:
    """Return the repository that recorded a workspace, be the workspace itself gone; None: none."""
    git = os.fsencode(workspace / ".git")
    places = [
        Shadow.of(state, workspace).git_dir,
        state / "repos" / f"{hashlib.sha256(git).hexdigest()[:16]}.git",
    ]
    return next((place for place in places if place.exists()), None)


async def unpacked(pack: bytes, folder: Path, rooms: GitRooms) -> Path:
    """Make a bare repository with what a pack holds; git checks every object. Return its folder.

    Raises OSError for a pack that is not sound.
    """
    bare = folder / "trees.git"
    for part in ("objects/info", "objects/pack", "refs"):
        (bare / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    (bare / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
    (bare / "config").write_text(BARE, encoding="utf-8")
    if pack:
        arguments = ("index-pack", "--stdin", "--strict", "--fix-thin")
        room = rooms.room(bare, writes=(bare,))
        if await _git(room, bare_environ(bare, rooms.path), arguments, pack) is None:
            message = "the trees in the bundle are damaged"
            raise OSError(message)
    return bare


def bare_environ(bare: Path, path: str) -> dict[str, str]:
    """Return the exact environment of a git process in a bare repository of ours."""
    return {
        "PATH": path,
        "HOME": str(bare),
        "LC_ALL": "C",
        "GIT_DIR": str(bare),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }


async def _git(
    room: GitRoom, environ: Mapping[str, str], arguments: Sequence[str], stdin: bytes
) -> bytes | None:
    """Run git; None where it says no. Raises OSError where it cannot be run."""
    try:
        done = await room(
            ("git", *arguments),
            cwd=environ["GIT_DIR"],
            environ=environ,
            stdin=stdin,
            seconds=SECONDS,
        )
    except ProgramError as error:
        raise OSError(str(error)) from error
    return done.out if done.code == 0 else None
