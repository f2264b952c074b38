"""Taking another program's session in: read, written as a log of ours, put where it is found."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.commands.exchange_contract import Imported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_agent.adapters.session_log import Shelf
    from tui_agent.wiring.around import Around


def take_in(around: Around, path: Path) -> Imported:
    """Make a session of a file of Claude Code or codex; the same file gives the same session again.

    Raises ForeignFileError (a ValueError) for a file that is neither, OSError.
    """
    from tui_agent.adapters.clock import SystemClock
    from tui_agent.adapters.foreign_sessions import Foreign, events_of, read_foreign
    from tui_agent.adapters.foreign_sessions.writing import Identity
    from tui_agent.adapters.session_log import FileLog, Shelf, new_session_folder
    from tui_agent.wiring.world import PROGRAM

    foreign: Foreign = read_foreign(path)
    sha = hashlib.sha256(path.read_bytes()).hexdigest()
    workspace = _workspace(around, foreign.cwd)
    shelf = around.shelf
    if workspace != around.root and workspace.is_dir():
        shelf = Shelf.of(around.state.path, workspace)
    known = _taken_in_before(shelf, sha)
    if known is not None:
        return known
    now = SystemClock().now()
    folder, session_id = new_session_folder(shelf.make(), now)
    identity = Identity(
        session_id=session_id,
        program=PROGRAM,
        argv=tuple(around.options.argv),
        sha=sha,
        workspace=str(workspace),
        repository=workspace.name,
    )
    log = FileLog.create(folder)
    count = turns = 0
    try:
        for record in events_of(foreign, identity, log.put, now):
            log.append(record, sync=False)
            count, turns = record.seq, record.turn
    finally:
        log.close()
    return Imported(
        id=session_id,
        folder=folder,
        origin=foreign.program,
        turns=turns,
        records=count,
        losses=foreign.told_losses(),
    )


def _workspace(around: Around, cwd: str) -> Path:
    """Return the root that the session worked in, if it is here; else what the file says."""
    from tui_agent.adapters.git_workspace.root import workspace_root

    place = Path(cwd) if cwd else around.root
    return workspace_root(place) if place.is_dir() else place


def _taken_in_before(shelf: Shelf, sha: str) -> Imported | None:
    from tui_agent.adapters.session_log import StoredSession
    from tui_agent.core.events import SessionImported

    for folder in _imported(shelf):
        records = StoredSession(folder).records
        event = records[0].event if records else None
        if isinstance(event, SessionImported) and event.sha == sha:
            return Imported(
                id=event.session_id,
                folder=folder,
                origin=event.origin,
                turns=records[-1].turn,
                records=len(records),
                losses=event.losses,
                known=True,
            )
    return None


def _imported(shelf: Shelf) -> Iterator[Path]:
    """Yield the sessions whose first line says that they are imported."""
    from tui_agent.adapters.session_log.chain import EVENTS_FILE

    for folder in shelf.here():
        with (folder / EVENTS_FILE).open("rb") as file:
            if b'"type":"SessionImported"' in file.readline(1 << 20):
                yield folder
