"""Which edits of a session an undo means, and which have been taken back: read from the log.

An undo is a call of the tool `undo` that names the files of the calls it takes back. What it names
counts as taken back for as long as that undo has not been taken back itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tui_agent.core.undo.values import WrittenFile

if TYPE_CHECKING:
    from tui_agent.core.commands import Undo
    from tui_agent.core.events import PlannedWrite
    from tui_agent.core.patch import FilePatch
    from tui_agent.core.proposal import Proposal
    from tui_agent.core.state.values import Agent, Call, Turn

UNDO_TOOL = "undo"
"""The user's own tool; no model is told of it."""

Pair = tuple[str, str]
"""A call's id and the name of a file that it wrote."""


class NothingToUndoError(ValueError):
    """There is nothing that this undo could take back; the message is a sentence for the user."""


class UnknownPlaceError(NothingToUndoError):
    """The undo names a turn or a call that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenUndo:
    """What is to be taken back."""

    what: str
    """In words: `turn 3`, `step 2 of turn 3`, `one edit of turn 3`."""
    files: tuple[tuple[str, WrittenFile], ...]
    """Each with the id of the call that wrote it, the newest first."""
    commands: int = 0
    """How many commands ran there, too: what they changed is not taken back."""

    @property
    def written(self) -> tuple[WrittenFile, ...]:
        """The files alone, the newest first."""
        return tuple(one for _, one in self.files)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the call that takes them back."""
        files = [{"call": call_id, **_given(one)} for call_id, one in self.files]
        return {"what": self.what, "files": files, "commands": self.commands}


def _given(one: WrittenFile) -> dict[str, object]:
    return {name: value for name, value in asdict(one).items() if value is not None}


def choose(agent: Agent, wish: Undo) -> ChosenUndo:
    """Find the edits that an undo means: of a call, a step or a turn; else of the last turn.

    Raises:
        NothingToUndoError: there are none, or they are taken back already.
    """
    gone = taken_back(agent)
    turn = _turn_of(agent, wish, gone)
    calls = [call for call in turn.calls.values() if _meant(call, wish)]
    what = _words(turn, wish)
    files = [
        (call.id, one)
        for call in reversed(calls)
        for one in _written_by(call)
        if (call.id, one.path) not in gone
    ]
    if not files:
        raise NothingToUndoError(_why_nothing(agent, calls, what))
    commands = sum(call.proposal is not None and _ran(call) for call in calls)
    return ChosenUndo(what=what, files=tuple(files), commands=commands)


def _turn_of(agent: Agent, wish: Undo, gone: set[Pair]) -> Turn:
    if wish.call_id is not None:
        for turn in agent.turns:
            if wish.call_id in turn.calls:
                return turn
        message = f"There is no call {wish.call_id} in this session."
        raise UnknownPlaceError(message)
    if wish.turn is not None:
        for turn in agent.turns:
            if turn.number == wish.turn:
                return turn
        message = f"There is no turn {wish.turn} in this session: it has {len(agent.turns)}."
        raise UnknownPlaceError(message)
    return _last_turn(agent, {call_id for call_id, _ in gone})


def _last_turn(agent: Agent, gone: set[str]) -> Turn:
    """Return the last turn that changed files and was not taken back; an undo is none."""
    edited = False
    for turn in reversed(agent.turns):
        calls = [call.id for call in turn.calls.values() if _written_by(call)]
        if calls and turn.kind != "undo":
            edited = True
            if not gone.intersection(calls):
                return turn
    if edited:
        message = "There is nothing to take back: every edit of this session is taken back already."
    else:
        message = "There is nothing to take back: no turn of this session has changed a file."
    raise NothingToUndoError(message)


def _meant(call: Call, wish: Undo) -> bool:
    if wish.call_id is not None:
        return call.id == wish.call_id
    return wish.step is None or call.step == wish.step


def _words(turn: Turn, wish: Undo) -> str:
    if wish.call_id is not None:
        return f"one edit of turn {turn.number}"
    if wish.step is not None:
        return f"step {wish.step} of turn {turn.number}"
    if turn.kind == "undo":
        return f"the undo in turn {turn.number}"
    return f"turn {turn.number}"


def _why_nothing(agent: Agent, calls: Iterable[Call], what: str) -> str:
    mine = {call.id for call in calls if _written_by(call)}
    if not mine:
        return f"There is nothing to take back: {what} has changed no file."
    by = [
        turn.number
        for turn in agent.turns
        for call in turn.calls.values()
        if _succeeded(call) and mine.intersection(call_id for call_id, _ in _named(call))
    ]
    return f"There is nothing to take back: {what} is taken back already, by turn {by[-1]}."


def taken_back(agent: Agent) -> set[Pair]:
    """Return what is taken back as things stand: calls with the files they wrote."""
    gone: set[Pair] = set()
    for turn in reversed(agent.turns):
        for call in reversed(turn.calls.values()):
            if not _succeeded(call):
                continue
            again = {name for call_id, name in gone if call_id == call.id}
            gone |= {(call_id, name) for call_id, name in _named(call) if name not in again}
    return gone


def _succeeded(call: Call) -> bool:
    return call.tool == UNDO_TOOL and call.output is not None and call.output.ok


def _named(call: Call) -> Iterator[Pair]:
    """Give what an undo took back, under each name that the file had, without what it left out."""
    if call.proposal is None:
        return
    given = json.loads(call.proposal.arguments)
    left = set(given.get("left_out", ()))
    for file in given["files"]:
        for name in dict.fromkeys((file["path"], file["target"])):
            if not left & {file["path"], file["target"]}:
                yield file["call"], name


def leaves_out(proposal: Proposal) -> bool:
    """Return whether an undo has to leave files as they are that were to be taken back."""
    return bool(json.loads(proposal.arguments).get("left_out"))


def _ran(call: Call) -> bool:
    return call.started is not None and "execute" in (
        call.proposal.effects if call.proposal else ()
    )


def _written_by(call: Call) -> tuple[WrittenFile, ...]:
    """Return the files that a call wrote; none where it did not come to that."""
    if not call.applied or call.started is None:
        return ()
    patch = call.proposal.patch if call.proposal is not None else None
    by_path = {file.path: file for file in patch.files} if patch is not None else {}
    moved = {file.new_path: file for file in by_path.values() if file.new_path is not None}
    writes = {write.path: write for write in call.started.writes}
    sources = {moved[name].path for name in writes if name in moved and moved[name].path in writes}
    return tuple(
        _written(write, writes, by_path, moved)
        for name, write in writes.items()
        if name not in sources
    )


def _written(
    write: PlannedWrite,
    writes: dict[str, PlannedWrite],
    by_path: dict[str, FilePatch],
    moved: dict[str, FilePatch],
) -> WrittenFile:
    file = moved.get(write.path)
    source = writes.get(file.path) if file is not None else None
    before = write.before if source is None else source.before
    path = write.path if source is None else source.path
    known = by_path.get(path)
    return WrittenFile(
        path=path,
        target=write.path,
        before=before.sha if before is not None else None,
        after=write.after.sha if write.after is not None else None,
        mode_before=known.old_mode if known is not None else None,
        mode_after=write.mode_after,
    )
