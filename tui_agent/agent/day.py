"""A call of the model in the day's book: set aside before it, settled after it.

The book waits for other processes, which is done in a thread: the screen must not wait with it.
What a call has cost is what the session counts for it, so that the two agree.
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
    from tui_agent.core.spending import Spend


async def set_aside(engine: Engine, request_id: str, purpose: Purpose, *, agreed: bool) -> bool:
    """Count a call as spent before it is made; False where the day's cap no longer allows it.

    `agreed`: a person has asked for this very call, which was weighed then; it is only counted.
    """
    book = engine.world.day_book
    if book is None:
        return True
    cap = caps_of(engine.live.state, engine.settings.budget, book.day()).get("day")
    facts = facts_known(engine)
    expected = _expected(engine, facts, purpose) if facts is not None else None
    weighed = expected is not None and not agreed
    limit = cap if weighed else None
    return await asyncio.to_thread(book.set_aside, request_id, expected or 0.0, limit)


def _expected(engine: Engine, facts: ModelFacts, purpose: Purpose) -> float | None:
    foreseen = foresee(engine, facts)
    return (summarising(foreseen, facts) if purpose == "compaction" else foreseen).cost_usd


async def settle(engine: Engine, request_id: str, before: Spend) -> None:
    """Count what the call has added to what its agent had spent `before`."""
    book = engine.world.day_book
    if book is not None:
        await asyncio.to_thread(book.settle, request_id, engine.agent.spend.minus(before))


def settle_cut_off(engine: Engine, request_id: str, before: Spend | None = None) -> None:
    """Count a call that was stopped before its answer was whole; nobody waits for the book."""
    book, spend = engine.world.day_book, engine.agent.spend
    if book is not None:
        counted = spend.with_cut_off().minus(spend if before is None else before)
        asyncio.get_running_loop().run_in_executor(None, book.settle, request_id, counted)
