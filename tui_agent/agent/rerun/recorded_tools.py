"""Today's tools over recorded results: they propose anew, and only edits are carried out anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, get_args

from tui_agent.agent.rerun.recorded import run_of
from tui_agent.core.agents import TASK_TOOL
from tui_agent.core.blob import preview_of
from tui_agent.core.digest import seal
from tui_agent.core.edits import EditError, EditErrorKind
from tui_agent.core.effect_call import next_round
from tui_agent.core.events import Record, ToolFinished
from tui_agent.core.patch import Patch
from tui_agent.core.ports import ArgumentsError
from tui_agent.core.proposal import Proposal, ToolOutput
from tui_agent.core.replay.calls import calls_of
from tui_agent.core.replay.divergence import Divergence

if TYPE_CHECKING:
    from tui_agent.agent.rerun.mailbox import Mailbox
    from tui_agent.agent.rerun.recorded_workspace import RecordedWorkspace
    from tui_agent.core.messages import ToolSpec
    from tui_agent.core.ports import RunContext, Tool, View
    from tui_agent.core.proposal import Approved
    from tui_agent.core.replay.calls import RecordedCall

Calls = Mapping[str, "RecordedCall"]
SERVED = "mcp__"
"""How the names of tools begin that other programs bring."""
UNCONFINED_EFFECTS = frozenset({"network", "outside"})
"""What a re-execution never has again: it is served from the record."""


class RecordedTool:
    """A tool in memory: its proposals are today's, what it looked at and ran is the record's."""

    def __init__(
        self, tool: Tool, calls: Calls, mailbox: Mailbox, workspace: RecordedWorkspace
    ) -> None:
        self._tool, self._calls = tool, calls
        self._mailbox, self._workspace = mailbox, workspace

    @property
    def spec(self) -> ToolSpec:
        """As the tool says."""
        return self._tool.spec

    @property
    def reads_only(self) -> bool:
        """As the tool says."""
        return self._tool.reads_only

    async def prepare(self, arguments: str, view: View) -> Proposal:
        """Propose as today's tool does; where it needs what no record holds, as it once did."""
        known = self._calls.get(view.call_id)
        self._workspace.settle()
        if known is not None and known.failed_at_once("stale"):
            return _as_recorded(known)  # It was the files that had changed, not the code.
        if known is not None and known.proposal is not None:
            self._workspace.learn_from(known.proposal)
        self._workspace.asked_unknown = False
        try:
            with self._mailbox.at_work():
                proposal = await self._tool.prepare(arguments, view)
        except (ArgumentsError, EditError, OSError, ValueError):
            if known is None or not self._workspace.asked_unknown:
                raise
            proposal = _as_recorded(known)
        if known is not None and self._workspace.asked_unknown:
            proposal = _as_recorded(known)
        if known is not None and known.proposal is not None:
            self._workspace.learn_of(known, known.proposal)
        return proposal

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput | Proposal:
        """Carry edits and answers out in memory; give the recorded result of everything else."""
        proposal = approved.proposal
        in_memory = proposal.patch is not None or proposal.effects <= {"question"}
        if in_memory or proposal.ran is not None:
            with self._mailbox.at_work():
                done = await self._tool.run(approved, context)
            if isinstance(done, Proposal):
                self._learn_of_round(done)
            return done
        answer = await self._mailbox.take(run_of(context.call_id))
        if isinstance(answer, Proposal):
            self._learn_of_round(answer)
            return seal(answer)
        if not isinstance(answer, ToolFinished):
            message = "the record holds no result"
            raise OSError(message)
        self._learn(proposal, answer.output)
        return answer.output

    def _learn_of_round(self, proposal: Proposal) -> None:
        """Take note of what a further round of a call starts from, and of how it ended."""
        known = self._calls.get(proposal.call_id)
        if known is None:
            self._workspace.learn_from(proposal)
        else:
            self._workspace.learn_of(known, proposal)

    def _learn(self, proposal: Proposal, output: ToolOutput) -> None:
        if "execute" in proposal.effects:
            self._workspace.forget()
        for seen in output.seen:
            self._workspace.learn(seen.path, seen.sha)


