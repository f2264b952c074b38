"""What if: a session goes on otherwise from one of its steps, live, in a work tree of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.ui.commands.branch_contract import Branched, BranchWish, Compared
from tui_agent.ui.commands.typed import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_agent.agent.agent import Agent
    from tui_agent.core.events import ApprovalRequested, Event, Record
    from tui_agent.core.patch import FileView, Patch
    from tui_agent.core.proposal import Decision
    from tui_agent.core.state import Session
    from tui_agent.core.state.stops import Stop
    from tui_agent.ui.commands.contract import StoredSession
    from tui_agent.wiring.around import Around

GRADE = "grade: "
"""How the label begins that keeps what a grading command said."""


async def branch(around: Around, name: str, place: str, wish: BranchWish) -> Branched:
    """Let a session go on otherwise from a step, to the end of its turn.

    Raises UsageError, LookupError, OSError.
    """
    from tui_agent.adapters.clock import SystemClock
    from tui_agent.adapters.session_log.forks import fork
    from tui_agent.adapters.worktrees import new_worktree
    from tui_agent.core.state import fold
    from tui_agent.core.state.stops import find_stops, stop_at
    from tui_agent.wiring.around import Around as Other

    source = around.shelf.find(name)
    stored = around.stored(str(source))
    records = stored.records
    stops = find_stops(records)
    try:
        stop = stop_at(stops, place or str(len(stops)))
    except LookupError as error:
        raise UsageError(str(error)) from None
    if wish.decide:
        stop = _decided_at(stops, stop)
    count = _count(records, stop, wish)
    state = fold(records[:count])
    decision = await _decision(stored, stop, wish)
    tree = _tree(records, count, state)
    if not tree:
        message = f"no tree is recorded before step {stop.number}: there is nothing to begin with"
        raise UsageError(message)
    folder = fork(source, around.shelf, seq=records[count - 1].seq, now=SystemClock().now())
    session = folder.name.rpartition("-")[2]
    target = around.state.path / "worktrees" / session / around.root.name
    try:
        await new_worktree(around.state.path, around.root, target, tree, around.rooms)
    except LookupError as error:
        raise UsageError(str(error)) from None
    _append(folder, wish, open_turn=state.main.turn is not None, model=state.model)
    options = replace(around.options, resume=str(folder), approve_all=wish.approve_all)
    other = Other(options, around.environ, around.paper, cwd=target)
    other.ask_through(around)  # there may be more branches, each in its turn
    try:
        return await _played(other, wish, decision, Branched(session=session, workspace=target))
    finally:
        await other.close()


def _decided_at(stops: Sequence[Stop], stop: Stop) -> Stop:
    """Return the decision that a step is about: itself, or the last one of its call."""
    if stop.kind == "call":
        asked = [one for one in stops if one.kind == "approval" and one.call_id == stop.call_id]
        return asked[-1] if asked else stop
    return stop


def _count(records: Sequence[Record], stop: Stop, wish: BranchWish) -> int:
    """Return how many records stay: those of the step, or, for another decision, up to it."""
    if not wish.decide:
        return stop.count
    if stop.kind != "approval":
        message = f"step {stop.number} is no decision: --decide takes the step of one"
        raise UsageError(message)
    return next(at for at, record in enumerate(records) if record.seq == stop.seq)


def _tree(records: Sequence[Record], count: int, state: Session) -> str:
    """Return the recorded tree at this place.

    A turn's first is taken beside its first request, and may stand behind the place; nothing has
    changed the files before it.
    """
    from tui_agent.core.events import SnapshotTaken, TurnEnded

    turn = state.main.turn
    if turn is None or turn.first_snapshot:
        return state.tree
    for record in records[count:]:
        if isinstance(record.event, SnapshotTaken) and record.event.reason == "turn":
            return record.event.tree
        if isinstance(record.event, TurnEnded):
            break
    return state.tree


def _asked(records: Sequence[Record], stop: Stop) -> ApprovalRequested | None:
    from tui_agent.core.events import ApprovalRequested

    found = None
    for record in records:
        if record.seq >= stop.seq:
            break
        if isinstance(record.event, ApprovalRequested) and record.event.call_id == stop.call_id:
            found = record.event
    return found


async def _decision(stored: StoredSession, stop: Stop, wish: BranchWish) -> Decision | None:
    """Return the recorded decision with what is wished in its place."""
    from tui_agent.core.events import ApprovalDecided
    from tui_agent.core.patch import HunkDecision
    from tui_agent.core.patch import decide as decided
    from tui_agent.core.proposal import Decision

    records = stored.records
    request = _asked(records, stop) if wish.decide else None
    if request is None:
        return None
    patch = request.proposal.patch
    if patch is None:
        verdicts = {verdict for _, verdict in wish.decide}
        return Decision(verdict="reject" if "reject" in verdicts else "once")
    last = next(one.event for one in records if one.seq == stop.seq)
    past = last.decision if isinstance(last, ApprovalDecided) else None
    offered = await _offered(stored, patch, past)
    hunks = list(past.hunks) if past is not None else []
    for hunk, verdict in wish.decide:
        path, runs = _named(offered, hunk)
        hunks = list(decided(hunks, HunkDecision(path=path, runs=runs, verdict=verdict)))
    return Decision(verdict="once", hunks=tuple(hunks))


Offered = tuple[str, tuple[str, ...]]
"""One thing that was decided at a step: the path, and the runs that a hunk has."""


async def _offered(
    stored: StoredSession, patch: Patch, past: Decision | None
) -> tuple[Offered, ...]:
    """Return the hunks of a step in the order in which a replay numbers them."""
    from tui_agent.core.patch import FileView

    views: list[FileView] = []
    for file in patch.files:
        try:
            sides = [
                await stored.blob(one.sha) if one else None for one in (file.before, file.after)
            ]
        except KeyError:
            message = f"the bytes of {file.path} are missing: name a run by its id"
            raise UsageError(message) from None
        views.append(FileView.of(file, *sides))
    return hunks_by_number(views, past)


def hunks_by_number(views: Sequence[FileView], past: Decision | None) -> tuple[Offered, ...]:
    """Return what was decided about these files as a replay numbers it, from 1."""
    from tui_agent.ui.tui.review_model import Review
    from tui_agent.ui.tui.review_spots import runs_of

    spots = Review(views, past).spots
    return tuple((views[spot.file].path, runs_of(spot)) for spot in spots)


def _named(offered: Sequence[Offered], hunk: str) -> Offered:
    """Return what a number or the id of a run means. Raises UsageError."""
    if hunk.isdecimal() and 0 < int(hunk) <= len(offered):
        return offered[int(hunk) - 1]
    found = [(path, (run,)) for path, runs in offered for run in runs if run.startswith(hunk)]
    if len(found) != 1 or hunk == "0":
        message = f"there is no hunk {hunk}: this step offered {len(offered)}"
        raise UsageError(message)
    return found[0]


def _append(folder: Path, wish: BranchWish, *, open_turn: bool, model: str) -> None:
    """Write into the new log what has to be there before it goes on."""
    from tui_agent.adapters.clock import SystemClock
    from tui_agent.adapters.session_log import FileLog
    from tui_agent.core.events import Record, SettingChanged, UserSteered

    events: list[Event] = []
    if wish.model:
        events.append(SettingChanged(key="model", value=wish.model, old=model))
    if wish.say and open_turn:
        events.append(UserSteered(text=wish.say))
    log, past = FileLog.open(folder, now=SystemClock().now())
    try:
        last = past[-1]
        for number, event in enumerate(events, 1):
            log.append(
                Record(
                    seq=last.seq + number,
                    ts=SystemClock().now(),
                    mono_ms=last.mono_ms,
                    turn=last.turn,
                    step=last.step,
                    event=event,
                ),
                sync=True,
            )
    finally:
        log.close()


async def _played(
    other: Around, wish: BranchWish, decision: Decision | None, made: Branched
) -> Branched:
    from tui_agent.core.commands import Decide, Submit

    opened = await other.open(attended=False)
    agent = opened.agent
    try:
        state = agent.state
        open_turn = state.main.turn is not None
        if decision is not None:
            for request in list(state.waiting):
                agent.send(Decide(request_id=request, decision=decision))
        if wish.say and not open_turn:
            agent.send(Submit(text=wish.say))
        await agent.wait_idle()
        ended = state.main.turns[-1].ended if state.main.turns else None
        reason = ended.reason if ended is not None else "open"
        grade = await _graded(agent, wish.grade) if wish.grade else None
        return replace(made, reason=reason, grade=grade)
    finally:
        await agent.close()


async def _graded(agent: Agent, command: str) -> int | None:
    """Run the grading command as the user's own, and keep what it said as a label."""
    from tui_agent.core.commands import Label, RunShell

    agent.send(RunShell(command=command))
    await agent.wait_idle()
    calls = [call for call in agent.state.main.turns[-1].calls.values() if call.output]
    output = calls[-1].output if calls else None
    code = output.exit_code if output is not None else None
    agent.send(Label(text=f"{GRADE}exit {code}  {command}"))
    await agent.wait_idle()
    return code


def compared(around: Around, name: str) -> Compared:
    """Return the figures of a session, and what it made of the files.

    Raises SessionNotFoundError, OSError.
    """
    from tui_agent.core.events import ModelResponded, SnapshotTaken
    from tui_agent.core.state import fold

    stored = around.stored(name)
    records = stored.records
    state = fold(records)
    usage = state.main.usage
    trees = [one.event.tree for one in records if isinstance(one.event, SnapshotTaken)]
    last = state.main.turns[-1].ended if state.main.turns else None
    grades = [text.removeprefix(GRADE) for _, text in state.labels if text.startswith(GRADE)]
    workspace = state.workspace or str(around.root)
    changes = (
        tuple(around.tree_changes(workspace, trees[0], trees[-1]))
        if trees and trees[0] != trees[-1]
        else ()
    )
    return Compared(
        session=state.id,
        steps=sum(isinstance(one.event, ModelResponded) for one in records),
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=usage.cost_usd,
        seconds=sum(
            turn.ended.report.seconds for turn in state.main.turns if turn.ended is not None
        ),
        reason=last.reason if last is not None else "open",
        grade=grades[-1] if grades else "",
        workspace=workspace,
        changes=changes,
    )
