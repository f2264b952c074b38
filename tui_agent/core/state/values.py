"""The state of a session: agents, their turns, steps and calls. Every pane is drawn from it.

Leaves (`Step`, `Call`, `Note`) are frozen and replaced whole, so that a pane can tell by identity
what has changed. Containers (`Turn`, `Agent`, `Session`) are changed in place by the fold and by
nothing else; `copied()` gives a keyframe that shares every leaf and every ended turn.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Literal

from tui_agent.core.blob import Text
from tui_agent.core.events import (
    MAIN_AGENT,
    AgentFinished,
    AgentStarted,
    CheckFinished,
    ChecksFound,
    InstructionsLoaded,
    ModelFailed,
    ModelHeld,
    ModelRequested,
    ModelResponded,
    Phase,
    ServerReported,
    SessionStarted,
    ToolStarted,
    TurnEnded,
)
from tui_agent.core.grants import Grant
from tui_agent.core.messages import NO_USAGE, Attachment, Message, ToolSpec, Usage
from tui_agent.core.patch import HunkDecision
from tui_agent.core.plan import Plan
from tui_agent.core.proposal import (
    Considered,
    Decision,
    Offer,
    Proposal,
    Reason,
    SeenFile,
    ToolOutput,
)
from tui_agent.core.spending import NOTHING, Scope, Spend
from tui_agent.core.stash import Deep, Stashed
from tui_agent.core.state.of_trials import Trial
from tui_agent.core.state.standing import Queued, Waiting

CallStatus = Literal["called", "asked", "decided", "running", "finished"]
ItemKind = Literal["user", "text", "call", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One tool call, from the model's request to its result."""

    id: str
    tool: str
    arguments: Text
    origin: Literal["model", "plan", "check", "user", "engine", "client"]
    origin_id: str
    step: int
    ts: str
    seq: int = 0
    """The record that asked for it."""
    status: CallStatus = "called"
    round: int = 1
    request_id: str = ""
    """The open or last approval request; empty where nobody was asked."""
    proposal: Proposal | None = None
    kept: tuple[HunkDecision, ...] = ()
    """Decisions on the open request that stand so far, of an earlier request, too."""
    asked_before: bool = False
    """Whether the open request asks again because the files changed under the review."""
    reason: Reason | None = None
    """Why it asks, or why it was allowed or denied without asking."""
    considered: tuple[Considered, ...] = ()
    """The gate's way to the open question."""
    offers: tuple[Offer, ...] = ()
    """Rules that may be allowed instead of this one call."""
    decision: Decision | None = None
    waited_ms: int = 0
    started: ToolStarted | None = None
    started_ts: str = ""
    applied: bool = False
    """Whether its edit has been recorded as applied."""
    live: str = ""
    """The last of what a running command printed."""
    live_end: int = 0
    """How many characters it has printed."""
    output: ToolOutput | None = None
    ended: Literal["", "finished", "denied", "cancelled", "unknown", "failed", "not_run"] = ""
    ms: int = 0
    trees: tuple[str, str] = ("", "")
    """The recorded trees before and after it, where the workspace was recorded after it."""
    came_in: tuple[str, ...] = ()
    """Files of the tree after it that were there before, though they are not in that tree."""
    dropped: tuple[Stashed, ...] = ()
    """Entries of git's stash that its command dropped."""
    head_before: str = ""
    """Where HEAD stood, if its command has moved it away from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One model response and its calls."""

    number: int
    ts: str
    seq: int = 0
    """The record of its last request."""
    request: ModelRequested | None = None
    text: str = ""
    """What has streamed in; once it has ended, the response's text or its preview."""
    reasoning: str = ""
    response: ModelResponded | None = None
    failure: ModelFailed | None = None
    """The last failed attempt; final when the request is no longer open."""
    stand_in: str = ""
    """The model that was asked in the place of the session's own."""
    held: ModelHeld | None = None
    """What the last attempt waited for, or still waits for."""
    held_ts: str = ""
    open: bool = True
    """Whether the request still waits for its answer."""
    attempts: int = 1
    calls: tuple[str, ...] = ()
    """Ids of the calls that the response asked for, and of those of a plan or check after it."""

    @property
    def purpose(self) -> str:
        """What the request was for: `turn` or `compaction`."""
        return self.request.purpose if self.request is not None else "turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """What the user said: to begin the turn, or to steer it."""

    text: Text
    ts: str
    attachments: tuple[Attachment, ...] = ()
    steered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line of the conversation that neither model nor user wrote."""

    text: str
    ts: str
    level: Literal["info", "warning", "error"] = "info"
    remedy: str = ""
    kind: str = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One place in a turn's conversation, in order: look it up by kind and key."""

    kind: ItemKind
    key: str
    """An index in `users` or `notes`, a step's number, or a call's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """Something that the model gets with its next request, in the order it came."""

    kind: Literal["user", "steer", "mode", "plan", "files", "call", "context"]
    text: Text
    """The words; for `call` the id of a call that the model did not ask for."""
    attachments: tuple[Attachment, ...] = ()


@dataclass(slots=True, kw_only=True)
class Turn:
    """One turn: from the user's message to its stop reason."""

    number: int
    ts: str
    mono_ms: int
    mode: str
    seq: int
    """The record that began it."""
    kind: Literal["message", "shell", "checks", "review", "undo", "rewind", "client"] = "message"
    phase: Phase = "ingest"
    loop: int = 1
    gathered: bool = False
    users: list[UserMessage] = field(default_factory=list)
    steps: dict[int, Step] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    checks_found: ChecksFound | None = None
    check_calls: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Of each check: the loop it last ran in and its call."""
    changed: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Lines added and removed, by path."""
    edits: int = 0
    """How many calls have changed the tree."""
    verified_edits: int = -1
    """How many had when the checks last ran, or a person would not have them run."""
    planned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each step of an approved plan whose calls have been made: their ids."""
    first_snapshot: str = ""
    usage: Usage = NO_USAGE
    spend: Spend = NOTHING
    compacted: int = 0
    """The record of the last compaction in it."""
    rewound_from: int | None = None
    """The first step that the model no longer sees; 0: none of the turn, None: it sees all."""
    went_back: bool = False
    """Of a rewind: whether it has come about."""
    ended: TurnEnded | None = None
    ended_ts: str = ""
    ended_mono_ms: int = 0
    version: int = 0
    """Grows with each change, so that a pane can pass over a turn that did not change."""

    @property
    def reported(self) -> TurnEnded | None:
        """Its end as a person is told of it; None where its calls, another program's, say all."""
        return None if self.kind == "client" else self.ended

    def copied(self) -> Turn:
        """Return this turn for a keyframe; an ended one is shared, since it changes no more."""
        if self.ended is not None:
            return self
        other = copy(self)
        for name in ("users", "notes", "items"):
            setattr(other, name, list(getattr(self, name)))
        for name in ("steps", "calls", "check_calls", "changed", "planned"):
            setattr(other, name, dict(getattr(self, name)))
        return other


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an agent's model saw at one place of the log, between two steps: to come back to.

    What was said and seen only grows at its end, so a mark keeps the list and how much of it there
    was.
    """

    seq: int
    """The last record before it."""
    messages: list[Message] = field(repr=False, compare=False)
    length: int
    unsent: tuple[Unsent, ...]
    unsent_calls: tuple[str, ...]
    saw: list[SeenFile] = field(repr=False, compare=False)
    seen_length: int
    plan: Plan | None
    plan_approved: bool
    instructions: Text | None = field(repr=False)
    """The instructions that it had been told; None: none were looked for yet."""
    context_used: int | None
    mode: str
    tree: str
    """The recorded tree, if the workspace was known to be like it; else empty."""
    rewound: tuple[tuple[int, int], ...]
    """The turns, by number, that were no longer in the conversation, and from which step on."""


@dataclass(slots=True, kw_only=True)
class Agent:
    """The main agent or a child: its turns, its plan, and the conversation its model sees."""

    id: str = MAIN_AGENT
    name: str = ""
    parent: str = ""
    depth: int = 0
    set_out: AgentStarted | None = None
    """With what a child was sent out; None for the main agent."""
    returned: AgentFinished | None = None
    turns: list[Turn] = field(default_factory=list)
    plan: Plan | None = None
    plan_approved: bool = False
    system: Text = ""
    tools: tuple[ToolSpec, ...] = ()
    messages: list[Message] = field(default_factory=list)
    """What has been sent and answered, in order."""
    unsent: list[Unsent] = field(default_factory=list)
    unsent_calls: list[str] = field(default_factory=list)
    """Calls of the model whose results it has not had, in the order it asked."""
    saw: list[SeenFile] = field(default_factory=list)
    """What it got to see of files, in order."""
    seen: dict[str, SeenFile] = field(default_factory=dict)
    """The last of that for each path; never changed in place."""
    instructions: InstructionsLoaded | None = None
    usage: Usage = NO_USAGE
    spend: Spend = NOTHING
    by_model: dict[str, Spend] = field(default_factory=dict)
    """What each model was paid, by the name it was asked under."""
    context_used: int | None = None
    """Tokens of the last request and its answer, as the provider counted."""
    stand_in: str = ""
    """The model that answers in the place of the session's own; empty: nobody does."""
    window: int | None = None
    """The context window of the model that answered last, in tokens; None: unknown."""
    requests: int = 0
    asked: ModelRequested | None = None
    """The last request."""
    summarising: bool = False
    """Whether that is one for a summary, and has no answer yet."""
    renewed: bool = False
    """Whether the conversation has been cut since the last request: its tools may change now."""
    marks: list[Mark] = field(default_factory=list)
    """Places to go back to, in order."""
    deep: Deep | None = None
    """What else the last record of the workspace holds, where a command follows it closely."""

    @property
    def turn(self) -> Turn | None:
        """The open turn."""
        return self.turns[-1] if self.turns and self.turns[-1].ended is None else None

    def copied(self) -> Agent:
        """Return this agent for a keyframe."""
        other = copy(self)
        other.turns = [*self.turns[:-1], *(turn.copied() for turn in self.turns[-1:])]
        other.messages, other.unsent = list(self.messages), list(self.unsent)
        other.saw = list(self.saw)
        other.unsent_calls, other.marks = list(self.unsent_calls), list(self.marks)
        other.by_model = dict(self.by_model)
        return other