def is_served(name: str) -> bool:
    """Return whether a tool's calls are served from the record: a child's, another program's."""
    return name == TASK_TOOL or name.startswith(SERVED)


def served(records: Sequence[Record], *, real: bool) -> Iterator[Divergence]:
    """Yield a note for each call whose result comes from the record although others are made anew.

    Those of children and of other programs, and in a real folder what reached beyond it.
    """
    for call_id, call in calls_of(records).items():
        tool = call.called.tool if call.called is not None else ""
        beyond = real and any(one.effects & UNCONFINED_EFFECTS for one in call.proposals)
        if call.finished is None or not (is_served(tool) or beyond):
            continue
        title = call.proposal.title if call.proposal is not None else ""
        seq = next((one.seq for one in records if one.event == call.finished), 0)
        what = f"{tool} {title}".strip()
        yield Divergence(kind="external", what=f"from the record: {what}", seq=seq, call_id=call_id)


def _as_recorded(known: RecordedCall) -> Proposal:
    """Return the recorded proposal, or raise what was recorded in its place."""
    if known.proposal is not None:
        return seal(known.proposal)
    output = known.finished.output if known.finished is not None else ToolOutput(ok=False)
    text = preview_of(output.text)
    if output.error == "patch_size_budget_exceeded" and known.called is not None:
        call = known.called
        return Proposal(call_id=call.call_id, tool=call.tool, title="", patch=Patch(files=()))
    for kind in get_args(EditErrorKind):
        if output.error == kind:
            raise EditError(kind, text)
    if output.error == "invalid_arguments":
        raise ArgumentsError(text)
    raise ValueError(text)


class ServedTool:
    """A tool that is not ours: all of it stands in the record."""

    def __init__(
        self,
        spec: ToolSpec,
        calls: Calls,
        mailbox: Mailbox,
        workspace: RecordedWorkspace | None,
    ) -> None:
        self.spec = spec
        self._calls, self._mailbox, self._workspace = calls, mailbox, workspace

    @property
    def reads_only(self) -> bool:
        """Whether every call of it only read."""
        made = [one.proposal for one in self._calls.values() if one.proposal is not None]
        return all(one.effects <= {"read"} for one in made if one.tool == self.spec.name)

    async def prepare(self, arguments: str, view: View) -> Proposal:
        """Propose as was recorded. Raises ArgumentsError for a call that was not."""
        del arguments
        known = self._calls.get(view.call_id)
        if known is None:
            message = f"this call of {self.spec.name} is not recorded"
            raise ArgumentsError(message)
        return _as_recorded(known)

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput | Proposal:
        """Give the recorded result; what a person then took of it is written in memory."""
        if approved.proposal.ran is not None:
            return next_round(approved, context)
        answer = await self._mailbox.take(run_of(context.call_id))
        if isinstance(answer, Proposal):
            if self._workspace is not None:
                self._workspace.learn_from(answer)
            return seal(answer)
        return answer.output if isinstance(answer, ToolFinished) else ToolOutput(ok=False)


class RealTool:
    """A tool that works for real, but for what would leave the machine."""

    def __init__(
        self, tool: Tool, mailbox: Mailbox, lay_bases: Callable[[str], Awaitable[None]]
    ) -> None:
        """`lay_bases` writes what a recorded call was made from, where people had changed it."""
        self._tool, self._mailbox, self._lay_bases = tool, mailbox, lay_bases

    @property
    def spec(self) -> ToolSpec:
        """As the tool says."""
        return self._tool.spec

    @property
    def reads_only(self) -> bool:
        """As the tool says."""
        return self._tool.reads_only

    async def prepare(self, arguments: str, view: View) -> Proposal:
        """Propose as today's tool does."""
        with self._mailbox.at_work():
            await self._lay_bases(view.call_id)
            return await self._tool.prepare(arguments, view)

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput | Proposal:
        """Do what was approved; what reaches beyond the workspace is served from the record."""
        if approved.proposal.effects & UNCONFINED_EFFECTS:
            answer = await self._mailbox.take(run_of(context.call_id))
            if isinstance(answer, ToolFinished):
                return answer.output
        with self._mailbox.at_work():
            return await self._tool.run(approved, context)
