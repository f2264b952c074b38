"""The spend governor: before a call of the model, whether it would pass a cap in dollars."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_agent.agent.request import offered, system_of
from tui_agent.core.actions import Action, CallModel, Compact
from tui_agent.core.budget import Stop, caps_of, passed_cap, spent, told, unkept
from tui_agent.core.compaction import tokens_kept
from tui_agent.core.day import Today
from tui_agent.core.forecast import by_another, forecast, shortened, summarising, tokens_before
from tui_agent.core.messages import ModelFacts
from tui_agent.core.spending import Forecast, Pause, Scope, Spend, next_cap

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine

FEWEST = 6
"""Messages from which on compacting is offered."""


async def stop_for(engine: Engine, action: Action) -> Stop | None:
    """Return the cap that this action's call would pass; None where it may be made.

    A summary that a person has chosen at a pause was weighed there.
    """
    if not isinstance(action, CallModel | Compact):
        return None
    if isinstance(action, Compact) and action.by == "user":
        return None
    if engine.told_stop is not None:
        return engine.told_stop(engine)
    while True:
        today = await asyncio.to_thread(today_of, engine)  # It waits for other processes.
        session, budget = engine.live.state, engine.settings.budget
        caps = caps_of(session, budget, today.day)
        if not caps:
            return None
        facts = await facts_of(engine)
        foreseen = foresee(engine, facts)
        if isinstance(action, Compact):
            foreseen = summarising(foreseen, facts)
        say_once(engine, unkept(caps, foreseen, today, spent(session)))
        cost, beside = foreseen.cost_usd, engine.under_way.beside(engine.agent_id)
        found = passed_cap(session, budget, today, cost)
        if found is not None:
            break
        if passed_cap(session, budget, today, cost, under_way=beside) is None:
            engine.under_way.begin(engine.agent_id, cost or 0.0)
            return None
        await engine.under_way.fewer()  # What is left is known then.
    pause = await _pause(engine, found, foreseen, facts, compacts=isinstance(action, CallModel))
    return Stop(reason="budget_exceeded", text=told(pause), pause=pause)


def facts_known(engine: Engine) -> ModelFacts | None:
    """Return what is known of the engine's model, if it was learned already."""
    facts = engine.facts
    return facts if facts is not None and facts.model == engine.model else None


async def facts_of(engine: Engine) -> ModelFacts:
    """Return what is known of the engine's model, and learn it first where that was not done."""
    facts = facts_known(engine)
    if facts is None:
        facts = engine.facts = await engine.world.model.facts(engine.model)
    return facts


def foresee(engine: Engine, facts: ModelFacts) -> Forecast:
    """Return what the next call will probably take."""
    agent = engine.agent
    first = not agent.requests
    system = system_of(engine) if first else agent.system
    tools = offered(engine) if first else agent.tools
    return forecast(engine.live.state, agent, facts, system, tools)


def today_of(engine: Engine) -> Today:
    """Return the day and what it has cost so far."""
    book = engine.world.day_book
    return book.today() if book is not None else Today()


def say_once(engine: Engine, text: str) -> None:
    """Warn of something once in this process."""
    if text and text not in engine.said:
        engine.said.add(text)
        engine.notice(text, "warning")


async def _pause(
    engine: Engine,
    found: tuple[Scope, float, Spend],
    foreseen: Forecast,
    facts: ModelFacts,
    *,
    compacts: bool,
) -> Pause:
    scope, cap, used = found
    left = cap - used.usd
    summary, afterwards = None, None
    if compacts and len(engine.agent.messages) >= FEWEST:
        summary, afterwards = _after_compaction(engine, foreseen, facts, left)
    return Pause(
        scope=scope,
        cap=cap,
        spent=used,
        next=foreseen,
        raised=next_cap(max(cap, used.usd + (foreseen.cost_usd or 0.0))),
        cheaper=await _cheaper(engine, foreseen, left),
        summary=summary,
        afterwards=afterwards,
    )


def _after_compaction(
    engine: Engine, foreseen: Forecast, facts: ModelFacts, left: float
) -> tuple[Forecast | None, float | None]:
    """Return the call that compacts and the cost of the next one, where the first fits the cap."""
    agent = engine.agent
    summary = summarising(foreseen, facts)
    rest = tokens_before(agent.system, agent.tools) + tokens_kept(engine.live.state, agent)
    then = shortened(foreseen, facts, rest).cost_usd
    if summary.cost_usd is None or then is None or foreseen.cost_usd is None:
        return None, None
    if then >= foreseen.cost_usd or summary.cost_usd > left:
        return None, None
    return summary, then


async def _cheaper(engine: Engine, foreseen: Forecast, left: float) -> Forecast | None:
    """Return the call by the first model that is offered for it and stays below the cap.

    Offered are the models that the settings name for this, that of the children, those that stand
    in, and those that the session has used.
    """
    settings, agent = engine.settings, engine.agent
    names = [
        *settings.budget.cheaper,
        settings.agents.model,
        *settings.fallback,
        *agent.by_model,
    ]
    for name in dict.fromkeys(names):
        if not name or name == engine.model:
            continue
        facts = await engine.world.model.facts(name)
        one = by_another(foreseen, facts)
        window = facts.context_tokens
        fits = window is None or one.input_tokens + one.output_tokens <= window
        below = foreseen.cost_usd is None or (one.cost_usd or 0.0) < foreseen.cost_usd
        if fits and below and one.cost_usd is not None and one.cost_usd <= left:
            return one
    return None
