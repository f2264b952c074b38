"""Reads a file that anybody may have put there: a pipe in its place must not make us wait.

The workspace itself is read by `git_workspace.paths`; this is for what lies beside its files, such
as git's own.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def plain_bytes(path: str | os.PathLike[str], most: int = -1) -> bytes:
    """Return a regular file's bytes, at most so many. Raises OSError, also for what is no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:  # A name with NUL in it, which a file may bring.
        raise OSError(errno.EINVAL, str(error)) from error
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if stat.S_ISCHR(found.st_mode) and found.st_rdev == Path(os.devnull).stat().st_rdev:
            return b""  # How people, and sandboxes, put a file out of use.
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file", os.fspath(path))
        return file.read(most)


def plain_text(path: str | os.PathLike[str], most: int = -1, errors: str = "replace") -> str:
    """Return a regular file's text, of at most so many bytes. Raises OSError as `plain_bytes`."""
    text = plain_bytes(path, most).decode("utf-8", errors)
    return text.replace("\r\n", "\n").replace("\r", "\n")
