"""Which instruction files there are, and how much of them the model gets.

The nearest file counts most: the budget is spent from the working directory upwards, the user's own
file last. In a folder the first of NAMES stands for the others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.adapters.plain_file import plain_bytes
from tui_agent.core.edits import EditError
from tui_agent.core.events import InstructionFile
from tui_agent.core.settings import ContextSettings

NAMES = ("AGENTS.override.md", "AGENTS.md", "CLAUDE.md", "GEMINI.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Where instructions are looked for, and how much the model is told."""

    user_folder: Path | None = None
    """Where the user's own AGENTS.md lies."""
    memory: Path | None = None
    """The file of what the user asked to remember about this project."""
    cwd: str = "."
    """The folder that the user is in, relative to the root."""
    limits: ContextSettings = field(default_factory=ContextSettings)
    accepts: Callable[[str, str], bool] = lambda _path, _sha: True
    """Whether a trusted project's file counts with this digest (SHA-256, hex) of its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """The files that were found, the text that the model gets, and what it does not get."""

    files: tuple[InstructionFile, ...] = ()
    text: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    shown: str
    """The name that the model and the user read."""
    data: bytes


def read_instructions(files: Confined, asked: Gathering, *, trusted: bool) -> Instructions:
    """Read the user's file and, in a trusted folder, the project's from the root down to `cwd`."""
    left_out: list[str] = []
    found = [
        *_own_source(
            asked.user_folder and asked.user_folder / "AGENTS.md", "the user's own AGENTS.md"
        ),
        *_remembered(asked.memory),
    ]
    for folder in _folders(asked.cwd):
        source = _source(files, folder, left_out, asked.accepts if trusted else None)
        if source:
            found.append(source)
    left = asked.limits.instruction_bytes
    kept: list[tuple[_Source, int]] = []
    for source in reversed(found):
        taken = min(left, len(source.data))
        left -= taken
        kept.insert(0, (source, taken))
        if taken < len(source.data):
            left_out.append(f"{source.shown}: {len(source.data) - taken:,} bytes did not fit")
    return Instructions(
        files=tuple(_fact(source, taken) for source, taken in kept),
        text="\n\n".join(_section(source, taken) for source, taken in kept if taken),
        left_out=tuple(left_out),
    )


def _folders(cwd: str) -> list[str]:
    parts = [] if cwd == "." else cwd.split("/")
    return ["/".join(parts[:depth]) for depth in range(len(parts) + 1)]


def _source(
    files: Confined,
    folder: str,
    left_out: list[str],
    accepts: Callable[[str, str], bool] | None,
) -> _Source | None:
    """Return a folder's instructions; `accepts` is None where the project is not trusted."""
    for name in NAMES:
        path = f"{folder}/{name}" if folder else name
        try:
            data = files.read(files.locate(path))
        except (OSError, ValueError, EditError) as error:
            left_out.append(f"{path}: {error}")
            continue
        if data is None or not data.strip():
            continue
        if accepts is None:
            left_out.append(f"{path}: the folder is not trusted")
        elif accepts(path, hashlib.sha256(data).hexdigest()):
            return _Source(shown=path, data=data)
        else:
            left_out.append(f"{path}: it has changed since the folder was trusted")
        return None
    return None


def _own_source(path: Path | None, shown: str) -> list[_Source]:
    """Return a file of the user's, which needs nobody's trust."""
    try:
        data = plain_bytes(path) if path is not None else b""
    except OSError:
        return []
    return [_Source(shown=shown, data=data)] if data.strip() else []


def _remembered(path: Path | None) -> list[_Source]:
    """Return the memory of the project; without an entry it has nothing to tell."""
    found = _own_source(path, "what the user asked you to remember")
    return [one for one in found if re.search(rb"^-\s", one.data, re.MULTILINE)]


def _fact(source: _Source, taken: int) -> InstructionFile:
    return InstructionFile(
        path=source.shown,
        sha=hashlib.sha256(source.data).hexdigest(),
        size=len(source.data),
        dropped=len(source.data) - taken,
    )


def _section(source: _Source, taken: int) -> str:
    text = source.data[:taken].decode("utf-8", "ignore").strip("\n")
    cut = "" if taken == len(source.data) else "\n(cut off here)"
    return f"From {source.shown}:\n\n{text}{cut}"
