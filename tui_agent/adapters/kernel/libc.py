"""The C library by ctypes: system calls by number, with errors as OSError. Linux alone."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import Final

MACHINE: Final = os.uname().machine

_NUMBERS: Final = {
    "landlock_create_ruleset": 444,
    "landlock_add_rule": 445,
    "landlock_restrict_self": 446,
    "io_uring_setup": 425,
}
"""The calls that came after the tables were unified have one number on every machine."""
_OF_MACHINE: Final = {
    "x86_64": {"capset": 126, "prctl": 157, "seccomp": 317, "bpf": 321, "keyctl": 250},
    "aarch64": {"capset": 91, "prctl": 167, "seccomp": 277, "bpf": 280, "keyctl": 219},
}


@cache
def libc() -> ctypes.CDLL:
    """Return the C library that this process has loaded already."""
    return ctypes.CDLL(None, use_errno=True)


def number(name: str) -> int:
    """Return a system call's number. Raises OSError where this machine is not known."""
    found = _NUMBERS.get(name) or _OF_MACHINE.get(MACHINE, {}).get(name)
    if found is None:
        message = f"the number of {name} is not known on {MACHINE}"
        raise OSError(message)
    return found


def syscall(name: str, *arguments: object) -> int:
    """Make a system call and return what it returns. Raises OSError with its errno."""
    given = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return checked(libc().syscall(ctypes.c_long(number(name)), *given), name)


def checked(result: int, what: str) -> int:
    """Return a call's result, unless it says that it failed. Raises OSError."""
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result
