"""A call of the model in the day's book: set aside before it, settled after it.

The book waits for other processes, which is done in a thread: the screen must not wait with it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_agent.agent.governor import facts_known, foresee
from tui_agent.core.budget import caps_of
from tui_agent.core.forecast import summarising

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.agent.request import Purpose
    from tui_agent.core.messages import ModelFacts


async def set_aside(engine: Engine, request_id: str, purpose: Purpose, *, agreed: bool) -> bool:
    """Count a call as spent before it is made; False where the day's cap no longer allows it.

    `agreed`: a person has asked for this very call, which was weighed then; it is only counted.
    """
    book = engine.world.day_book
    if book is None:
        return True
    day = (await asyncio.to_thread(book.today)).day
    cap = caps_of(engine.live.state, engine.settings.budget, day).get("day")
    facts = facts_known(engine)
    expected = _expected(engine, facts, purpose) if facts is not None else None
    weighed = expected is not None and not agreed
    limit = cap if weighed else None
    return await asyncio.to_thread(book.set_aside, request_id, expected or 0.0, limit)


def _expected(engine: Engine, facts: ModelFacts, purpose: Purpose) -> float | None:
    foreseen = foresee(engine, facts)
    return (summarising(foreseen, facts) if purpose == "compaction" else foreseen).cost_usd


async def settle(engine: Engine, request_id: str, cost: float | None) -> None:
    """Count what the call has cost; of unknown price, that there was one."""
    book = engine.world.day_book
    if book is not None:
        await asyncio.to_thread(book.settle, request_id, cost)


async def settle_failed(engine: Engine, request_id: str) -> None:
    """Count nothing for a refused call; one that broke off in its answer stays as expected."""
    asked = engine.agent.turn
    step = asked.steps[max(asked.steps)] if asked is not None and asked.steps else None
    failure = step.failure if step is not None else None
    if failure is None or not failure.partial:
        await settle(engine, request_id, 0.0)
