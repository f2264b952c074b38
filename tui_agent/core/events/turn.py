"""Events of a turn: the user's message, the phases, the plan, the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_agent.core.blob import Text
from tui_agent.core.messages import NO_USAGE, Attachment, Usage
from tui_agent.core.plan import Plan

Phase = Literal["ingest", "gate", "gather", "plan", "act", "verify", "report"]

EndReason = Literal[
    "done",  # the model ended the turn, and every check that ran passed
    "checks_failed",  # the model ended the turn with red checks
    "max_loops_exhausted",
    "max_steps_exceeded",
    "budget_exceeded",
    "rejected",  # the user rejected without a reason, and is asked what to do instead
    "interrupted",
    "model_failed",
    "needs_approval",  # nobody there to ask
    "question_unanswered",
    "failed",  # the model said that it could not do it
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnStarted:
    """The user said something, and the agent sets out."""

    text: Text
    mode: str
    attachments: tuple[Attachment, ...] = ()
    kind: Literal["message", "shell", "checks", "review", "undo", "rewind", "client"] = "message"
    """`shell`: the user's own command; `checks`: the user's wish; `review`: a diff that the user
    brings, which is the turn's attachment; `undo`: edits taken back; `client`: calls of another
    program. None of them calls a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEntered:
    """The turn went on to this phase."""

    phase: Phase
    loop: int = 1
    """Which loop of act and verify, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQueued:
    """A message that waits until the open turn has ended."""

    message_id: str
    text: Text
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecalled:
    """A queued message was taken back, or has become a turn."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSteered:
    """The user said something to the running turn; the model gets it with its next request."""

    text: Text
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanUpdated:
    """The whole plan, as it now is."""

    plan: Plan
    approved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check in a turn's report."""

    name: str
    command: str
    status: Literal["passed", "failed", "stale", "not_run"]
    exit_code: int | None = None
    tree: str = ""
    """The tree it ran on."""
    seconds: float = 0.0
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChanged:
    """One file that the turn changed, with its counts."""

    path: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a turn did, derived from the state without a model."""

    intent: Literal["code_change", "question", "command", "nothing"] = "nothing"
    """Read from what the turn did, not guessed from its text."""
    summary: str = ""
    files: tuple[FileChanged, ...] = ()
    """The files that edits changed."""
    commands: int = 0
    """Commands that changed files, of which `files` knows nothing."""
    checks: tuple[CheckResult, ...] = ()
    verified: bool = False
    tree: str = ""
    steps: int = 0
    calls: int = 0
    denied: tuple[str, ...] = ()
    """Titles of the calls that could not be approved."""
    lost: tuple[str, ...] = ()
    """What the turn went on without, in sentences."""
    seconds: float = 0.0
    usage: Usage = NO_USAGE

    @property
    def changed(self) -> bool:
        """Whether the turn changed the workspace: by edits, as `files` says, or by a command."""
        return bool(self.files) or self.intent == "code_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnEnded:
    """Every turn has exactly one, unless it is suspended."""

    reason: EndReason
    report: Report
    detail: str = ""
    """What stopped it, in a sentence, where the reason alone does not say."""
