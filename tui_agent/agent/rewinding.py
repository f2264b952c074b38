"""Going back: the files by an undo of all since then, then the conversation, in one turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tui_agent.agent.effects import BEFORE, snapshot
from tui_agent.agent.undoing import chosen_undo, command_writes
from tui_agent.core.commands import Rewind, Undo
from tui_agent.core.events import Rewound
from tui_agent.core.state import joined, mark_at
from tui_agent.core.undo import (
    ChosenUndo,
    NothingToUndoError,
    calls_after,
    choose_since,
    place_in_words,
)

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.ports import Blobs, Snapshots
    from tui_agent.core.state import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTurn:
    """A turn of the user's own, as it is begun."""

    text: str
    kind: Literal["undo", "rewind"]
    arguments: Mapping[str, object]


async def own_turn_for(engine: Engine, wish: Undo | Rewind) -> OwnTurn:
    """Return the turn that takes back what the user means.

    Raises:
        NothingToUndoError: there is nothing, or it is taken back already.
        OSError: a payload cannot be kept.
        KeyError: the bytes of an edit are missing.
    """
    world = engine.world
    if isinstance(wish, Rewind):
        _, arguments = await chosen_rewind(engine.live.state, wish, world.snapshots, world.log)
        place = place_in_words(engine.agent, arguments["rewind"]["to_seq"])
        return OwnTurn(text=f"rewind to {place}", kind="rewind", arguments=arguments)
    undo = await chosen_undo(
        joined(engine.live.state, wish.agent), wish, world.snapshots, world.log
    )
    return OwnTurn(text=f"undo {undo.what}", kind="undo", arguments=undo.arguments)


async def chosen_rewind(
    state: Session, wish: Rewind, snapshots: Snapshots, blobs: Blobs
) -> tuple[ChosenUndo, dict[str, Any]]:
    """Return what a rewind takes back, and the arguments of the call that does it.

    Raises:
        NothingToUndoError: there is no such place, or nothing has happened since.
        OSError: a payload cannot be kept.
    """
    found = mark_at(state.main, wish.to_seq)
    if found is None:
        message = "There is no such place to go back to in this session."
        raise NothingToUndoError(message)
    chosen = ChosenUndo(what=f"conversation to {place_in_words(state.main, found.seq)}", files=())
    if wish.files:
        calls = calls_after(state, found.seq)
        chosen = choose_since(state, found.seq, await command_writes(calls, snapshots, blobs))
    if not wish.conversation and not chosen.files:
        message = "There is nothing to go back to: no file has been changed since."
        raise NothingToUndoError(message)
    place = {"to_seq": found.seq, "conversation": wish.conversation, "files": wish.files}
    return chosen, {**chosen.arguments, "rewind": place}


async def went_back(engine: Engine, call_id: str) -> None:
    """Record that the session went back, and how the files differ from what they were there."""
    agent = engine.agent
    call = next(turn.calls[call_id] for turn in reversed(agent.turns) if call_id in turn.calls)
    if call.proposal is None:
        return
    given = json.loads(call.proposal.arguments)["rewind"]
    found = mark_at(agent, given["to_seq"])
    engine.emit(
        Rewound(
            to_seq=given["to_seq"],
            conversation=given["conversation"],
            files=given["files"],
            place=place_in_words(agent, given["to_seq"]),
            changed_files=await _differing(engine, found.tree if found is not None else ""),
        )
    )


async def _differing(engine: Engine, tree: str) -> tuple[str, ...]:
    """Return the files that are not as they were in a tree; none where that is not known."""
    if not tree:
        return ()
    await snapshot(engine, BEFORE)
    try:
        return await engine.world.snapshots.changed(tree, engine.live.state.tree)
    except OSError:
        return ()
