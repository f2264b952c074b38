"""How a process goes about being the agent: who is there, and what automation answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How this process goes about it: who is there, and what automation answers."""

    attended: bool = True
    """Whether a person is there to be asked."""
    answer: Literal["", "approve", "reject"] = ""
    """`--approve-all` or `--reject-all`."""
    unconfined: bool = False
    """`--no-sandbox` was typed."""
    trusted: bool = False
    """Whether the project's own instructions may be read."""
    program: str = "agent"
    argv: tuple[str, ...] = ()
