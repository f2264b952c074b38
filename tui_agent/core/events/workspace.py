"""Events of the workspace: edits, snapshots, changes from outside, checks."""

from __future__ import annotations

from dataclasses import dataclass

from tui_agent.core.blob import Text
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import FileEffect
from tui_agent.core.stash import Deep


@dataclass(frozen=True, slots=True, kw_only=True)
class EditApplied:
    """An edit has been written. The hunks stand in the decision that precedes it."""

    call_id: str
    files: tuple[FileEffect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotTaken:
    """The workspace was recorded as a git tree in the shadow repository."""

    tree: str
    parent: str = ""
    reason: str = ""
    """`turn`, `before` (a command, an undo, a rewind), or the id of the call that it follows."""
    left_out: tuple[str, ...] = ()
    """Paths or patterns that are not in the tree, with why."""
    came_in: tuple[str, ...] = ()
    """Files that are new in the tree, though they were there already: ignored, or left out."""
    ms: int = 0
    deep: Deep | None = None
    """What else was recorded: round a command that may throw away uncommitted work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceChanged:
    """Files changed that no call of ours had changed."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A command that says whether the project is sound, and how we know of it."""

    name: str
    command: str
    origin: str
    """`settings`, or the file by which it was detected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksFound:
    """Which checks the phase verify will propose in this turn; may be none."""

    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStarted:
    """The checks begin to run on the accepted hunks of an open review, in a copy."""

    trial: str
    request_id: str
    hunks: tuple[HunkDecision, ...]
    """What had been accepted; all else counted as rejected."""
    checks: tuple[Check, ...]
    tree: str = ""
    """The tree that the workspace would be with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded:
    """No check of a trial runs any more."""

    trial: str
    request_id: str
    stopped: bool = False
    """Whether it was stopped before its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFinished:
    """A check ran to its end on this tree."""

    name: str
    command: str
    call_id: str
    exit_code: int | None
    tree: str
    seconds: float
    summary: str = ""
    trial: str = ""
    """The trial that it belongs to: it ran in a copy, and says nothing of the workspace."""
    output: Text = ""
    """In a trial: what it printed."""

    @property
    def passed(self) -> bool:
        """Whether the command ended with status 0."""
        return self.exit_code == 0
