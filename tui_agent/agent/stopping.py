"""Stopping: Esc closes everything that is open; quitting leaves the turn open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.compacting import cut_off_summary
from tui_agent.agent.results import finished
from tui_agent.agent.resume import mend, only_copied
from tui_agent.agent.streaming import so_far
from tui_agent.core.events import ApprovalDecided, ModelFailed, SessionEnded, TurnEnded
from tui_agent.core.proposal import Decision, ToolOutput
from tui_agent.core.report import report_of

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.state import Call, Turn


def close_turn(engine: Engine, turn: Turn, detail: str = "") -> None:
    """End a turn that a person stopped: everything that is open is closed as cancelled."""
    _cut_off(engine, turn, "Stopped by you.")
    for call in list(turn.calls.values()):
        if call.status != "finished":
            _close_call(engine, call)
    report = report_of(engine.live.state, turn, engine.live.now_ms())
    engine.emit(TurnEnded(reason="interrupted", report=report, detail=detail))


def suspend(engine: Engine) -> None:
    """Leave with the turn open; only a response that is cut off is recorded, with its text."""
    turn = engine.agent.turn
    cut_off_summary(engine, "Left before the summary came.")
    for agent in list(engine.live.state.agents.values()):
        if agent.turn is not None:
            own = replace(engine, agent_id=agent.id)
            _cut_off(own, agent.turn, "Suspended; it is asked for again.")
    engine.live.emit(SessionEnded(status="suspended" if turn is not None else "closed"))


def _cut_off(engine: Engine, turn: Turn, message: str) -> None:
    for step in list(turn.steps.values()):
        if step.open and step.request is not None:
            engine.emit(
                ModelFailed(
                    request_id=step.request.request_id,
                    kind="cancelled",
                    message=message,
                    partial=engine.stored(step.text),
                    attempt=step.attempts,
                )
            )


def _close_call(engine: Engine, call: Call) -> None:
    if call.status == "asked":
        engine.emit(
            ApprovalDecided(
                call_id=call.id,
                request_id=call.request_id,
                round=call.round,
                decision=Decision(verdict="reject", by="engine", feedback="stopped"),
            )
        )
    if call.status == "running" and call.started is not None and call.started.writes:
        mend(engine, call)
        return
    text = "Not decided; nothing applied."
    if call.status == "running" and only_copied(call):
        text = "Stopped by the user while it ran in a copy; nothing of it reached the workspace."
    elif call.status == "running":
        text = "Stopped by the user while it ran; it may have had effects."
    text += so_far(call) if call.status == "running" else ""
    output = ToolOutput(ok=False, text=text, error="cancelled", summary="stopped")
    finished(engine, call, output, "cancelled")
