"""Seccomp: a filter of system calls, written as BPF, that this process and its children get.

Denied is what no compiler, test or server needs, and what the other layers leave open: looking into
other processes, mounts and namespaces, keys, io_uring (which would do the rest unseen), input typed
into a terminal, and the families of sockets that leave the machine's ordinary network.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
from collections.abc import Collection, Iterator
from typing import Final

from tui_agent.adapters.kernel.libc import MACHINE, checked, libc

ALL_SOCKETS: Final = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, 16)
"""Of a sandbox whose network is its own: unix, IPv4, IPv6 and netlink."""
INTERNET_SOCKETS: Final = (socket.AF_INET, socket.AF_INET6)
NO_SOCKETS: Final = ()

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW: Final = 0x7FFF0000
_ERROR: Final = 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST, _SECOND = 0, 4, 16, 24
"""Offsets of the fields that a filter sees; of an argument its lower half."""
_X32: Final = 0x40000000
_NEW_NAMESPACES: Final = 0x7E020080
_TYPING: Final = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX."""
_SET_SECCOMP, _FILTER = 22, 2

_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_ON_BOTH: Final = {
    438: errno.EPERM,  # pidfd_getfd
    440: errno.EPERM,  # process_madvise
    428: errno.EPERM,  # open_tree
    429: errno.EPERM,  # move_mount
    430: errno.EPERM,  # fsopen
    431: errno.EPERM,  # fsconfig
    432: errno.EPERM,  # fsmount
    433: errno.EPERM,  # fspick
    442: errno.EPERM,  # mount_setattr
    443: errno.EPERM,  # quotactl_fd
    467: errno.EPERM,  # open_tree_attr
    425: errno.ENOSYS,  # io_uring_setup, _enter, _register: programs have another way
    426: errno.ENOSYS,
    427: errno.ENOSYS,
    435: errno.ENOSYS,  # clone3: its flags cannot be seen; libraries fall back to clone
}
_DENIED: Final = {
    "x86_64": (
        *(101, 310, 311, 312),  # ptrace, process_vm_readv, process_vm_writev, kcmp
        *(165, 166, 155, 161, 308),  # mount, umount2, pivot_root, chroot, setns
        *(321, 298, 323, 300),  # bpf, perf_event_open, userfaultfd, fanotify_init
        *(250, 248, 249),  # keyctl, add_key, request_key
        *(246, 320, 175, 313, 176, 169),  # kexec, modules, reboot
        *(167, 168, 163, 179, 103, 153),  # swapon, swapoff, acct, quotactl, syslog, vhangup
        *(164, 227, 159, 305),  # the clocks
        *(304, 303, 279, 256),  # open by handle, pages of others
        *(170, 171, 172, 173, 154, 212, 134),  # host name, ports, modify_ldt, what is long gone
    ),
    "aarch64": (
        *(117, 270, 271, 272),
        *(40, 39, 41, 51, 268),
        *(280, 241, 282, 262),
        *(219, 217, 218),
        *(104, 294, 105, 273, 106, 142),
        *(224, 225, 89, 60, 116, 58),
        *(170, 112, 171, 266),
        *(265, 264, 239, 238),
        *(161, 162, 18),
    ),
}
_LOOKED_INTO: Final = {
    "x86_64": {
        "socket": 41,
        "socketpair": 53,
        "ioctl": 16,
        "clone": 56,
        "unshare": 272,
        "prlimit": 302,
    },
    "aarch64": {
        "socket": 198,
        "socketpair": 199,
        "ioctl": 29,
        "clone": 220,
        "unshare": 97,
        "prlimit": 261,
    },
}


def install(families: Collection[int]) -> None:
    """Filter this process and its children for good; of sockets only `families` can be made.

    Needs `no_new_privileges` first. Raises OSError where this machine or kernel has no filter.
    """
    code = program(families)
    buffer = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    rest = (ctypes.c_ulong(0),) * 2
    given = ctypes.create_string_buffer(head, len(head))
    checked(libc().prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), given, *rest), "PR_SET_SECCOMP")


def program(families: Collection[int]) -> bytes:
    """Return the filter as the kernel takes it. Raises OSError on a machine that is not known."""
    if MACHINE not in _ARCHITECTURES:
        raise OSError(errno.EOPNOTSUPP, f"there is no filter for {MACHINE}")
    return b"".join(_instructions(families))


def _instructions(families: Collection[int]) -> Iterator[bytes]:
    looked = _LOOKED_INTO[MACHINE]
    yield _step(_LOAD, _ARCHITECTURE)
    yield _step(_EQUAL, _ARCHITECTURES[MACHINE], 1, 0)
    yield _refuse(errno.ENOSYS)
    yield _step(_LOAD, _NUMBER)
    if MACHINE == "x86_64":
        yield _step(_AT_LEAST, _X32, 0, 1)
        yield _refuse(errno.ENOSYS)
    for number, error in (*_ON_BOTH.items(), *((one, errno.EPERM) for one in _DENIED[MACHINE])):
        yield _step(_EQUAL, number, 0, 1)
        yield _refuse(error)
    yield from _only(looked["socket"], families, errno.EACCES)
    yield from _only(looked["socketpair"], (socket.AF_UNIX,), errno.EACCES)
    yield from _only(looked["prlimit"], (0,), errno.EPERM)
    for call in (looked["clone"], looked["unshare"]):
        yield from _if_called(call, _FIRST, [_step(_ANY_BIT, _NEW_NAMESPACES, 0, 1)])
    for typing in _TYPING:
        yield from _if_called(looked["ioctl"], _SECOND, [_step(_EQUAL, typing, 0, 1)])
    yield _step(_RETURN, _ALLOW)


def _only(call: int, values: Collection[int], error: int) -> Iterator[bytes]:
    """Allow a call where its first argument is one of these."""
    yield _step(_EQUAL, call, 0, len(values) + 3)
    yield _step(_LOAD, _FIRST)
    for place, value in enumerate(values):
        yield _step(_EQUAL, value, len(values) - place, 0)
    yield _refuse(error)
    yield _step(_RETURN, _ALLOW)


def _if_called(call: int, argument: int, test: list[bytes]) -> Iterator[bytes]:
    """Refuse a call where the test of an argument holds; then the number is loaded again."""
    yield _step(_EQUAL, call, 0, len(test) + 3)
    yield _step(_LOAD, argument)
    yield from test
    yield _refuse(errno.EPERM)
    yield _step(_LOAD, _NUMBER)


def _refuse(error: int) -> bytes:
    return _step(_RETURN, _ERROR | error)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
