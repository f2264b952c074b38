"""The one way from a path that somebody named to a file of the workspace.

A name is first resolved as a whole (`locate`): it may go through links as long as they stay inside.
Opening then goes down from the root's descriptor and follows no link, in one call of the kernel
(openat2) or, where there is none, folder by folder: a link put in between the two steps leads
nowhere. Only regular files are opened; a pipe or a device is refused before it is touched.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui_agent.adapters.kernel import openat2
from tui_agent.core.confines import Confines
from tui_agent.core.edits import EditError
from tui_agent.core.text import SIZE_LIMIT

LONGEST_PATH = 4000
LONGEST_NAME = 255
SHOWN = 60
"""Characters of a wrong path that its refusal repeats."""
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


class NotAFileError(ValueError):
    """Something is there, but no regular file that could be read whole; the message says what."""


class Confined:
    """The files below one folder."""

    def __init__(
        self, root: Path, confines: Confines | None = None, *, in_one_call: bool | None = None
    ) -> None:
        """Keep to `root` and to the globs of `confines`.

        `in_one_call` says whether folders are opened by openat2; None: where the kernel has it.
        """
        self.root = os.path.realpath(root)
        self.confines = confines or Confines()
        self._in_one_call = in_one_call

    def locate(self, path: str) -> str:
        """Give a path's one name, relative to the root, `.` for the root itself.

        Raises EditError `malformed` for what is no path, and `outside-workspace` for one that
        leaves the workspace, by `..`, as an absolute path or through a link, or enters `.git`.
        """
        _check_form(path)
        try:
            resolved = os.path.realpath(os.path.join(self.root, path))
        except OSError as error:  # a component became something else while it was looked at
            raise _as_refusal(path, OSError(errno.ELOOP, "link")) from error
        if resolved == self.root:
            return "."
        if not resolved.startswith(self.root.rstrip("/") + "/"):
            message = f"{path} lies outside of the workspace."
            raise EditError("outside-workspace", message)
        name = os.path.relpath(resolved, self.root)
        self.check_name(name)
        return name

    def check_name(self, name: str) -> None:
        """Raise EditError for a relative name that is no path, or that lies in `.git`."""
        if any(map(_is_git, name.split("/"))):
            message = f"{name} lies inside .git, which belongs to git alone."
            raise EditError("outside-workspace", message)
        _check_form(name)

    def read(self, name: str, limit: int = SIZE_LIMIT) -> bytes | None:
        """Read the file that `locate` named; None where there is none.

        Raises NotAFileError for a folder, a special file, or more than `limit` bytes; EditError for
        what the profile does not read; OSError.
        """
        if not self.confines.may_read(name):
            message = f"{name} is not among the paths that the profile reads."
            raise EditError("outside-workspace", message)
        with self.opened(name) as descriptor:
            if descriptor is None:
                return None
            size = os.fstat(descriptor).st_size
            if size > limit:
                message = f"{name} has {size:,} bytes; at most {limit:,} are read"
                raise NotAFileError(message)
            with open(os.dup(descriptor), "rb") as file:
                return file.read(limit + 1)

    def mode(self, name: str) -> int | None:
        """Return a regular file's permission bits; None where there is none."""
        found = self.status(name)
        return stat.S_IMODE(found.st_mode) if found and stat.S_ISREG(found.st_mode) else None

    def is_folder(self, name: str) -> bool:
        """Return whether a folder lies there."""
        found = self.status(name)
        return found is not None and stat.S_ISDIR(found.st_mode)

    def status(self, name: str) -> os.stat_result | None:
        """Return what lies at a name, links not followed; None where nothing does."""
        try:
            with self.folder(os.path.dirname(name)) as parent:
                return os.stat(os.path.basename(name) or ".", dir_fd=parent, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return None

    @contextmanager
    def opened(self, name: str) -> Iterator[int | None]:
        """Open a regular file for reading; None where there is none."""
        descriptor = self._open(name)
        try:
            yield descriptor
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _open(self, name: str) -> int | None:
        try:
            with self.folder(os.path.dirname(name)) as parent:
                base = os.path.basename(name) or "."
                _check_regular(name, os.stat(base, dir_fd=parent, follow_symlinks=False))
                descriptor = os.open(base, FILE, dir_fd=parent)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _as_refusal(name, error) from error
        try:
            _check_regular(name, os.fstat(descriptor))
        except NotAFileError:
            os.close(descriptor)
            raise
        return descriptor

    @contextmanager
    def folder(self, name: str) -> Iterator[int]:
        """Open a folder, walking from the root without following a link."""
        descriptor = self.open_folder(name)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def open_folder(self, name: str) -> int:
        """Open a folder as `folder` does; the caller closes the descriptor."""
        top = os.open(self.root, FOLDER)
        if self._in_one_call is None:
            self._in_one_call = openat2.available()
        if not self._in_one_call:
            return _walked(top, name)
        try:
            return openat2.open_beneath(top, name or ".", FOLDER)
        except OSError as error:
            raise _as_refusal(name, error) from error
        finally:
            os.close(top)


def _walked(top: int, name: str) -> int:
    """Go down folder by folder from an open one, which is closed."""
    current = top
    for part in parts_of(name):
        try:
            following = os.open(part, FOLDER, dir_fd=current)
        except OSError as error:
            raise _as_refusal(name, error) from error
        finally:
            os.close(current)
        current = following
    return current


def parts_of(name: str) -> list[str]:
    """Split a located name into its components; the root has none."""
    return [part for part in name.split("/") if part not in {"", "."}]


def _check_form(path: str) -> None:
    problem = ""
    try:
        raw = os.fsencode(path)
    except UnicodeEncodeError:
        raw, problem = b"", "is no valid text"
    if not path.strip():
        problem = "is empty"
    elif "\0" in path:
        problem = "contains a NUL character"
    elif len(raw) > LONGEST_PATH:
        problem = f"has {len(raw):,} bytes; at most {LONGEST_PATH:,} are possible"
    elif max(map(len, raw.split(b"/"))) > LONGEST_NAME:
        problem = f"has a component of more than {LONGEST_NAME} bytes"
    if problem:
        shown = path if len(path) <= SHOWN else path[:SHOWN] + "…"
        message = f"The path {shown!r} {problem}."
        raise EditError("malformed", message)


def _is_git(part: str) -> bool:
    """Return whether some file system takes a component for `.git`.

    Case, ignorable characters (HFS+), trailing dots and blanks and the short name (NTFS) are what
    git itself guards against.
    """
    plain = "".join(letter for letter in part if unicodedata.category(letter) != "Cf")
    return plain.casefold().rstrip(". ") in {".git", "git~1"}


def _check_regular(name: str, found: os.stat_result) -> None:
    if stat.S_ISREG(found.st_mode):
        return
    if stat.S_ISLNK(found.st_mode):
        raise _as_refusal(name, OSError(errno.ELOOP, "link"))
    kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
    message = f"{name} is {kind}"
    raise NotAFileError(message)


def _as_refusal(name: str, error: OSError) -> Exception:
    """Turn the link that appeared between locating and opening into a refusal."""
    if error.errno in (errno.ELOOP, errno.EXDEV):
        message = f"{name} became a link while it was being opened."
        return EditError("outside-workspace", message)
    return error
