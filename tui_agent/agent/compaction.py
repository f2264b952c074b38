"""Compacting a conversation: the model's summary, asked for and recorded, and what stands by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui_agent.agent.model_call import call_model
from tui_agent.core.compaction import CUT, CUT_FIRST, kept_tail, opening, wish, with_summary
from tui_agent.core.events import ContextCompacted
from tui_agent.core.forecast import tokens_before, tokens_of
from tui_agent.core.messages import Message

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine

By = Literal["user", "overflow", "limit"]
NEAR = 0.9
"""The part of the share at which it is compacted from which on that is announced."""
WINDOW = "the window is nearly full"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    by: By
    words: str
    """What the user wants kept in mind."""
    messages: int
    """How many there were."""
    tokens: int
    """About how many they were."""


async def compact(engine: Engine, by: By, words: str = "") -> bool:
    """Have the model summarise the conversation; return whether something stands in its place.

    On overflow the request itself would not fit: the older half is left out of what is summarised.
    Where even that does not fit, the record alone takes the conversation's place.
    """
    agent = engine.agent
    count, tokens = len(agent.messages), agent.context_used or _tokens(engine, agent.messages)
    asked = _Wish(by=by, words=words, messages=count, tokens=tokens)
    half = _half(agent.messages) if by == "overflow" else 0
    if half:
        _put(engine, asked, summary=CUT_FIRST, kept=half)
    told = wish(words, engine.world.prompts["compaction"])
    if await call_model(engine, "compaction", told, agreed=by == "user"):
        _put_summary(engine, asked)
        return True
    if not _did_not_fit(engine):
        return False
    _put(engine, asked, summary=CUT, kept=kept_tail(agent.messages))
    return True


def finish_compaction(engine: Engine) -> None:
    """Let a summary that came take the conversation's place, where the log ends before it did.

    It was cut off between the two records, or forked there.
    """
    agent = engine.agent
    request = agent.asked
    if request is None or agent.summarising or request.purpose != "compaction":
        return
    if not request.added or request.added[-1] not in agent.messages[-2:]:
        return
    by: By = "limit" if agent.turn is not None else "user"
    count = agent.messages.index(request.added[-1])
    tokens = agent.context_used or _tokens(engine, agent.messages[:count])
    _put_summary(engine, _Wish(by=by, words="", messages=count, tokens=tokens))


def _put_summary(engine: Engine, asked: _Wish) -> None:
    """Put the summary in the conversation's place.

    It stands last, after its request, and what is kept before both; an empty one stands nowhere.
    """
    messages = engine.agent.messages
    came = messages[-1].role == "assistant"
    summary, last = (engine.loaded(messages[-1].text), 2) if came else ("", 1)
    _put(engine, asked, summary=summary, kept=kept_tail(messages[:-last]), dropped=last)
    if not summary.strip():
        engine.notice("The model's summary was empty.", "warning")


def announce_compaction(engine: Engine) -> None:
    """Say once, before the window is full, when the conversation will be compacted."""
    window, used = engine.terms.context_tokens, engine.agent.context_used
    share = engine.settings.context.compact_at
    if not (window and used and share) or WINDOW in engine.said or engine.agent.parent:
        return
    if used > window * share * NEAR:
        engine.said.add(WINDOW)
        engine.notice(
            f"The context is {round(used / window * 100)} % full. At {round(share * 100)} % the "
            "conversation is compacted; /compact does it now."
        )


def _put(engine: Engine, asked: _Wish, *, summary: str, kept: int, dropped: int = 0) -> None:
    """Record what stands in the place of the conversation from now on."""
    agent = engine.agent
    engine.said.discard(WINDOW)
    *given, record = opening(engine.live.state, agent, asked.words, engine.loaded)
    texts = (*given, with_summary(record, summary))
    head = tuple(Message(role="user", text=engine.stored(one)) for one in texts)
    end = len(agent.messages) - dropped
    engine.emit(
        ContextCompacted(
            summary=engine.stored(summary),
            messages_before=asked.messages,
            messages_kept=kept,
            dropped_at_end=dropped,
            by=asked.by,
            head=head,
            words=asked.words,
            tokens_before=asked.tokens,
            tokens_after=_tokens(engine, [*head, *agent.messages[end - kept : end]]),
        )
    )


def _tokens(engine: Engine, messages: list[Message]) -> int:
    agent = engine.agent
    return tokens_before(agent.system, agent.tools) + tokens_of(messages)


def _did_not_fit(engine: Engine) -> bool:
    """Whether the request for the summary was itself too long."""
    turn = engine.agent.turn
    step = turn.steps[max(turn.steps)] if turn is not None and turn.steps else None
    return step is not None and step.failure is not None and step.failure.kind == "context"


def _half(messages: list[Message]) -> int:
    """Return how many of the last messages to keep: about half, no result without its call."""
    for index in range(len(messages) // 2, len(messages)):
        if messages[index].role != "tool":
            return len(messages) - index
    return 0
