"""What a running command prints: published piece by piece, and kept in the log now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_agent.agent.session import LogWriteError
from tui_agent.core.events import ToolOutputDelta, ToolOutputKept
from tui_agent.core.excerpt import without_first_word, without_last_word

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.state import Call

COALESCE_SECONDS = 0.03
"""A running command's output is published at most this often."""
KEEP_SECONDS = 5.0
"""So long after something new was printed, at most, beginning and end of it all are in the log."""
HELD_FLUSHES = 5
"""So often a word that may go on is held back: half a secret would not be known as one."""
HEAD, TAIL = 1_000, 2_000
"""Characters that are kept of the beginning and of the end."""


class OutputStream:
    """Publishes a running command's output in pieces, at most every `COALESCE_SECONDS`."""

    def __init__(self, engine: Engine, call_id: str, *, every: float = KEEP_SECONDS) -> None:
        """Begin with nothing printed; keep it after so many seconds."""
        self._engine, self._call_id, self._every = engine, call_id, every
        self._pieces: list[str] = []
        self._offset = 0
        self._head = self._tail = ""
        self._word, self._held = "", 0
        self._timer: asyncio.TimerHandle | None = None
        self._keeper: asyncio.TimerHandle | None = None
        self._later: Callable[..., asyncio.TimerHandle] = asyncio.get_running_loop().call_later

    def add(self, text: str) -> None:
        """Take a piece."""
        self._pieces.append(text)
        if self._timer is None:
            self._timer = self._later(COALESCE_SECONDS, self.flush)
        if self._keeper is None:
            self._keeper = self._later(self._every, self._keep)

    def flush(self) -> None:
        """Publish what has come, but for a last word that has just been begun."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        text = "".join(self._pieces)
        whole = without_last_word(text)
        word = text[len(whole) :]
        if word in ("", self._word) or self._held == HELD_FLUSHES:
            self._publish(text)
            return
        held = 1 if whole else self._held + 1
        self._publish(whole)
        self._pieces, self._word, self._held = [word], word, held
        self._timer = self._later(COALESCE_SECONDS, self.flush)

    def _publish(self, text: str) -> None:
        self._pieces.clear()
        self._word, self._held = "", 0
        if not text:
            return
        self._engine.emit(ToolOutputDelta(call_id=self._call_id, offset=self._offset, text=text))
        self._offset += len(text)
        room = HEAD - len(self._head)
        self._head += text[:room]
        self._tail = (self._tail + text[room:])[-TAIL:]

    def close(self) -> None:
        """Publish the rest; what the call ends with is recorded with its end."""
        if self._keeper is not None:
            self._keeper.cancel()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._publish("".join(self._pieces))

    def _keep(self) -> None:
        self._keeper = None
        self.flush()
        text = f"{self._head}{self._tail}"
        if self._offset > len(text):
            head, tail = without_last_word(self._head), without_first_word(self._tail)
            left = self._offset - len(head) - len(tail)
            text = f"{head}\n[{left:,} characters left out]\n{tail}"
        with suppress(LogWriteError):  # It was said; the next effect waits for a log that works.
            self._engine.emit(ToolOutputKept(call_id=self._call_id, text=text))


def so_far(call: Call) -> str:
    """Return what is known of the output of a call that nobody saw end, as it is told."""
    return f"\n\nIt had printed so far:\n{call.live.rstrip()}" if call.live.strip() else ""
