"""Where today's code waits for what the world once answered, and when it has come to rest."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

QUIET_ROUNDS = 25
"""So many rounds of the event loop without a move mean that every task waits for something."""


class Mailbox:
    """Answers by name: whoever asks gets them in order, and waits where none is there yet."""

    def __init__(self) -> None:
        """Begin with nothing asked and nothing answered."""
        self._answers: defaultdict[str, asyncio.Queue[object]] = defaultdict(asyncio.Queue)
        self._waiting: Counter[str] = Counter()
        self._at_work = 0
        self._rest = asyncio.Event()
        self._rest.set()
        self.moves = 0
        """Grows with everything that happens: two equal numbers mean that nothing did."""

    def asks(self, name: str) -> bool:
        """Return whether somebody waits for this."""
        return self._waiting[name] > 0

    async def take(self, name: str) -> object:
        """Return the next answer of this name, once it is there."""
        self.moves += 1
        self._waiting[name] += 1
        try:
            return await self._answers[name].get()
        finally:
            self._waiting[name] -= 1
            self.moves += 1

    def put(self, name: str, answer: object) -> None:
        """Give an answer to the one who waits for it, or keep it for the one who will."""
        self.moves += 1
        self._answers[name].put_nowait(answer)

    def clear(self) -> None:
        """Forget the answers that nobody has asked for."""
        self._answers.clear()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Say that something real is being done meanwhile, which takes its time."""
        self._at_work += 1
        self._rest.clear()
        try:
            yield
        finally:
            self._at_work -= 1
            self.moves += 1
            if not self._at_work:
                self._rest.set()

    async def settled(self) -> None:
        """Wait until nothing real is being done and every task waits for something."""
        quiet = 0
        while quiet < QUIET_ROUNDS:
            before = self.moves
            await self._rest.wait()
            await asyncio.sleep(0)
            quiet = quiet + 1 if before == self.moves and self._rest.is_set() else 0
