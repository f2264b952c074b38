"""Events of a session as a whole: its start and end, its context, its settings, its repairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from tui_agent.core.blob import Text
from tui_agent.core.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Under what a process decided, so that a re-execution can decide under the same."""

    settings: dict[str, Any] = field(default_factory=dict)
    """The settings that differ from their defaults, without servers and the screen's looks."""
    attended: bool = True
    """Whether a person was there to be asked."""
    answer: Literal["", "approve", "reject"] = ""
    """What automation answered."""
    unconfined: bool = False
    """Whether the user had said that commands may run without a sandbox."""
    tier: str = "none"
    """What confined commands."""
    prompts: dict[str, str] = field(default_factory=dict)
    """The user's own prompts, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted:
    """The first record of every log; in an imported one it follows SessionImported."""

    session_id: str
    program: str
    """Name and version of the program that wrote the log."""
    cwd: str
    workspace: str
    """Absolute path of the root that every path in the log is relative to."""
    repository: str = ""
    """Name shown for the workspace."""
    git_head: str | None = None
    branch: str | None = None
    dirty: bool = False
    settings_hash: str = ""
    argv: tuple[str, ...] = ()
    model: str = ""
    mode: str = "ask"
    sandbox: str = "none"
    """The tier that commands run in: `A`, `B`, `seatbelt` or `none`."""
    trusted: bool = False
    budget_usd: float | None = None
    """Dollars that the session may cost; `None` is no limit."""
    context_tokens: int | None = None
    """The model's context window, where it is known."""
    setup: Setup | None = None
    """Missing in logs from before it was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResumed:
    """The session was taken up again by a new process."""

    program: str
    argv: tuple[str, ...] = ()
    changed_files: tuple[str, ...] = ()
    """Paths that differ from the last snapshot."""
    sandbox: str = "none"
    workspace: str = ""
    """Where it goes on, if that is not where it was; absolute."""
    setup: Setup | None = None
    branch: str | None = None
    """The branch there now, empty for none; missing in logs from before it was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionForked:
    """The log up to here was copied from another session."""

    session_id: str
    from_session: str
    from_seq: int
    from_h: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionImported:
    """The log was made from another program's. What it says was never seen by our gate."""

    session_id: str
    origin: str
    """The program, with its version where it is known: `Claude Code 2.1.1`."""
    losses: tuple[str, ...] = ()
    """What could not be taken over, in sentences."""
    origin_id: str = ""
    """Its name there."""
    sha: str = ""
    """SHA-256 of the file that was read, so that it is not taken in twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """The process left in order. `suspended` keeps an open turn open."""

    status: Literal["closed", "suspended"] = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecovered:
    """Opening found damage: what was set aside or skipped, and where the rest is kept."""

    problem: str
    kept_as: str = ""
    lost_lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionFile:
    """One file of instructions that the model was given."""

    path: str
    sha: str
    size: int
    dropped: int = 0
    """Bytes that did not fit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsLoaded:
    """Instructions, repository facts and the file map, as the model will get them."""

    files: tuple[InstructionFile, ...] = ()
    text: Text = ""
    facts: Text = ""
    """Root, branch, top level and map of the repository."""
    left_out: tuple[str, ...] = ()
    """What was not read, and why (untrusted, too large)."""
    branch: str | None = None
    """The branch as the turn began, empty for none; missing in logs from before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChanged:
    """The user changed a setting while the session ran: mode, model, a limit, a rule."""

    key: str
    value: str
    old: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextCompacted:
    """What the model has seen so far was replaced by a summary."""

    summary: Text
    messages_before: int
    messages_kept: int
    """The last messages that stay word for word."""
    dropped_at_end: int = 0
    """Messages after those, which go: the request for the summary, and the summary itself."""
    by: Literal["user", "overflow", "limit"] = "user"
    head: tuple[Message, ...] = ()
    """What stands first from now on: instructions, what the record says, the summary. Missing in
    older logs, where the summary stands there alone."""
    words: str = ""
    """What the user wanted kept in mind."""
    tokens_before: int = 0
    """About how many tokens the request had; 0: not recorded."""
    tokens_after: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewound:
    """The session went back to an earlier record: conversation, files, or both.

    Nothing of the log is taken away. The records after `to_seq` stay; what the model sees goes on
    from there.
    """

    to_seq: int
    """The last record of the conversation that stays, or to which the files were taken back."""
    conversation: bool = True
    files: bool = False
    place: str = ""
    """In words: `before turn 3`."""
    changed_files: tuple[str, ...] = ()
    """Files that now differ from what they were there, whoever changed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A name that the user gave to a place in the session."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRevoked:
    """Approvals for the session were taken back: what they allowed asks again."""

    grant_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """What was masked in the records that follow at once, by kind and number; never the secret."""

    kinds: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the user should know and that is no event of its own."""

    text: str
    level: Literal["info", "warning", "error"] = "info"
    remedy: str = ""
    """The one command or key that mends it."""
    halts: bool = False
    """Whether nothing more is done until a person goes on: the log could not be written."""
    about: Literal["", "compaction"] = ""
    """What was asked for and comes to nothing."""
