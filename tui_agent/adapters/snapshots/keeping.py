"""Copies what recorded trees only borrow from the user's repository, before it is pruned there.

A tree names objects that the shadow finds in the user's repository. Whatever is not, or one day no
longer, reachable there may be thrown away by any `git gc`: something that was staged and unstaged,
a commit that was amended. What was recorded is listed in a file until all of it is the shadow's
own, so that a process that was killed leaves the work to the next one.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tui_agent.adapters.snapshots.shadow import Shadow

LIST = "to-keep"
MOST_OBJECTS = 100_000
"""A tree with more is left borrowed: to copy it would take longer than a turn."""
_SHA = 20
_HEADER = 8
_FANOUT = 256 * 4


class Git(Protocol):
    """Runs git in the shadow."""

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Awaitable[bytes]:
        """Return what it prints. Raises OSError where it fails."""
        ...


def note(shadow: Shadow, tree: str) -> None:
    """List a tree as one that is to be kept whole."""
    line = f"{tree}\n".encode()
    descriptor = os.open(_list(shadow), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)


async def keep(shadow: Shadow, git: Git) -> list[str]:
    """Make the objects of every listed tree the shadow's own; return the trees.

    Raises OSError where some cannot be read any more, or there is no room.
    """
    listed = _listed(shadow)
    if not listed:
        return []
    options = ("--objects", "--no-object-names", "--missing=allow-any")
    named = await git("rev-list", *options, *listed)
    names = list(dict.fromkeys(named.decode().split()))
    if len(names) <= MOST_OBJECTS:
        own = own_objects(shadow.git_dir / "objects")
        borrowed = [name for name in names if bytes.fromhex(name) not in own]
        if borrowed:
            target = str(shadow.git_dir / "objects" / "pack" / "pack")
            packing = ("pack-objects", "--quiet", "--window=0", "--threads=1", target)
            await git(*packing, stdin="".join(f"{name}\n" for name in borrowed).encode())
    return listed


def own_objects(objects: Path) -> set[bytes]:
    """Return the names of the objects that lie in a repository itself, loose or packed."""
    return {*_loose(objects), *_packed(objects / "pack")}


def _loose(objects: Path) -> Iterator[bytes]:
    for folder in objects.iterdir():
        if len(folder.name) == len("ff"):
            for name in os.listdir(folder):
                with suppress(ValueError):
                    yield bytes.fromhex(folder.name + name)


def _packed(packs: Path) -> Iterator[bytes]:
    """Read the sorted names of each pack's index (version 2)."""
    for path in packs.glob("*.idx"):
        if not path.with_suffix(".pack").exists():
            continue
        data = path.read_bytes()
        if data[:_HEADER] != b"\xfftOc\x00\x00\x00\x02":
            continue
        count = int.from_bytes(data[_HEADER + _FANOUT - 4 : _HEADER + _FANOUT], "big")
        start = _HEADER + _FANOUT
        yield from (data[at : at + _SHA] for at in range(start, start + count * _SHA, _SHA))


def _list(shadow: Shadow) -> Path:
    return shadow.git_dir / LIST


def _listed(shadow: Shadow) -> list[str]:
    try:
        return list(dict.fromkeys(_list(shadow).read_text(encoding="ascii").split()))
    except (OSError, ValueError):
        return []


def strike(shadow: Shadow, done: Iterable[str]) -> None:
    """Take trees off the list; whoever calls it holds the private index against others."""
    path, gone = _list(shadow), set(done)
    left = [tree for tree in _listed(shadow) if tree not in gone]
    if not left:
        path.unlink(missing_ok=True)
        return
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text("".join(f"{tree}\n" for tree in left), encoding="ascii")
    part.rename(path)
