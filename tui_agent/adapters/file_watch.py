"""Tells when a file is written, replaced or removed: the kernel says so, nothing is asked again."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

SETTLED_SECONDS = 0.05
"""Editors write a file in several steps; they are told as one."""

_WRITTEN, _MOVED_FROM, _MOVED_TO = 0x8, 0x40, 0x80
_CREATED, _DELETED = 0x100, 0x200
_EVENTS = _WRITTEN | _MOVED_FROM | _MOVED_TO | _CREATED | _DELETED
_LOST = 0x4000
"""The kernel's queue was full."""
_HEAD = struct.Struct("iIII")
_LARGEST = 1 << 16


def watch_file(path: Path, changed: Callable[[], None]) -> Callable[[], None]:
    """Call `changed` on the running loop whenever the file is another one; return how to stop.

    Its folder is watched, because most editors put a new file in the old one's place.

    Raises OSError where that cannot be: no such folder, or a system without inotify.
    """
    if sys.platform != "linux":
        message = "this system does not tell of files"
        raise OSError(message)
    from tui_agent.adapters.kernel.libc import checked, libc

    descriptor = checked(libc().inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC), "inotify_init1")
    folder = ctypes.c_char_p(os.fsencode(path.parent))
    try:
        checked(libc().inotify_add_watch(descriptor, folder, _EVENTS), "inotify_add_watch")
    except OSError:
        os.close(descriptor)
        raise
    watch = _Watch(descriptor, os.fsencode(path.name), changed)
    return watch.stop


class _Watch:
    def __init__(self, descriptor: int, name: bytes, changed: Callable[[], None]) -> None:
        self._descriptor, self._name, self._changed = descriptor, name, changed
        self._loop = asyncio.get_running_loop()
        self._soon: asyncio.TimerHandle | None = None
        self._loop.add_reader(descriptor, self._heard)

    def _heard(self) -> None:
        try:
            data = os.read(self._descriptor, _LARGEST)
        except BlockingIOError:
            return
        if _concerns(data, self._name) and self._soon is None:
            self._soon = self._loop.call_later(SETTLED_SECONDS, self._tell)

    def _tell(self) -> None:
        self._soon = None
        self._changed()

    def stop(self) -> None:
        if self._descriptor < 0:
            return
        if self._soon is not None:
            self._soon.cancel()
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1


def _concerns(data: bytes, name: bytes) -> bool:
    """Return whether the kernel's events are about a file, or may have been: some were lost."""
    place = 0
    while place + _HEAD.size <= len(data):
        _, events, _, length = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        if events & _LOST or data[place : place + length].rstrip(b"\0") == name:
            return True
        place += length
    return False
