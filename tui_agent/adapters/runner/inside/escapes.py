"""Tries to get out, as a command could, and tells what came of it.

Each attempt is a real one, against things that the host has laid out for it and looks at again
afterwards; what would change something real is undone. An attempt that fails with an OSError has
been blocked.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import socket
import stat
import struct
import termios
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_agent.adapters.kernel.libc import checked, libc, syscall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS = 0.5
_ATTACH, _DETACH = 16, 17
_NEW_USER = 0x10000000
_VSOCK = 40


def attempts(probe: Mapping[str, object]) -> dict[str, str]:
    """Return of each attempt by its name whether it was `blocked`, or came `open`.

    `absent`: there is nothing here that it could be tried on.
    """
    given = {name: str(value) for name, value in probe.items()}
    return {name: _tried(attempt, given) for name, attempt in ATTEMPTS.items()}


def _tried(attempt: Callable[[Mapping[str, str]], object], given: Mapping[str, str]) -> str:
    try:
        attempt(given)
    except _NothingThereError:
        return "absent"
    except OSError:
        return "blocked"
    return "open"


class _NothingThereError(Exception):
    pass


# Files


def _read(given: Mapping[str, str]) -> None:
    with open(given["secret"], "rb") as file:
        file.read()


def _write(given: Mapping[str, str]) -> None:
    with open(given["mark"], "ab") as file:
        file.write(b"changed")


def _create(given: Mapping[str, str]) -> None:
    with open(os.path.join(given["folder"], "created"), "wb"):
        pass


def _remove(given: Mapping[str, str]) -> None:
    os.unlink(given["doomed"])


def _metadata(given: Mapping[str, str]) -> None:
    os.utime(given["mark"], (1, 1))


def _hooks(given: Mapping[str, str]) -> None:
    """Write a new hook, and take it away again."""
    if not given["hooks"]:
        raise _NothingThereError
    name = os.path.join(given["hooks"], "agent-was-here")
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    os.unlink(name)


def _git_config(given: Mapping[str, str]) -> None:
    if not given["config"]:
        raise _NothingThereError
    os.close(os.open(given["config"], os.O_WRONLY | os.O_APPEND))


def _device(given: Mapping[str, str]) -> None:
    name = os.path.join(given["temporary"], "agent-node")
    os.mknod(name, stat.S_IFBLK | 0o600, os.makedev(8, 0))
    os.unlink(name)


# Sockets


def _tcp(given: Mapping[str, str]) -> None:
    socket.create_connection(("127.0.0.1", int(given["tcp"])), SECONDS).close()


def _udp(given: Mapping[str, str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"here", ("127.0.0.1", int(given["udp"])))


def _vsock(_: Mapping[str, str]) -> None:
    socket.socket(_VSOCK, socket.SOCK_STREAM).close()


def _abstract(given: Mapping[str, str]) -> None:
    _connect_to("\0" + given["abstract"])


def _socket_file(given: Mapping[str, str]) -> None:
    _connect_to(given["listener"])


def _connect_to(address: str) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(SECONDS)
        one.connect(address)


# Processes


def _host(given: Mapping[str, str]) -> int:
    """Return the host's process id. Raises OSError where such numbers mean others here."""
    if os.readlink("/proc/self/ns/pid") != given["pid_namespace"]:
        raise ProcessLookupError
    return int(given["pid"])


def _signal(given: Mapping[str, str]) -> None:
    os.kill(_host(given), 0)


def _environment(given: Mapping[str, str]) -> None:
    with open(f"/proc/{_host(given)}/environ", "rb") as file:
        file.read()


def _memory(given: Mapping[str, str]) -> None:
    with open(f"/proc/{_host(given)}/mem", "rb"):
        pass


def _trace(given: Mapping[str, str]) -> None:
    _attach(_host(given))


def _limits(given: Mapping[str, str]) -> None:
    resource.prlimit(_host(given), resource.RLIMIT_NOFILE)


def _runner_memory(_: Mapping[str, str]) -> None:
    with open(f"/proc/{os.getppid()}/mem", "rb"):
        pass


def _runner_streams(_: Mapping[str, str]) -> None:
    os.readlink(f"/proc/{os.getppid()}/fd/0")


def _runner_trace(_: Mapping[str, str]) -> None:
    _attach(os.getppid())


def _runner_signal(_: Mapping[str, str]) -> None:
    os.kill(os.getppid(), 0)


def _attach(pid: int) -> None:
    checked(libc().ptrace(_ATTACH, pid, None, None), "ptrace")
    with suppress(OSError):
        os.waitpid(pid, 0)
    libc().ptrace(_DETACH, pid, None, None)


# The kernel


def _user_namespace(_: Mapping[str, str]) -> None:
    checked(libc().unshare(_NEW_USER), "unshare")


def _mount(given: Mapping[str, str]) -> None:
    place = given["temporary"].encode()
    checked(libc().mount(b"none", place, b"tmpfs", 0, None), "mount")
    libc().umount2(place, 2)


def _remount(_: Mapping[str, str]) -> None:
    read_write_bind = 0x1020
    checked(libc().mount(b"none", b"/usr", None, read_write_bind, None), "remount")


def _io_uring(_: Mapping[str, str]) -> None:
    os.close(syscall("io_uring_setup", 1, ctypes.create_string_buffer(120)))


def _keys(_: Mapping[str, str]) -> None:
    session_keyring = -3
    syscall("keyctl", 0, session_keyring, 0)


def _typing(_: Mapping[str, str]) -> None:
    """Type into a terminal of one's own: what is possible there would be in the user's."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # of its closing
    ours, theirs = os.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        fcntl.ioctl(theirs, termios.TIOCSTI, struct.pack("b", 0x79))
    finally:
        os.close(ours)
        os.close(theirs)


def _terminal(given: Mapping[str, str]) -> None:
    if not given["terminal"]:
        raise _NothingThereError
    if os.readlink("/proc/self/ns/pid") != given["pid_namespace"]:
        raise FileNotFoundError  # /dev/pts is another one, too
    os.close(os.open(given["terminal"], os.O_WRONLY | os.O_NOCTTY))


ATTEMPTS: dict[str, Callable[[Mapping[str, str]], object]] = {
    "read outside": _read,
    "write outside": _write,
    "create outside": _create,
    "remove outside": _remove,
    "change times outside": _metadata,
    "add a git hook": _hooks,
    "change git's configuration": _git_config,
    "make a device": _device,
    "reach TCP": _tcp,
    "reach UDP": _udp,
    "reach a virtual socket": _vsock,
    "reach an abstract socket": _abstract,
    "reach a socket file": _socket_file,
    "signal the program": _signal,
    "read the program's environment": _environment,
    "read the program's memory": _memory,
    "trace the program": _trace,
    "change the program's limits": _limits,
    "read the runner's memory": _runner_memory,
    "see the runner's streams": _runner_streams,
    "trace the runner": _runner_trace,
    "signal the runner": _runner_signal,
    "make a user namespace": _user_namespace,
    "mount": _mount,
    "remount": _remount,
    "use io_uring": _io_uring,
    "read the kernel's keys": _keys,
    "type into a terminal": _typing,
    "open the user's terminal": _terminal,
}
"""By name, in the order in which they are shown. A namespace comes late: it cannot be undone."""
