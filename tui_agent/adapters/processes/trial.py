"""Does something in a process of its own that is confined as a command's, and brings the answer."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 5.0


def in_a_fork(work: Callable[[], object], confine: Callable[[], None]) -> object:
    """Return what `work` returns, confined; it must be a value that JSON knows.

    Raises OSError where the process fails or takes longer than `SECONDS`.
    """
    heard, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            confine()
            with os.fdopen(tell, "wb") as file:
                file.write(json.dumps(work()).encode())
        finally:
            os._exit(0)
    os.close(tell)
    data = b""
    deadline = time.monotonic() + SECONDS
    with os.fdopen(heard, "rb", buffering=0) as file:
        while select.select([file], [], [], max(0.0, deadline - time.monotonic()))[0]:
            piece = file.read(1 << 16)
            if not piece:
                break
            data += piece
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if not data:
        message = "the attempts to escape gave no answer"
        raise OSError(message)
    return json.loads(data)
