"""A stream of chat-completion chunks put together: pieces as they come, the whole at the end."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

from tui_agent.adapters.models.faults import broken
from tui_agent.adapters.models.letters import Letters
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
    """As the server calls it; empty where it gave none, or one that another call has."""
    own: str
    """As we call it."""
    index: int | None
    """The server's number for it, when it began."""
    name: str = ""
    arguments: Letters = field(default_factory=Letters)


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
    _text: Letters = field(default_factory=Letters)
    _reasoning: Letters = field(default_factory=Letters)
    _slots: list[_Slot] = field(default_factory=list)
    _latest: dict[int, int] = field(default_factory=dict)
    """The slot that a server's index last meant."""

    def take(self, chunk: Json) -> list[Delta]:
        """Return the pieces of one chunk; a chunk may also bring usage, with or without choices.

        Raises:
            Fault: if it has not the form of one.
        """
        self.model = _word(chunk.get("model")) or self.model
        if isinstance(usage := chunk.get("usage"), dict):
            self.usage = usage_of(usage)
        choices = _listed(chunk.get("choices"))
        if not choices:
            return []
        choice = choices[0]
        if choice.get("finish_reason"):
            self.finished = True
            self._stop = str(choice["finish_reason"])
        delta = _table(choice.get("delta") or choice.get("message"))
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
            text=self._text.whole(),
            reasoning=self._reasoning.whole(),
            tool_calls=tuple(
                ToolCall(id=slot.own, name=slot.name, arguments=slot.arguments.whole())
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
        shown = self._reasoning.add(thought) if thought else ""
        return [ReasoningPiece(text=shown)] if shown else []

    def _words(self, delta: Json) -> list[Delta]:
        content = delta.get("content")
        text = content if isinstance(content, str) else _part_text(content, "text")
        text = text or _word(delta.get("refusal"))
        shown = self._text.add(text) if text else ""
        return [TextPiece(text=shown)] if shown else []

    def _calls(self, delta: Json) -> list[Delta]:
        pieces: list[Delta] = []
        for call in _listed(delta.get("tool_calls")):
            function = _table(call.get("function"))
            name = _word(function.get("name"))
            at = self._slot(_word(call.get("id")), _count(call.get("index")), name)
            slot = self._slots[at]
            slot.name = slot.name or name
            arguments = slot.arguments.add(_spelled(function.get("arguments")))
            pieces.append(CallPiece(index=at, id=slot.own, name=slot.name, arguments=arguments))
        return pieces

    def _slot(self, call_id: str, index: int | None, name: str) -> int:
        """Return the slot meant: by id where there is one, else by index; a new id is a new slot.

        Servers number calls from 0, from 1, or all with 0; only the id tells parallel calls apart.
        Where there are no ids, a second name at an index begins another call; where all have one
        id, another name or a name at another index does.
        """
        namesakes = [i for i, slot in enumerate(self._slots) if call_id and slot.id == call_id]
        known = self._of_id(namesakes, index, name)
        if known < 0 and not call_id:
            fallback = len(self._slots) - 1
            known = fallback if index is None else self._latest.get(index, -1)
            started = known >= 0 and bool(self._slots[known].arguments)
            if name and started:
                known = -1
        if known < 0:
            known = len(self._slots)
            own = call_id if call_id and not namesakes else f"{self.request_id}-{known}"
            self._slots.append(_Slot(id=call_id, own=own, index=index))
        if index is not None:
            self._latest[index] = known
        return known

    def _of_id(self, namesakes: list[int], index: int | None, name: str) -> int:
        """Return which of the slots with the id of a piece is meant; -1 where it begins a call."""
        here = [i for i in namesakes if index is None or self._slots[i].index == index]
        known = (here or namesakes or [-1])[-1]
        if known < 0 or not name:
            return known
        slot = self._slots[known]
        another = bool(slot.arguments) and slot.name not in ("", name)
        return -1 if another or not here else known


def usage_of(usage: Json) -> Usage:
    """Return what the server said it took; where it said nothing, nothing is known."""
    read = _known(usage.get("prompt_tokens_details"))
    made = _known(usage.get("completion_tokens_details"))
    cached = _count(read.get("cached_tokens"))
    if cached is None:
        cached = _count(usage.get("prompt_cache_hit_tokens"))
    written = _count(read.get("cache_creation_tokens"))
    if written is None:
        written = _count(usage.get("cache_creation_input_tokens"))
    return Usage(
        input_tokens=_count(usage.get("prompt_tokens")),
        output_tokens=_count(usage.get("completion_tokens")),
        cached_tokens=cached,
        cache_write_tokens=written,
        reasoning_tokens=_count(made.get("reasoning_tokens")),
        cost_usd=_dollars(usage.get("cost")),
    )


MOST = 1 << 40
"""Tokens, and dollars: a larger number is no count. Sums of such would let no cap hold."""


def _count(value: Value) -> int | None:
    sound = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST
    return value if sound else None


def _dollars(value: Value) -> float | None:
    """Return an amount; JSON of servers has NaN and minus, which no cap would ever stop."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value <= MOST and math.isfinite(value) else None


def _known(value: Value) -> Json:
    """Return a table that may be missing, or be another thing."""
    return value if isinstance(value, dict) else {}


def _table(value: Value) -> Json:
    """Return a table that a chunk has, or may leave out. Raises Fault for another thing."""
    if value is None or isinstance(value, dict):
        return value or {}
    raise broken(f"a chunk of the answer has {str(value)[:80]!r} where a table belongs")


def _listed(value: Value) -> list[Json]:
    """Return a list of tables that a chunk has, or may leave out. Raises Fault."""
    if value is None or isinstance(value, list):
        return [_table(one) for one in value or ()]
    raise broken(f"a chunk of the answer has {str(value)[:80]!r} where a list belongs")


def _word(value: Value) -> str:
    """Return a name, which some servers give as a number; nothing where there is none."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _spelled(arguments: Value) -> str:
    """Return arguments as text: some servers send the object itself, whole."""
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    return json.dumps(arguments)


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
