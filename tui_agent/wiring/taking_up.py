"""Taking a session of before up again: which one, whether it belongs here, and its mended log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.adapters.session_log import FileLog, Shelf
    from tui_agent.core.events import Record


def taken_up(shelf: Shelf, name: str, places: Sequence[Path]) -> tuple[Path, FileLog, list[Record]]:
    """Return a session's folder, its log open for writing, and its records.

    `places` are the workspaces that may be taken up from here.

    Raises:
        SessionNotFoundError: there is none, nothing is in it, or it belongs to another folder.
        OSError: it cannot be written, or another process writes it.
    """
    from tui_agent.adapters.clock import SystemClock
    from tui_agent.adapters.session_log import FileLog, SessionNotFoundError
    from tui_agent.core.events import SessionStarted

    folder = shelf.find(name)
    belongs_here(folder, places)
    log, past = FileLog.open(folder, now=SystemClock().now())
    if not any(isinstance(one.event, SessionStarted) for one in past):
        log.close()
        message = f"session {folder.name} holds nothing to go on from"
        raise SessionNotFoundError(message)
    return folder, log, past


def belongs_here(folder: Path, places: Sequence[Path]) -> None:
    """Make sure that a session may be taken up from here.

    Raises:
        SessionNotFoundError: it belongs to another folder, which is still there.
    """
    from tui_agent.adapters.session_log import SessionNotFoundError, summarise

    workspace = summarise(folder).workspace
    here = {str(place) for place in places}
    if workspace and workspace not in here and Path(workspace).exists():
        message = f"session {folder.name} belongs to {workspace}: cd there to go on with it"
        raise SessionNotFoundError(message)


def workspace_of(past: Iterable[Record]) -> Path | None:
    """Return the workspace that a session was begun in, if it is still there."""
    from tui_agent.core.events import SessionStarted

    for record in past:
        if isinstance(record.event, SessionStarted) and record.event.workspace:
            workspace = Path(record.event.workspace)
            return workspace if workspace.is_dir() else None
    return None
