"""The pause before a call that would pass a cap: a question by the engine, through the gate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tui_agent.core.budget import Stop, caps_of, spent, told
from tui_agent.core.codec import CodecError, decode, dumps, encode
from tui_agent.core.commands import SetBudget
from tui_agent.core.digest import seal
from tui_agent.core.events import SettingChanged, ToolFinished
from tui_agent.core.proposal import Choice, Decision, Proposal, Question, ToolOutput
from tui_agent.core.spending import Forecast, Pause, amount_in, dollars, next_cap

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.state import Call

BUDGET_TOOL = "budget"
HOLDS = {"turn": "this turn only", "session": "this session only", "day": "this session, today"}
CAPS = {"turn": "the turn's cap", "session": "the cap", "day": "today's cap"}


def arguments_of(stop: Stop) -> str:
    """Return a pause as the arguments of the call that asks about it."""
    return stop.arguments or dumps(encode(stop.pause))


def budget_proposal(engine: Engine, call: Call) -> Proposal:
    """Return the question what to do before a call that would pass a cap."""
    text = engine.loaded(call.arguments)
    pause = _pause_in(engine, text)
    question = Question(
        text=f"{told(pause) if pause.next.model else text}. Nothing more has been sent.",
        choices=tuple(choices_of(pause)),
        free_text=False,
        kind="budget",
        pause=pause,
    )
    return seal(
        Proposal(
            call_id=call.id,
            tool=BUDGET_TOOL,
            title="the next call would pass the cap",
            effects=frozenset({"question"}),
            question=question,
        )
    )


def choices_of(pause: Pause) -> list[Choice]:
    """Return what may be done, each with what it costs."""
    found = [
        Choice(
            key="b",
            label=f"raise {CAPS[pause.scope]} to ${pause.raised:.2f}",
            detail=HOLDS[pause.scope],
        )
    ]
    if pause.cheaper is not None:
        cost = _about(pause.cheaper.cost_usd)
        label = f"go on with {pause.cheaper.model}"
        found.append(Choice(key="m", label=label, detail=f"{cost} for this call"))
    if pause.summary is not None:
        then = dollars(pause.afterwards or 0.0)
        detail = f"{_about(pause.summary.cost_usd)}, then {then} a call"
        found.append(Choice(key="c", label="compact first, then go on", detail=detail))
    found.append(Choice(key="stop", label="stop here", detail="the work stays"))
    return found


def _about(cost: float | None) -> str:
    return "unknown" if cost is None else f"about {dollars(cost)}"


def _pause_in(engine: Engine, text: str) -> Pause:
    """Return the pause that a call's arguments tell of; older logs hold a sentence."""
    try:
        return decode(Pause, json.loads(text))
    except (ValueError, CodecError):
        cap, used = engine.live.state.budget_usd or 0.0, spent(engine.live.state)
        nothing = Forecast(model="", input_tokens=0)
        raised = next_cap(max(cap, used.usd))
        return Pause(scope="session", cap=cap, spent=used, next=nothing, raised=raised)


async def budget_answered(engine: Engine, call: Call, decision: Decision) -> None:
    """Carry out the answer: raise the cap (to the amount named, if one is), change, or stop."""
    question = call.proposal.question if call.proposal is not None else None
    pause = question.pause if question is not None else None
    if pause is None:
        pause = _pause_in(engine, engine.loaded(call.arguments))
    answer = "stop" if decision.verdict == "reject" else decision.answer
    amount = amount_in(decision.feedback) if decision.feedback else pause.raised
    if answer == "b" and amount is not None:
        summary = _raise(engine, pause, amount)
    elif answer == "m" and pause.cheaper is not None:
        summary = await _change(engine, pause.cheaper)
    elif answer == "c" and pause.summary is not None:
        summary = "compact first"
    else:
        answer, summary = "stop", "stopped"
    output = ToolOutput(ok=answer != "stop", summary=summary)
    engine.emit(ToolFinished(call_id=call.id, output=output, status="finished"))


def _raise(engine: Engine, pause: Pause, amount: float) -> str:
    set_cap(engine, SetBudget(usd=amount, scope=pause.scope))
    return f"raised to ${amount:.2f}"


def set_cap(engine: Engine, wanted: SetBudget) -> None:
    """Record another cap: for the session, for the open turn, or for this session's part of a day.

    A turn's or a day's cap of 0 is none.
    """
    book = engine.world.day_book
    day = book.day() if book is not None else ""
    old = caps_of(engine.live.state, engine.settings.budget, day).get(wanted.scope)
    before = "" if old is None else f"{old:.2f}"
    if wanted.scope == "session":
        value = "" if wanted.usd is None else f"{wanted.usd:.2f}"
        key = "budget_usd"
    else:
        value = f"{wanted.usd or 0.0:.2f}" + (f" {day}" if wanted.scope == "day" else "")
        key = f"budget_{wanted.scope}"
    if value != before:
        engine.emit(SettingChanged(key=key, value=value, old=before))


async def _change(engine: Engine, cheaper: Forecast) -> str:
    """Go on with another model, and know its window and prices before its first call."""
    engine.emit(SettingChanged(key="model", value=cheaper.model, old=engine.model))
    engine.facts = await engine.world.model.facts(cheaper.model)
    return f"on with {cheaper.model}"
