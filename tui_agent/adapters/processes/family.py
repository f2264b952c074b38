"""Which processes belong to a command, and how all of them are ended.

Every command leads a session and a process group of its own, and carries a token in its
environment. On Linux the token finds children that left the group (`setsid`, a daemon), as long as
they kept their environment. What cannot be done without a pid namespace: a child that leaves the
group *and* clears its environment escapes, and so does every child that leaves the group on a
system without `/proc`. The sandbox tiers close this; tier `none` says so.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import suppress

MARK = "AGENT_COMMAND"
"""The environment variable whose value, a token, marks the processes of one command."""

GOING = 6
"""How often is looked whether the last ones are just leaving; 5 ms each."""

ROUNDS = 40
"""How often the family is looked for again after SIGKILL; a round takes 25 ms at most."""


WATCHMAN = "read -r _ <&3 || kill -KILL 0"
"""What the watchman of a command runs: nobody whom the command has left behind."""


def strays(token: str) -> list[int]:
    """Find the living processes that carry a token (Linux; elsewhere none is found)."""
    wanted = f"{MARK}={token}".encode()
    return [
        int(name)
        for name in _numbers()
        if wanted in _environment(name).split(b"\0") and _is_alive(name)
    ]


def _numbers() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdecimal()]
    except OSError:
        return []


def _environment(pid: str) -> bytes:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read()
    except OSError:
        return b""


def _is_alive(pid: str) -> bool:
    """Return whether a process is more than a zombie that waits to be collected."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] not in {b"Z", b"X"}
    except OSError:
        return False


def send(group: int, token: str, number: signal.Signals) -> None:
    """Signal the whole family."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
    for pid in strays(token):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


async def end(group: int, token: str, *, grace: float) -> bool:
    """End the whole family: SIGTERM, then SIGKILL after `grace` seconds until nobody is left.

    Returns whether there was anybody to end but the watchman, who may leave late on a busy machine.
    Being cancelled shortens the grace to nothing.
    """
    for _ in range(GOING):
        if not alive(group, token):
            return False
        await asyncio.sleep(0.005)
    left = not _only_the_watchman(group, token)
    try:
        send(group, token, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline:
            await asyncio.sleep(0.02)
            if not alive(group, token):
                return left
    finally:
        kill(group, token)
    return left


def _only_the_watchman(group: int, token: str) -> bool:
    found = {*strays(token), *_members(group)}
    return bool(found) and all(WATCHMAN.encode() in _command_line(pid) for pid in found)


def _command_line(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


def kill(group: int, token: str) -> None:
    """Send SIGKILL until nobody is left, at most for a second; blocks for as long."""
    for _ in range(ROUNDS):
        if not alive(group, token):
            return
        send(group, token, signal.SIGKILL)
        time.sleep(0.005)


def alive(group: int, token: str) -> bool:
    """Return whether anybody of the family lives; a zombie does not."""
    if strays(token):
        return True
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return not _only_zombies(group)


def _only_zombies(group: int) -> bool:
    """Return whether the group's leader is all there is of it, and is only to be collected."""
    return os.path.isdir("/proc/self") and not _is_alive(str(group)) and not _members(group)


def _members(group: int) -> list[int]:
    found = []
    for name in _numbers():
        try:
            with open(f"/proc/{name}/stat", "rb") as file:
                state, _, number = file.read().rpartition(b")")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(number) == group and state not in {b"Z", b"X"}:
            found.append(int(name))
    return found
