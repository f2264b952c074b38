"""What a front end may ask of the agent: imperative, and answered only through events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_agent.core.messages import Attachment
from tui_agent.core.patch import HunkDecision
from tui_agent.core.plan import Plan
from tui_agent.core.proposal import Decision
from tui_agent.core.spending import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Say something. While a turn is open the message is queued."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    as_it_stands: bool = False
    """Whether `@` names nothing in it: another program wrote the text, a server's prompt, say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steer:
    """Say something to the running turn, for the model's next request."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Take back the queued message with this id."""

    message_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """Answer an open approval request. The first answer wins."""

    request_id: str
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """End the open turn now; everything open is closed as cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """Change the mode: plan, ask, edit or auto."""

    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetModel:
    """Change the model from the next request on."""

    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBudget:
    """Change the dollars that the session, the open turn or the day may cost.

    `None` lifts the cap, for this session.
    """

    usd: float | None
    scope: Scope = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPlan:
    """The user's plan replaces the present one."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RunChecks:
    """Run the project's checks now, outside a turn or in the open one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryHunks:
    """Run the project's checks on what has been accepted of an open review, in a copy.

    Nothing is decided by it and nothing of the workspace is touched. Without hunks: stop the checks
    that run so.
    """

    request_id: str
    hunks: tuple[HunkDecision, ...] = ()
    """What has been accepted so far, as it is or edited; all else counts as rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftVerdicts:
    """Keep what has been decided so far of an open review. It approves nothing."""

    request_id: str
    hunks: tuple[HunkDecision, ...] = ()
    """All that stands: what is not named has no verdict, or has lost it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunShell:
    """The user's own command (`!cmd`): runs without asking and enters the conversation."""

    command: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCall:
    """One call that another program asks for."""

    call_id: str
    tool: str
    arguments: str
    """A JSON object, raw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTools:
    """Make the calls of another program, each through the gate; runs outside of a turn.

    Those that only read and follow each other run together.
    """

    calls: tuple[ForeignCall, ...]
    client: str
    """What the program calls itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Decide on a diff that no model of ours made, hunk by hunk; runs outside of a turn."""

    source: str
    """What to call it: a file's name, `main..topic`, `standard input`."""
    diff: str
    """Its bytes as UTF-8; what is no UTF-8 stands as lone surrogates (`surrogateescape`)."""
    whole: bool = False
    """Whether one file that does not fit refuses all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Take edits of this session back; runs outside of a turn.

    Without a place: those of the last turn that changed files and is not taken back yet.
    """

    turn: int | None = None
    step: int | None = None
    """A step of that turn."""
    call_id: str | None = None
    """One call; it needs no turn."""
    hunks: tuple[str, ...] = ()
    """Only these hunks of what is meant: numbers as `agent undo --list` shows them, or run ids."""
    agent: str = ""
    """Only what the children of this name or id changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewind:
    """Go back to an earlier place of the session; runs outside of a turn, as a turn of its own.

    Nothing of the log is taken away: a rewind can itself be undone.
    """

    to_seq: int
    """The last record that stays; the place is the last one at or before it between two steps."""
    conversation: bool = True
    files: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Compact:
    """Replace the conversation so far by a summary, for the model."""

    instructions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskServers:
    """Ask the servers of tools how they stand, have one restarted, or send one's prompt."""

    what: Literal["list", "restart", "prompt"] = "list"
    name: str = ""
    """The server to restart, or the prompt as it is typed: `mcp__server__prompt`."""
    rest: str = ""
    """What was typed behind the prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Give this place in the session a name."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke:
    """Take an approval for the session back; all of them where none is named."""

    grant_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Leave. An open turn is suspended, nothing of it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn:
    """Take the open turn up again that stopped since the log could not be written."""


Command = (
    Submit
    | Steer
    | Recall
    | Decide
    | Interrupt
    | SetMode
    | SetModel
    | SetBudget
    | EditPlan
    | RunChecks
    | TryHunks
    | DraftVerdicts
    | RunShell
    | CallTools
    | Review
    | Undo
    | Rewind
    | Compact
    | AskServers
    | Label
    | Revoke
    | GoOn
    | Close
)
