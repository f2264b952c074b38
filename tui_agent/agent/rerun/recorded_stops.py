"""The pauses for money as they were recorded: prices and other sessions are not in the log."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui_agent.core.blob import Text
from tui_agent.core.budget import Stop
from tui_agent.core.events import (
    MAIN_AGENT,
    ApprovalDecided,
    ModelRequested,
    Record,
    ToolCalled,
    TurnEnded,
)

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine


class RecordedStops:
    """Says before each call of a model what was said then: that it may be made, or the pause."""

    def __init__(self, records: Sequence[Record], load: Callable[[Text], str]) -> None:
        """Take the answers from these records, turn by turn; `load` gives the whole of a text."""
        self._stops: dict[int, deque[Stop | None]] = defaultdict(deque)
        chosen = False
        for record in records:
            event = record.event
            if record.agent_id != MAIN_AGENT:
                continue
            stops = self._stops[record.turn]
            if isinstance(event, ModelRequested):
                # A summary that a person chose at a pause was not weighed again.
                weighed = event.purpose == "turn" or not chosen
                stops.extend([None] if weighed else [])
                chosen = False
            elif isinstance(event, ToolCalled) and event.origin == "engine":
                arguments = load(event.arguments)
                stops.append(Stop(reason="budget_exceeded", text=arguments, arguments=arguments))
            elif isinstance(event, ApprovalDecided) and event.decision.answer == "c":
                chosen = True
            elif isinstance(event, TurnEnded) and event.reason == "budget_exceeded":
                stops.append(Stop(reason="budget_exceeded", text=event.detail))

    def __call__(self, engine: Engine) -> Stop | None:
        """Return what was said before the call that comes next."""
        turn = engine.agent.turn
        stops = self._stops[turn.number if turn is not None else 0]
        return stops.popleft() if stops else None
