"""The folded state of a session as JSON: under the names that other programs know it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from tui_agent.core.budget import spent
from tui_agent.core.codec import encode
from tui_agent.core.state import Session
from tui_agent.core.stats import usage_of


def state_json(state: Session) -> dict[str, Any]:
    """Return the state. The same log gives the same JSON, however often it is folded."""
    return {
        "run_id": state.id,
        "status": state.status,
        "model": state.model,
        "mode": state.mode,
        "security": {
            "sandbox": state.sandbox,
            "trusted": state.started.trusted if state.started is not None else False,
        },
        "guards": {
            "waiting": _plain(state.waiting),
            "queue": _plain(state.queue),
            "approvals": _plain(state.grants),
            "used": _plain(state.used),
        },
        "budgets": {
            "usd": state.budget_usd,
            "raised": {scope: amount for scope, (amount, _) in state.raised.items()},
            "spent": encode(spent(state)),
        },
        "verification": _plain(state.checks),
        "repo_context": {
            "tree": state.tree,
            "instructions": _plain(state.main.instructions),
            "head": state.started.git_head if state.started is not None else None,
            "branch": state.started.branch if state.started is not None else None,
        },
        "plan": _plain(state.main.plan),
        "telemetry": {"seq": state.seq, "usage": _plain(usage_of(state))},
        "turns": [_plain(turn) for turn in state.main.turns],
        "agents": sorted(state.agents),
        "labels": _plain(state.labels),
        "notes": _plain(state.notes),
    }


def _plain(value: object) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        if value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            return encode(value)
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
