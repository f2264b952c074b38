"""Past decisions under other rules: what would no longer ask, what would run, what be denied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_agent.ui.commands.rerun_contract import Ruled

if TYPE_CHECKING:
    from tui_agent.core.events import ApprovalDecided, ApprovalRequested, Setup
    from tui_agent.core.policy import Circumstances
    from tui_agent.core.settings import RuleSettings, Settings
    from tui_agent.core.state import Session
    from tui_agent.wiring.around import Around


def rules_in(path: Path) -> tuple[RuleSettings, ...]:
    """Read the rules of a settings file. Raises OSError, ValueError where it holds none."""
    from tui_agent.adapters.settings.layers import data_layer

    rules: Any = data_layer(path, path.read_bytes()).values.get("rules")
    if not rules:
        message = f"{path} holds no [[rules]]"
        raise ValueError(message)
    return tuple(rules)


def ruled(
    around: Around, name: str, rules: Sequence[RuleSettings], *, own: bool = False
) -> Iterator[Ruled]:
    """Yield each past decision of a session, and what these rules would make of it.

    `own`: without those that a fork took over.

    Raises SessionNotFoundError, OSError.
    """
    from tui_agent.core.events import (
        ApprovalDecided,
        ApprovalRequested,
        SessionResumed,
        SessionStarted,
    )
    from tui_agent.core.policy import decide
    from tui_agent.core.replay.calls import calls_of
    from tui_agent.core.state import Session, apply
    from tui_agent.core.state.stops import find_stops, stop_of_seq
    from tui_agent.core.stats.tally import forked_at

    stored = around.stored(name)
    taken_over = forked_at(stored.records) if own else 0
    calls, stops = calls_of(stored.records), find_stops(stored.records)
    state, setup = Session(), None
    for record in stored.records:
        apply(state, record)
        event = record.event
        if isinstance(event, SessionStarted | SessionResumed):
            setup = event.setup or setup
        if not isinstance(event, ApprovalRequested | ApprovalDecided) or event.proposal is None:
            continue
        call = calls.get(event.call_id)
        if call is None or call.called is None or call.called.origin == "user":
            continue
        if record.seq <= taken_over:
            continue
        now = decide(event.proposal, _circumstances(state, setup, around.settings, rules))
        stop = stop_of_seq(stops, record.seq)
        yield Ruled(
            session=state.id,
            step=stop.number if stop is not None else 0,
            title=f"{event.proposal.tool} {event.proposal.title}".strip(),
            was=_was(event),
            verdict="allowed" if call.decisions and _allowed(call.decisions[-1]) else "refused",
            now=now.action,
            why=now.reason.text,
        )


def _circumstances(
    state: Session, setup: Setup | None, usual: Settings, rules: Sequence[RuleSettings]
) -> Circumstances:
    """Return what the gate looked at then, but for the rules."""
    from tui_agent.agent.setup import settings_of
    from tui_agent.core.codec import CodecError
    from tui_agent.core.events import MAIN_AGENT, Setup
    from tui_agent.core.policy import Circumstances
    from tui_agent.core.toolsets import chosen_sets

    then = setup or Setup()
    with suppress(CodecError):
        usual = settings_of(then)
    return Circumstances(
        mode=state.mode,
        tier=then.tier,
        unconfined=then.unconfined,
        attended=then.attended,
        answer=then.answer,
        rules=tuple(rules),
        grants=tuple(one for one in state.grants.values() if one.agent_id == MAIN_AGENT),
        now=state.ts,
        write_paths=usual.write_paths,
        read_paths=usual.read_paths,
        programs=usual.programs,
        toolsets=chosen_sets(usual.toolsets),
    )


def _was(event: ApprovalRequested | ApprovalDecided) -> str:
    from tui_agent.core.events import ApprovalRequested

    if isinstance(event, ApprovalRequested):
        return "ask"
    return "deny" if event.decision.verdict == "reject" else "allow"


def _allowed(decision: object) -> bool:
    return getattr(decision, "verdict", "reject") != "reject"
