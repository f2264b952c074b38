"""Landlock: which files, ports, sockets and processes this process and its children may reach.

The numbers are those of `linux/landlock.h`. What the kernel does not know yet is left out of a
ruleset, so that an older kernel holds less; whoever relies on more tests it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Iterable
from functools import cache
from typing import Final

from tui_agent.adapters.kernel.libc import syscall

EXECUTE: Final = 1 << 0
WRITE_FILE: Final = 1 << 1
READ_FILE: Final = 1 << 2
READ_DIR: Final = 1 << 3
REFER: Final = 1 << 13
TRUNCATE: Final = 1 << 14
IOCTL_DEV: Final = 1 << 15
_MAKE_AND_REMOVE: Final = sum(1 << bit for bit in (4, 5, 7, 8, 9, 10, 12))
"""Everything but device nodes."""

READ: Final = EXECUTE | READ_FILE | READ_DIR
WRITE: Final = READ | WRITE_FILE | _MAKE_AND_REMOVE | REFER | TRUNCATE
DEVICE: Final = READ_FILE | WRITE_FILE | READ_DIR | IOCTL_DEV
_OF_A_FILE: Final = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

_NET: Final = 0b11
"""Binding and connecting of TCP."""
_SCOPES: Final = 0b11
"""Abstract unix sockets and signals end at the domain."""
_CREATE_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_FS_OF_ABI: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_NET_SINCE, _SCOPES_SINCE = 4, 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


@cache
def abi() -> int:
    """Return the version that the kernel speaks; 0 where it has no Landlock."""
    try:
        return syscall("landlock_create_ruleset", None, 0, _CREATE_VERSION)
    except OSError:
        return 0


class Ruleset:
    """What is allowed; everything else that it handles is denied once it is enforced.

    Args:
        ports: Whether TCP is handled, too, and so denied.

    Raises:
        OSError: the kernel has no Landlock.
    """

    def __init__(self, *, ports: bool) -> None:
        version = abi()
        if version < 1:
            raise OSError(errno.EOPNOTSUPP, "the kernel has no Landlock")
        self._fs = _FS_OF_ABI[max(known for known in _FS_OF_ABI if known <= version)]
        handled = _Ruleset(
            fs=self._fs,
            net=_NET if ports and version >= _NET_SINCE else 0,
            scoped=_SCOPES if version >= _SCOPES_SINCE else 0,
        )
        size = 24 if version >= _SCOPES_SINCE else 16 if version >= _NET_SINCE else 8
        self.fd = syscall("landlock_create_ruleset", ctypes.byref(handled), size, 0)
        """The descriptor; it is not inherited."""

    def allow(self, paths: Iterable[str], access: int) -> None:
        """Allow `access` to each path and what lies beneath it; what is not there is passed over.

        Raises OSError.
        """
        for path in paths:
            try:
                fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                continue
            try:
                self._allow(fd, access)
            finally:
                os.close(fd)

    def _allow(self, fd: int, access: int) -> None:
        allowed = access & self._fs
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            allowed &= _OF_A_FILE
        rule = _PathBeneath(allowed=allowed, parent=fd)
        syscall("landlock_add_rule", self.fd, _PATH_BENEATH, ctypes.byref(rule), 0)

    def enforce(self) -> None:
        """Confine this process and its children for good. Needs `no_new_privileges` first."""
        syscall("landlock_restrict_self", self.fd, 0)

    def close(self) -> None:
        """Give the ruleset up; where it is enforced, it stays enforced."""
        os.close(self.fd)
