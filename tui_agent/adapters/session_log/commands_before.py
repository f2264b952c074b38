"""Reads which commands the latest sessions of a repository ran, to show what a rule would match."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from tui_agent.adapters.session_log.chain import EVENTS_FILE

SESSIONS = 30
COMMANDS = 400
LONGEST = 8 * 1024 * 1024
"""Bytes of a log that are read, its end."""
_MARK = b'"ToolCalled"'


def commands_before(folders: Iterable[Path]) -> tuple[str, ...]:
    """Return the shell commands of the latest of these sessions, the oldest command first."""
    found: list[list[str]] = []
    count = 0
    for folder in sorted(folders, key=lambda one: one.name, reverse=True)[:SESSIONS]:
        texts = _of_session(folder)
        found.append(texts)
        count += len(texts)
        if count >= COMMANDS:
            break
    return tuple(text for texts in reversed(found) for text in texts)[-COMMANDS:]


def _of_session(folder: Path) -> list[str]:
    try:
        with (folder / EVENTS_FILE).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LONGEST))
            lines: Sequence[bytes] = file.read(LONGEST).split(b"\n")
    except OSError:
        return []
    return [text for line in lines if _MARK in line and (text := _command(line))]


def _command(line: bytes) -> str:
    """Return the command of a line that records a call of the shell; else nothing."""
    try:
        data = json.loads(line)["data"]
        if data["tool"] != "shell" or data.get("origin", "model") == "user":
            return ""
        command = json.loads(data["arguments"])["command"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return command if isinstance(command, str) else ""
