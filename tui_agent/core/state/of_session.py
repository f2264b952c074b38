"""Folds of a session as a whole: start, settings, context, notices, snapshots."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.events import (
    AgentFinished,
    AgentStarted,
    CheckFinished,
    ContextCompacted,
    GrantRevoked,
    InstructionsLoaded,
    Labelled,
    LogRecovered,
    Notice,
    Record,
    SessionEnded,
    SessionForked,
    SessionImported,
    SessionResumed,
    SessionStarted,
    SettingChanged,
    SnapshotTaken,
    WorkspaceChanged,
)
from tui_agent.core.messages import Message
from tui_agent.core.spending import Scope
from tui_agent.core.stash import dropped
from tui_agent.core.state.lineage import open_turns
from tui_agent.core.state.notes import add_note, add_note_after
from tui_agent.core.state.of_trials import checked, cut_off
from tui_agent.core.state.values import Agent, Call, Note, Session, Unsent

if TYPE_CHECKING:
    from tui_agent.core.state.fold import Fold


def _started(state: Session, _agent: Agent, record: Record, event: SessionStarted) -> None:
    state.id, state.started, state.started_ts = event.session_id, event, record.ts
    state.model, state.mode, state.sandbox = event.model, event.mode, event.sandbox
    state.workspace, state.branch = event.workspace, event.branch or ""
    state.budget_usd = event.budget_usd


def _resumed(state: Session, agent: Agent, record: Record, event: SessionResumed) -> None:
    state.status, state.sandbox = "open", event.sandbox
    state.branch = state.branch if event.branch is None else event.branch
    cut_off(state)
    if event.workspace:
        text = f"was in {state.workspace}, goes on in {event.workspace}"
        state.workspace = event.workspace
        add_note(state, agent, Note(text=text, ts=record.ts))
    _forget_grants(state)
    if event.changed_files:
        agent.unsent.append(Unsent(kind="files", text="\n".join(event.changed_files)))
        add_note(state, agent, Note(text=_changed(event.changed_files), ts=record.ts))


def _forked(state: Session, _agent: Agent, _record: Record, event: SessionForked) -> None:
    state.id, state.status = event.session_id, "open"
    _forget_grants(state)


def _forget_grants(state: Session) -> None:
    """What was allowed holds in the process that was told so, and in no other."""
    state.grants.clear()
    state.used.clear()


def _revoked(state: Session, _agent: Agent, _record: Record, event: GrantRevoked) -> None:
    for name in event.grant_ids:
        state.grants.pop(name, None)


def _imported(state: Session, _agent: Agent, _record: Record, event: SessionImported) -> None:
    state.id, state.origin = event.session_id, event.origin


def _ended(state: Session, _agent: Agent, _record: Record, event: SessionEnded) -> None:
    state.status = event.status


def _recovered(state: Session, agent: Agent, record: Record, event: LogRecovered) -> None:
    text = event.problem + (f"; kept as {event.kept_as}" if event.kept_as else "")
    add_note(state, agent, Note(text=text, ts=record.ts, level="warning", kind="gap"))


def _instructions(state: Session, agent: Agent, _record: Record, event: InstructionsLoaded) -> None:
    before = agent.instructions
    if before is not None and before.text == event.text:
        # The places to go back to have that text: it is kept once.
        agent.instructions = replace(event, text=before.text)
    else:
        agent.unsent.append(Unsent(kind="context", text=event.text))
        agent.instructions = event
    state.branch = state.branch if event.branch is None else event.branch
    if agent.turn is not None:
        agent.turn.gathered = True


def _setting(state: Session, agent: Agent, _record: Record, event: SettingChanged) -> None:
    if event.key == "mode":
        state.mode = event.value
        agent.unsent = [one for one in agent.unsent if one.kind != "mode"]
        agent.unsent.append(Unsent(kind="mode", text=event.value))
        if agent.turn is not None:
            agent.turn.mode = event.value
    elif event.key == "model":
        state.model = event.value
        agent.stand_in = ""
        agent.requests = 0
    elif event.key == "budget_usd":
        state.budget_usd = float(event.value) if event.value else None
    elif event.key in ("budget_turn", "budget_day"):
        amount, _, day = event.value.partition(" ")
        scope: Scope = "turn" if event.key == "budget_turn" else "day"
        state.raised[scope] = (float(amount), day)


def _compacted(state: Session, agent: Agent, record: Record, event: ContextCompacted) -> None:
    end = len(agent.messages) - event.dropped_at_end
    kept = agent.messages[max(0, end - event.messages_kept) : end]
    head = event.head or (Message(role="user", text=event.summary),)
    agent.messages = [*head, *kept]
    agent.context_used = event.tokens_after or None
    agent.renewed = True
    if agent.turn is not None:
        agent.turn.compacted = record.seq
    note = Note(text=compacted_in_words(event), ts=record.ts, kind="compacted")
    add_note_after(state, agent, note)


def compacted_in_words(event: ContextCompacted) -> str:
    """Return what a compaction did, in a line."""
    gone = event.messages_before - event.messages_kept
    text = f"compacted: {max(0, gone)} of {event.messages_before} messages"
    if event.tokens_before:
        text += f", about {event.tokens_before:,} tokens became {event.tokens_after:,}"
    why = {"limit": "; the window was nearly full", "overflow": "; it no longer fitted"}
    return text + why.get(event.by, "")


def _label(state: Session, _agent: Agent, record: Record, event: Labelled) -> None:
    state.labels.append((record.seq, event.text))


def _notice(state: Session, agent: Agent, record: Record, event: Notice) -> None:
    state.halted = state.halted or event.halts
    said = agent.turn.notes if agent.turn is not None else ()
    if event.level == "warning" and any(one.text == event.text for one in said):
        return  # Once a turn: a full disk, say, is met by each of its calls.
    add_note(
        state,
        agent,
        Note(text=event.text, ts=record.ts, level=event.level, remedy=event.remedy),
    )


def _snapshot(state: Session, agent: Agent, _record: Record, event: SnapshotTaken) -> None:
    turn = agent.turn
    if turn is not None:
        turn.first_snapshot = turn.first_snapshot or event.tree
        call = turn.calls.get(event.reason)
        if call is not None:
            turn.calls[call.id] = _recorded(agent, call, event)
        if call is not None and call.origin != "check" and event.tree != event.parent:
            for each in open_turns(state, agent):
                each.edits += 1
    agent.deep = event.deep
    state.tree, state.tree_edits = event.tree, 0


def _recorded(agent: Agent, call: Call, event: SnapshotTaken) -> Call:
    """Return a call with the trees before and after it, and what it dropped beside files."""
    before, after = agent.deep, event.deep
    if before is None or after is None:
        return replace(call, trees=(event.parent, event.tree), came_in=event.came_in)
    return replace(
        call,
        trees=(before.tree, after.tree),
        came_in=(*event.came_in, *after.came_in),
        dropped=dropped(before.stash, after.stash),
        head_before=before.head if before.head != after.head else "",
    )


def _changed_outside(state: Session, agent: Agent, record: Record, event: WorkspaceChanged) -> None:
    state.tree_edits += 1
    agent.unsent.append(Unsent(kind="files", text="\n".join(event.paths)))
    add_note(state, agent, Note(text=_changed(event.paths), ts=record.ts))


def _check(state: Session, agent: Agent, _record: Record, event: CheckFinished) -> None:
    if event.trial:
        checked(state, event)
        return
    state.checks[event.name] = event
    turn = agent.turn
    if turn is not None:
        turn.verified_edits = turn.edits
        if not event.passed:
            agent.unsent.append(Unsent(kind="call", text=event.call_id))


def _agent_started(state: Session, agent: Agent, _record: Record, event: AgentStarted) -> None:
    state.agents[event.child_id] = Agent(
        id=event.child_id, name=event.name, parent=agent.id, depth=event.depth, set_out=event
    )


def _agent_finished(state: Session, _agent: Agent, _record: Record, event: AgentFinished) -> None:
    child = state.agents.get(event.child_id)
    if child is not None:
        child.returned = event


def _changed(paths: tuple[str, ...]) -> str:
    few = ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")  # noqa: PLR2004 -- three names fit a line
    return f"changed outside the session: {few}"


FOLDS: dict[type[Any], Fold] = {
    SessionStarted: _started,
    SessionResumed: _resumed,
    SessionForked: _forked,
    SessionImported: _imported,
    SessionEnded: _ended,
    LogRecovered: _recovered,
    InstructionsLoaded: _instructions,
    SettingChanged: _setting,
    ContextCompacted: _compacted,
    GrantRevoked: _revoked,
    Labelled: _label,
    Notice: _notice,
    SnapshotTaken: _snapshot,
    WorkspaceChanged: _changed_outside,
    CheckFinished: _check,
    AgentStarted: _agent_started,
    AgentFinished: _agent_finished,
}
