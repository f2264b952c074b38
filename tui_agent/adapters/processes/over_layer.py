"""Starts a program over a disposable layer: `ROOT LAYER PROGRAM…`.

Run by its file's name with a bare Python, so it imports nothing of ours. In a mount namespace of
its own, an overlay takes the place of ROOT: what is written there lands in LAYER, and the original
stays as it is for everybody else. Then it becomes PROGRAM, which holds no more rights than before.
"""

from __future__ import annotations

import ctypes
import os
import sys

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000

_libc = ctypes.CDLL(None, use_errno=True)


def main(root: str, layer: str, program: list[str]) -> None:
    """Mount the overlay and become the program. Raises OSError where this machine has none."""
    _own_namespace()
    _called(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "private mounts")
    parts = {
        "lowerdir": root,
        "upperdir": f"{layer}/upper",
        "workdir": f"{layer}/work",
    }
    options = ",".join(f"{name}={_escaped(path)}" for name, path in parts.items())
    data = os.fsencode(f"{options},userxattr")
    _called(_libc.mount(b"overlay", os.fsencode(root), b"overlay", 0, data), "overlay")
    _remove_gone(root, layer)
    os.chdir(os.getcwd())  # The folder as it is now named, no longer the one below the overlay.
    os.execvp(program[0], program)


def _own_namespace() -> None:
    """Leave the host's mounts: as root directly, as a user by a namespace of users in between."""
    if _libc.unshare(CLONE_NEWNS) == 0:
        return
    user, group = os.getuid(), os.getgid()
    _called(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNS), "namespaces")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")


def _remove_gone(root: str, layer: str) -> None:
    """Take away what the layer is to hide, by its own means."""
    with open(f"{layer}/gone", "rb") as file:
        names = [name for name in file.read().split(b"\0") if name]
    for name in names:
        os.unlink(os.path.join(os.fsencode(root), name))


def _called(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _escaped(path: str) -> str:
    return "".join(f"\\{char}" if char in "\\,:" else char for char in path)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
