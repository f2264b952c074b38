"""Which processes live below one, by /proc, and how they are ended so that none can flee."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_agent.adapters.processes.family import MARK

if TYPE_CHECKING:
    from collections.abc import Callable

STEP_SECONDS = 0.002
KILL_SECONDS = 5.0
"""How long SIGKILL is repeated before the rest is given up."""


class Below:
    """The processes of one moment; zombies are none."""

    def __init__(self) -> None:
        self._children: dict[int, list[int]] = {}
        self._sessions: dict[int, set[int]] = {}
        for pid, state, parent, session in _all():
            self._children.setdefault(parent, []).append(pid)
            if state not in {b"Z", b"X"}:
                self._sessions.setdefault(session, set()).add(pid)
        self._living = {pid for members in self._sessions.values() for pid in members}

    def all_of(self, pid: int) -> set[int]:
        """Return every process below this one."""
        found: set[int] = set()
        waiting = [pid]
        while waiting:
            below = self._children.get(waiting.pop(), [])
            found.update(below)
            waiting += below
        return found & self._living

    def family(self, leader: int, token: str) -> set[int]:
        """Return a command's processes: those below it, of its session, or with its token."""
        found = self._sessions.get(leader, set()) | ({leader} & self._living)
        if token:
            wanted = f"{MARK}={token}".encode()
            mine = self.all_of(os.getpid())
            found |= {pid for pid in mine if wanted in _environment(pid).split(b"\0")}
        for pid in tuple(found | {leader}):
            found |= self.all_of(pid)
        return found


def end_at_once(who: Callable[[], set[int]], reap: Callable[[], None]) -> None:
    """SIGKILL until nobody is left: all are stopped first, since what is stopped cannot fork."""
    deadline = time.monotonic() + KILL_SECONDS
    while time.monotonic() < deadline:
        reap()
        found = who()
        if not found:
            return
        stopped: set[int] = set()
        for _ in range(50):
            if not found - stopped:
                break
            send_all(found - stopped, signal.SIGSTOP)
            stopped |= found
            found = who()
        send_all(stopped | found, signal.SIGKILL)
        time.sleep(STEP_SECONDS)


def send_all(pids: set[int], number: signal.Signals) -> None:
    """Signal each of them that is still there."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _all() -> list[tuple[int, bytes, int, int]]:
    """List process, state, parent and session of everybody; nobody where there is no /proc."""
    found = []
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    for name in names:
        if not name.isdecimal():
            continue
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                state, parent, _, session = file.read().rpartition(b")")[2].split()[:4]
        except (OSError, ValueError):
            continue
        found.append((int(name), state, int(parent), int(session)))
    return found


def _environment(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read()
    except OSError:
        return b""
