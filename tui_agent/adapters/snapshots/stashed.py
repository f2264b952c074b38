"""Stash entries, kept in the shadow before a command may drop them, and given back by an undo.

Git keeps what is dropped for weeks, unless somebody prunes at once. What an entry has beyond the
commit that it was made on is packed here; the commit itself stands in HEAD's own log.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tui_agent.adapters.snapshots.keeping import Git, own_objects
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.adapters.snapshots.trees import store

FOLDER = "stashed"
MOST_OBJECTS = 20_000
"""An entry with more is left to git alone: to pack it would hold the command up."""


async def keep_entries(shadow: Shadow, git: Git, commits: Sequence[str]) -> None:
    """Pack what these entries hold, unless that was done before; what is damaged is left."""
    for commit in commits:
        with suppress(OSError, ValueError):
            await _keep(shadow, git, commit)


async def _keep(shadow: Shadow, git: Git, commit: str) -> None:
    listed = shadow.git_dir / FOLDER / commit
    if listed.exists():
        return
    first, *others = (await git("rev-parse", f"{commit}^@")).decode().split()
    how = ("--objects", "--no-object-names")
    found = await git("rev-list", *how, commit, *others, "--not", first)
    names = found.decode().split()
    if len(names) <= MOST_OBJECTS:
        target = str(shadow.git_dir / "objects" / "pack" / "pack")
        packing = ("pack-objects", "--quiet", "--window=0", "--threads=1", target)
        await git(*packing, stdin=found)
        listed.parent.mkdir(mode=0o700, exist_ok=True)
        listed.write_text("".join(f"{name}\n" for name in names), encoding="ascii")


async def give_back(shadow: Shadow, git: Git, commit: str, objects: Path) -> None:
    """Write what was kept of an entry into a repository's `objects`, where it is no longer there.

    Raises OSError.
    """
    try:
        names = (shadow.git_dir / FOLDER / commit).read_text(encoding="ascii").split()
    except FileNotFoundError:
        return
    there = own_objects(objects)
    for name in names:
        if bytes.fromhex(name) not in there:
            kind = (await git("cat-file", "-t", name)).strip()
            store(objects, kind, await git("cat-file", kind.decode(), name))
