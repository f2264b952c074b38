"""A workspace in memory, as far as an edit needs one."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping

import pytest

from tui_agent.core.edits import EditError, EditErrorKind
from tui_agent.core.patch import FileChange


class Memory:
    """Files by path; what was seen is what is there, unless told otherwise."""

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        *,
        seen: Mapping[str, bytes] | None = None,
        modes: Mapping[str, int] | None = None,
    ) -> None:
        self.files = dict(files or {})
        self._seen = dict(self.files if seen is None else seen)
        self._modes = dict(modes or {})
        self.partly: set[str] = set()

    def locate(self, path: str) -> str:
        name = posixpath.normpath(path)
        if name.startswith("/repository/"):
            return name.removeprefix("/repository/")
        if name.startswith(("/", "..")):
            raise EditError("outside-workspace", f"{path} is outside of the workspace.")
        return name

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def mode(self, path: str) -> int | None:
        return self._modes.get(path, 0o644) if path in self.files else None

    def locate_link(self, path: str) -> str:
        return self.locate(path)

    def link(self, path: str) -> bytes | None:
        del path
        return None

    def leads_inside(self, path: str, target: bytes) -> bool:
        del path, target
        return True

    def seen(self, path: str) -> bytes | None:
        return self._seen.get(path)

    def seen_whole(self, path: str) -> bool:
        return path in self._seen and path not in self.partly

    def namesakes(self, path: str) -> tuple[str, ...]:
        name = posixpath.basename(path)
        return tuple(sorted(other for other in self.files if posixpath.basename(other) == name))


def after(changes: tuple[FileChange, ...], path: str) -> bytes | None:
    return next(change.after for change in changes if path in {change.path, change.new_path})


def notes(changes: tuple[FileChange, ...]) -> tuple[str, ...]:
    return tuple(note for change in changes for note in change.notes)


def refused(kind: EditErrorKind, edit: Callable[[], tuple[FileChange, ...]]) -> str:
    with pytest.raises(EditError) as caught:
        edit()
    assert caught.value.kind == kind, caught.value.message
    assert caught.value.message.endswith("Nothing was changed.")
    return caught.value.message
