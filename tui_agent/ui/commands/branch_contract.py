"""What the what-if commands ask of the program round them; `wiring` fills it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tui_agent.ui.commands.contract import TreeChange

Verdict = Literal["accept", "reject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchWish:
    """In what a session is to go on otherwise."""

    decide: tuple[tuple[str, Verdict], ...] = ()
    """Hunks by number or run id, and what is decided of each now."""
    say: str = ""
    model: str = ""
    grade: str = ""
    """A command that is run at the end; its exit status is the grade."""
    approve_all: bool = False

    @property
    def live(self) -> bool:
        """Whether anything is wished, so that the session goes on at once."""
        return bool(self.decide or self.say or self.model or self.grade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branched:
    """A session that went on otherwise."""

    session: str
    workspace: Path
    reason: str = ""
    """How its turn ended."""
    grade: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One session of a comparison. None: nobody said."""

    session: str
    steps: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    seconds: float
    reason: str
    grade: str
    workspace: str
    changes: tuple[TreeChange, ...]
    """From its first recorded tree to its last."""
