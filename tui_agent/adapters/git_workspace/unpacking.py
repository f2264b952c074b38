"""Takes over what a command changed in its copy beside what was reviewed, as a whole.

Each file is written beside its place and renamed into it; not all of them or none, since it holds
what tools can make again. Folders are entered without following a link.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from tui_agent.adapters.git_workspace.paths import FOLDER, Confined, parts_of
from tui_agent.core.pack import Packed
from tui_agent.core.pack import unpack as read_pack

TEMPORARY = ".agent-taken-over.tmp"
NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def unpack(files: Confined, payload: bytes) -> int:
    """Write every entry of a payload; return how many. Raises OSError, ValueError."""
    entries = list(read_pack(payload))
    for entry in entries:
        _check(files, entry)
    for entry in sorted(entries, key=lambda one: one.kind != "gone"):
        _take_over(files, entry)
    return len(entries)


def _check(files: Confined, entry: Packed) -> None:
    folder = os.path.dirname(entry.path)
    inside = files.locate(folder or ".") in (folder, ".")
    if not inside or ".." in entry.path.split("/") or not files.confines.may_write(entry.path):
        message = f"{entry.path} is not to be written"
        raise ValueError(message)


def _take_over(files: Confined, entry: Packed) -> None:
    folder, name = os.path.split(entry.path)
    if entry.kind == "gone":
        with suppress(FileNotFoundError, NotADirectoryError), files.folder(folder) as parent:
            os.unlink(name, dir_fd=parent)
        return
    _make_folders(files, folder)
    with files.folder(folder) as parent:
        with suppress(FileNotFoundError):
            os.unlink(TEMPORARY, dir_fd=parent)
        if entry.kind == "link":
            os.symlink(entry.data, TEMPORARY, dir_fd=parent)
        else:
            descriptor = os.open(TEMPORARY, NEW_FILE, 0o600, dir_fd=parent)
            with open(descriptor, "wb") as file:
                file.write(entry.data)
                os.fchmod(descriptor, stat.S_IMODE(entry.mode) & 0o777)
        os.replace(TEMPORARY, name, src_dir_fd=parent, dst_dir_fd=parent)


def _make_folders(files: Confined, name: str) -> None:
    current = os.open(files.root, FOLDER)
    for part in parts_of(name):
        try:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=current)
            following = os.open(part, FOLDER, dir_fd=current)
        finally:
            os.close(current)
        current = following
    os.close(current)
