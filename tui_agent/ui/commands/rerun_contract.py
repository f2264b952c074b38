"""What the commands about re-execution ask of the program round them; `wiring` fills it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from tui_agent.core.replay.divergence import Divergence, Level, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunWish:
    """How a session is to be executed again."""

    level: Level = "harness"
    isolate: bool = False
    stop: Literal["first", "never"] = "first"
    trusted: bool = False
    """Whether the user has looked at the commands of a session from elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RerunDone:
    """What came of a re-execution."""

    session: str
    level: Level
    verdict: Verdict
    divergences: tuple[Divergence, ...]
    records: int
    requests: int
    calls: int
    seconds: float


class UntrustedSessionError(ValueError):
    """A session from elsewhere whose commands would run here; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that was written."""

    path: Path
    size: int
    records: int
    payloads: int
    trees: int
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """A past decision, and what other rules would make of it."""

    session: str
    step: int
    title: str
    was: str
    """What the gate said: ask, allow, deny."""
    verdict: str
    """What came of it: allowed, refused."""
    now: str
    """What it would say."""
    why: str


class Reruns(Protocol):
    """Re-execution, bundles and what-if questions."""

    def commands_of(self, name: str) -> Sequence[str]:
        """Return the commands that a session would run. Raises LookupError, OSError."""
        ...

    def from_elsewhere(self, name: str) -> bool:
        """Return whether a session was recorded elsewhere, so that its commands are not trusted."""
        ...

    async def unfold_trees(self, name: str) -> None:
        """Have the trees of a bundle at hand for a replay; nothing to do for other sessions."""
        ...

    async def run(self, name: str, wish: RerunWish) -> RerunDone:
        """Execute a session again.

        Raises UntrustedSessionError, LookupError, OSError, ValueError for unusable patterns.
        """
        ...

    async def bundle(self, name: str, target: Path, *, trees: bool = True) -> Bundle:
        """Write a session as a bundle. Raises LookupError, OSError."""
        ...

    def what_if(self, names: Sequence[str], rules: Path) -> Sequence[Ruled]:
        """Decide past proposals again under the rules of a file.

        Without names: those of this folder's sessions. Raises LookupError, OSError, ValueError for
        a file that holds no rules.
        """
        ...
