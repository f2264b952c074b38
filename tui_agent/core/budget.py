"""Usage against limits: what stops a turn before its next model call.

A cap in dollars stops a call that would probably pass it, before anything is sent. What a call will
cost is foreseen from the length of its request and from the answers so far: an answer that is
longer than any before can still pass a cap, once; the next call then waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.day import Today
from tui_agent.core.events import EndReason
from tui_agent.core.settings import BudgetSettings, LimitSettings
from tui_agent.core.spending import (
    NOTHING,
    SCOPES,
    Forecast,
    Pause,
    Scope,
    Spend,
    added_up,
    dollars,
)
from tui_agent.core.state.lineage import tree_turns
from tui_agent.core.state.values import Call, Session, Turn

WORDS: dict[Scope, str] = {"turn": "the turn", "session": "the session", "day": "today"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a turn may not go on, and whether a person may lift the limit."""

    reason: EndReason
    text: str
    pause: Pause | None = None
    """Of a cap in dollars: what a person may choose."""
    arguments: str = ""
    """The question as it was recorded, where it is asked once more by a re-execution."""

    @property
    def money(self) -> bool:
        """Whether a person may lift it."""
        return self.pause is not None or bool(self.arguments)


def spent(session: Session) -> Spend:
    """Return what all agents of the session have cost."""
    return added_up(agent.spend for agent in session.agents.values())


def turn_spent(session: Session, turn: Turn | None = None) -> Spend:
    """Return what the main agent's open turn has cost with all its children: one purse."""
    root = session.main.turn or turn
    if root is None:
        return NOTHING
    return added_up(one.spend for one in tree_turns(session, root))


def caps_of(session: Session, budget: BudgetSettings, day: str = "") -> dict[Scope, float]:
    """Return the caps that hold, in dollars, the narrowest scope first."""
    caps: dict[Scope, float] = {
        "turn": budget.turn,
        "session": session.budget_usd or 0.0,
        "day": budget.day,
    }
    for scope, (amount, held) in session.raised.items():
        if scope == "turn" or held == day:
            caps[scope] = amount
    return {scope: caps[scope] for scope in SCOPES if caps[scope]}


def stop_before_call(session: Session, turn: Turn, limits: LimitSettings) -> Stop | None:
    """Return which limit in numbers forbids another model call in this turn, or None."""
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
    return None


def passed_cap(
    session: Session,
    budget: BudgetSettings,
    today: Today,
    cost: float | None,
    *,
    under_way: float = 0.0,
) -> tuple[Scope, float, Spend] | None:
    """Return the first cap that a call of this cost would pass: whose, its dollars, what is spent.

    A call of unknown cost passes a cap only where the cap is reached already. `under_way` is what
    other calls of the session will cost; today's sum has it already.
    """
    so_far: dict[Scope, Spend] = {
        "turn": turn_spent(session),
        "session": spent(session),
        "day": today.spend or NOTHING,
    }
    for scope, cap in caps_of(session, budget, today.day).items():
        used = so_far[scope]
        beside = 0.0 if scope == "day" else under_way
        if used.usd >= cap or used.usd + beside + (cost or 0.0) > cap + TINY:
            return scope, cap, used
    return None


def cost_a_hunk(session: Session) -> float | None:
    """Return the dollars for each hunk that a person accepted; None where that is not known."""
    total = spent(session)
    calls = [
        one
        for agent in session.agents.values()
        for turn in agent.turns
        for one in turn.calls.values()
    ]
    accepted = sum(_accepted(call) for call in calls)
    return total.usd / accepted if accepted and not total.unpriced else None


def _accepted(call: Call) -> int:
    """Return how many hunks of a call's edit a person accepted, and that were applied."""
    decision, proposal = call.decision, call.proposal
    if decision is None or decision.by != "user" or not call.applied:
        return 0
    if decision.hunks:
        return sum(one.verdict != "reject" for one in decision.hunks)
    files = proposal.patch.files if proposal is not None and proposal.patch is not None else ()
    return sum(len(file.run_ids) for file in files)


TINY = 1e-9
"""Dollars: sums of fractions are not exact."""


def unkept(
    budget: dict[Scope, float], next_call: Forecast, today: Today, used: Spend = NOTHING
) -> str:
    """Return why a cap cannot be kept, in a sentence; empty where it can, or where there is none.

    An unknown price is said to be unknown; it never counts as nothing.
    """
    if budget and next_call.cost_usd is None:
        which = " and ".join(f"${cap:.2f} for {WORDS[scope]}" for scope, cap in budget.items())
        return f"The price of {next_call.model} is unknown: the cap of {which} cannot be kept."
    if budget and used.unpriced:
        which = " and ".join(f"${cap:.2f} for {WORDS[scope]}" for scope, cap in budget.items())
        return (
            "What some answers have cost is unknown, for no usage was told of them: the cap of "
            f"{which} may be passed."
        )
    if "day" in budget and today.spend is None:
        return f"What today has cost is unknown: the cap of ${budget['day']:.2f} cannot be kept."
    return ""


def told(pause: Pause) -> str:
    """Return a pause in a sentence: whose cap, what was spent, what the next call would cost."""
    used, cap = pause.spent, pause.cap
    unknown = f" and {used.unpriced} answers of unknown price" if used.unpriced else ""
    has = "today has cost" if pause.scope == "day" else f"{WORDS[pause.scope]} has cost"
    text = f"{has} {dollars(used.usd)}{unknown} of {dollars(cap)}"
    cost = pause.next.cost_usd
    if cost is None:
        return f"{text}, and what the next call would cost is unknown"
    return f"{text}, and the next call would cost about {dollars(cost)}"


def remedy(pause: Pause) -> str:
    """Return what raises the cap where nobody can be asked."""
    flag = {"turn": "--budget-turn", "session": "--budget", "day": "--budget-day"}[pause.scope]
    return f"{flag} {pause.raised:g} raises it, or budget.{pause.scope} in your settings"
