"""What a killed process of ours has left: temporary folders, and sandboxes in the making.

Both are named after their maker. A sandbox ends with its maker but for one moment: where the outer
of bubblewrap's two processes is killed before it has let the inner one go on, that one waits for
ever. It holds nothing, and nothing ran in it.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

MARK = "AGENT_MAKER"
"""The environment variable that names the maker of a sandbox's own processes."""
CLEARED = ("canary", "private", "rerun", "bundle", "demo")
"""Kinds of folders that nobody needs once their maker is gone."""
SHORT = "/tmp"
"""Where a temporary folder lies whose name must be short."""
_FOLDER = re.compile(rf"agent-(?:{'|'.join(CLEARED)})-(\d+\.\d+\.\d+)-\w+")
_MAKER = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def maker() -> str:
    """Return the name of this process: no other one has it, before the machine starts afresh."""
    return _name_of(os.getpid())


@cache
def _name_of(pid: int) -> str:
    return f"{pid}.{_begun(pid)}.{_namespace()}"


def prefix_of(kind: str) -> str:
    """Return how the name of a temporary folder of ours begins; the kind is one of `CLEARED`."""
    return f"agent-{kind}-{maker()}-"


def is_gone(name: str) -> bool:
    """Return whether the process of this name has ended; not, where that cannot be told."""
    found = _MAKER.fullmatch(name)
    if found is None or not os.path.isdir("/proc/self"):
        return False
    pid, begun, namespace = map(int, found.groups())
    return namespace == _namespace() != 0 and begun != _begun(pid)


def clear_leftovers(place: str = "") -> None:
    """End and remove what makers have left that are gone, of this user alone; never raises.

    `place` is where the temporary folders lie; empty: where they usually do. It is not asked for
    as `tempfile` does, which writes a file to try.
    """
    for pid in _sandboxes():
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    for one in {place} if place else {os.environ.get("TMPDIR", SHORT), SHORT}:
        with suppress(OSError):
            for folder in _folders(one):
                shutil.rmtree(folder, ignore_errors=True)


def _folders(place: str) -> Iterator[str]:
    for entry in os.scandir(place):
        found = _FOLDER.fullmatch(entry.name)
        if found is not None and is_gone(found[1]) and _is_own_folder(entry):
            yield entry.path


def _is_own_folder(entry: os.DirEntry[str]) -> bool:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _sandboxes() -> Iterator[int]:
    """Yield the processes of this user that are marked with a maker which is gone."""
    try:
        names = [name for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return
    for name in names:
        with suppress(OSError):
            if os.stat(f"/proc/{name}").st_uid == os.geteuid() and is_gone(_marked(name)):
                yield int(name)


def _marked(pid: str) -> str:
    with open(f"/proc/{pid}/environ", "rb") as file:
        words = file.read().split(b"\0")
    start = f"{MARK}=".encode()
    return next((os.fsdecode(one[len(start) :]) for one in words if one.startswith(start)), "")


def _begun(pid: int) -> int:
    """Return when a process began, in the kernel's ticks; 0 where there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0


@cache
def _namespace() -> int:
    """Return which processes the numbers are of; 0 where there is no telling."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0
