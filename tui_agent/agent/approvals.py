"""The only owner of futures: who waits for a person's answer, and the first answer, which wins."""

from __future__ import annotations

import asyncio


class Approvals:
    """Open requests of this process by their id.

    The answer itself is recorded by the caller before `answered` is called, so that it stands in
    the log even if an interrupt comes in the same tick.
    """

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def wait(self, request_id: str) -> None:
        """Wait until the request has its answer. Cancelling leaves the request open."""
        future = self._waiting.get(request_id)
        if future is None:
            future = self._waiting[request_id] = asyncio.get_running_loop().create_future()
        try:
            await asyncio.shield(future)
        finally:
            self._waiting.pop(request_id, None)

    def answered(self, request_id: str) -> None:
        """Wake the one who waits; the first answer wins, and later ones find nobody."""
        future = self._waiting.get(request_id)
        if future is not None and not future.done():
            future.set_result(None)
