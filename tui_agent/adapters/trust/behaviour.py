"""Which files of a project change what the agent does, and what they hold now.

Read like every file of the workspace: no link leads out, a pipe is never waited for. Whoever lets
the agent read another kind of file that steers it adds its place here.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from tui_agent.adapters.git_workspace.instructions import NAMES
from tui_agent.adapters.git_workspace.marks import is_secret_name
from tui_agent.adapters.git_workspace.paths import Confined, NotAFileError
from tui_agent.core.edits import EditError

AT_ROOT = (".agentrc", ".agentrc.local", ".mcp.json")
"""Settings and servers."""
FOLDERS = (".agent", ".agents", ".claude/agents")
"""Commands, agents, hooks and skills with their scripts, at any depth."""
ENVIRONMENT = (".env", ".env.*", ".envrc")
"""Never loaded by us, but by what commands start: watched, though not asked about alone."""
LARGEST = 1 << 20
"""Bytes of one file; a larger one is never accepted."""
MOST_FILES, DEEPEST = 500, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourFile:
    """One such file as it is now."""

    path: str
    sha: str
    """SHA-256 (hex) of its bytes; empty where it cannot be read, and so is never accepted."""
    data: bytes | None
    """None where its content is not to be kept or shown."""

    @property
    def asks(self) -> bool:
        """Whether it alone is a reason to ask: an env file is not."""
        return not _is_environment(self.path)


def behaviour_files(root: Path, cwd: str = ".") -> dict[str, BehaviourFile]:
    """Return, by path, the files that steer the agent when it works in `cwd` below `root`."""
    files = Confined(root)
    found: dict[str, BehaviourFile] = {}
    for path in _candidates(files, cwd):
        if path not in found and len(found) < MOST_FILES and _is_there(files, path):
            found[path] = _read(files, path)
    return found


def is_relevant(path: str, cwd: str) -> bool:
    """Return whether a file counts for somebody who works in `cwd`."""
    folder, _, name = path.rpartition("/")
    return name not in NAMES or folder in folders_down_to(cwd) or _in_folders(path)


def folders_down_to(cwd: str) -> list[str]:
    """Return the folders from the root (an empty string) down to `cwd`."""
    parts = [] if cwd == "." else cwd.split("/")
    return ["/".join(parts[:depth]) for depth in range(len(parts) + 1)]


def _candidates(files: Confined, cwd: str) -> Iterator[str]:
    yield from AT_ROOT
    for folder in folders_down_to(cwd):
        yield from (f"{folder}/{name}" if folder else name for name in NAMES)
    yield from sorted(name for name in _entries(files, "") if _is_environment(name))
    for folder in FOLDERS:
        yield from _below(files, folder)


def _below(files: Confined, folder: str) -> Iterator[str]:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        for name in sorted(_entries(files, here)):
            path = f"{here}/{name}"
            if files.is_folder(path) and path.count("/") < DEEPEST:
                waiting.append(path)
            else:
                yield path


def _entries(files: Confined, folder: str) -> list[str]:
    try:
        with files.folder(folder) as descriptor, os.scandir(descriptor) as entries:
            return [entry.name for entry in entries]
    except (OSError, EditError):
        return []


def _is_there(files: Confined, path: str) -> bool:
    try:
        return files.status(path) is not None
    except (OSError, EditError):
        return True


def _read(files: Confined, path: str) -> BehaviourFile:
    try:
        data = files.read(files.locate(path), LARGEST)
    except (OSError, NotAFileError, EditError):
        data = None
    if data is None:
        return BehaviourFile(path=path, sha="", data=None)
    hidden = _is_environment(path) or is_secret_name(path.rpartition("/")[2].casefold())
    sha = hashlib.sha256(data).hexdigest()
    return BehaviourFile(path=path, sha=sha, data=None if hidden else data)


def _is_environment(path: str) -> bool:
    return "/" not in path and any(fnmatchcase(path, pattern) for pattern in ENVIRONMENT)


def _in_folders(path: str) -> bool:
    return path.startswith(tuple(f"{folder}/" for folder in FOLDERS))
