"""The inside of a runner: starts commands, and ends each with everything that it has started.

The host sends a socket and the output's pipe for each command; request, wishes and reply go over
that socket alone, so that no reply can be taken for another's. A command is spawned by a thread of
its own, which has confined itself for good beforehand: the command inherits what holds the thread,
and nothing is forked, which from a grown process would cost several times what a command does.

The runner adopts what commands orphan, so that a daemon stays below it. When a command ends, is to
end, or its socket is closed (for whatever reason, the host's SIGKILL too), its family is ended:
what descends from it or carries its token, and, when no other command runs, everything else below.

Only the standard library's lightest modules are used here.
"""

from __future__ import annotations

import array
import json
import os
import select
import signal
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_agent.adapters.processes.below import Below, end_at_once, send_all
from tui_agent.adapters.processes.spawning import Spawner

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LONGEST_LINE = 4 << 20
"""Bytes of a request."""
GOING_SECONDS = 0.1
"""How long those that a command leaves behind may take to go by themselves."""
USUAL_GRACE = 1.0
"""Seconds between SIGTERM and SIGKILL for those, where they stay."""
STEP_SECONDS = 0.005
COUNT_SECONDS = 0.2
"""How far apart processes are counted, where nothing else limits them."""
MOST_FDS = 4


def serve(channel: socket.socket, confine: Callable[[], None], most: int = 0) -> None:
    """Run commands until the host closes `channel`; then end what still runs.

    `confine` is called once in each command's thread, before it starts the command. `most`: with
    how many processes all commands are ended; 0 where the kernel counts them.
    """
    commands = _Commands(channel, confine, most)
    try:
        commands.serve()
    finally:
        end_at_once(lambda: Below().all_of(os.getpid()), commands.reap)


