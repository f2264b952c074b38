"""Usage against limits: what stops a turn before its next model call."""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.events import EndReason
from tui_agent.core.settings import BudgetSettings, LimitSettings
from tui_agent.core.state.lineage import tree_turns
from tui_agent.core.state.values import Session, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a turn may not go on, and whether a person may lift the limit."""

    reason: EndReason
    text: str
    money: bool = False


def spent(session: Session) -> float | None:
    """Return the dollars that all agents of the session have cost; `None` where it is unknown."""
    total = 0.0
    for agent in session.agents.values():
        if agent.usage.cost_usd is None:
            return None
        total += agent.usage.cost_usd
    return total


def stop_before_call(
    session: Session, turn: Turn, limits: LimitSettings, budget: BudgetSettings
) -> Stop | None:
    """Return what forbids another model call in this turn, or None."""
    if len(turn.steps) >= limits.steps:
        return Stop(
            reason="max_steps_exceeded",
            text=f"the turn has had {limits.steps} steps; limits.steps raises it",
        )
    if len(turn.calls) >= limits.calls:
        return Stop(
            reason="budget_exceeded",
            text=f"the turn has made {limits.calls} tool calls; limits.calls raises it",
        )
    tokens = sum(
        (one.usage.input_tokens or 0) + (one.usage.output_tokens or 0)
        for one in session.agents.values()
    )
    if limits.tokens and tokens >= limits.tokens:
        return Stop(
            reason="budget_exceeded",
            text=f"the session has used {tokens:,} of {limits.tokens:,} tokens",
        )
    return _money(session, turn, budget)


def _money(session: Session, turn: Turn, budget: BudgetSettings) -> Stop | None:
    total = spent(session)
    if session.budget_usd and total is not None and total >= session.budget_usd:
        return Stop(
            reason="budget_exceeded",
            text=f"the session has cost ${total:.2f} of ${session.budget_usd:.2f}",
            money=True,
        )
    cost = _turn_cost(session, turn)
    if budget.turn and cost is not None and cost >= budget.turn:
        return Stop(
            reason="budget_exceeded",
            text=f"the turn has cost ${cost:.2f} of ${budget.turn:.2f}",
            money=True,
        )
    return None


def _turn_cost(session: Session, turn: Turn) -> float | None:
    """Return what the main agent's open turn has cost with all its children: one purse."""
    root = session.main.turn or turn
    total = 0.0
    for one in tree_turns(session, root):
        if one.usage.cost_usd is None:
            return None
        total += one.usage.cost_usd
    return total
