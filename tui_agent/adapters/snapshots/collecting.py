"""Recorded trees that no session names any more: which objects only they need, and their removal.

An object stays while any log names a tree that holds it, while a reference or a private index does,
and for a time after it was written, so that a snapshot that is being taken loses nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.git_rooms import GitRoom, GitRooms
from tui_agent.adapters.snapshots.shadow import Shadow

YOUNG_SECONDS = 3600.0
"""An object younger than this stays."""
_NAME = 40
_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unneeded:
    """The objects that nothing refers to."""

    paths: tuple[Path, ...]
    size: int
    """Bytes on disk."""

    def remove(self) -> None:
        """Remove them; one that cannot be removed stays."""
        for path in self.paths:
            path.unlink(missing_ok=True)


def shadows(state: Path) -> list[Path]:
    """Return every repository that trees are kept in."""
    try:
        return sorted(one for one in (state / "repos").iterdir() if one.suffix == ".git")
    except OSError:
        return []


async def unneeded(
    git_dir: Path, trees: set[str], rooms: GitRooms, *, young: float = YOUNG_SECONDS
) -> Unneeded:
    """Return what only other trees than these need. Raises OSError where git cannot tell."""
    environ = dict(
        Shadow(git_dir=git_dir, root=git_dir, index=git_dir / "none").environ(rooms.path)
    )
    del environ["GIT_WORK_TREE"]
    loose = dict(_loose(git_dir))
    kept = await _reachable(rooms.room(git_dir), git_dir, trees, environ)
    before = time.time() - young
    gone: list[Path] = []
    size = 0
    for name, place in loose.items():
        found = place.lstat()
        if name not in kept and found.st_mtime <= before:
            gone.append(place)
            size += found.st_size
    return Unneeded(paths=tuple(gone), size=size)


def _loose(git_dir: Path) -> Iterator[tuple[str, Path]]:
    for folder in (git_dir / "objects").glob("[0-9a-f][0-9a-f]"):
        for place in folder.iterdir():
            name = folder.name + place.name
            if len(name) == _NAME:
                yield name, place


def _indexes(git_dir: Path) -> list[Path]:
    return list(git_dir.glob("index-" + "[0-9a-f]" * 16))


async def _reachable(
    room: GitRoom, git_dir: Path, trees: set[str], environ: dict[str, str]
) -> set[str]:
    asked = "".join(f"{tree}\n" for tree in sorted(trees)).encode()
    checked = await _git(room, environ, "cat-file", "--batch-check", stdin=asked)
    there = [line.split()[0] for line in checked.split(b"\n") if line.endswith(_ENDS)]
    there = [line for line in there if len(line) == _NAME]
    listed = await _git(
        room, environ, "rev-list", "--objects", "--no-object-names", "--missing=allow-any",
        "--all", "--stdin", stdin=b"".join(one + b"\n" for one in there),
    )  # fmt: skip
    kept = {line.decode() for line in listed.split(b"\n") if line}
    for index in _indexes(git_dir):
        own = {**environ, "GIT_INDEX_FILE": str(index)}
        staged = await _git(room, own, "ls-files", "--stage", "-z")
        kept |= {entry.split()[1].decode() for entry in staged.split(b"\0") if entry}
    return kept


_ENDS = tuple(str(digit).encode() for digit in range(10))
"""A line of `cat-file --batch-check` ends with a size where the object is there."""


async def _git(
    room: GitRoom, environ: dict[str, str], *arguments: str, stdin: bytes = b""
) -> bytes:
    try:
        done = await room(
            ("git", *arguments),
            cwd=environ["GIT_DIR"],
            environ=environ,
            stdin=stdin,
            seconds=_SECONDS,
            limit=256 << 20,
        )
    except ProgramError as error:
        raise OSError(str(error)) from error
    if done.code or done.cut:
        message = f"git {arguments[0]} failed: {done.err[:300] or done.code or 'too much'}"
        raise OSError(message)
    return done.out
