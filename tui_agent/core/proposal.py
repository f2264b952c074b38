"""What a tool call would do, shown before it is done; and what a person or rule decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui_agent.core.blob import Blob, Text
from tui_agent.core.messages import Attachment
from tui_agent.core.patch import HunkDecision, Patch
from tui_agent.core.plan import Plan
from tui_agent.core.served import Served
from tui_agent.core.settings import RuleSettings
from tui_agent.core.spending import Pause

Effect = Literal["read", "edit", "execute", "network", "outside", "question"]
Mark = Literal["secret", "protected", "outside"]
Verdict = Literal["once", "session", "rule", "reject"]
Decider = Literal["user", "rule", "mode", "hook", "engine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A path that the call touches."""

    path: str
    """Relative to the workspace; absolute when outside of it."""
    effect: Effect
    sha_before: str | None = None
    """SHA-256 of the bytes before; `None` where there is no such file."""
    marks: tuple[Mark, ...] = ()
    below: bool = False
    """Whether whatever lies below it is read, too: what `grep -r` does to a folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer that a question offers."""

    key: str
    """A digit or letter, unique in its question."""
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question to the person: of the model, of a plan that waits, or of the budget."""

    text: str
    choices: tuple[Choice, ...] = ()
    free_text: bool = True
    """Whether an answer in one's own words is taken, too."""
    kind: Literal["ask", "plan", "budget"] = "ask"
    plan: Plan | None = None
    pause: Pause | None = None
    """Of the budget: what the next call would cost, and what may be done instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A shell command, whole."""

    text: str
    cwd: str = "."
    """Relative to the workspace."""
    timeout_seconds: float = 120.0
    parts: tuple[CommandPart, ...] = ()
    """Its sub-commands, each with the reason why it asks or does not; none where it is unread."""
    unread: str = ""
    """Why it cannot be read as a list of plain commands; empty where it can."""
    reach: Literal["workspace", "network", "outside"] = "workspace"
    """What it may reach once it is approved; `outside`: without the sandbox, the user's choice."""
    unasked: bool = False
    """Whether nobody was asked because it only reads: it then runs the system's programs alone."""
    view: Literal["tree", "copy"] = "tree"
    """Whether it runs in the workspace, or in a disposable copy whose changes are then reviewed."""
    copying: Copying | None = None
    """What a copy means for it; None where none is offered."""

    @property
    def only_reads(self) -> bool:
        """Whether every one of its parts only reads."""
        return bool(self.parts) and all(part.reads for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying:
    """That a command may run in a copy of the workspace, and what the copy would not hold back."""

    not_held: tuple[str, ...] = ()
    """In words: `npm install reaches the network`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPart:
    """One sub-command of a shell command, as the classifier read it."""

    text: str
    verdict: Literal["allow", "ask", "deny"] = "ask"
    reason: str = ""
    words: tuple[str, ...] = ()
    """The program and its arguments, literally."""
    reads: bool = False
    """Whether it only reads."""
    network: bool = False
    """Whether it is known to reach the network."""
    marks: tuple[Mark, ...] = ()
    """What is to be known of the paths that it reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What has run in a copy of the workspace: a command, or a child agent."""

    command: Command | None
    """None for a child."""
    output: ToolOutput
    """What it gave there; told once, at the end of the call."""
    ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What a command changed in its copy that no hunk can show: taken over as a whole, or left."""

    what: tuple[str, ...]
    """In words, one line each: `node_modules: 1,204 files, ignored by git`."""
    packed: Blob
    """All of it, as `core.pack` spells it."""
    take: bool = False
    """Whether the user wants it; it is written together with what is accepted of the patch."""
    patch: Patch | None = None
    """While it is asked about: the patch that the next round asks about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one call would do. Policy, hooks and display read this, never raw arguments."""

    call_id: str
    tool: str
    title: str
    """One line: the object of the call, as a tool line shows it."""
    effects: frozenset[Effect] = frozenset()
    targets: tuple[Target, ...] = ()
    hosts: tuple[str, ...] = ()
    patch: Patch | None = None
    command: Command | None = None
    question: Question | None = None
    served: Served | None = None
    """The server whose tool it is; None for a tool of ours."""
    notes: tuple[str, ...] = ()
    """What the user and the model are told besides: a rung above exact, a merge."""
    arguments: str = ""
    """Canonical JSON of the parsed arguments."""
    check: str = ""
    """The name of the check, when the engine proposes one; empty otherwise."""
    failed: Ran | None = None
    """How a command ended that is asked about again, because the sandbox held it back."""
    ran: Ran | None = None
    """In the further rounds of a command: how it ran in its copy. The patch is what it changed."""
    rest: Leftover | None = None
    """What else it changed there."""
    digest: str = ""
    """SHA-256 over all that an approval binds: see `tui_agent.core.digest`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the gate allows, asks or denies: the rule, in words, and where it stands."""

    rule: str
    """An id such as `ask.write`, `mode.plan`, `deny.push`."""
    text: str
    origin: str = "built in"
    """Where the rule stands: built in, a mode, or a settings file with its line."""
    used: tuple[str, ...] = ()
    """The ids of the rules and approvals that allowed it, so that their uses can be counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One step of the gate's way to its answer."""

    step: str
    """`deny rules`, `your rules`, `mode ask`…"""
    said: str
    """What it said, in words: `none matches`, `allows git status`…"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A rule that a person may allow instead of a single call, and what it would have allowed."""

    rule: RuleSettings
    text: str
    """What it allows, in words: `what begins with git commit`."""
    matched: int = 0
    """How many of the past commands of this repository's sessions it would have matched."""
    past: int = 0
    """How many there are."""
    examples: tuple[str, ...] = ()
    """Some that it would have matched and that are not this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided of one proposal, and by whom."""

    verdict: Verdict
    by: Decider = "user"
    hunks: tuple[HunkDecision, ...] = ()
    """For an edit: a verdict for each run. Empty with verdict `once`: every hunk is accepted."""
    command: str | None = None
    """The command as the user edited it."""
    view: Literal["", "tree", "copy"] = ""
    """Where the user wants the command to run; empty: where the proposal says."""
    answer: str | None = None
    """The answer to a question: a choice's key, or the user's own words."""
    plan: Plan | None = None
    """The plan as the user edited it."""
    feedback: str = ""
    reason: Reason | None = None
    """The rule that decided, where no person did."""
    rule: RuleSettings | None = None
    """With verdict `rule`, by the user: what is allowed from now on."""
    scope: Literal["session", "user"] = "session"
    """How long that holds: in this process, or in the user's settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A proposal with its decision worked in: what may now be executed, and nothing else."""

    proposal: Proposal
    decision: Decision
    digest: str
    """The digest renewed over the accepted subset or the edited command."""


def in_copy(proposal: Proposal, decision: Decision | None = None) -> bool:
    """Return whether a call's command runs in a copy of the workspace."""
    if proposal.command is None:
        return False
    chosen = decision.view if decision is not None else ""
    return (chosen or proposal.command.view) == "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFile:
    """The text of a file that the model last got, for staleness."""

    path: str
    sha: str
    whole: bool = True
    """Whether it has seen all of the file, not only some lines."""
    ranges: tuple[tuple[int, int], ...] = ()
    """The lines that it has seen where that is not all, first and last, from 1, in order."""
    lines: int = 0
    """How many the file has, where not all were seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEffect:
    """One file that a call changed."""

    path: str
    sha_before: str | None
    sha_after: str | None
    added: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOutput:
    """What one call gave back. Every tool call id gets exactly one."""

    ok: bool
    text: Text = ""
    """What the model is told."""
    summary: str = ""
    """A few words for the tool line: `lines 1-40`, `9 matches`, `exit 1`."""
    exit_code: int | None = None
    output: Text = ""
    """What a person sees when the line is unfolded, if it differs from `text`."""
    truncated: bool = False
    seen: tuple[SeenFile, ...] = ()
    files: tuple[FileEffect, ...] = ()
    plan: Plan | None = None
    images: tuple[Attachment, ...] = ()
    """What the model is shown besides."""
    end_turn: bool = False
    """Whether the turn ends here and waits for the person (an edit rejected without a reason)."""
    error: str = ""
    """An error's class: `denied`, `no-match`, `unknown_tool`, `invalid_arguments`, `timeout`…"""
