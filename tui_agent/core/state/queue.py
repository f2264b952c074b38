"""Where a request stands among those that were asked beside each other."""

from __future__ import annotations

from tui_agent.core.state.values import Call, Session, Waiting


def place_of(state: Session, waiting: Waiting) -> str:
    """Return `2 of 3` where the calls of one step were asked side by side, which only reads are."""
    turn = state.agents[waiting.agent_id].turns[waiting.turn - 1]
    call = state.call(waiting)
    beside = [one.id for one in turn.calls.values() if one.step == call.step and _beside(one)]
    if call.id not in beside or beside == [call.id]:
        return ""
    return f"{beside.index(call.id) + 1} of {len(beside)}"


def _beside(call: Call) -> bool:
    return bool(call.request_id and call.proposal and call.proposal.effects <= {"read"})
