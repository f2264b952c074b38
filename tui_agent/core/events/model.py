"""Events of the model: requests, what streams in, responses and failures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_agent.core.blob import Text
from tui_agent.core.messages import (
    UNKNOWN_USAGE,
    FailureKind,
    Message,
    OpaqueItem,
    StopReason,
    ToolCall,
    ToolSpec,
    Usage,
)
from tui_agent.core.spending import Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequested:
    """A request was sent. It is derived from the log, so only what it added is kept here."""

    request_id: str
    model: str
    request_hash: str
    """SHA-256 of the canonical request."""
    added: tuple[Message, ...] = ()
    """The messages that the previous request did not have."""
    system: Text = ""
    """The system text; only in a session's first request, and after a change of model."""
    tools: tuple[ToolSpec, ...] = ()
    """The tools; as `system`."""
    first: bool = False
    """Whether `system` and `tools` stand here."""
    temperature: float | None = None
    max_output_tokens: int | None = None
    purpose: Literal["turn", "compaction"] = "turn"
    prompt: str = ""
    """SHA-256 (hex) of the prompt whose words stand here, as `agent prompts` has it: the system
    prompt where `first`, that for a summary where one is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """Ephemeral: a piece of the answer. `offset` is its place, in characters."""

    request_id: str
    offset: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningDelta:
    """Ephemeral: a piece of the model's thought."""

    request_id: str
    offset: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResponded:
    """The whole response of one request."""

    request_id: str
    text: Text = ""
    reasoning: Text = ""
    tool_calls: tuple[ToolCall, ...] = ()
    opaque: tuple[OpaqueItem, ...] = ()
    stop: StopReason = "end"
    usage: Usage = UNKNOWN_USAGE
    model: str = ""
    first_token_ms: int | None = None
    ms: int = 0
    context_tokens: int | None = None
    """The model's context window, where it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFailed:
    """A request, or one attempt at it, got no whole answer.

    With `retry_seconds` another attempt follows by itself and the request stays open.
    """

    request_id: str
    kind: FailureKind
    message: str
    remedy: str = ""
    partial: Text = ""
    """The text that the user had already read."""
    retry_seconds: float | None = None
    attempt: int = 1
    next_model: str = ""
    """The declared stand-in that gets the request next; empty: the same model."""
    next_price: str = ""
    """What the stand-in costs, in words."""
    pause: Pause | None = None
    """Where a stand-in was not asked, because its call would pass a cap: that, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelHeld:
    """A request waits until its provider's limits let it begin."""

    request_id: str
    provider: str
    why: str
    """Which limit, in words: `2 requests a minute`."""
    seconds: float
