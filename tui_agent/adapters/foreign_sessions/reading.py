"""Which program wrote a file of JSON lines, and its records; lines that are none are counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_agent.adapters.foreign_sessions import claude_code, codex
from tui_agent.adapters.foreign_sessions.values import Foreign, Said

LARGEST = 512 << 20
"""Bytes: a larger file is refused."""
Line = Mapping[str, Any]


class ForeignFileError(ValueError):
    """The file is no session that we can read; the message says what was looked for."""


def read_foreign(path: Path) -> Foreign:
    """Read a session of Claude Code or codex.

    Raises:
        ForeignFileError: it is neither, or holds no message.
        OSError: it cannot be read.
    """
    if path.stat().st_size > LARGEST:
        message = f"{path} is larger than 512 MiB"
        raise ForeignFileError(message)
    lines: list[Line] = []
    broken = 0
    for raw in path.read_bytes().split(b"\n"):
        if not raw.strip():
            continue
        line = _object(raw)
        if line is None:
            broken += 1
        else:
            lines.append(line)
    if codex.is_codex(lines):
        found = codex.read(lines)
    elif claude_code.is_claude_code(lines):
        found = claude_code.read(lines)
    else:
        message = (
            f"{path} is no session of Claude Code or codex: none of its lines is one of theirs"
        )
        raise ForeignFileError(message)
    if broken:
        found.losses["lines that are no JSON objects"] += broken
    if not any(isinstance(one, Said) for one in found.items):
        message = f"{path} is a session of {found.origin}, but nobody said anything in it"
        raise ForeignFileError(message)
    return found


def _object(raw: bytes) -> Line | None:
    try:
        line = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None
