"""One call of the model: request, what streams in, response or failure."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from tui_agent.agent.day import set_aside, settle, settle_cut_off
from tui_agent.agent.governor import facts_known
from tui_agent.agent.request import next_request
from tui_agent.agent.serving import servers_ready
from tui_agent.agent.standing_in import BeyondCapError, foreseen, weigh
from tui_agent.core.events import (
    ModelFailed,
    ModelHeld,
    ModelResponded,
    ReasoningDelta,
    TextDelta,
)
from tui_agent.core.messages import (
    AttemptFailed,
    Held,
    ModelError,
    ModelPiece,
    ReasoningPiece,
    Responded,
    TextPiece,
    ToolCall,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tui_agent.agent.engine import Engine
    from tui_agent.agent.request import Purpose


async def call_model(
    engine: Engine, purpose: Purpose = "turn", asked: str = "", *, agreed: bool = False
) -> bool:
    """Send the next request and record its answer; return whether there was one.

    `asked`: what the model is told at its end. Nothing is sent where another process has meanwhile
    spent what the day's cap leaves, unless a person has `agreed` to this very call.
    """
    try:
        return await _call_model(engine, purpose, asked, agreed=agreed)
    finally:
        engine.under_way.end(engine.agent_id)


async def _call_model(engine: Engine, purpose: Purpose, asked: str, *, agreed: bool) -> bool:
    await servers_ready(engine)
    request_id, before = engine.world.ids("request"), engine.agent.spend
    if not await set_aside(engine, request_id, purpose, agreed=agreed):
        return False
    expected = foreseen(engine, purpose)
    request, event = next_request(engine, purpose, request_id, asked)
    engine.emit(event)
    begun = engine.live.now_ms()
    stream = cast("AsyncGenerator[ModelPiece]", engine.world.model.stream(request))
    listener = _Listener(engine, request_id)
    try:
        async with aclosing(stream):
            async for piece in stream:
                if isinstance(piece, AttemptFailed) and piece.next_model and expected is not None:
                    await weigh(engine, piece, expected)
                listener.take(piece)
    except ModelError as error:
        listener.fail(error)
    except asyncio.CancelledError:
        settle_cut_off(engine, request_id, before)
        raise
    if listener.response is not None:
        _record(engine, request_id, listener.response, engine.live.now_ms() - begun)
    await settle(engine, request_id, before)
    return listener.response is not None


class _Listener:
    """Turns a stream's pieces into events; remembers how far each text has come."""

    def __init__(self, engine: Engine, request_id: str) -> None:
        self.response: Responded | None = None
        self._engine, self._request_id = engine, request_id
        self._text = self._reasoning = ""
        self._attempt = 1

    def take(self, piece: ModelPiece) -> None:
        if isinstance(piece, TextPiece):
            delta = TextDelta(request_id=self._request_id, offset=len(self._text), text=piece.text)
            self._text += piece.text
            self._engine.emit(delta)
        elif isinstance(piece, ReasoningPiece):
            thought = ReasoningDelta(
                request_id=self._request_id, offset=len(self._reasoning), text=piece.text
            )
            self._reasoning += piece.text
            self._engine.emit(thought)
        elif isinstance(piece, AttemptFailed):
            self._again(piece)
        elif isinstance(piece, Held):
            self._engine.emit(
                ModelHeld(
                    request_id=self._request_id,
                    provider=piece.provider,
                    why=piece.why,
                    seconds=piece.seconds,
                )
            )
        elif isinstance(piece, Responded):
            self.response = piece

    def _again(self, piece: AttemptFailed) -> None:
        self._engine.emit(
            ModelFailed(
                request_id=self._request_id,
                kind=piece.kind,
                message=piece.message,
                partial=self._engine.stored(self._text),
                retry_seconds=piece.wait_seconds,
                attempt=piece.attempt,
                next_model=piece.next_model,
                next_price=piece.next_price,
            )
        )
        self._attempt = 1 if piece.next_model else piece.attempt + 1
        self._text = self._reasoning = ""

    def fail(self, error: ModelError) -> None:
        self.response = None
        self._engine.emit(
            ModelFailed(
                request_id=self._request_id,
                kind=error.kind,
                message=error.message,
                remedy=error.remedy,
                partial=self._engine.stored(error.partial or self._text),
                attempt=self._attempt,
                pause=error.pause if isinstance(error, BeyondCapError) else None,
            )
        )


def _record(engine: Engine, request_id: str, response: Responded, ms: int) -> None:
    facts = facts_known(engine)
    engine.emit(
        ModelResponded(
            request_id=request_id,
            text=engine.stored(response.text, "text/markdown"),
            reasoning=engine.stored(response.reasoning),
            tool_calls=_unique(engine, response.tool_calls),
            opaque=response.opaque,
            stop=response.stop,
            usage=response.usage,
            model=response.model,
            first_token_ms=response.first_token_ms,
            ms=ms,
            context_tokens=facts.context_tokens if facts is not None else None,
        )
    )
    if response.stop == "length":
        engine.notice("The answer was cut off at the model's output limit.", "warning")


def _unique(engine: Engine, calls: tuple[ToolCall, ...]) -> tuple[ToolCall, ...]:
    """Give a new id to a call whose id is empty or taken: some providers count from 0 each time."""
    taken = {
        call_id
        for agent in engine.live.state.agents.values()
        for turn in agent.turns
        for call_id in turn.calls
    }
    named = []
    for call in calls:
        if not call.id or call.id in taken:
            call = replace(call, id=engine.world.ids("call"))  # noqa: PLW2901 -- renamed
        taken.add(call.id)
        named.append(call)
    return tuple(named)
