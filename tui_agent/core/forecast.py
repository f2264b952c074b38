"""What the next call of a model will probably take, from its request and the answers so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from tui_agent.core.blob import Text, size_of
from tui_agent.core.codec import dumps
from tui_agent.core.context import pending
from tui_agent.core.events import ModelResponded
from tui_agent.core.messages import Message, ModelFacts, ToolSpec, Usage
from tui_agent.core.spending import Forecast, cost_of
from tui_agent.core.state.values import Agent, Session

BYTES_A_TOKEN = 4
"""A rule of thumb for English and code."""
IMAGE_TOKENS = 1_500
"""About what providers count for a picture."""
FIRST_ANSWER = 1_000
"""Tokens of an answer, before there was any."""
SHORTEST_ANSWER = 200
ANSWERS = 8
"""How many of the last answers are looked at."""
SUMMARY_TOKENS = 1_500
"""About what a summary takes."""


def tokens_of(messages: Iterable[Message]) -> int:
    """Return about how many tokens messages are."""
    total = 0
    for one in messages:
        total += size_of(one.text) + sum(len(call.arguments) + 40 for call in one.tool_calls)
        for each in one.attachments:
            image = each.mime.startswith("image/")
            total += IMAGE_TOKENS * BYTES_A_TOKEN if image else each.content.size
    return total // BYTES_A_TOKEN


def tokens_before(system: Text, tools: Sequence[ToolSpec]) -> int:
    """Return about how many tokens stand before the first message."""
    described = sum(len(dumps([one.name, one.description, one.parameters])) for one in tools)
    return (size_of(system) + described) // BYTES_A_TOKEN


def forecast(
    session: Session, agent: Agent, facts: ModelFacts, system: Text, tools: Sequence[ToolSpec]
) -> Forecast:
    """Return what the agent's next call will probably take.

    The input is what the provider counted for the last call with its answer, and what is new since,
    counted by rule of thumb; before that, all of it by rule of thumb. Where the provider told of
    its cache last time, the last request is expected to be in it. The answer is expected to be as
    long as the longest of the last few.
    """
    new = tokens_of(pending(session, agent))
    if agent.context_used:
        given = agent.context_used + new
    else:
        given = tokens_before(system, tools) + tokens_of(agent.messages) + new
    answers = list(islice(_answers(agent), ANSWERS))
    last = answers[0].usage if answers and agent.requests and agent.context_used else Usage()
    keeps = bool(last.cached_tokens or last.cache_write_tokens)
    cached = min(given, last.input_tokens or 0) if keeps else 0
    return _forecast(
        facts,
        Usage(
            input_tokens=given,
            cached_tokens=cached,
            cache_write_tokens=given - cached if last.cache_write_tokens else 0,
            output_tokens=_answer(answers, facts),
        ),
    )


def by_another(one: Forecast, facts: ModelFacts) -> Forecast:
    """Return the same call by another model, whose cache holds nothing of it."""
    usage = Usage(input_tokens=one.input_tokens, output_tokens=one.output_tokens)
    return _forecast(facts, usage)


def summarising(one: Forecast, facts: ModelFacts) -> Forecast:
    """Return the call that compacts what this call would send."""
    usage = Usage(
        input_tokens=one.input_tokens,
        cached_tokens=one.cached_tokens,
        output_tokens=SUMMARY_TOKENS,
    )
    return _forecast(facts, usage)


def shortened(one: Forecast, facts: ModelFacts, input_tokens: int) -> Forecast:
    """Return the same call with a shorter request, of which no cache holds anything yet."""
    usage = Usage(input_tokens=input_tokens, output_tokens=one.output_tokens)
    return _forecast(facts, usage)


def _forecast(facts: ModelFacts, usage: Usage) -> Forecast:
    return Forecast(
        model=facts.model,
        input_tokens=usage.input_tokens or 0,
        cached_tokens=usage.cached_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        cost_usd=cost_of(usage, facts),
    )


def _answers(agent: Agent) -> Iterable[ModelResponded]:
    """Yield the agent's answers, the last one first."""
    for turn in reversed(agent.turns):
        for step in reversed(turn.steps.values()):
            if step.response is not None:
                yield step.response


def _answer(answers: Sequence[ModelResponded], facts: ModelFacts) -> int:
    lengths = [one.usage.output_tokens or 0 for one in answers]
    expected = max(SHORTEST_ANSWER, *lengths) if lengths else FIRST_ANSWER
    return min(expected, facts.output_limit) if facts.output_limit else expected
