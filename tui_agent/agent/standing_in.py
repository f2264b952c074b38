"""A model that would take over within a call: weighed against the caps like a call of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.governor import facts_known, foresee, say_once, today_of
from tui_agent.core.budget import caps_of, passed_cap, remedy, told, unkept
from tui_agent.core.forecast import by_another, summarising
from tui_agent.core.messages import AttemptFailed, ModelError
from tui_agent.core.spending import Forecast, Pause, Spend, next_cap

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.agent.request import Purpose


def foreseen(engine: Engine, purpose: Purpose) -> Forecast | None:
    """Return what the call that is about to be made will take; None where nobody takes it over."""
    facts = facts_known(engine)
    if facts is None or not engine.settings.fallback:
        return None
    own = foresee(engine, facts)
    return summarising(own, facts) if purpose == "compaction" else own


class BeyondCapError(ModelError):
    """A model failed, and the next one would pass a cap: `pause` is what a person is asked."""

    def __init__(self, failed: AttemptFailed, pause: Pause) -> None:
        said = f"{failed.message.rstrip('.')}. {failed.next_model} is not asked in its place"
        super().__init__(failed.kind, f"{said}: {told(pause)}", remedy=remedy(pause))
        self.pause = pause


async def weigh(engine: Engine, failed: AttemptFailed, own: Forecast) -> None:
    """Let the next model take a call over only where it would pass no cap.

    Raises:
        BeyondCapError: it would; the failure of the model before is told with it.
    """
    session, budget = engine.live.state, engine.settings.budget
    today = await asyncio.to_thread(today_of, engine)
    caps = caps_of(session, budget, today.day)
    if not caps or engine.told_stop is not None:
        return
    other = by_another(own, await engine.world.model.facts(failed.next_model))
    say_once(engine, unkept(caps, other, today))
    if today.spend is not None:  # The call is set aside in it, as the model before would make it.
        today = replace(today, spend=today.spend.minus(Spend(usd=own.cost_usd or 0.0)))
    beside = engine.under_way.beside(engine.agent_id)
    found = passed_cap(session, budget, today, other.cost_usd, under_way=beside)
    if found is None:
        engine.under_way.begin(engine.agent_id, other.cost_usd or 0.0)
        return
    scope, cap, used = found
    raised = next_cap(max(cap, used.usd + (other.cost_usd or 0.0)))
    raise BeyondCapError(failed, Pause(scope=scope, cap=cap, spent=used, next=other, raised=raised))
