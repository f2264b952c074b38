"""A control group of its own for a sandbox, where this user may make one: processes and memory.

It counts all that a sandbox holds together, which no limit of a process does; for root it is the
only count of processes there is. Both versions of the kernel's interface are known; where neither
lets us, sandboxes go without.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
SHARE = 0.75
"""Of the machine's memory."""
_ENTER = 'for one in $0; do echo $$ > "$one/cgroup.procs" || exit 1; done; exec "$@"'


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlGroup:
    """One group; in the first version, one folder a controller."""

    folders: tuple[Path, ...]

    @property
    def prefix(self) -> tuple[str, ...]:
        """Words that make the program after them start in the group."""
        return ("/bin/sh", "-c", _ENTER, " ".join(map(str, self.folders)))

    def remove(self) -> None:
        """Remove it; whoever is left in it keeps it there."""
        for folder in self.folders:
            with suppress(OSError):
                folder.rmdir()


def control_group(processes: int) -> ControlGroup | None:
    """Make a group that holds so many processes, and most of the memory; None where we may not."""
    name = f"agent-{uuid.uuid4().hex[:12]}"
    wanted = {
        "pids.max": str(processes),
        "memory.max": str(_memory()),
        "memory.limit_in_bytes": str(_memory()),
    }
    made: list[Path] = []
    for own in _own_folders():
        folder = own / name
        try:
            folder.mkdir()
        except OSError:
            continue
        if _limited(folder, wanted):
            made.append(folder)
        else:
            folder.rmdir()
    usable = [one for one in made if os.access(one / "cgroup.procs", os.W_OK)]
    return ControlGroup(folders=tuple(usable)) if usable else None


def _limited(folder: Path, wanted: dict[str, str]) -> bool:
    """Set what limits the group knows; return whether it knows any."""
    known = False
    for file, value in wanted.items():
        if (folder / file).exists():
            with suppress(OSError):
                (folder / file).write_text(value)
                known = True
    return known


def _own_folders() -> Iterator[Path]:
    """Yield the folders of the groups that we are in, for the controllers that count."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").split("\n")
    except (OSError, ValueError):
        return
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0":
            for mount in (MOUNT, MOUNT / "unified"):
                if (mount / "cgroup.controllers").exists():
                    yield mount / path.lstrip("/")
        for one in {"pids", "memory"} & set(controllers.split(",")):
            yield MOUNT / one / path.lstrip("/")


def _memory() -> int:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return int(pages * SHARE)
