"""What the calls of a session that are being made will probably cost, over all of its agents.

Children work side by side: each weighs its call against the same caps, and none of their costs is
known yet.
"""

from __future__ import annotations

import asyncio


class UnderWay:
    """One amount for each agent that calls its model now, in dollars."""

    def __init__(self) -> None:
        """Begin with none."""
        self._amounts: dict[str, float] = {}
        self._fewer = asyncio.Event()

    def beside(self, agent_id: str) -> float:
        """Return what the calls of the other agents will cost together."""
        return sum(amount for one, amount in self._amounts.items() if one != agent_id)

    def begin(self, agent_id: str, amount: float) -> None:
        """Note the call that an agent is about to make."""
        self._amounts[agent_id] = amount

    def end(self, agent_id: str) -> None:
        """Forget it: its cost is known, or it was not made. Safe where there is none."""
        if self._amounts.pop(agent_id, None) is not None:
            self._fewer.set()
            self._fewer = asyncio.Event()

    async def fewer(self) -> None:
        """Wait until a call has ended."""
        await self._fewer.wait()
