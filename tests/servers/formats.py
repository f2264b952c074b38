"""A scripted turn in either wire format: as server-sent events, and whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Protocol

from tui_agent.adapters.models.script import Chosen
from tui_agent.adapters.models.scripted import pieces_of, stop_of
from tui_agent.core.messages import CallPiece, ReasoningPiece, TextPiece, Usage

Json = dict[str, Any]
SIGNATURE = "c2lnbmVkLXRob3VnaHQ="
"""What signs a scripted thought."""


class Format(Protocol):
    """How one answer is told."""

    def events(self) -> Iterator[tuple[str, bytes]]:
        """Yield what each event carries (begin, reasoning, text, call, end) and its bytes."""
        ...

    def whole(self) -> Json:
        """Return the answer for a request that doesn't stream."""
        ...


def usage_or_guess(chosen: Chosen, body: Json) -> Usage:
    return chosen.turn.usage or Usage(
        input_tokens=len(json.dumps(body)) // 4, output_tokens=len(chosen.turn.text) // 4 + 1
    )


def _data(values: Json) -> bytes:
    return b"data: " + json.dumps(values, ensure_ascii=False).encode() + b"\n\n"


class ChatFormat:
    """OpenAI's chat completions."""

    def __init__(self, chosen: Chosen, body: Json) -> None:
        self._chosen = chosen
        self._body = body

    def events(self) -> Iterator[tuple[str, bytes]]:
        yield "begin", self._chunk({"role": "assistant", "content": ""})
        told: set[int] = set()
        for piece in pieces_of(self._chosen):
            if isinstance(piece, ReasoningPiece):
                yield "reasoning", self._chunk({"reasoning_content": piece.text})
            elif isinstance(piece, TextPiece):
                yield "text", self._chunk({"content": piece.text})
            else:
                yield "call", self._chunk({"tool_calls": [self._call(piece, told)]})
        yield "end", self._chunk({}, finish=self._finish())
        if (self._body.get("stream_options") or {}).get("include_usage"):
            yield "end", _data({**self._head(), "choices": [], "usage": self._usage()})
        yield "end", b"data: [DONE]\n\n"

    def whole(self) -> Json:
        turn = self._chosen.turn
        message: Json = {"role": "assistant", "content": turn.text or None}
        if turn.calls:
            message["tool_calls"] = [
                {
                    "id": self._chosen.call_id(number),
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for number, call in enumerate(turn.calls)
            ]
        choice = {"index": 0, "message": message, "finish_reason": self._finish()}
        return {
            **self._head(),
            "object": "chat.completion",
            "choices": [choice],
            "usage": self._usage(),
        }

    def _call(self, piece: CallPiece, told: set[int]) -> Json:
        if piece.index in told:
            return {"index": piece.index, "function": {"arguments": piece.arguments}}
        told.add(piece.index)
        function = {"name": piece.name, "arguments": piece.arguments}
        return {"index": piece.index, "id": piece.id, "type": "function", "function": function}

    def _chunk(self, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _data({**self._head(), "choices": [choice]})

    def _head(self) -> Json:
        return {
            "id": f"chatcmpl-{self._chosen.index}-{self._chosen.visit}",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": self._body["model"],
        }

    def _finish(self) -> str:
        stop = stop_of(self._chosen)
        return {"end": "stop", "refusal": "content_filter", "other": "stop"}.get(stop, stop)

    def _usage(self) -> Json:
        usage = usage_or_guess(self._chosen, self._body)
        said: Json = {
            "prompt_tokens": usage.input_tokens or 0,
            "completion_tokens": usage.output_tokens or 0,
            "total_tokens": (usage.input_tokens or 0) + (usage.output_tokens or 0),
        }
        if usage.cached_tokens is not None:
            said["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens}
        if usage.reasoning_tokens is not None:
            said["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
        return said


class AnthropicFormat:
    """Anthropic's messages."""

    def __init__(self, chosen: Chosen, body: Json) -> None:
        self._chosen = chosen
        self._body = body

    def events(self) -> Iterator[tuple[str, bytes]]:
        start = {**self._head(), "content": [], "stop_reason": None, "usage": self._usage(1)}
        yield "begin", _event("message_start", message=start)
        open_block: tuple[str, int] | None = None
        number = -1
        for piece in pieces_of(self._chosen):
            kind = {"ReasoningPiece": "reasoning", "TextPiece": "text"}.get(
                type(piece).__name__, "call"
            )
            block = (kind, piece.index if isinstance(piece, CallPiece) else 0)
            if block != open_block:
                if open_block is not None:
                    yield open_block[0], self._close(open_block[0], number)
                number += 1
                open_block = block
                yield kind, self._open(piece, number)
            yield kind, _event("content_block_delta", index=number, delta=_delta(piece))
        if open_block is not None:
            yield open_block[0], self._close(open_block[0], number)
        ended = {"stop_reason": self._stop(), "stop_sequence": None}
        tokens = usage_or_guess(self._chosen, self._body).output_tokens or 0
        yield "end", _event("message_delta", delta=ended, usage={"output_tokens": tokens})
        yield "end", _event("message_stop")

    def whole(self) -> Json:
        turn = self._chosen.turn
        content: list[Json] = [{"type": "text", "text": turn.text}] if turn.text else []
        for number, call in enumerate(turn.calls):
            block = {"type": "tool_use", "id": self._chosen.call_id(number), "name": call.name}
            content.append({**block, "input": json.loads(call.arguments)})
        tokens = usage_or_guess(self._chosen, self._body).output_tokens or 0
        return {
            **self._head(),
            "content": content,
            "stop_reason": self._stop(),
            "usage": self._usage(tokens),
        }

    def _open(self, piece: object, number: int) -> bytes:
        block: Json
        if isinstance(piece, CallPiece):
            block = {"type": "tool_use", "id": piece.id, "name": piece.name, "input": {}}
        elif isinstance(piece, TextPiece):
            block = {"type": "text", "text": ""}
        else:
            block = {"type": "thinking", "thinking": "", "signature": ""}
        return _event("content_block_start", index=number, content_block=block)

    def _close(self, kind: str, number: int) -> bytes:
        stop = _event("content_block_stop", index=number)
        if kind != "reasoning":
            return stop
        signed = {"type": "signature_delta", "signature": SIGNATURE}
        return _event("content_block_delta", index=number, delta=signed) + stop

    def _head(self) -> Json:
        return {
            "id": f"msg_{self._chosen.index}_{self._chosen.visit}",
            "type": "message",
            "role": "assistant",
            "model": self._body["model"],
            "stop_sequence": None,
        }

    def _stop(self) -> str:
        stops = {"tool_calls": "tool_use", "length": "max_tokens", "refusal": "refusal"}
        return stops.get(stop_of(self._chosen), "end_turn")

    def _usage(self, output: int) -> Json:
        """Anthropic counts cached and written tokens beside the others, not among them."""
        usage = usage_or_guess(self._chosen, self._body)
        read, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
        return {
            "input_tokens": (usage.input_tokens or 0) - read - written,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "output_tokens": output,
        }


def _delta(piece: object) -> Json:
    if isinstance(piece, CallPiece):
        return {"type": "input_json_delta", "partial_json": piece.arguments}
    if isinstance(piece, TextPiece):
        return {"type": "text_delta", "text": piece.text}
    assert isinstance(piece, ReasoningPiece)
    return {"type": "thinking_delta", "thinking": piece.text}


def _event(name: str, **values: object) -> bytes:
    return f"event: {name}\n".encode() + _data({"type": name, **values})
