"""Which edits of a session an undo means, as a person names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.patch import PatchError
from tui_agent.core.patch.describe import ID_LENGTH
from tui_agent.core.undo.hunks import AppliedHunk, applied_hunks, without
from tui_agent.core.undo.past import (
    Gone,
    commands_of,
    named,
    ran,
    stash_name,
    succeeded,
    taken_back,
)
from tui_agent.core.undo.past import written_by as _written_by
from tui_agent.core.undo.values import WrittenFile

if TYPE_CHECKING:
    from tui_agent.core.commands import Undo
    from tui_agent.core.ports import Blobs
    from tui_agent.core.stash import Stashed
    from tui_agent.core.state.values import Agent, Call, Turn

MOST_NAMED = 5
"""Commands that are named one by one."""


class NothingToUndoError(ValueError):
    """There is nothing that this undo could take back; the message is a sentence for the user."""


class UnknownPlaceError(NothingToUndoError):
    """The undo names a turn, a call or a hunk that there is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenFile:
    """One file of one call that is to be taken back."""

    call_id: str
    written: WrittenFile
    runs: tuple[str, ...] = ()
    """The runs it was cut down to; empty: all that the call did to it."""
    by_command: bool = False
    """Whether a command changed it: read from the trees before and after."""

    @property
    def arguments(self) -> dict[str, object]:
        """How the undo's call names it."""
        given = {name: value for name, value in asdict(self.written).items() if value is not None}
        more: dict[str, object] = {"runs": list(self.runs)} if self.runs else {}
        if self.by_command:
            more["by_command"] = True
        return {"call": self.call_id, **given, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenUndo:
    """What is to be taken back."""

    what: str
    """In words: `turn 3`, `step 2 of turn 3`, `one edit of turn 3`."""
    files: tuple[ChosenFile, ...]
    """The newest first."""
    commands: int = 0
    """How many commands ran there, too, whose changes were not recorded: they stay."""
    ran: tuple[str, ...] = ()
    """The commands whose changes are taken back: what they did elsewhere stays."""
    stash: tuple[tuple[str, Stashed], ...] = ()
    """Entries of git's stash that come back, the oldest first, with the call that dropped them."""

    @property
    def written(self) -> tuple[WrittenFile, ...]:
        """The files alone, the newest first."""
        return tuple(one.written for one in self.files)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the call that takes them back."""
        given: dict[str, Any] = {"what": self.what, "files": [one.arguments for one in self.files]}
        if self.ran:
            given["ran"] = list(self.ran)
        if self.stash:
            given["stash"] = [
                {"call": call_id, "commit": one.commit, "message": one.message}
                for call_id, one in self.stash
            ]
        return {**given, "commands": self.commands}


CommandWrites = Mapping[str, Sequence[WrittenFile]]
"""Of a command's call, by its id: the files that it changed, as the trees tell."""


def meant(agent: Agent, wish: Undo) -> tuple[Call, ...]:
    """Return the calls that an undo means, in order: one, or those of a step or a turn.

    Raises:
        NothingToUndoError: no turn of the session has changed anything that could be taken back.
    """
    turn = _turn_of(agent, wish, taken_back(agent))
    return tuple(call for call in turn.calls.values() if _meant(call, wish))


def choose(agent: Agent, wish: Undo, blobs: Blobs, commands: CommandWrites) -> ChosenUndo:
    """Find what an undo means: of hunks, a call, a step or a turn; else of the last turn.

    Raises:
        NothingToUndoError: there is none, or it is taken back already.
    """
    gone = taken_back(agent)
    turn = _turn_of(agent, wish, gone)
    calls = [call for call in turn.calls.values() if _meant(call, wish)]
    what = _words(turn, wish)
    if wish.hunks:
        return _hunks(agent, calls, wish, blobs, what)
    files = [one for call in reversed(calls) for one in _files_of(call, gone, blobs, commands)]
    stash = [
        (call.id, one)
        for call in calls
        for one in call.dropped
        if not gone.whole(call.id, stash_name(one.commit))
    ]
    if not files and not stash:
        raise NothingToUndoError(_why_nothing(agent, calls, commands, what))
    unknown = sum(ran(call) and call.id not in commands for call in calls)
    return ChosenUndo(
        what=what,
        files=tuple(files),
        commands=unknown,
        ran=titles(calls, files),
        stash=tuple(stash),
    )


def titles(calls: Iterable[Call], files: Iterable[ChosenFile]) -> tuple[str, ...]:
    """Return the commands among these calls whose changes are among these files."""
    changed = {one.call_id for one in files if one.by_command}
    found = [call.proposal.title for call in calls if call.proposal and call.id in changed]
    more = len(found) - MOST_NAMED
    return (*found[:MOST_NAMED], *([f"{more} more"] if more > 0 else []))


def _files_of(
    call: Call, gone: Gone, blobs: Blobs, commands: CommandWrites
) -> Iterable[ChosenFile]:
    for one in _written_by(call):
        if gone.whole(call.id, one.path):
            continue
        left = _left_of(call, one, gone, blobs)
        if left is not None:
            yield left
    for one in commands.get(call.id, ()):
        if not gone.whole(call.id, one.path):
            yield ChosenFile(call_id=call.id, written=one, by_command=True)


def _left_of(call: Call, one: WrittenFile, gone: Gone, blobs: Blobs) -> ChosenFile | None:
    """Return what is left of an edit of a file once single hunks of it have been taken back."""
    back = gone.runs(call.id, one.path)
    if not back:
        return ChosenFile(call_id=call.id, written=one)
    hunks = [hunk for hunk in _known_hunks([call], blobs) if hunk.path == one.path]
    runs = {run for hunk in hunks for run in hunk.runs} - back
    if not runs:
        return None
    written, cut = without(call, one.path, runs, one, blobs)
    return ChosenFile(call_id=call.id, written=written, runs=cut)


def listed_hunks(agent: Agent, wish: Undo, blobs: Blobs) -> tuple[AppliedHunk, ...]:
    """Return the hunks that an undo may name, of the calls that it means.

    Raises NothingToUndoError where there are none.
    """
    hunks = _known_hunks(meant(agent, wish), blobs)
    if not hunks:
        message = "There is no hunk to take back: no edit was applied there."
        raise NothingToUndoError(message)
    return hunks


def _known_hunks(calls: Iterable[Call], blobs: Blobs) -> tuple[AppliedHunk, ...]:
    try:
        return applied_hunks(calls, blobs.get)
    except KeyError:
        message = (
            "There is nothing to take back by hunks: what an edit was made from is no longer among "
            "the session's payloads."
        )
        raise NothingToUndoError(message) from None


def _hunks(agent: Agent, calls: Sequence[Call], wish: Undo, blobs: Blobs, what: str) -> ChosenUndo:
    hunks = _known_hunks(calls, blobs)
    chosen = [hunk for name in wish.hunks if (hunk := _hunk_named(hunks, name)) is not None]
    if not chosen:
        raise NothingToUndoError("There is nothing to take back: this hunk was not applied.")
    gone = taken_back(agent)
    by_id = {call.id: call for call in calls}
    wanted: dict[tuple[str, str], set[str]] = {}
    for hunk in chosen:
        if gone.run(hunk.call_id, hunk.path, hunk.runs):
            message = f"Hunk {hunk.number} ({hunk.path}, {hunk.where}) is taken back already."
            raise NothingToUndoError(message)
        wanted.setdefault((hunk.call_id, hunk.path), set()).update(hunk.runs)
    files: list[ChosenFile] = []
    for (call_id, path), runs in reversed(wanted.items()):
        call = by_id[call_id]
        written = next(one for one in _written_by(call) if path in (one.path, one.target))
        try:
            cut, all_runs = without(call, path, runs, written, blobs)
        except PatchError as error:
            raise NothingToUndoError(f"There is nothing to take back: {error}.") from None
        files.append(ChosenFile(call_id=call_id, written=cut, runs=all_runs))
    names = ", ".join(dict.fromkeys(hunk.path for hunk in chosen))
    count = len({hunk.number for hunk in chosen})
    number = "one hunk" if count == 1 else f"{count} hunks"
    return ChosenUndo(what=f"{number} of {names} ({what})", files=tuple(files))


def _hunk_named(hunks: Sequence[AppliedHunk], name: str) -> AppliedHunk | None:
    """Return the hunk of this number, or of this run alone; None for a run not applied."""
    for hunk in hunks:
        if name.isdecimal() and int(name) == hunk.number:
            return hunk
        if name in hunk.runs:
            return replace(hunk, runs=(name,))
    if len(name) == ID_LENGTH:
        return None
    there = f"there are {len(hunks)}" if len(hunks) != 1 else "there is one"
    message = f"There is no hunk {name} to take back here: {there}."
    raise UnknownPlaceError(message)


def _turn_of(agent: Agent, wish: Undo, gone: Gone) -> Turn:
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
    return _last_turn(agent, gone, by_hunk=bool(wish.hunks))


def _last_turn(agent: Agent, gone: Gone, *, by_hunk: bool) -> Turn:
    """Return the last turn that changed files and was not taken back; an undo is none."""
    edited = False
    for turn in reversed(agent.turns):
        calls = [call.id for call in turn.calls.values() if _changed(call)]
        if calls and turn.kind not in ("undo", "rewind"):
            edited = True
            if by_hunk or not gone.calls.intersection(calls):
                return turn
    if edited:
        message = "There is nothing to take back: every edit of this session is taken back already"
        message += "." if gone.wholly else ", but what you kept: name its turn to take that back."
    else:
        message = "There is nothing to take back: no turn of this session has changed a file."
    raise NothingToUndoError(message)


def _changed(call: Call) -> bool:
    return bool(_written_by(call)) or commands_of(call)


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
    if turn.kind == "rewind":
        return f"the rewind in turn {turn.number}"
    return f"turn {turn.number}"


def _why_nothing(agent: Agent, calls: Iterable[Call], commands: CommandWrites, what: str) -> str:
    mine = {call.id for call in calls if _written_by(call) or commands.get(call.id)}
    if not mine:
        return f"There is nothing to take back: {what} has changed no file."
    by = [
        turn.number
        for turn in agent.turns
        for call in turn.calls.values()
        if succeeded(call) and mine.intersection(one.call_id for one in named(call))
    ]
    return f"There is nothing to take back: {what} is taken back already, by turn {by[-1]}."
