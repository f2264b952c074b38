"""Folds of servers of tools: what each said last."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_agent.core.events import Record, ServerReported
from tui_agent.core.state.values import Agent, Session

if TYPE_CHECKING:
    from tui_agent.core.state.fold import Fold


def _reported(state: Session, _agent: Agent, _record: Record, event: ServerReported) -> None:
    before = state.servers.get(event.server)
    if event.status == "failed" and before is not None:
        # What it offered is still what a model may ask for: it is started again with a call.
        event = replace(before, status="failed", detail=event.detail)
    state.servers[event.server] = event


FOLDS: dict[type[Any], Fold] = {ServerReported: _reported}
