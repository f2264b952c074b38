"""The pause when the money is spent: a question by the engine, through the same gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.core.budget import spent
from tui_agent.core.digest import seal
from tui_agent.core.events import SettingChanged, ToolFinished
from tui_agent.core.proposal import Choice, Decision, Proposal, Question, ToolOutput

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.state import Call

BUDGET_TOOL = "budget"


def budget_proposal(engine: Engine, call: Call) -> Proposal:
    """Return the question whether the session may cost more."""
    limit = engine.live.state.budget_usd or 0.0
    question = Question(
        text=f"{engine.loaded(call.arguments)}. Nothing more has been sent.",
        choices=(
            Choice(key="b", label=f"raise the limit to ${raised(limit):.2f}"),
            Choice(key="stop", label="stop the turn", detail="what is done stays"),
        ),
        free_text=False,
        kind="budget",
    )
    return seal(
        Proposal(
            call_id=call.id,
            tool=BUDGET_TOOL,
            title="the budget is spent",
            effects=frozenset({"question"}),
            question=question,
        )
    )


def raised(limit: float) -> float:
    """Return the next limit that is offered, in dollars: twice the present one."""
    return limit * 2 if limit else 1.0


def budget_answered(engine: Engine, call: Call, decision: Decision) -> None:
    """Carry out the answer: raise the limit, to the amount named if one is, or stop the turn."""
    old = engine.live.state.budget_usd or 0.0
    amount = _amount(decision.feedback) or raised(max(old, spent(engine.live.state) or 0.0))
    goes_on = decision.verdict != "reject" and decision.answer == "b"
    if goes_on:
        engine.emit(SettingChanged(key="budget_usd", value=f"{amount:.2f}", old=f"{old:.2f}"))
    summary = f"raised to ${amount:.2f}" if goes_on else "stopped"
    output = ToolOutput(ok=goes_on, summary=summary)
    engine.emit(ToolFinished(call_id=call.id, output=output, status="finished"))


def _amount(text: str) -> float | None:
    try:
        amount = float(text.strip().lstrip("$"))
    except ValueError:
        return None
    return amount if amount > 0 else None
