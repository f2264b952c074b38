"""`agent undo`: what it would do, from a session on disk; and the session taken up to do it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.ui.commands.contract import UndoDone, UndoPreview

if TYPE_CHECKING:
    from tui_agent.adapters.session_log import MemoryLog
    from tui_agent.core.commands import Undo
    from tui_agent.core.patch import FileChange, FileView
    from tui_agent.wiring.around import Around


async def undo_preview(around: Around, name: str, wish: Undo) -> UndoPreview:
    """Show what an undo would do; nothing is written, not even a record.

    Raises:
        NothingToUndoError: there is nothing to take back, or a turn is open.
        SessionNotFoundError: there is none, or it belongs to another folder.
        OSError: its log cannot be read.
    """
    from tui_agent.adapters.session_log import MemoryLog
    from tui_agent.agent.files import SeenFiles
    from tui_agent.core.state import fold
    from tui_agent.core.undo import NothingToUndoError, choose, notes_of, take_back
    from tui_agent.wiring.taking_up import belongs_here

    stored = around.stored(name)
    belongs_here(stored.folder, (around.root, around.cwd))
    around.work_where(stored.records)
    state = fold(stored.records)
    if state.main.turn is not None:
        message = "A turn of this session is still open: agent -c goes on with it, Esc ends it."
        raise NothingToUndoError(message)
    chosen = choose(state.main, wish)
    log = MemoryLog()
    files = SeenFiles(around.world(log).workspace, {}, log)
    back = take_back(chosen.written, files, stored.payload)
    return UndoPreview(
        what=chosen.what,
        views=tuple(_view(change, log) for change in back.changes),
        left_out=tuple(one.reason for one in back.left_out),
        notes=notes_of(back, chosen.what, chosen.commands),
    )


def _view(change: FileChange, log: MemoryLog) -> FileView:
    from tui_agent.core.patch import FileView, describe

    return FileView.of(describe(change, log.put), change.before, change.after)


async def undo(around: Around, name: str, wish: Undo, *, approve: bool) -> UndoDone:
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
