"""Taking a session of before up again: which one, whether it belongs here, and where it goes on."""

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

    folder = shelf.find(name)
    log, past = FileLog.open(folder, now=SystemClock().now())
    try:
        belongs_here(folder, past, shelf, places)
    except SessionNotFoundError:
        log.close()
        raise
    return folder, log, past


def belongs_here(
    folder: Path, past: Iterable[Record], shelf: Shelf, places: Sequence[Path]
) -> None:
    """Make sure that a session may be taken up, and from here.

    It may from its own folder, from another work tree of its repository, and from where its
    repository has been moved to.

    Raises:
        SessionNotFoundError: nothing is in it, or it belongs to another folder.
    """
    from tui_agent.adapters.git_facts import git_facts
    from tui_agent.adapters.session_log import SessionNotFoundError

    workspace, head = _last_place(past)
    if not workspace:
        message = f"session {folder.name} holds nothing to go on from"
        raise SessionNotFoundError(message)
    if workspace in {str(place) for place in places}:
        return
    old, new = git_facts(Path(workspace)), git_facts(shelf.root)
    there = Path(workspace).exists()
    if old is not None and new is not None and there:
        if old.common_dir == new.common_dir and old.root != new.root:
            return
    elif not there and (folder.parent == shelf.folder or (new and head and new.has_commit(head))):
        return
    short = folder.name.rpartition("-")[2][:10]
    message = (
        f"session {short} belongs to {workspace}: cd {workspace} && agent -r {short}"
        if there
        else f"session {short} belongs to {workspace}, which is no longer there, and this is "
        f"another folder: agent replay {short} shows it"
    )
    raise SessionNotFoundError(message)


def workspace_named(past: Iterable[Record]) -> Path | None:
    """Return the workspace that a session was begun in, whether it is still there or not."""
    workspace = _last_place(past)[0]
    return Path(workspace) if workspace else None


def workspace_of(past: Iterable[Record], places: Sequence[Path]) -> Path | None:
    """Return the workspace that a session was in, if it can go on there: else it goes on here."""
    workspace = Path(_last_place(past)[0] or ".")
    return workspace if workspace in places and workspace.is_dir() else None


def _last_place(past: Iterable[Record]) -> tuple[str, str]:
    """Return where a session was last, and the commit that it began at."""
    from tui_agent.core.events import SessionResumed, SessionStarted

    workspace = head = ""
    for record in past:
        if isinstance(record.event, SessionStarted):
            workspace, head = record.event.workspace, record.event.git_head or ""
        elif isinstance(record.event, SessionResumed):
            workspace = record.event.workspace or workspace
    return workspace, head
