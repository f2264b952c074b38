"""Takes away what sandboxes are made of, then runs the program that follows.

As on a machine where it is missing: `namespaces` (bubblewrap is there and fails), `landlock`. What
is taken away stays so for whatever the program starts.
"""

from __future__ import annotations

import ctypes
import errno
import struct
import subprocess
import sys

from tui_agent.adapters.kernel import seccomp
from tui_agent.adapters.kernel.libc import checked, libc
from tui_agent.adapters.kernel.process import no_new_privileges

LANDLOCK = (444, 445, 446)


def deny_landlock() -> None:
    """Answer Landlock's system calls as a kernel without it does."""
    steps = [struct.pack("HBBI", 0x20, 0, 0, 0)]
    for number in LANDLOCK:
        steps.append(struct.pack("HBBI", 0x15, 0, 1, number))
        steps.append(struct.pack("HBBI", 0x06, 0, 0, 0x50000 | errno.ENOSYS))
    steps.append(struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000))
    code = ctypes.create_string_buffer(b"".join(steps), 8 * len(steps))
    head = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    given = ctypes.create_string_buffer(head, len(head))
    rest = (ctypes.c_ulong(0),) * 2
    checked(libc().prctl(22, ctypes.c_ulong(2), given, *rest), "seccomp")


def main(arguments: list[str]) -> None:
    at = arguments.index("--")
    taken, program = arguments[:at], arguments[at + 1 :]
    no_new_privileges()
    if "namespaces" in taken:
        seccomp.install(seccomp.ALL_SOCKETS)
    if "landlock" in taken:
        deny_landlock()
    sys.exit(subprocess.run(program, check=False).returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
