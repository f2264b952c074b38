"""A record of more than a snapshot: what git ignores, and large files.

Taken round a command that may throw them away. What tools make again from other files is left out,
and what may hold a secret; the rest has its limits, and what is beyond them is named.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tui_agent.adapters.snapshots.shadow import EXCLUDED, Shadow

LARGEST = 100 << 20
MOST_BYTES = 256 << 20
MOST_FILES = 5_000

MADE_AGAIN = frozenset(name.rstrip("/") for name in EXCLUDED if "*" not in name)


class Git(Protocol):
    """Runs git for the shadow repository; returns what it printed. Raises OSError."""

    def __call__(
        self, *arguments: str, stdin: bytes = ..., environ: Mapping[str, str] | None = ...
    ) -> Awaitable[bytes]:
        """Run git with these arguments."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepTree:
    """The tree of the private index with the rest of the files."""

    tree: str
    names: tuple[str, ...]
    """The files that only this tree has."""
    left_out: tuple[str, ...]
    """What is not in it, with why."""
    inner: tuple[str, ...]
    """Repositories of their own: nothing of them is in it."""


async def deep_tree(
    shadow: Shadow, git: Git, environ: Mapping[str, str], secret: Callable[[str], bool]
) -> DeepTree:
    """Write the tree of the private index with the rest of the files.

    The caller holds the private index. Raises OSError.
    """
    index = shadow.index.with_name(f"{shadow.index.name}.deep")
    shutil.copyfile(shadow.index, index)
    own = {**environ, "GIT_INDEX_FILE": str(index)}
    try:
        listing = ("ls-files", "-z", "--others", "--exclude-standard")
        listed = await git(*listing, "--ignored", "--directory", environ=own)
        large = await git(*listing, environ=own)
        inner = _submodules(await git("ls-files", "--stage", "-z", environ=own))
        names = list(_files(shadow.root, [*_names(listed), *_names(large)], inner))
        taken, left_out = _within_limits(shadow.root, dict.fromkeys(names), secret)
        if taken:
            lines = b"\0".join(os.fsencode(name) for name in taken) + b"\0"
            await git("update-index", "-z", "--add", "--stdin", stdin=lines, environ=own)
        tree = (await git("write-tree", environ=own)).decode().strip()
    finally:
        index.unlink(missing_ok=True)
    there = _standing(shadow.root, inner)
    return DeepTree(tree=tree, names=tuple(taken), left_out=left_out, inner=there)


def _standing(root: Path, inner: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in dict.fromkeys(inner) if os.path.lexists(root / one / ".git"))


def _submodules(staged: bytes) -> list[str]:
    return [
        os.fsdecode(entry.partition(b"\t")[2])
        for entry in staged.split(b"\0")
        if entry.startswith(b"160000 ")
    ]


def _files(root: Path, names: Sequence[str], inner: list[str]) -> Iterator[str]:
    """Give files as they are, and of folders the files below, without what is made again.

    A repository of its own is added to `inner`.
    """
    for name in names:
        if MADE_AGAIN.intersection(name.rstrip("/").split("/")):
            continue
        if not name.endswith("/"):
            yield name
            continue
        for folder, folders, files in os.walk(root / name):
            folders[:] = sorted(one for one in folders if one not in (*MADE_AGAIN, ".git"))
            if os.path.lexists(os.path.join(folder, ".git")):
                inner.append(os.path.relpath(folder, root))
                folders.clear()
                continue
            yield from (os.path.relpath(os.path.join(folder, one), root) for one in files)


def _within_limits(
    root: Path, names: Mapping[str, None], secret: Callable[[str], bool]
) -> tuple[list[str], tuple[str, ...]]:
    taken: list[str] = []
    left_out: list[str] = []
    room = MOST_BYTES
    for name in names:
        try:
            size = (root / name).lstat().st_size
        except OSError:
            continue
        if secret(name):
            left_out.append(f"{name}: may hold a secret")
        elif size > min(LARGEST, room) or len(taken) >= MOST_FILES:
            left_out.append(f"{name}: too large to be kept")
        else:
            room -= size
            taken.append(name)
    return taken, tuple(left_out)


def _names(out: bytes) -> list[str]:
    return [os.fsdecode(name) for name in out.split(b"\0") if name]
