"""The loop over a log: cue by cue, today's code plays, and what it makes is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui_agent.agent import decisions
from tui_agent.agent.rerun.answers import Answers
from tui_agent.agent.rerun.between import (
    first_proposal,
    tree_at_decision,
    tree_at_resume,
    tree_of_turn,
)
from tui_agent.agent.rerun.descendants import child_named, done_otherwise, made_anew
from tui_agent.agent.rerun.ledger import Ledger
from tui_agent.agent.rerun.mailbox import Mailbox
from tui_agent.agent.rerun.process import Process
from tui_agent.agent.rerun.recorded import SNAPSHOT
from tui_agent.agent.rerun.recorded_tools import served
from tui_agent.agent.resume import resume
from tui_agent.agent.stopping import close_turn
from tui_agent.core.commands import Decide
from tui_agent.core.events import (
    ApprovalDecided,
    EditApplied,
    LogRecovered,
    ModelFailed,
    ModelRequested,
    ModelResponded,
    Record,
    Redacted,
    Rewound,
    SessionResumed,
    SessionStarted,
    SnapshotTaken,
    ToolCalled,
    ToolFinished,
    ToolStarted,
    TurnStarted,
    WorkspaceChanged,
)
from tui_agent.core.messages import ModelFacts
from tui_agent.core.proposal import Proposal
from tui_agent.core.replay.calls import calls_of
from tui_agent.core.replay.comparing import Comparison
from tui_agent.core.replay.cues import Cue, cues_of
from tui_agent.core.replay.divergence import Divergence, Verdict, verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_agent.agent.rerun.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a re-execution."""

    divergences: tuple[Divergence, ...]
    records: int
    requests: int
    calls: int

    @property
    def verdict(self) -> Verdict:
        """The verdict on all of it."""
        return verdict_of(self.divergences)


async def rerun(
    records: Sequence[Record],
    stage: Stage,
    normalise: Callable[[str], str],
    *,
    stop: Literal["first", "never"] = "first",
) -> Outcome:
    """Put a recorded session through today's code; with `first`, end at the first failure."""
    loop = _Loop(records, stage, normalise, stop_first=stop == "first")
    for record in records:
        if isinstance(record.event, LogRecovered) and not record.event.kept_as:
            loop.ledger.add(Divergence(kind="missing", what=record.event.problem, seq=record.seq))
    try:
        if not loop.ledger.failed:
            await loop.play()
    except KeyError as error:
        loop.ledger.add(Divergence(kind="missing", what=str(error.args[0])))
    finally:
        await loop.process.stop()
    notes = map(loop.ledger.placed, served(records, real=stage.ground is not None))
    return Outcome(
        divergences=(*loop.ledger.found, *notes),
        records=len(records),
        requests=sum(isinstance(one.event, ModelRequested) for one in records),
        calls=len(calls_of(records)),
    )


