"""From records to frames: keeps the state, and draws it at most twenty times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from tui_agent.core.events import Record
from tui_agent.core.ports import Client
from tui_agent.core.state import Session, apply

FRAME_SECONDS = 0.05
KEY_REST_SECONDS, LONGEST_REST_SECONDS = 0.03, 0.1
"""A frame is put off while a key came this short ago, and at most for so long."""
QUIET_SECONDS = 2.0
PATIENCE_SECONDS, PAUSE_SECONDS = 60.0, 0.3
"""How long a quiet moment is waited for, before a pause as short as this has to do."""
SLICE_SECONDS = 0.008
"""How long a long past is folded before keys are heard again."""


class Live:
    """The state as it now is, and the two loops that keep it and draw it."""

    def __init__(
        self,
        client: Client,
        draw: Callable[[Session], None],
        heard: Callable[[Record], None],
    ) -> None:
        """`draw` gets the state for each frame, `heard` each record once it is folded in.

        An agent that is near has folded it already: two states of hours would be twice the memory.
        """
        self.client = client
        self._near = client.state
        self.state = self._near or Session()
        self.frames = 0
        self.last_key = 0.0
        self.patience = PATIENCE_SECONDS
        self._draw = draw
        self._heard = heard
        self._changed = asyncio.Event()
        self._waits_for_quiet = False

    async def listen(self) -> None:
        """Take every record; return when the agent has no more to say."""
        begun = monotonic()
        async for record in self.client.events():
            if self._near is None:
                apply(self.state, record)
            self._heard(record)
            self._changed.set()
            if monotonic() - begun > SLICE_SECONDS:
                await asyncio.sleep(0)
                begun = monotonic()

    def again(self) -> None:
        """Draw a frame although no record came."""
        self._changed.set()

    async def draw(self) -> None:
        """Draw whenever something has changed: at once after a rest, else a frame apart."""
        last = 0.0
        while True:
            await self._changed.wait()
            await asyncio.sleep(max(0.0, last + FRAME_SECONDS - monotonic()))
            await self._let_keys_pass()
            self._changed.clear()
            self._draw(self.state)
            self.frames += 1
            last = monotonic()

    def when_quiet(self, do: Callable[[], object]) -> None:
        """Do something once no key has come for a while, and nothing new is to be drawn.

        While that is still to come, asking again asks for nothing more. Where somebody types on and
        on, a pause has to do after a while.
        """
        if self._waits_for_quiet:
            return
        self._waits_for_quiet = True
        loop, asked = asyncio.get_running_loop(), monotonic()

        def attempt() -> None:
            waited = monotonic() - asked
            quiet = QUIET_SECONDS if waited < self.patience else PAUSE_SECONDS
            left = self.last_key + quiet - monotonic()
            if left > 0 or self._changed.is_set():
                loop.call_later(max(left, FRAME_SECONDS), attempt)
            else:
                self._waits_for_quiet = False
                do()

        loop.call_later(QUIET_SECONDS, attempt)

    async def _let_keys_pass(self) -> None:
        since = monotonic()
        while (rest := self.last_key + KEY_REST_SECONDS - monotonic()) > 0:
            if monotonic() - since >= LONGEST_REST_SECONDS:
                return
            await asyncio.sleep(rest)
