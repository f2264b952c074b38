"""A call of the model in the day's book: set aside before it, settled after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.agent.governor import facts_known, foresee
from tui_agent.core.budget import caps_of

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine


def set_aside(engine: Engine, request_id: str) -> bool:
    """Count a call as spent before it is made; False where the day's cap no longer allows it."""
    book = engine.world.day_book
    if book is None:
        return True
    day = book.today().day
    cap = caps_of(engine.live.state, engine.settings.budget, day).get("day")
    facts = facts_known(engine)
    expected = foresee(engine, facts).cost_usd if facts is not None else None
    return book.set_aside(request_id, expected or 0.0, cap if expected is not None else None)


def settle(engine: Engine, request_id: str, cost: float | None) -> None:
    """Count what the call has cost; of unknown price, that there was one."""
    book = engine.world.day_book
    if book is not None:
        book.settle(request_id, cost)


def settle_failed(engine: Engine, request_id: str) -> None:
    """Count nothing for a refused call; one that broke off in its answer stays as expected."""
    asked = engine.agent.turn
    step = asked.steps[max(asked.steps)] if asked is not None and asked.steps else None
    failure = step.failure if step is not None else None
    if failure is None or not failure.partial:
        settle(engine, request_id, 0.0)
