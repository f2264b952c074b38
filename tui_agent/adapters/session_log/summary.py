"""What a list says of a session, from the first and the last lines of its log."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tui_agent.adapters.session_log.chain import EVENTS_FILE
from tui_agent.adapters.session_log.log import is_locked

READ = 64 * 1024
"""Bytes of a log's head and of its tail that are looked at."""
TITLE = 100
Status = Literal["running", "closed", "suspended", "interrupted", "empty", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One line of a list of sessions."""

    id: str
    folder: Path
    status: Status
    title: str = ""
    """What the user first said."""
    started: str = ""
    """UTC, ISO 8601."""
    last: str = ""
    repository: str = ""
    workspace: str = ""
    model: str = ""
    turns: int = 0
    """The number of the last turn."""
    size: int = 0
    """Bytes of the log."""
    read: bool = False
    """Whether the whole log was read, and what follows is known."""
    origin: str = ""
    """The program that it was imported from."""
    stops: int = 0
    """How many steps a replay of it has."""
    outcome: str = ""
    """How it ended, in two words."""
    sign: str = ""
    """The name of the outcome's glyph."""
    role: str = ""
    """The role of its colour."""
    added: int = 0
    removed: int = 0
    cost: float | None = None
    labels: tuple[str, ...] = ()


def summarise(folder: Path) -> Summary:
    """Return a session's summary; never raises, an unreadable log is said to be so."""
    session_id = folder.name.rpartition("-")[2]
    try:
        size, head, tail = _ends(folder / EVENTS_FILE)
    except OSError:
        return Summary(id=session_id, folder=folder, status="unreadable")
    if not head and not tail:
        status: Status = "unreadable" if size else "empty"
        return Summary(id=session_id, folder=folder, status=status, size=size)
    started: dict[str, Any] = next(
        (one["data"] for one in head if one["type"] == "SessionStarted"), {}
    )
    last = (tail or head)[-1]
    return Summary(
        id=session_id,
        folder=folder,
        status=_status(folder, tail or head),
        title=_title(head),
        started=str((head or tail)[0].get("ts", "")),
        last=str(last.get("ts", "")),
        repository=str(started.get("repository", "")),
        workspace=str(started.get("workspace", "")),
        model=str(started.get("model", "")),
        turns=max((one.get("turn", 0) for one in tail or head), default=0),
        size=size,
        origin=next((str(one["data"].get("origin", "")) for one in head if _imports(one)), ""),
    )


def _imports(line: dict[str, Any]) -> bool:
    return bool(line["type"] == "SessionImported")


def _ends(path: Path) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(READ)
        if size > READ:
            file.seek(max(READ, size - READ))
            tail = file.read(READ)
        else:
            tail = head
    return size, _readable(head), _readable(tail)


def _readable(data: bytes) -> list[dict[str, Any]]:
    """Return the lines that are whole; the ends of a window cut others in two."""
    found = []
    for line in data.split(b"\n"):
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(raw, dict) and all(isinstance(raw.get(one), _KINDS[one]) for one in _KINDS):
            found.append(raw)
    return found


_KINDS: dict[str, type[Any]] = {"type": str, "data": dict, "turn": int}


def _title(head: list[dict[str, Any]]) -> str:
    said = next((one["data"].get("text", "") for one in head if one["type"] == "TurnStarted"), "")
    text = said.get("preview", "") if isinstance(said, dict) else str(said)
    return " ".join(text.split())[:TITLE]


def _status(folder: Path, records: list[dict[str, Any]]) -> Status:
    """Return how the session stands; a label may have come to it since it was closed."""
    if is_locked(folder):
        return "running"
    last = next((one for one in reversed(records) if one["type"] != "Labelled"), None)
    if last is None or last["type"] != "SessionEnded":
        return "interrupted"
    return "suspended" if last["data"].get("status") == "suspended" else "closed"
