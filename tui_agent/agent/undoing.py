"""From the user's wish to take something back to the call that does it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from tui_agent.core.undo import ChosenUndo, WrittenFile, choose, commands_of, meant

if TYPE_CHECKING:
    from tui_agent.core.commands import Undo
    from tui_agent.core.patch import FileChange
    from tui_agent.core.ports import Blobs, Snapshots
    from tui_agent.core.state import Agent, Call


async def chosen_undo(agent: Agent, wish: Undo, snapshots: Snapshots, blobs: Blobs) -> ChosenUndo:
    """Find what an undo means, commands' changes included as far as they were recorded.

    Raises:
        NothingToUndoError: there is nothing, or it is taken back already.
        OSError: a payload cannot be kept.
        KeyError: the bytes of an edit are missing.
    """
    commands = {} if wish.hunks else await command_writes(meant(agent, wish), snapshots, blobs)
    return choose(agent, wish, blobs, commands)


async def command_writes(
    calls: Iterable[Call], snapshots: Snapshots, blobs: Blobs
) -> dict[str, tuple[WrittenFile, ...]]:
    """Return what each of these calls' commands changed, as the trees before and after it tell.

    A command whose trees are not recorded, or no longer there, is left out.
    """
    found: dict[str, tuple[WrittenFile, ...]] = {}
    for call in calls:
        if not all(call.trees) or call.applied:
            continue
        found[call.id] = ()
        if commands_of(call):
            try:
                changes = await snapshots.changes(*call.trees)
            except OSError:
                del found[call.id]
                continue
            found[call.id] = await _kept(changes, call, blobs)
    return found


async def _kept(changes: Sequence[FileChange], call: Call, blobs: Blobs) -> tuple[WrittenFile, ...]:
    went = {change.before for change in changes if change.after is None}
    older = frozenset(call.came_in)  # What lies in a folder that was moved is no older than it was.
    came_in = {one.path for one in changes if one.path in older and one.after not in went}
    written: list[WrittenFile] = []
    for change in changes:
        written.append(_written(change, came_in, blobs))
        await asyncio.sleep(0)  # Thousands of payloads take a while: keys are heard meanwhile.
    return tuple(written)


def _written(change: FileChange, came_in: Collection[str], blobs: Blobs) -> WrittenFile:
    name = change.path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    stays = None
    if name != change.path:
        stays = "has a name that is no text, which cannot be recorded"
    elif change.before is None and change.path in came_in:
        stays = "was there before the command, though it was not recorded then"
    return WrittenFile(
        path=name,
        target=name,
        before=None if change.before is None else blobs.put(change.before).sha,
        after=None if change.after is None else blobs.put(change.after).sha,
        mode_before=change.old_mode,
        mode_after=change.new_mode,
        stays=stays,
    )
