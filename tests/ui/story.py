"""Writes the log of a session as a story: who said what, what was called, decided and found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tui_agent.core.blob import Blob
from tui_agent.core.events import (
    MAIN_AGENT,
    AgentStarted,
    ApprovalDecided,
    ApprovalRequested,
    Check,
    CheckFinished,
    EditApplied,
    EndReason,
    Event,
    ModelRequested,
    ModelResponded,
    PlanUpdated,
    Record,
    Report,
    SessionStarted,
    TextDelta,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TrialEnded,
    TrialStarted,
    TurnEnded,
    TurnStarted,
)
from tui_agent.core.messages import ToolCall, Usage
from tui_agent.core.patch import FileChange, Patch, describe
from tui_agent.core.plan import Plan, PlanState, PlanStep
from tui_agent.core.proposal import (
    Command as ShellCommand,
)
from tui_agent.core.proposal import (
    Considered,
    Decision,
    Effect,
    FileEffect,
    Offer,
    Proposal,
    Question,
    Reason,
    Target,
    ToolOutput,
)

EPHEMERAL = ("TextDelta", "ReasoningDelta", "ToolOutputDelta")
ASK_WRITE = Reason(rule="ask.write", text="default: it can write")


class Story:
    """Appends records in the order in which an agent would."""

    def __init__(self, *, day: str = "2026-11-21", at: str = "14:02:00") -> None:
        """Begin at a time of day."""
        self.records: list[Record] = []
        self.blobs: dict[str, bytes] = {}
        self.now = datetime.fromisoformat(f"{day}T{at}+00:00").astimezone(UTC)
        self.begun = self.now
        self.turn = 0
        self.step = 0
        self.agent_id = MAIN_AGENT
        self._named = 0
        self._said = ""

    # The ground

    def emit(self, event: Event, *, seconds: float = 0.0) -> Record:
        """Append an event, some seconds after the last one."""
        self.now += timedelta(seconds=seconds)
        logged = type(event).__name__ not in EPHEMERAL
        last = self.records[-1].seq if self.records else 0
        record = Record(
            seq=last + logged,
            ts=self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            mono_ms=round((self.now - self.begun).total_seconds() * 1000),
            agent_id=self.agent_id,
            turn=self.turn,
            step=self.step,
            event=event,
            h=f"{last + 1:064x}" if logged else "",
        )
        self.records.append(record)
        return record

    def send_out(self, call: ToolCall, name: str, task: str) -> str:
        """Let a call send out a child; return the child's id."""
        self.emit(
            ApprovalDecided(
                call_id=call.id,
                decision=Decision(verdict="rule", by="mode"),
                proposal=self.propose(call, f"{name}: {task}", "read"),
            )
        )
        self.emit(ToolStarted(call_id=call.id, sandbox="A"))
        child = self.name("agent")
        self.emit(AgentStarted(child_id=child, name=name, call_id=call.id, depth=1, task=task))
        with self.of(child):
            self.emit(TurnStarted(text=task, mode="ask"))
        return child

    @contextmanager
    def of(self, agent_id: str) -> Iterator[Story]:
        """Tell of another agent meanwhile; each has its turns and steps to itself."""
        kept = self.agent_id, self.turn, self.step
        self.agent_id, self.turn = agent_id, 1
        try:
            yield self
        finally:
            self.agent_id, self.turn, _ = kept

    def put(self, data: bytes) -> Blob:
        """Keep bytes as a blob."""
        sha = hashlib.sha256(data).hexdigest()
        self.blobs[sha] = data
        return Blob(sha=sha, size=len(data), preview=data[:200].decode("utf-8", "replace"))

    def name(self, word: str) -> str:
        """Return a new id."""
        self._named += 1
        return f"{word}-{self._named}"

    # What happens

    def start(self, **more: object) -> Story:
        """Begin the session in the repository httpx."""
        started = SessionStarted(
            session_id="7f3a",
            program="agent 0.1.0",
            cwd="/home/ada/src/httpx",
            workspace="/home/ada/src/httpx",
            repository="httpx",
            git_head="9be0c41",
            branch="main",
            dirty=True,
            model="claude-sonnet-4.5",
            mode="ask",
            sandbox="A",
            trusted=True,
            budget_usd=1.0,
            context_tokens=200_000,
        )
        self.emit(replace(started, **more))  # type: ignore[arg-type]
        return self

    def user(self, text: str, *, at: str = "") -> Story:
        """Let the user begin a turn, at a time of day."""
        if at:
            moment = datetime.fromisoformat(f"{self.now.date()}T{at}:00+00:00")
            self.now = max(self.now, moment)
        self.turn += 1
        self.emit(TurnStarted(text=text, mode="ask"))
        return self

    def request(self) -> Story:
        """Let the model be asked."""
        self.step += 1
        self._said = ""
        self.emit(
            ModelRequested(
                request_id=f"req-{self.step}", model="claude-sonnet-4.5", request_hash=""
            )
        )
        return self

    def stream(self, text: str, *, seconds: float = 0.05) -> Story:
        """Let a piece of the answer come in."""
        delta = TextDelta(request_id=f"req-{self.step}", offset=len(self._said), text=text)
        self._said += text
        self.emit(delta, seconds=seconds)
        return self

    def model(
        self,
        text: str = "",
        *calls: ToolCall,
        usage: Usage | None = None,
        seconds: float = 2.0,
        reasoning: str = "",
    ) -> Story:
        """Let the model answer whole, with calls."""
        if not self._is_open():
            self.request()
        self.emit(
            ModelResponded(
                request_id=f"req-{self.step}",
                text=text,
                reasoning=reasoning,
                tool_calls=calls,
                stop="tool_calls" if calls else "end",
                usage=usage or Usage(input_tokens=9_000, output_tokens=200, cost_usd=0.01),
                model="claude-sonnet-4.5",
                ms=round(seconds * 1000),
            ),
            seconds=seconds,
        )
        for call in calls:
            self.emit(ToolCalled(call_id=call.id, tool=call.name, arguments=call.arguments))
        return self

    def _is_open(self) -> bool:
        return bool(self.records) and isinstance(self.records[-1].event, ModelRequested | TextDelta)

    def call(self, tool: str, arguments: str = "{}") -> ToolCall:
        """Return a new call for `model`."""
        return ToolCall(id=self.name("call"), name=tool, arguments=arguments)

    def propose(self, call: ToolCall, title: str, *effects: Effect, **more: object) -> Proposal:
        """Return what a call would do."""
        base = Proposal(
            call_id=call.id,
            tool=call.name,
            title=title,
            effects=frozenset(effects or ("read",)),
            arguments=call.arguments,
        )
        return replace(base, **more)  # type: ignore[arg-type]

    def run(
        self, call: ToolCall, title: str, summary: str, text: str = "", **more: object
    ) -> Story:
        """Let a call run that nobody is asked about. `more`: seconds, exit_code, ok, effects."""
        seconds = float(more.get("seconds", 0.04))  # type: ignore[arg-type]
        effect: Effect = "execute" if call.name == "shell" else "read"
        command = ShellCommand(text=title) if call.name == "shell" else None
        self.emit(
            ApprovalDecided(
                call_id=call.id,
                decision=Decision(verdict="once", by="rule"),
                proposal=self.propose(call, title, effect, command=command),
            )
        )
        self.emit(ToolStarted(call_id=call.id, sandbox="A"))
        exit_code = more.get("exit_code", 0 if call.name == "shell" else None)
        output = ToolOutput(
            ok=exit_code in {0, None},
            text=text,
            summary=summary,
            exit_code=exit_code,  # type: ignore[arg-type]
        )
        self.emit(
            ToolFinished(call_id=call.id, output=output, ms=round(seconds * 1000)), seconds=seconds
        )
        return self

    def deny(self, call: ToolCall, title: str, rule: str, origin: str) -> Story:
        """Let a rule deny a call."""
        reason = Reason(rule=rule, text="denied", origin=origin)
        decision = Decision(verdict="reject", by="rule", reason=reason)
        proposal = self.propose(call, title, "execute", command=ShellCommand(text=title))
        self.emit(ApprovalDecided(call_id=call.id, decision=decision, proposal=proposal))
        output = ToolOutput(ok=False, text="denied", error="denied")
        self.emit(ToolFinished(call_id=call.id, output=output, status="denied"))
        return self

    def ask(
        self,
        proposal: Proposal,
        reason: Reason = ASK_WRITE,
        considered: tuple[Considered, ...] = (),
        offers: tuple[Offer, ...] = (),
    ) -> str:
        """Let a person be asked; return the request."""
        request = self.name("ask")
        self.emit(
            ApprovalRequested(
                request_id=request,
                call_id=proposal.call_id,
                proposal=proposal,
                reason=reason,
                considered=considered,
                offers=offers,
            )
        )
        return request

    def decide(self, proposal: Proposal, request: str, decision: Decision) -> Story:
        """Let a person answer."""
        self.emit(
            ApprovalDecided(call_id=proposal.call_id, request_id=request, decision=decision),
            seconds=8,
        )
        return self

    def edit(self, call: ToolCall, changes: dict[str, tuple[str | None, str | None]]) -> Proposal:
        """Return an edit of files: path -> (before, after)."""
        files = tuple(
            describe(FileChange(path=path, before=_bytes(before), after=_bytes(after)), self.put)
            for path, (before, after) in changes.items()
        )
        targets = tuple(Target(path=path, effect="edit") for path in changes)
        hunks = sum(len(file.runs) for file in files)
        title = f"{len(files)} files, {hunks} hunks" if len(files) > 1 else files[0].path
        return self.propose(call, title, "edit", patch=Patch(files=files), targets=targets)

    def applied(self, proposal: Proposal, files: tuple[FileEffect, ...]) -> Story:
        """Let an edit be written."""
        self.emit(ToolStarted(call_id=proposal.call_id))
        self.emit(EditApplied(call_id=proposal.call_id, files=files))
        output = ToolOutput(ok=True, text="applied", summary="applied", files=files)
        self.emit(ToolFinished(call_id=proposal.call_id, output=output, ms=12))
        return self

    def try_hunks(self, *, exit_code: int, output: str, summary: str) -> Story:
        """Let the checks judge the accepted hunks of the request that was asked last."""
        asked = self.records[-1].event
        assert isinstance(asked, ApprovalRequested)
        check = Check(name="pytest", command="pytest -q", origin="settings")
        trial, tree = self.name("trial"), "0a1b2c3d" * 5
        self.emit(
            TrialStarted(
                trial=trial, request_id=asked.request_id, hunks=(), checks=(check,), tree=tree
            )
        )
        self.emit(
            CheckFinished(
                name=check.name,
                command=check.command,
                call_id=asked.call_id,
                exit_code=exit_code,
                tree=tree,
                seconds=1.2,
                summary=summary,
                trial=trial,
                output=output,
            )
        )
        self.emit(TrialEnded(trial=trial, request_id=asked.request_id))
        return self

    def plan(self, *steps: tuple[str, PlanState]) -> Story:
        """Set the plan."""
        made = tuple(
            PlanStep(id=str(number), text=text, state=state)
            for number, (text, state) in enumerate(steps, 1)
        )
        self.emit(PlanUpdated(plan=Plan(steps=made)))
        return self

    def end(self, reason: EndReason = "done", *, cost: float = 0.02, **more: object) -> Story:
        """End the turn with its report; `more` are fields of it."""
        report = Report(intent="question", steps=1, usage=Usage(cost_usd=cost))
        report = replace(report, **more)  # type: ignore[arg-type]
        passed = bool(report.checks) and all(check.status == "passed" for check in report.checks)
        self.emit(TurnEnded(reason=reason, report=replace(report, verified=passed)))
        return self


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def question_proposal(story: Story, call: ToolCall, question: Question) -> Proposal:
    """Return a question to the person."""
    return story.propose(call, question.text, "question", question=question)