class _Commands:
    """All that runs, and the one loop that hears of it."""

    def __init__(self, channel: socket.socket, confine: Callable[[], None], most: int) -> None:
        self._channel = channel
        self._most, self._counted = most, 0.0
        self._spawner = Spawner(confine)
        self._running: list[_Command] = []
        self._childless = True
        woken, wakes = os.pipe()
        self._woken = woken
        os.set_blocking(wakes, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Hear of new commands, of wishes and of ends until the channel is closed."""
        while True:
            ready = self._wait()
            if self._channel.fileno() in ready and not self._take():
                return
            if self._woken in ready:
                os.read(self._woken, 512)
                self.reap()
            for one in [one for one in self._running if one.control.fileno() in ready]:
                self._hear(one)
            if self._most and self._running:
                self._count()
            for one in [one for one in self._running if one.ends]:
                self._go_on_ending(one)

    def _count(self) -> None:
        """End every command where they have too many processes together."""
        now = time.monotonic()
        if now - self._counted >= COUNT_SECONDS:
            self._counted = now
            if len(Below().all_of(os.getpid())) > self._most:
                for one in self._running:
                    one.end_within(0.0)

    def reap(self) -> None:
        """Collect whoever has ended. Orphans become ours: without a child nobody is left below."""
        self._childless = False
        try:
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if not pid:
                    return
                for one in self._running:
                    if one.pid == pid:
                        one.over(os.waitstatus_to_exitcode(status))
        except ChildProcessError:
            self._childless = True

    def _wait(self) -> set[int]:
        poll = select.poll()
        for fd in (self._channel.fileno(), self._woken):
            poll.register(fd, select.POLLIN)
        for one in self._running:
            if not one.deaf:
                poll.register(one.control, select.POLLIN)
        step = STEP_SECONDS if any(one.ends for one in self._running) else None
        if self._most and self._running and step is None:
            step = COUNT_SECONDS
        step = step * 1000 if step is not None else None
        return {fd for fd, _ in poll.poll(step)}

    def _take(self) -> bool:
        """Take a command's descriptors; false where the host has closed the channel."""
        space = socket.CMSG_SPACE(MOST_FDS * 4)
        flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
        data, ancillary, _, _ = self._channel.recvmsg(1, space, flags)
        found = array.array("i")
        for level, kind, given in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                found.frombytes(given[: len(given) - len(given) % found.itemsize])
        if data and found:
            one = _Command(found[0], list(found[1:]))
            self._running.append(one)
            if select.select([one.control], [], [], 0)[0]:
                self._hear(one)
        return bool(data)

    def _hear(self, one: _Command) -> None:
        """Start the command, or end it, as the host says."""
        line = one.line()
        if line is None:
            return
        if one.pid or not line:
            grace = float(json.loads(line).get("end", 0.0)) if line else 0.0
            one.end_within(grace)
            return
        one.request = json.loads(line)
        try:
            one.pid = self._spawner.start(one.request, one.streams)
        except OSError as error:
            one.reply({"failed": error.errno or 1, "what": error.filename or ""})
            self._running.remove(one)
            one.close()
        else:
            one.give_up_streams()

    def _go_on_ending(self, one: _Command) -> None:
        left = self._family(one)
        now = time.monotonic()
        if left and one.stays(now, left):
            return
        if left:
            end_at_once(lambda: self._family(one), self.reap)
        if one.status is None and one.pid:
            self.reap()
            if one.status is None:
                return
        one.reply({"status": one.status, "left": one.left})
        self._running.remove(one)
        one.close()

    def _family(self, one: _Command) -> set[int]:
        if self._childless or not one.pid:
            return set()
        others = [other for other in self._running if other is not one and other.pid]
        below = Below()
        mine = below.family(one.pid, one.token)
        if not others:
            return mine | below.all_of(os.getpid())
        return mine


class _Command:
    """One command: its socket, its process, and how far its end has come."""

    def __init__(self, control: int, streams: list[int]) -> None:
        self.control = socket.socket(fileno=control)
        self.streams = streams
        self.request: dict[str, Any] = {}
        self.pid = 0
        self.status: int | None = None
        self.left = False
        self.ends = False
        self.deaf = False
        self._pending = b""
        self._grace = USUAL_GRACE
        self._asked = 0.0
        """When SIGTERM goes out, then when SIGKILL does; seconds of the monotonic clock."""
        self._terminated = False

    @property
    def token(self) -> str:
        """What its processes carry in their environment."""
        return str(self.request.get("token", ""))

    def line(self) -> bytes | None:
        """Return the host's next line: empty where it has gone, None where it is not whole yet."""
        try:
            data = self.control.recv(1 << 16)
        except OSError:
            data = b""
        self._pending += data
        if not data or len(self._pending) > LONGEST_LINE:
            self.deaf = True
            return b""
        if b"\n" not in self._pending:
            return None
        line, _, self._pending = self._pending.partition(b"\n")
        return line

    def over(self, status: int) -> None:
        """Note that the command itself has ended; what it left may go by itself for a moment."""
        self.status = status
        if not self.ends:
            self.ends = True
            self._asked = time.monotonic() + GOING_SECONDS

    def end_within(self, grace: float) -> None:
        """Begin to end it: SIGTERM at once, SIGKILL after the grace; without a grace, at once."""
        self.ends = True
        self._grace = grace
        self._asked = 0.0
        self._terminated = self._terminated and grace > 0

    def stays(self, now: float, left: set[int]) -> bool:
        """Return whether those who are left may stay a while; sends SIGTERM when that is due."""
        if now < self._asked:
            return True
        self.left = True
        if self._grace <= 0 or self._terminated:
            return False
        self._terminated = True
        self._asked = now + self._grace
        send_all(left, signal.SIGTERM)
        return True

    def give_up_streams(self) -> None:
        """Leave the command's ends of its pipes to the command alone."""
        for one in self.streams:
            os.close(one)
        self.streams = []

    def reply(self, said: dict[str, object]) -> None:
        """Tell the host; it may have gone."""
        with suppress(OSError):
            line = json.dumps({"id": self.request.get("id"), **said})
            self.control.sendall(line.encode() + b"\n")

    def close(self) -> None:
        """Give up every descriptor."""
        self.give_up_streams()
        self.control.close()
