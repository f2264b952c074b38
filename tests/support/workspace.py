"""A workspace in a real folder, with payloads kept in memory."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from tui_agent.adapters.git_workspace.workspace import GitWorkspace
from tui_agent.core.blob import Blob
from tui_agent.core.events import PlannedWrite


class KeptBlobs:
    """Payloads by their hash, in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes, *, mime: str = "text/plain") -> Blob:
        """Keep a payload."""
        sha = hashlib.sha256(data).hexdigest()
        self.kept[sha] = data
        return Blob(sha=sha, size=len(data), mime=mime)

    def get(self, sha: str) -> bytes:
        """Give it back."""
        return self.kept[sha]


def workspace_at(root: Path, blobs: KeptBlobs | None = None) -> GitWorkspace:
    """Return the workspace of a folder, with the environment of the test."""
    return GitWorkspace(root, blobs=blobs or KeptBlobs(), environ=dict(os.environ))


def planned(
    blobs: KeptBlobs, path: str, before: bytes | None, after: bytes | None, mode: int | None = None
) -> PlannedWrite:
    """Return a write with its payloads kept."""
    return PlannedWrite(
        path=path,
        before=None if before is None else blobs.put(before),
        after=None if after is None else blobs.put(after),
        mode_after=mode,
    )


def picture(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return everything below a folder but `.git`: mode and bytes of files, targets of links."""
    seen: dict[str, tuple[int, bytes]] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name == ".git" or name.startswith(".git/"):
            continue
        if path.is_symlink():
            seen[name] = (-1, os.fsencode(path.readlink()))
        elif path.is_file():
            seen[name] = (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        else:
            seen[name + "/"] = (0, b"")
    return seen
