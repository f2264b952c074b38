"""Where a request stands among those that wait, and which agent asks."""

from __future__ import annotations

from tui_agent.core.state.standing import Waiting
from tui_agent.core.state.values import Call, Session


def place_of(state: Session, waiting: Waiting) -> str:
    """Return `2 of 3` where several requests stand beside each other, and who asks if a child does.

    Reads of one step are asked side by side; so are the calls of agents that work at once.
    """
    agent = state.agents[waiting.agent_id]
    turn = agent.turns[waiting.turn - 1]
    call = state.call(waiting)
    beside = [one.id for one in turn.calls.values() if one.step == call.step and _beside(one)]
    others = [name for name, one in state.waiting.items() if one.agent_id != agent.id]
    said = []
    if others:
        queue = list(state.waiting)
        said.append(f"{queue.index(waiting.request_id) + 1} of {len(queue)}")
    elif call.id in beside and beside != [call.id]:
        said.append(f"{beside.index(call.id) + 1} of {len(beside)}")
    if agent.parent:
        said.append(f"asked by {agent.name or agent.id}")
    return ", ".join(said)


def _beside(call: Call) -> bool:
    return bool(call.request_id and call.proposal and call.proposal.effects <= {"read"})
