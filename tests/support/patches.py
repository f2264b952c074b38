"""Patches made by the real engine from two texts, with their payloads in memory."""

from __future__ import annotations

import hashlib

from tui_agent.core.blob import Blob
from tui_agent.core.patch import FileChange, FilePatch, FileView, Patch, describe


class Payloads:
    """Bytes by their hash, as a client would load them."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> Blob:
        sha = hashlib.sha256(data).hexdigest()
        self.kept[sha] = data
        return Blob(sha=sha, size=len(data))

    async def load(self, sha: str) -> bytes:
        return self.kept[sha]

    def describe(self, change: FileChange) -> FilePatch:
        return describe(change, self.put)

    def patch(self, *changes: tuple[str, str | None, str | None]) -> Patch:
        """Describe changes given as path, text before, text after."""
        return Patch(files=tuple(self.describe(change_of(*change)) for change in changes))


def change_of(path: str, before: str | None, after: str | None) -> FileChange:
    return FileChange(
        path=path,
        before=None if before is None else before.encode(),
        after=None if after is None else after.encode(),
    )


def view_of(change: FileChange) -> FileView:
    return FileView.of(Payloads().describe(change), change.before, change.after)


def views_of(*changes: tuple[str, str | None, str | None]) -> tuple[FileView, ...]:
    return tuple(view_of(change_of(*change)) for change in changes)
