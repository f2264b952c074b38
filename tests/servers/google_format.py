"""Google's generateContent: a scripted turn told in its format, and its requests read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.servers.formats import usage_or_guess
from tui_agent.adapters.models.script import Chosen
from tui_agent.adapters.models.scripted import pieces_of, stop_of
from tui_agent.core.messages import CallPiece, Message, ReasoningPiece, ToolCall

Json = dict[str, Any]


class GoogleFormat:
    """Google's answers: calls come whole, and have no ids."""

    def __init__(self, chosen: Chosen, body: Json) -> None:
        self._chosen = chosen
        self._body = body

    def events(self) -> Iterator[tuple[str, bytes]]:
        for piece in pieces_of(self._chosen):
            if isinstance(piece, CallPiece):
                continue
            thought = isinstance(piece, ReasoningPiece)
            part: Json = {"text": piece.text, **({"thought": True} if thought else {})}
            yield "reasoning" if thought else "text", self._chunk([part])
        for call in self._chosen.turn.calls:
            made = {"name": call.name, "args": json.loads(call.arguments)}
            yield "call", self._chunk([{"functionCall": made}])
        yield "end", self._chunk([{"text": ""}], finish=self._finish())

    def whole(self) -> Json:
        parts: list[Json] = [{"text": self._chosen.turn.text}]
        parts += [
            {"functionCall": {"name": call.name, "args": json.loads(call.arguments)}}
            for call in self._chosen.turn.calls
        ]
        return self._values(parts, self._finish())

    def _chunk(self, parts: list[Json], finish: str = "") -> bytes:
        return b"data: " + json.dumps(self._values(parts, finish)).encode() + b"\r\n\r\n"

    def _values(self, parts: list[Json], finish: str) -> Json:
        candidate: Json = {"content": {"role": "model", "parts": parts}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        usage = usage_or_guess(self._chosen, self._body)
        counted = {
            "promptTokenCount": usage.input_tokens or 0,
            "candidatesTokenCount": usage.output_tokens or 0,
            "totalTokenCount": (usage.input_tokens or 0) + (usage.output_tokens or 0),
        }
        return {
            "candidates": [candidate],
            "usageMetadata": counted,
            "modelVersion": "scripted",
            "responseId": f"answer-{self._chosen.index}",
        }

    def _finish(self) -> str:
        return {"length": "MAX_TOKENS", "refusal": "SAFETY"}.get(stop_of(self._chosen), "STOP")


def read_google(body: Json) -> tuple[Message, ...]:
    """Return the conversation of a request."""
    messages: list[Message] = []
    for said in body["contents"]:
        text = "".join(part.get("text", "") for part in said["parts"])
        results = _parts(said, "function_response", "functionResponse")
        if said.get("role") == "model":
            calls = tuple(
                ToolCall(id=one["id"], name=one["name"], arguments=json.dumps(one["args"]))
                for one in _parts(said, "function_call", "functionCall")
            )
            messages.append(Message(role="assistant", text=text, tool_calls=calls))
        elif results:
            messages += [
                Message(role="tool", text=str(one["response"]["content"]), call_id=one["id"])
                for one in results
            ]
        else:
            messages.append(Message(role="user", text=text))
    return tuple(messages)


def _parts(said: Json, *names: str) -> list[Json]:
    """Return the parts of these names: Google takes both spellings."""
    return [part[name] for part in said["parts"] for name in names if name in part]
