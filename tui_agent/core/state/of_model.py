"""Folds of model calls: a step opens with a request and closes with its response."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.blob import preview_of
from tui_agent.core.events import (
    ModelFailed,
    ModelHeld,
    ModelRequested,
    ModelResponded,
    ReasoningDelta,
    Record,
    TextDelta,
)
from tui_agent.core.messages import Message
from tui_agent.core.spending import NOTHING
from tui_agent.core.state.of_rewinds import mark
from tui_agent.core.state.values import Agent, Item, Session, Step, Turn

if TYPE_CHECKING:
    from tui_agent.core.state.fold import Fold


def _requested(state: Session, agent: Agent, record: Record, event: ModelRequested) -> None:
    mark(state, agent, record.seq - 1)
    agent.messages.extend(event.added)
    agent.unsent.clear()
    agent.unsent_calls.clear()
    agent.requests += 1
    agent.asked, agent.summarising = event, event.purpose == "compaction"
    agent.renewed = agent.renewed and event.purpose == "compaction"
    if event.first:
        agent.system, agent.tools = event.system, event.tools
    turn = agent.turn
    if turn is None:
        return
    turn.steps[record.step] = Step(number=record.step, ts=record.ts, seq=record.seq, request=event)
    item = Item(kind="text", key=str(record.step))
    if event.purpose == "turn" and item not in turn.items[-3:]:
        turn.items.append(item)


def _text(_state: Session, agent: Agent, record: Record, event: TextDelta) -> None:
    turn, step = _open_step(agent, record.step)
    if turn is not None and step is not None and event.offset <= len(step.text):
        turn.steps[step.number] = replace(step, text=step.text[: event.offset] + event.text)


def _reasoning(_state: Session, agent: Agent, record: Record, event: ReasoningDelta) -> None:
    turn, step = _open_step(agent, record.step)
    if turn is not None and step is not None and event.offset <= len(step.reasoning):
        turn.steps[step.number] = replace(
            step, reasoning=step.reasoning[: event.offset] + event.text
        )


def _responded(_state: Session, agent: Agent, record: Record, event: ModelResponded) -> None:
    if event.text or event.tool_calls:
        agent.messages.append(
            Message(
                role="assistant",
                text=event.text,
                tool_calls=event.tool_calls,
                opaque=event.opaque,
            )
        )
    agent.usage = agent.usage.plus(event.usage)
    agent.summarising = False
    turn, step = _open_step(agent, record.step)
    _pay(agent, step, event.usage.cost_usd)
    used = (event.usage.input_tokens or 0) + (event.usage.output_tokens or 0)
    agent.context_used = used or agent.context_used
    agent.window = event.context_tokens
    if turn is None or step is None:
        return
    agent.stand_in = step.stand_in
    turn.usage = turn.usage.plus(event.usage)
    turn.spend = turn.spend.with_cost(event.usage.cost_usd)
    turn.steps[step.number] = replace(
        step,
        text=preview_of(event.text),
        reasoning=preview_of(event.reasoning),
        response=event,
        open=False,
    )


def _pay(agent: Agent, step: Step | None, cost: float | None) -> None:
    asked = agent.asked.model if agent.asked is not None else ""
    name = (step.stand_in if step is not None else "") or asked
    agent.spend = agent.spend.with_cost(cost)
    agent.by_model[name] = agent.by_model.get(name, NOTHING).with_cost(cost)


def _failed(_state: Session, agent: Agent, record: Record, event: ModelFailed) -> None:
    turn, step = _open_step(agent, record.step)
    again = event.retry_seconds is not None
    if not again and agent.summarising:
        agent.summarising = False
        del agent.messages[-1:]  # The request for a summary that never came.
    if (event.partial or event.kind == "cancelled") and agent.spend.with_cut_off() != agent.spend:
        _pay(agent, step, None)
        if turn is not None:
            turn.spend = turn.spend.with_cost(None)
    if turn is None or step is None:
        return
    turn.steps[step.number] = replace(
        step,
        text="" if again else preview_of(event.partial),
        reasoning="" if again else step.reasoning,
        failure=event,
        stand_in=event.next_model or step.stand_in,
        open=again,
        attempts=1 if event.next_model else event.attempt + again,
    )
    agent.stand_in = event.next_model or agent.stand_in


def _held(_state: Session, agent: Agent, record: Record, event: ModelHeld) -> None:
    turn, step = _open_step(agent, record.step)
    if turn is not None and step is not None:
        turn.steps[step.number] = replace(step, held=event, held_ts=record.ts)


def _open_step(agent: Agent, number: int) -> tuple[Turn | None, Step | None]:
    turn = agent.turn
    step = turn.steps.get(number) if turn is not None else None
    return turn, step if step is not None and step.open else None


FOLDS: dict[type[Any], Fold] = {
    ModelRequested: _requested,
    TextDelta: _text,
    ReasoningDelta: _reasoning,
    ModelResponded: _responded,
    ModelFailed: _failed,
    ModelHeld: _held,
}
