"""A file without a name, for what an open session need not hold in memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path


class Aside:
    """Bytes laid aside for this process: nobody else sees them, and they are gone with it.

    The file lives as long as anybody can ask for them, longer than the log is open perhaps. Where
    there is no such file (another system, a full disk), they stay in memory.
    """

    def __init__(self, folder: Path) -> None:
        """Open nothing yet; the file will lie on the disk of `folder`."""
        self._folder = folder
        self._descriptor = -1
        self._size = 0

    def keep(self, data: bytes) -> Callable[[], bytes]:
        """Lay bytes aside; return what gives them back."""
        try:
            place = self._write(data)
        except OSError:
            return lambda: data
        return partial(self._read, place, len(data))

    def _write(self, data: bytes) -> int:
        if self._descriptor < 0:
            without_name = getattr(os, "O_TMPFILE", None)
            if without_name is None:
                raise OSError
            self._descriptor = os.open(self._folder, without_name | os.O_RDWR, 0o600)
        place, view = self._size, memoryview(data)
        while view:
            done = os.pwrite(self._descriptor, view, place + len(data) - len(view))
            view = view[done:]
        self._size += len(data)
        return place

    def _read(self, place: int, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = os.pread(self._descriptor, size - len(found), place + len(found))
            if not piece:
                message = "what was laid aside is gone"
                raise OSError(message)
            found += piece
        return found

    def __del__(self) -> None:
        """Let the file go."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
