"""A model that answers from a script, in this process: for the demo, tests and benchmarks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator

from tui_agent.adapters.models.faults import Fault, broken, of_status, web_page
from tui_agent.adapters.models.script import Chosen, Script, ScriptFault, choose
from tui_agent.adapters.models.wire import Delta
from tui_agent.core.messages import (
    CallPiece,
    ModelFacts,
    ModelRequest,
    ReasoningPiece,
    Responded,
    StopReason,
    TextPiece,
    ToolCall,
    Usage,
)

TOKEN_CHARACTERS = 4
"""A scripted token, for `rate`."""
_FREE = Usage(cost_usd=0.0)
_BEFORE = frozenset({"status", "html", "redirect", "echo_key", "hang", "invalid"})
_INSIDE = frozenset({"silence", "half", "half_call", "reset"})


class ScriptedModel:
    """Plays one script; it only remembers how often each fault has struck."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._struck: Counter[tuple[int, int, int]] = Counter()

    def facts(self, model: str) -> ModelFacts:
        """Return what the script says of its model, under the name that the user gave it."""
        told = self._script.facts
        return ModelFacts(
            model=model,
            context_tokens=told.context_tokens,
            input_price=_a_token(told.input_price),
            output_price=_a_token(told.output_price),
            cached_price=_a_token(told.cached_price),
            images=told.images,
        )

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Responded, None]:
        """Yield one attempt's deltas and its response; raise Fault."""
        chosen = choose(self._script, request.messages, tools=bool(request.tools))
        if chosen is None:
            raise Fault("refused", f"{self._script.name} has no turn left for this request")
        loop = asyncio.get_running_loop()
        started = loop.time()
        fault = self._next_fault(chosen)
        turn = chosen.turn
        await asyncio.sleep(turn.delay_ms / 1000)
        if fault is not None and fault.kind in _BEFORE:
            await self._strike(fault)
        sent, first_ms = 0, None
        for piece in pieces_of(chosen):
            if fault is not None and fault.kind in _INSIDE and _is_due(fault, piece, sent):
                if fault.kind == "half_call" and isinstance(piece, CallPiece):
                    yield piece
                await self._strike(fault)
            sent += size_of(piece)
            due = started + turn.delay_ms / 1000 + sent / TOKEN_CHARACTERS / (turn.rate or 1e12)
            await asyncio.sleep(max(0.0, due - loop.time()) if turn.rate else 0)
            if first_ms is None:
                first_ms = round((loop.time() - started) * 1000)
            yield piece
        if fault is not None and fault.kind in _INSIDE:
            await self._strike(fault)
        yield whole_of(self._script, chosen, first_ms)

    def _next_fault(self, chosen: Chosen) -> ScriptFault | None:
        for number, fault in enumerate(chosen.turn.faults):
            key = (chosen.index, chosen.visit, number)
            if self._struck[key] < fault.times:
                self._struck[key] += 1
                return fault
        return None

    async def _strike(self, fault: ScriptFault) -> None:
        """Fail as a server with this fault makes a host fail; hang until cancelled if it hangs."""
        where = self._script.name
        if fault.kind in {"hang", "silence"}:
            await asyncio.Event().wait()
        if fault.kind == "html":
            raise web_page(where, fault.body)
        status = {"redirect": 307, "echo_key": 401}.get(fault.kind, fault.status)
        if fault.kind in {"status", "redirect", "echo_key"}:
            wait = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
            raise of_status(status, fault.body, wait, where=where, key_variable="SCRIPT_KEY")
        raise broken(f"{where} broke off in the middle of its answer ({fault.kind})")


def _a_token(price: float | None) -> float | None:
    return None if price is None else price / 1_000_000


def pieces_of(chosen: Chosen) -> Iterator[Delta]:
    """Yield a turn's deltas: reasoning, text, calls, each in pieces of `chunk` characters."""
    turn = chosen.turn
    for part in cut(turn.reasoning, turn.chunk):
        yield ReasoningPiece(text=part)
    for part in cut(turn.text, turn.chunk):
        yield TextPiece(text=part)
    for number, call in enumerate(turn.calls):
        for part in cut(call.arguments, turn.chunk) or [""]:
            yield CallPiece(index=number, id=chosen.call_id(number), name=call.name, arguments=part)


def whole_of(script: Script, chosen: Chosen, first_token_ms: int | None) -> Responded:
    """Return a turn's whole response."""
    turn = chosen.turn
    return Responded(
        text=turn.text,
        reasoning=turn.reasoning,
        tool_calls=tuple(
            ToolCall(id=chosen.call_id(number), name=call.name, arguments=call.arguments)
            for number, call in enumerate(turn.calls)
        ),
        stop=stop_of(chosen),
        usage=turn.usage or _FREE,
        model=script.model,
        first_token_ms=first_token_ms,
    )


def stop_of(chosen: Chosen) -> StopReason:
    """Return why a turn stops: as it says, or as its calls imply."""
    for reason in ("end", "tool_calls", "length", "refusal", "other"):
        if chosen.turn.stop == reason:
            return reason
    return "tool_calls" if chosen.turn.calls else "end"


def cut(text: str, size: int) -> list[str]:
    """Return `text` in pieces of `size` characters."""
    step = max(1, size)
    return [text[at : at + step] for at in range(0, len(text), step)]


def size_of(piece: Delta) -> int:
    """Return the characters of a delta."""
    return len(piece.arguments if isinstance(piece, CallPiece) else piece.text)


def _is_due(fault: ScriptFault, piece: Delta, sent: int) -> bool:
    if fault.kind == "half_call":
        return isinstance(piece, CallPiece)
    return sent >= fault.after or isinstance(piece, CallPiece)