@dataclass(slots=True, kw_only=True)
class Session:
    """The fold of a whole log."""

    id: str = ""
    origin: str = ""
    """The program that the session was imported from; empty for our own."""
    started: SessionStarted | None = None
    started_ts: str = ""
    workspace: str = ""
    """Where it works now: the root that paths are relative to; absolute."""
    branch: str = ""
    model: str = ""
    mode: str = "ask"
    sandbox: str = "none"
    budget_usd: float | None = None
    raised: dict[Scope, tuple[float, str]] = field(default_factory=dict)
    """Caps that were changed while it ran: dollars, and the day (ISO 8601) they hold for."""
    agents: dict[str, Agent] = field(default_factory=lambda: {MAIN_AGENT: Agent()})
    grants: dict[str, Grant] = field(default_factory=dict)
    """What this process was allowed for the session, by the id of the request."""
    used: dict[str, int] = field(default_factory=dict)
    """How often this process has used each rule and grant."""
    waiting: dict[str, Waiting] = field(default_factory=dict)
    """Open requests of all agents, oldest first."""
    queue: list[Queued] = field(default_factory=list)
    checks: dict[str, CheckFinished] = field(default_factory=dict)
    """The last run of each check."""
    servers: dict[str, ServerReported] = field(default_factory=dict)
    """What each server of tools said last, by its plain name."""
    trials: dict[str, Trial] = field(default_factory=dict)
    """The last trial of each open request."""
    tree: str = ""
    """The last recorded tree."""
    tree_edits: int = 0
    """How many effects have changed the workspace since it was recorded; 0: `tree` is the tree."""
    labels: list[tuple[int, str]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    """Notices outside of a turn."""
    status: Literal["open", "suspended", "closed"] = "open"
    halted: bool = False
    """Whether the agent has stopped where it stood, since its log could not be written."""
    seq: int = 0
    ts: str = ""
    mono_ms: int = 0

    @property
    def main(self) -> Agent:
        """The agent that the user talks to."""
        return self.agents[MAIN_AGENT]

    def call(self, waiting: Waiting) -> Call:
        """Return the call that a request is about."""
        return self.agents[waiting.agent_id].turns[waiting.turn - 1].calls[waiting.call_id]

    def stale(self, check: CheckFinished) -> bool:
        """Return whether the tree has changed since this check ran."""
        return self.tree_edits > 0 or check.tree != self.tree

    def copied(self) -> Session:
        """Return a keyframe that later events do not change."""
        other = copy(self)
        other.agents = {name: agent.copied() for name, agent in self.agents.items()}
        other.grants, other.used = dict(self.grants), dict(self.used)
        other.waiting, other.queue = dict(self.waiting), list(self.queue)
        other.checks, other.labels = dict(self.checks), list(self.labels)
        other.trials, other.raised = dict(self.trials), dict(self.raised)
        other.servers, other.notes = dict(self.servers), list(self.notes)
        return other
