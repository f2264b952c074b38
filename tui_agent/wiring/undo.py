"""`agent undo`: what it would do, from a session on disk; and the session taken up to do it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.ui.commands.contract import ListedHunk, UndoDone, UndoPreview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_agent.adapters.session_log import MemoryLog, StoredSession
    from tui_agent.core.blob import Blob
    from tui_agent.core.commands import Rewind, Undo
    from tui_agent.core.patch import FileChange, FileView
    from tui_agent.wiring.around import Around


async def undo_preview(around: Around, name: str, wish: Undo | Rewind) -> UndoPreview:
    """Show what an undo or a rewind would do; nothing is written, not even a record.

    Raises:
        NothingToUndoError: there is nothing to take back, or a turn is open.
        SessionNotFoundError: there is none, or it belongs to another folder.
        OSError: its log cannot be read.
    """
    from tui_agent.adapters.session_log import MemoryLog
    from tui_agent.agent.files import SeenFiles
    from tui_agent.agent.rewinding import chosen_rewind
    from tui_agent.agent.undoing import chosen_undo
    from tui_agent.core.commands import Rewind
    from tui_agent.core.state import fold, joined
    from tui_agent.core.undo import NothingToUndoError, notes_of, take_back
    from tui_agent.wiring.taking_up import belongs_here

    stored = around.stored(name)
    belongs_here(stored.folder, stored.records, around.shelf, around.resumable_places)
    around.work_where(stored.records)
    state = fold(stored.records)
    if state.main.turn is not None:
        how = "-c" if name == "last" else f"-r {name}"
        message = f"A turn of this session is still open: agent {how} goes on with it, Esc ends it."
        raise NothingToUndoError(message)
    log = MemoryLog()
    payloads = _Payloads(stored, log)
    world = around.world(log)
    where = ""
    if isinstance(wish, Rewind):
        chosen, _ = await chosen_rewind(state, wish, world.snapshots, payloads)
        where = "since then"
    else:
        chosen = await chosen_undo(joined(state, wish.agent), wish, world.snapshots, payloads)
    files = SeenFiles(world.workspace, {}, log)
    back = take_back(chosen.written, files, payloads.get)
    return UndoPreview(
        what=chosen.what,
        views=tuple(_view(change, log) for change in back.changes),
        left_out=tuple(one.reason for one in back.left_out),
        notes=notes_of(back, where or f"in {chosen.what}", chosen.commands, chosen.ran),
        alone=isinstance(wish, Rewind) and not wish.files,
    )


def rewind_wish(around: Around, name: str, place: str, what: tuple[bool, bool]) -> Rewind:
    """Return what goes back to a step: `what` says whether the conversation does, and the files.

    Raises:
        UnknownPlaceError: there is no such step.
        SessionNotFoundError: there is no such session.
        OSError: its log cannot be read.
    """
    from tui_agent.core.commands import Rewind
    from tui_agent.core.state.stops import find_stops, stop_at
    from tui_agent.core.undo import UnknownPlaceError

    records = around.stored(name).records
    try:
        stop = stop_at(find_stops(records), place)
    except LookupError as error:
        raise UnknownPlaceError(str(error)) from None
    said = stop.kind == "user" and stop.mark == "turn"
    to_seq = stop.seq - 1 if said else records[stop.count - 1].seq
    return Rewind(to_seq=to_seq, conversation=what[0], files=what[1])


def undo_hunks(around: Around, name: str, wish: Undo) -> Sequence[ListedHunk]:
    """List the hunks that an undo may name.

    Raises:
        NothingToUndoError: there are none.
        SessionNotFoundError: there is no such session.
        OSError: its log cannot be read.
    """
    from tui_agent.adapters.session_log import MemoryLog
    from tui_agent.core.state import fold, joined
    from tui_agent.core.undo import listed_hunks, taken_back

    stored = around.stored(name)
    agent = joined(fold(stored.records), wish.agent)
    gone = taken_back(agent)
    return [
        ListedHunk(
            number=one.number,
            path=one.path,
            where=one.where,
            section=one.section,
            plus=one.plus,
            minus=one.minus,
            taken_back=gone.run(one.call_id, one.path, one.runs),
        )
        for one in listed_hunks(agent, wish, _Payloads(stored, MemoryLog()))
    ]


class _Payloads:
    """The payloads of a session that is only looked at, and new ones, which are kept nowhere."""

    def __init__(self, stored: StoredSession, memory: MemoryLog) -> None:
        self._stored, self._memory = stored, memory

    def put(self, data: bytes, *, mime: str = "text/plain") -> Blob:
        """Keep a payload until the process ends."""
        return self._memory.put(data, mime=mime)

    def get(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError where it is missing."""
        try:
            return self._memory.get(sha)
        except KeyError:
            return self._stored.payload(sha)


def _view(change: FileChange, log: MemoryLog) -> FileView:
    from tui_agent.core.patch import FileView, describe

    return FileView.of(describe(change, log.put), change.before, change.after)


async def undo(around: Around, name: str, wish: Undo | Rewind, *, approve: bool) -> UndoDone:
    """Take the session up, take its edits back, and leave it.

    Raises:
        SessionNotFoundError: there is none to take up.
        OSError: the log cannot be written, or another process writes it.
    """
    around.options = replace(around.options, resume=name, approve_all=approve)
    opened = await around.open(attended=False)
    agent = opened.agent
    try:
        turns = len(agent.state.main.turns)
        agent.send(wish)
        await agent.wait_idle()
        state = agent.state
        began = len(state.main.turns) > turns
        last = state.main.turns[-1]
        notice = state.notes[-1].text if state.notes and not began else ""
        return UndoDone(
            session=state.id,
            turn=last.number,
            ended=last.ended if began else None,
            notice=notice,
        )
    finally:
        await agent.close()
