"""The conversation as a model sees it: messages, tool calls, tool definitions, usage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tui_agent.core.blob import Blob, Text

Role = Literal["user", "assistant", "tool"]
StopReason = Literal["end", "tool_calls", "length", "refusal", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call that the model asks for."""

    id: str
    name: str
    arguments: str
    """The raw text that the model sent: usually JSON, possibly broken; parsed by the tool."""


NOT_SENT = "The message was not sent"
"""Ends what is said of a user's message that was not taken and has to be worded anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file or image that goes with a user's message."""

    name: str
    mime: str
    content: Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class OpaqueItem:
    """What one provider wants back verbatim (a signed thought, say) and no other understands."""

    provider: str
    model: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. A tool's result has role `tool` and the id of its call."""

    role: Role
    text: Text = ""
    tool_calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    attachments: tuple[Attachment, ...] = ()
    opaque: tuple[OpaqueItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as the model is told of it."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of the arguments, without those that the system supplies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one or several model calls took. `None` means that nobody said."""

    input_tokens: int | None = None
    """All tokens of the request, cached ones included."""
    output_tokens: int | None = None
    cached_tokens: int | None = None
    """Of the input, read from the provider's cache."""
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: float | None = None
    """Dollars; `None` where the price is unknown, which is not 0."""

    def plus(self, other: Usage) -> Usage:
        """Return the sum; a cost that is unknown in either is unknown in the sum."""
        total = Usage(
            input_tokens=_sum(self.input_tokens, other.input_tokens),
            output_tokens=_sum(self.output_tokens, other.output_tokens),
            cached_tokens=_sum(self.cached_tokens, other.cached_tokens),
            cache_write_tokens=_sum(self.cache_write_tokens, other.cache_write_tokens),
            reasoning_tokens=_sum(self.reasoning_tokens, other.reasoning_tokens),
            cost_usd=None
            if self.cost_usd is None or other.cost_usd is None
            else self.cost_usd + other.cost_usd,
        )
        return other if total == other else total  # A turn of one step: kept once.


UNKNOWN_USAGE = Usage()
"""Nobody said what a call took."""

NO_USAGE = Usage(
    input_tokens=0, output_tokens=0, cached_tokens=0, cache_write_tokens=0, cost_usd=0.0
)


def _sum(a: int | None, b: int | None) -> int | None:
    if a is None or b is None:
        return a if b is None else b
    return a + b


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """What is known of a model. `None` means unknown, never zero."""

    model: str
    """As the user names it: `provider/name` or an alias."""
    context_tokens: int | None = None
    output_limit: int | None = None
    input_price: float | None = None
    """Dollars a token."""
    output_price: float | None = None
    cached_price: float | None = None
    """Dollars a token that is read from the provider's cache; unknown: as any other."""
    cache_write_price: float | None = None
    """Dollars a token that is written into it."""
    images: bool | None = None
    """Whether it sees images."""
    tools: bool | None = None
    reasoning: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One call of a model, complete: every blob has been resolved by the caller."""

    request_id: str
    model: str
    system: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    temperature: float | None = None
    max_output_tokens: int | None = None
    first_token_seconds: float = 120.0
    """How long the first token may take."""
    silence_seconds: float = 60.0
    """How long the stream may then be silent."""
    files: tuple[tuple[str, bytes], ...] = ()
    """Bytes of the attachments, by the hash that the messages name."""


# What a model's stream yields, in order: any number of deltas, then one `Responded`.


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPiece:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningPiece:
    """A piece of what the model thought aloud."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPiece:
    """A piece of a tool call: its place in the response, its name, a piece of its arguments."""

    index: int
    id: str
    name: str
    arguments: str
    """The piece, not the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFailed:
    """An attempt failed and another follows after `wait_seconds`; what it streamed is void."""

    kind: FailureKind
    message: str
    attempt: int
    wait_seconds: float
    next_model: str = ""
    """The stand-in that is asked next; empty: the same model."""
    next_price: str = ""
    """What the stand-in costs, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A call waits until its provider's limits let it begin."""

    provider: str
    why: str
    """Which limit, in words: `2 requests a minute`."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """The whole response; ends the stream."""

    text: str = ""
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    opaque: tuple[OpaqueItem, ...] = ()
    stop: StopReason = "end"
    usage: Usage = UNKNOWN_USAGE
    model: str = ""
    """As the provider named it."""
    first_token_ms: int | None = None


ModelPiece = TextPiece | ReasoningPiece | CallPiece | AttemptFailed | Held | Responded

FailureKind = Literal[
    "key",  # missing or refused key: 401, 403
    "unreachable",  # no connection, DNS, TLS
    "not_found",  # unknown model or path
    "rate",  # 429
    "server",  # 5xx
    "timeout",  # first token or silence
    "broken",  # the stream ended or was not what it should be
    "context",  # the request is too long for the model
    "refused",  # the provider declined the request: 400 and kin
    "host",  # our model host died or was not started
    "cancelled",
]


class ModelError(Exception):
    """A call that failed for good, after its retries.

    `message` says what failed and where we looked; `remedy`, if any, is the one command or setting
    that mends it; `partial` is the text that had been streamed.
    """

    def __init__(
        self, kind: FailureKind, message: str, *, remedy: str = "", partial: str = ""
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.remedy = remedy
        self.partial = partial
