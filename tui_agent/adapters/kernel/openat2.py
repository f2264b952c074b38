"""Opening a path below a folder in one system call that follows no link and never climbs out.

openat2(2), Linux 5.6. The number is the same on every architecture that has it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from functools import cache

_NUMBER = 437
_NO_MAGICLINKS, _NO_SYMLINKS, _BENEATH = 0x02, 0x04, 0x08
_ATTEMPTS = 8
"""The kernel says EAGAIN where a folder was moved while it looked; then it is asked again."""
_MISSING = (errno.ENOSYS, errno.EPERM, errno.EINVAL)
"""No such call, forbidden by a container's filter, or a kernel that knows less of it."""


class _OpenHow(ctypes.Structure):
    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


@cache
def available() -> bool:
    """Return whether this kernel has the call and lets us make it; tried, not guessed."""
    if sys.platform != "linux":
        return False
    try:
        folder = os.open("/", os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.close(open_beneath(folder, ".", os.O_PATH | os.O_CLOEXEC))
    except OSError as error:
        if error.errno in _MISSING:
            return False
        raise
    finally:
        os.close(folder)
    return True


def open_beneath(folder: int, path: str, flags: int) -> int:
    """Open `path` below an open folder and return its descriptor; no component may be a link.

    Raises OSError: ELOOP for a link, EXDEV for what would leave the folder, and as open(2) does.
    """
    how = _OpenHow(flags=flags, mode=0, resolve=_BENEATH | _NO_MAGICLINKS | _NO_SYMLINKS)
    call = _system_call()
    for _ in range(_ATTEMPTS):
        found = call(
            ctypes.c_long(_NUMBER),
            ctypes.c_int(folder),
            ctypes.c_char_p(os.fsencode(path)),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        if found >= 0:
            return int(found)
        if ctypes.get_errno() not in (errno.EAGAIN, errno.EINTR):
            break
    code = ctypes.get_errno()
    raise OSError(code, os.strerror(code), path)


@cache
def _system_call() -> ctypes._NamedFuncPointer:
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    return call
