"""What stands in line in a session: requests without an answer, messages for later."""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.blob import Text
from tui_agent.core.messages import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An approval request that has no answer yet."""

    request_id: str
    agent_id: str
    turn: int
    call_id: str
    ts: str
    mono_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A message that waits for the open turn to end."""

    id: str
    text: Text
    attachments: tuple[Attachment, ...] = ()
