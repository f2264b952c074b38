"""What a process gives up for good: capabilities, gaining any, being looked into, its limits."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from typing import Final

from tui_agent.adapters.kernel.libc import checked, libc, syscall

_CLONE_FS: Final = 0x200
_SET_PDEATHSIG: Final = 1
_SET_DUMPABLE: Final = 4
_CAPBSET_DROP: Final = 24
_SET_SECUREBITS: Final = 28
_SET_CHILD_SUBREAPER: Final = 36
_SET_NO_NEW_PRIVS: Final = 38
_CAP_AMBIENT: Final = 47
_CAP_AMBIENT_CLEAR_ALL: Final = 4
_CAPABILITY_VERSION_3: Final = 0x20080522
_LAST_CAPABILITY: Final = 63
_NO_ROOT_LOCKED: Final = 0x2F
"""NOROOT, NO_SETUID_FIXUP and KEEP_CAPS off, each locked: uid 0 means nothing any more."""


def undumpable() -> None:
    """Close this process's memory, environment and descriptors to others of the same user."""
    if sys.platform == "linux":
        checked(_prctl(_SET_DUMPABLE, 0), "PR_SET_DUMPABLE")


def no_new_privileges() -> None:
    """Let no program that is started from here gain anything by a set-user-id bit."""
    checked(_prctl(_SET_NO_NEW_PRIVS, 1), "PR_SET_NO_NEW_PRIVS")


def adopt_orphans() -> None:
    """Become the parent of whatever loses its own below this process, also of a daemon."""
    checked(_prctl(_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER")


def die_with_parent() -> None:
    """Get SIGKILL when the thread that started this process ends."""
    checked(_prctl(_SET_PDEATHSIG, int(signal.SIGKILL)), "PR_SET_PDEATHSIG")


def drop_capabilities() -> None:
    """Give up every capability, and the ways in which root would get them again."""
    if _holds_any():
        with suppress(OSError):
            checked(_prctl(_SET_SECUREBITS, _NO_ROOT_LOCKED), "PR_SET_SECUREBITS")
        for one in range(_LAST_CAPABILITY + 1):
            if _prctl(_CAPBSET_DROP, one) < 0:
                break
    with suppress(OSError):
        checked(_prctl(_CAP_AMBIENT, _CAP_AMBIENT_CLEAR_ALL), "PR_CAP_AMBIENT")
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    syscall("capset", header, (ctypes.c_uint32 * 6)())


def own_folder() -> None:
    """Give the calling thread a working folder of its own (Linux; elsewhere all share one)."""
    if sys.platform == "linux":
        checked(libc().unshare(ctypes.c_int(_CLONE_FS)), "unshare")


def limit(kind: int, most: int) -> None:
    """Lower a limit of this process and its children; one that is lower already stays."""
    _, hard = resource.getrlimit(kind)
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (value, value))


def _holds_any() -> bool:
    with open("/proc/self/status", "rb") as file:
        lines = file.read().split(b"\n")
    return any(int(line.split()[1], 16) for line in lines if line.startswith(b"CapEff"))


def _prctl(option: int, value: int) -> int:
    rest = (ctypes.c_ulong(0),) * 3
    return int(libc().prctl(ctypes.c_int(option), ctypes.c_ulong(value), *rest))


def is_root() -> bool:
    """Return whether this process runs as root."""
    return os.geteuid() == 0
