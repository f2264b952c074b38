"""One attempt at a model: what it has streamed, its limits of time, and what a failed one says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

from tui_agent.adapters.models import wire
from tui_agent.adapters.models.faults import Fault
from tui_agent.adapters.models.retries import RetryRule
from tui_agent.core.messages import (
    CallPiece,
    ModelError,
    ModelPiece,
    ModelRequest,
    Responded,
    TextPiece,
)


class Seen:
    """What the attempts at one model have streamed; the last one counts."""

    def __init__(self) -> None:
        self.attempts = 0
        self.call = False
        self.tokens = 0
        self._text: list[str] = []

    @property
    def text(self) -> str:
        """The text of the last attempt."""
        return "".join(self._text)

    def begin(self) -> None:
        """Count one more attempt, which has streamed nothing yet."""
        self.attempts += 1
        self._text.clear()

    def note(self, piece: ModelPiece) -> None:
        """Take note of a piece."""
        if isinstance(piece, TextPiece):
            self._text.append(piece.text)
        elif isinstance(piece, CallPiece):
            self.call = True
        elif isinstance(piece, Responded):
            usage = piece.usage
            self.tokens = (usage.input_tokens or 0) + (usage.output_tokens or 0)


def for_another(request: ModelRequest, model: str) -> ModelRequest:
    """Return the request for another model: without what only the first one understands."""
    messages = tuple(
        replace(one, opaque=tuple(item for item in one.opaque if item.model in ("", model)))
        for one in request.messages
    )
    return replace(request, model=model, messages=messages)


async def in_time(
    source: AsyncGenerator[wire.Delta | Responded, None], request: ModelRequest
) -> AsyncGenerator[wire.Delta | Responded, None]:
    """Yield what `source` yields, as long as it keeps the request's time limits."""
    limit, told = request.first_token_seconds, "no first token"
    try:
        while True:
            try:
                async with asyncio.timeout(limit):
                    piece = await anext(source)
            except StopAsyncIteration:
                return
            except TimeoutError:
                raise Fault("timeout", f"{told} within {limit:g} s", retry=True) from None
            yield piece
            if isinstance(piece, Responded):
                return
            limit, told = request.silence_seconds, "the stream fell silent: nothing"
    finally:
        await source.aclose()


def final_error(fault: Fault, seen: Seen, attempt: int, rule: RetryRule) -> ModelError:
    """Return what the request fails with after its last attempt."""
    message = fault.message
    if seen.call:
        message += " (after a tool call had begun, so it is not tried again)"
    elif fault.retry_after is not None and fault.retry_after > rule.longest_wait:
        message += f" (it asks to wait {fault.retry_after:.0f} s)"
    elif attempt > 1:
        message += f" ({attempt} attempts)"
    return ModelError(fault.kind, message, remedy=fault.remedy, partial=seen.text)
