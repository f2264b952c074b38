"""Starts commands from threads that have confined themselves, without forking this process.

What Landlock holds is a matter of the thread, and what it spawns inherits it. One thread waits
ready, confined, with a working folder of its own; each command takes one and it then ends.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tui_agent.adapters.kernel.process import own_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_RESTORED = (signal.SIGPIPE, signal.SIGXFSZ)
"""Python ignores these; commands are to get them as everywhere."""
IN_FOLDER = ("/bin/sh", "-c", 'cd "$0" && exec "$@"')
"""Where a thread cannot have a folder of its own."""


class Spawner:
    """Starts one command after the other, each from the thread that waits."""

    def __init__(self, confine: Callable[[], None]) -> None:
        self._confine = confine
        self._ready = _Spawn(confine)

    def start(self, request: dict[str, Any], streams: list[int]) -> int:
        """Start what the request says and return its process id. Raises OSError."""
        ready, self._ready = self._ready, _Spawn(self._confine)
        return ready.start(request, streams)


class _Spawn:
    """One thread, which starts one command."""

    def __init__(self, confine: Callable[[], None]) -> None:
        self._wanted: SimpleQueue[tuple[dict[str, Any], list[int]]] = SimpleQueue()
        self._done: SimpleQueue[int | OSError] = SimpleQueue()
        self._confine = confine
        threading.Thread(target=self._run, daemon=True).start()

    def start(self, request: dict[str, Any], streams: list[int]) -> int:
        self._wanted.put((request, streams))
        done = self._done.get()
        if isinstance(done, OSError):
            raise done
        return done

    def _run(self) -> None:
        try:
            own_folder()
            self._confine()
            fault = None
        except OSError as error:
            fault = error
        request, streams = self._wanted.get()
        if fault is not None:
            self._done.put(fault)
            return
        try:
            self._done.put(_spawn(request, streams))
        except OSError as error:
            self._done.put(error)


def _spawn(request: dict[str, Any], streams: list[int]) -> int:
    argv, cwd = [str(word) for word in request["argv"]], str(request["cwd"])
    if sys.platform == "linux":
        os.chdir(cwd)
    else:
        argv = [*IN_FOLDER, cwd, *argv]
    actions: list[Any] = []
    if len(streams) == 1:
        actions.append((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0))
        streams = [streams[0], streams[0]]
    first = len(actions)
    actions += [(os.POSIX_SPAWN_DUP2, one, at) for at, one in enumerate(streams, first)]
    return os.posix_spawn(
        argv[0],
        argv,
        {str(name): str(value) for name, value in request["environ"].items()},
        file_actions=actions,
        setsid=True,
        setsigdef=_RESTORED,
        setsigmask=(),
    )
