"""The report of a turn: what it did, as a function of the state, without a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tui_agent.core.blob import preview_of
from tui_agent.core.events import CheckResult, FileChanged, Report
from tui_agent.core.messages import NO_USAGE, Usage
from tui_agent.core.next_action import asked_for
from tui_agent.core.optional_steps import done_without
from tui_agent.core.state.as_run import title_of
from tui_agent.core.state.lineage import tree_turns
from tui_agent.core.state.values import Session, Turn
from tui_agent.core.undo.past import commands_of


def report_of(session: Session, turn: Turn, now_ms: int) -> Report:
    """Return the report of a turn that ends now; `now_ms` is the session's own clock."""
    checks = tuple(_checks(session, turn))
    return Report(
        intent=_intent(turn),
        summary=_summary(turn),
        files=tuple(
            FileChanged(path=path, added=added, removed=removed)
            for path, (added, removed) in sorted(turn.changed.items())
        ),
        commands=sum(commands_of(call) for call in turn.calls.values()),
        checks=checks,
        verified=bool(checks) and all(check.status == "passed" for check in checks),
        tree=session.tree if not session.tree_edits else "",
        steps=sum(step.purpose == "turn" for step in turn.steps.values()),
        calls=len(asked_for(turn)),
        denied=tuple(
            f"{call.tool} {title_of(call)}".strip()
            for call in asked_for(turn)
            if call.ended == "denied"
        ),
        lost=done_without(turn),
        seconds=max(0, now_ms - turn.mono_ms) / 1000,
        usage=_usage(session, turn),
    )


def said_nothing(turn: Turn) -> bool:
    """Whether the model was asked, and its last answer holds neither a word nor a call."""
    steps = [step for step in turn.steps.values() if step.purpose == "turn"]
    response = steps[-1].response if steps else None
    if response is None or response.tool_calls:
        return False
    return not preview_of(response.text).strip()


def _usage(session: Session, turn: Turn) -> Usage:
    """Add up what a turn has used; what its children used counts for the main agent's."""
    if turn is not session.main.turn:
        return turn.usage
    total = NO_USAGE
    for one in tree_turns(session, turn):
        total = total.plus(one.usage)
    return total


def _intent(turn: Turn) -> Literal["code_change", "question", "command", "nothing"]:
    if turn.changed or turn.edits:
        return "code_change"
    if turn.kind != "message" or any("execute" in _effects(turn, name) for name in turn.calls):
        return "command"
    return "question" if turn.steps else "nothing"


def _effects(turn: Turn, call_id: str) -> frozenset[str]:
    call = turn.calls[call_id]
    ran = call.proposal is not None and call.ended == "finished"
    return frozenset(call.proposal.effects) if ran and call.proposal is not None else frozenset()


def _summary(turn: Turn) -> str:
    for step in reversed(turn.steps.values()):
        if step.purpose == "turn" and step.response is not None and step.response.text:
            return preview_of(step.response.text)
    return ""


def _checks(session: Session, turn: Turn) -> Iterator[CheckResult]:
    """Yield every check that this turn found or ran; a red or stale one is never left out."""
    found = turn.checks_found.checks if turn.checks_found is not None else ()
    for check in found:
        _, call_id = turn.check_calls.get(check.name, (0, ""))
        last = session.checks.get(check.name)
        if last is None or last.call_id != call_id:
            yield CheckResult(name=check.name, command=check.command, status="not_run")
            continue
        if last.passed and last.command != check.command:
            told = f"{last.command} ran in its place"
            yield CheckResult(
                name=check.name, command=check.command, status="not_run", summary=told
            )
            continue
        status: Literal["passed", "failed"] = "passed" if last.passed else "failed"
        yield CheckResult(
            name=last.name,
            command=last.command,
            status="stale" if session.stale(last) else status,
            exit_code=last.exit_code,
            tree=last.tree,
            seconds=last.seconds,
            summary=last.summary,
        )
