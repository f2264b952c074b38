"""Symbolic links as things of their own: read, named, made and put back, never followed.

Everything else goes through a link to the file that it leads to. A link is only made where it leads
to something inside of the workspace, and not into `.git`.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_agent.core.edits import EditError

if TYPE_CHECKING:
    from tui_agent.adapters.git_workspace.paths import Confined

LONGEST_TARGET = 4000
"""Bytes."""


def locate_link(files: Confined, path: str) -> str:
    """Give a path's one name without following its last component.

    Raises EditError as `Confined.locate` does.
    """
    folder, base = os.path.split(path.rstrip("/"))
    if base in {"", ".", ".."}:
        return files.locate(path)
    parent = files.locate(folder or ".") if not path.startswith("/") else files.locate(folder)
    name = base if parent == "." else f"{parent}/{base}"
    files.check_name(name)
    return name


def read_link(files: Confined, name: str) -> bytes | None:
    """Return where a link leads, as it is written; None where there is no link.

    Raises EditError for one that the profile does not read.
    """
    try:
        with files.folder(os.path.dirname(name)) as parent:
            target = os.fsencode(os.readlink(os.path.basename(name) or ".", dir_fd=parent))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.EINVAL:
            return None
        raise
    if not files.confines.may_read(name):
        message = f"{name} is not among the paths that the profile reads."
        raise EditError("outside-workspace", message)
    return target


def leads_inside(files: Confined, name: str, target: bytes) -> bool:
    """Return whether a link of that name to there would stay in the workspace."""
    if not target or b"\0" in target or len(target) > LONGEST_TARGET:
        return False
    here = os.path.join(os.path.dirname(name), os.fsdecode(target))
    try:
        files.locate(here)
    except EditError:
        return False
    return True


def make_link(temporary: str, target: bytes, parent: int) -> None:
    """Make a link under a temporary name; the caller renames it."""
    with suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=parent)
    os.symlink(target, temporary, dir_fd=parent)
