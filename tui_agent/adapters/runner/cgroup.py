"""A control group of its own for a sandbox, where this user may make one: processes and memory.

It counts all that a sandbox holds together, which no limit of a process does; for root it is the
only count of processes there is. Both versions of the kernel's interface are known; where neither
lets us, sandboxes go without.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
PREFIX = "agent-"
GOING, STEP_SECONDS = 100, 0.005
"""How often, and how far apart, it is tried to remove a group."""
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

    @property
    def counts(self) -> bool:
        """Whether it limits the number of processes."""
        return any((one / "pids.max").exists() for one in self.folders)

    @property
    def measures(self) -> bool:
        """Whether it limits memory."""
        files = ("memory.max", "memory.limit_in_bytes")
        return any((one / file).exists() for one in self.folders for file in files)

    async def remove(self) -> None:
        """Remove it: its last process may take a moment to go."""
        left = [*self.folders]
        for _ in range(GOING):
            left = [one for one in left if not _removed(one)]
            if not left:
                return
            await asyncio.sleep(STEP_SECONDS)


def control_group(processes: int, *, memory: int | None = None) -> ControlGroup | None:
    """Make a group that holds so many processes and bytes of memory; None where we may not.

    Without a number it may have most of the machine's memory.
    """
    most = _memory() if memory is None else min(memory, _memory())
    name = f"{PREFIX}{os.getpid()}-{uuid.uuid4().hex[:12]}"
    wanted = {
        "pids.max": str(processes),
        "memory.max": str(most),
        "memory.limit_in_bytes": str(most),
    }
    made: list[Path] = []
    for own in _own_folders():
        folder = own / name
        _clear_away(own)
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


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _clear_away(own: Path) -> None:
    """Remove the groups of processes of ours that were killed."""
    for folder in own.glob(f"{PREFIX}*"):
        maker = folder.name.removeprefix(PREFIX).partition("-")[0]
        if maker.isdecimal() and not Path(f"/proc/{maker}").exists():
            _removed(folder)


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