class _Loop:
    def __init__(
        self,
        records: Sequence[Record],
        stage: Stage,
        normalise: Callable[[str], str],
        *,
        stop_first: bool,
    ) -> None:
        self.records, self.stage, self.stop_first = records, stage, stop_first
        self.cues = cues_of(records)
        self.mailbox = Mailbox()
        self.calls = calls_of(records)
        self.process = Process(stage, self.mailbox, records, self.calls)
        comparison = Comparison(level=stage.level, get=self.process.log.get, normalise=normalise)
        self.ledger = Ledger(records, comparison)
        self.process.as_recorded = lambda: not self.ledger.failed
        self.answers = Answers(records, self.mailbox, real=stage.ground is not None)
        self.tree = ""
        """The recorded tree at this place."""
        self.done_with = 0
        """Cues before this one are dealt with already."""

    async def play(self) -> None:
        """Go through all cues."""
        index = 0
        while index < len(self.cues):
            cue = self.cues[index]
            if index < self.done_with or cue.kind == "skip":
                index += 1
                continue
            self.process.clock.ts = cue.record.ts
            self.process.clock.mono_ms = max(self.process.clock.mono_ms, cue.record.mono_ms)
            if cue.kind != "ours" or cue.also_answers:
                await self.rest(cue)
                lost = self.ledger.lost
                if self.ledger.failed and self.stop_first:
                    return
                if lost and cue.kind != "turn":
                    index = await self.next_turn(index)
                    continue
                if lost:
                    await self.stand_at(index)
                await self.perform(index, cue)
            self.ledger.pass_by(cue.record)
            index += 1
        await self.rest(last=True)

    async def rest(self, cue: Cue | None = None, *, last: bool = False) -> None:
        """Let today's code run until it waits, and compare what it has made."""
        self._know_the_window()
        await self.mailbox.settled()
        fault = self.process.fault()
        if fault is not None:
            self.process.task = None
            self.ledger.fail(f"today's code fails: {type(fault).__name__}: {fault}")
        missing = self.process.log.missing
        for why in missing.values():
            self.ledger.add(Divergence(kind="missing", what=why))
        missing.clear()
        self._take()
        comes = cue is not None and isinstance(cue.record.event, SnapshotTaken | WorkspaceChanged)
        while self._is_held_up() and not comes:
            # A tree right before an effect is recorded only where it is another one.
            self.answers.unchanged(self.process.live.state.tree)
            await self.mailbox.settled()
            self._take()
        self.ledger.settle(last=last)

    def _take(self) -> None:
        self.ledger.take(self.process.made)
        self.process.made.clear()

    def _is_held_up(self) -> bool:
        """Whether today's code waits for a tree before it makes what should stand there by now."""
        if not (self.ledger.lacking and self.mailbox.asks(SNAPSHOT)):
            return False
        turn = self.process.live.state.main.turn
        return turn is not None and bool(turn.first_snapshot or turn.kind != "message")

    async def next_turn(self, index: int) -> int:
        """Go on behind a place where the ways have parted: with the next turn."""
        for later in range(index, len(self.cues)):
            if self.cues[later].kind in ("turn", "resume"):
                await self.stand_at(later)
                return later
        await self.stand_at(len(self.cues))
        return len(self.cues)

    async def stand_at(self, index: int) -> None:
        """Go on from what is recorded up to here, whatever today's code has made of it."""
        await self.process.stand_at(index)
        self.mailbox.clear()
        self.process.made.clear()
        self.ledger.start_over(self.records[index - 1].seq if index else 0)

    async def perform(self, index: int, cue: Cue) -> None:
        """Do what this cue says."""
        event = cue.record.event
        await self._stand_on(cue)
        match cue.kind:
            case "turn":
                await self._turn(index, event)
            case "decide":
                await self._decide(index, event)
            case "compact":
                added = event.added if isinstance(event, ModelRequested) else ()
                self.process.go_compact(added[-1].text if added else "")
            case "interrupt":
                await self._interrupt(index)
            case "suspend":
                await self.process.stop()
            case "resume":
                await self._resume(index, event)
            case "answer" | "ours":
                await self._answer(index, cue)
            case _:
                if isinstance(event, ModelFailed):
                    await self.process.stop()
                self._put(index, cue.record)

    async def _stand_on(self, cue: Cue) -> None:
        """Know the recorded tree; a child's effects come from the record, so they are put there."""
        event = cue.record.event
        if isinstance(event, SnapshotTaken):
            self.tree = event.tree
            if cue.kind == "put":
                await self._set_tree(event.tree)

    def _put(self, index: int, record: Record) -> None:
        event = record.event
        if isinstance(event, SessionStarted):
            self.process.begin(event.setup, index)
        self._look_at_child(record)
        self.process.live.emit(event, record.agent_id)
        files = self.process.files
        if files is None:
            return
        for one in event.files if isinstance(event, EditApplied) else ():
            files.learn(one.path, one.sha_after)

    def _look_at_child(self, record: Record) -> None:
        """Compare what today's code makes where a child's record is put in again."""
        engine = self.process.engine
        if engine is None or self.stage.level != "harness":
            return
        other = done_otherwise(engine, record)
        if other:
            self.ledger.add(
                Divergence(
                    kind="request",
                    what="it does something else",
                    recorded=type(record.event).__name__,
                    now=other,
                    seq=record.seq,
                    agent=child_named(engine, record),
                )
            )
        now = made_anew(engine, record)
        if now is not None:
            self.ledger.beside(record, now, child_named(engine, record))

    async def _turn(self, index: int, event: object) -> None:
        if not isinstance(event, TurnStarted):
            return
        await self._set_first_tree(index)
        if event.kind != "message" and self.process.files is not None:
            self.process.files.forget()  # People may have written in between; nothing tells.
        self.process.live.emit(event)
        for later, record in enumerate(self.records[index + 1 :], index + 1):
            asked = record.event
            if isinstance(asked, Redacted):
                continue
            if not isinstance(asked, ToolCalled) or asked.origin not in ("user", "client"):
                break
            self.process.live.emit(asked)
            self.done_with = later + 1
        self.process.go()

    async def _set_first_tree(self, index: int) -> None:
        """Begin a turn with the files that it was begun with: people change them in between."""
        tree = tree_of_turn(self.records, index)
        proposal = first_proposal(self.records, index)
        if tree and tree != self.tree:
            await self._set_tree(tree)
        elif not tree and proposal is not None:
            await self._put_bases(proposal)

    async def _set_tree(self, tree: str) -> None:
        engine = self.process.engine
        if self.stage.ground is None or not tree:
            return
        with self.mailbox.at_work():
            await self.stage.ground.set_tree(tree)
        if engine is not None:  # The next tree is not to be made out of the last one.
            await engine.world.snapshots.take()

    async def _decide(self, index: int, event: object) -> None:
        engine = self.process.engine
        if not isinstance(event, ApprovalDecided) or engine is None:
            return
        waiting = self.process.live.state.waiting
        request = event.request_id
        if request not in waiting:
            same = [one for one in waiting.values() if one.call_id == event.call_id]
            if not same:
                self.ledger.lose(f"a decision on {event.call_id} is not asked for any more")
                return
            request = same[0].request_id
        known = self.calls.get(event.call_id)
        again = known.after(event.request_id) if known is not None else None
        if again is not None:
            await self._changed_under_review(again)
        await self._set_tree(tree_at_decision(self.records, index, event.call_id))
        if not decisions.take(engine, Decide(request_id=request, decision=event.decision)):
            self.ledger.fail(
                "the recorded decision does not fit what is proposed now", event.call_id
            )

    async def _changed_under_review(self, proposal: Proposal) -> None:
        if self.process.files is not None:
            self.process.files.learn_from(proposal)
        await self._put_bases(proposal)

    async def _put_bases(self, proposal: Proposal) -> None:
        """Write what a proposal was made from."""
        ground = self.stage.ground
        for file in proposal.patch.files if ground and proposal.patch else ():
            data = None if file.before is None else self.process.log.get(file.before.sha)
            if ground is not None:
                await ground.put(file.path, data, file.old_mode)

    async def _interrupt(self, index: int) -> None:
        """Stop the turn where it was stopped; what comes of it is today's."""
        if index and self.cues[index - 1].kind == "interrupt":
            return
        await self.stand_at(index)
        self.ledger.enter(self.records[index].seq)
        engine = self.process.engine
        turn = engine.agent.turn if engine is not None else None
        if engine is not None and turn is not None:
            close_turn(engine, turn)

    async def _resume(self, index: int, event: object) -> None:
        """Take the session up as it was found then; the repairs are today's."""
        if not isinstance(event, SessionResumed):
            return
        process = self.process
        await self.stand_at(index)
        self.ledger.enter(self.records[index].seq)
        engine = process.engine
        if engine is None or process.trees is None or process.files is None:
            return
        tree = tree_at_resume(self.records, index) or process.live.state.tree
        process.trees.at_resume = (tree, event.changed_files)
        process.trees.last = process.live.state.tree
        process.files.forget(event.changed_files)
        process.files.stands_at = event.branch or ""
        process.files.recovered = self._found_half_done(index)
        await self._set_tree(process.live.state.tree)
        with self.mailbox.at_work():
            await resume(engine, event.program, event.argv)
        process.trees.at_resume = None
        if engine.agent.turn is not None:
            process.go()

    def _found_half_done(self, index: int) -> Literal["applied", "torn"]:
        """Return how an edit that was cut off had been found, by what was recorded of it."""
        started: set[str] = set()
        for record in self.records[:index]:
            if isinstance(record.event, ToolStarted) and record.event.writes:
                started.add(record.event.call_id)
            elif isinstance(record.event, ToolFinished):
                started.discard(record.event.call_id)
        for record in self.records[index:]:
            event = record.event
            if isinstance(event, ToolFinished) and event.call_id in started:
                return "torn" if event.status == "unknown" else "applied"
        return "applied"

    async def _answer(self, index: int, cue: Cue) -> None:
        event = cue.record.event
        if self.stage.isolate and self.tree and isinstance(event, ModelResponded):
            await self._set_tree(self.tree)
        if isinstance(event, WorkspaceChanged | Rewound) and self.process.files is not None:
            self.process.files.forget(getattr(event, "paths", None))
        self.answers.give(index, cue)

    def _know_the_window(self) -> None:
        """Let the model's window be full where it once was: the log does not say how large it is.

        A summary that nobody asked for, and that no refused request led to, tells of it.
        """
        engine = self.process.engine
        if engine is not None:
            size = 1 if self.ledger.full_window else None
            engine.facts = ModelFacts(model=self.process.live.state.model, context_tokens=size)
