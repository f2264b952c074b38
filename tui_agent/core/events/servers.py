"""Events of servers of tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_agent.core.served import OfferedPrompt, OfferedResource, OfferedTool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReported:
    """A server of tools has said what it offers, or is of no use.

    What a model is told of changes only with a session's first request, and where the conversation
    no longer begins as it did: after a summary, and with another model.
    """

    server: str
    """Its plain name, as it stands in the names of its tools."""
    status: Literal["ready", "failed"] = "ready"
    detail: str = ""
    """Why it failed."""
    title: str = ""
    """The name and version that it gives itself."""
    reaches: str = ""
    """What it may reach, in words."""
    sandbox: str = "none"
    tools: tuple[OfferedTool, ...] = ()
    prompts: tuple[OfferedPrompt, ...] = ()
    resources: tuple[OfferedResource, ...] = ()
    left_out: tuple[str, ...] = ()
    """Tools that cannot be offered, each with the reason."""
    start_ms: int = 0
