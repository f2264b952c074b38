"""A stream of chat-completion chunks put together: pieces as they come, the whole at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tui_agent.adapters.models.faults import broken
from tui_agent.adapters.models.wire import Delta
from tui_agent.core.messages import (
    CallPiece,
    ReasoningPiece,
    Responded,
    StopReason,
    TextPiece,
    ToolCall,
    Usage,
)

Json = dict[str, Any]
Value = Any
"""What a server sent, before it is checked."""

_STOPS: dict[str, StopReason] = {
    "stop": "end",
    "end_turn": "end",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "refusal",
    "refusal": "refusal",
}


@dataclass(slots=True)
class _Slot:
    id: str
    name: str = ""
    arguments: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Assembly:
    """What of one answer has come so far."""

    request_id: str
    """Makes ids for calls that the server gave none."""
    finished: bool = False
    """Whether the server said why it stopped, or that it is done."""
    model: str = ""
    usage: Usage = field(default_factory=Usage)
    _stop: str = ""
    _text: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)
    _slots: list[_Slot] = field(default_factory=list)
    _latest: dict[int, int] = field(default_factory=dict)
    """The slot that a server's index last meant."""

    def take(self, chunk: Json) -> list[Delta]:
        """Return the pieces of one chunk; a chunk may also bring usage, with or without choices."""
        self.model = chunk.get("model") or self.model
        if isinstance(usage := chunk.get("usage"), dict):
            self.usage = usage_of(usage)
        choices = chunk.get("choices") or []
        if not choices:
            return []
        choice = choices[0]
        if choice.get("finish_reason"):
            self.finished = True
            self._stop = str(choice["finish_reason"])
        delta = choice.get("delta") or choice.get("message") or {}
        return [*self._thoughts(delta), *self._words(delta), *self._calls(delta)]

    def whole(self) -> Responded:
        """Return the response.

        Raises:
            Fault: if the stream ended before the server said that it was done.
        """
        if not self.finished:
            inside = ", inside a tool call" if self._slots else ""
            raise broken(f"the stream ended in the middle of the answer{inside}")
        if not (self._text or self._reasoning or self._slots or self._stop):
            raise broken("the stream ended without an answer")
        stop = _STOPS.get(self._stop, "other" if self._stop else "end")
        if self._slots and stop == "end":
            stop = "tool_calls"
        return Responded(
            text="".join(self._text),
            reasoning="".join(self._reasoning),
            tool_calls=tuple(
                ToolCall(id=slot.id, name=slot.name, arguments="".join(slot.arguments))
                for slot in self._slots
            ),
            stop=stop,
            usage=self.usage,
            model=self.model,
        )

    def _thoughts(self, delta: Json) -> list[Delta]:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if not isinstance(thought, str):
            thought = _part_text(delta.get("content"), "thinking")
        if not thought:
            return []
        self._reasoning.append(thought)
        return [ReasoningPiece(text=thought)]

    def _words(self, delta: Json) -> list[Delta]:
        content = delta.get("content")
        text = content if isinstance(content, str) else _part_text(content, "text")
        text = text or delta.get("refusal") or ""
        if not text:
            return []
        self._text.append(text)
        return [TextPiece(text=text)]

    def _calls(self, delta: Json) -> list[Delta]:
        pieces: list[Delta] = []
        for call in delta.get("tool_calls") or []:
            function = call.get("function") or {}
            name = function.get("name") or ""
            arguments = function.get("arguments") or ""
            at = self._slot(call.get("id") or "", call.get("index"), name)
            slot = self._slots[at]
            slot.name = slot.name or name
            slot.arguments.append(arguments)
            pieces.append(CallPiece(index=at, id=slot.id, name=slot.name, arguments=arguments))
        return pieces

    def _slot(self, call_id: str, index: int | None, name: str) -> int:
        """Return the slot meant: by id where there is one, else by index; a new id is a new slot.

        Servers number calls from 0, from 1, or all with 0; only the id tells parallel calls apart.
        Where there are no ids, a second name at an index begins another call.
        """
        known = next(
            (i for i, slot in enumerate(self._slots) if call_id and slot.id == call_id), -1
        )
        if known < 0 and not call_id:
            fallback = len(self._slots) - 1
            known = fallback if index is None else self._latest.get(index, -1)
            started = known >= 0 and bool("".join(self._slots[known].arguments))
            if name and started:
                known = -1
        if known < 0:
            known = len(self._slots)
            self._slots.append(_Slot(call_id or f"{self.request_id}-{known}"))
        if index is not None:
            self._latest[index] = known
        return known


def usage_of(usage: Json) -> Usage:
    """Return what the server said it took; where it said nothing, nothing is known."""
    read = usage.get("prompt_tokens_details") or {}
    made = usage.get("completion_tokens_details") or {}
    cached = _count(read.get("cached_tokens"))
    if cached is None:
        cached = _count(usage.get("prompt_cache_hit_tokens"))
    written = _count(read.get("cache_creation_tokens"))
    if written is None:
        written = _count(usage.get("cache_creation_input_tokens"))
    cost = usage.get("cost")
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=_count(made.get("reasoning_tokens")),
        cost_usd=float(cost) if isinstance(cost, int | float) else None,
    )


def _count(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _part_text(content: Value, kind: str) -> str:
    """Return the text of the content parts of a kind (some servers stream lists of parts)."""
    if not isinstance(content, list):
        return ""
    found: list[str] = []
    for part in content:
        if isinstance(part, dict) and part.get("type") == kind:
            inner = part.get(kind, "")
            found.append(inner if isinstance(inner, str) else _part_text(inner, "text"))
    return "".join(found)
