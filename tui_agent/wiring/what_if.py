"""Past decisions under other rules: what would no longer ask, what would run, what be denied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui_agent.ui.commands.rerun_contract import Ruled

if TYPE_CHECKING:
    from tui_agent.core.events import ApprovalDecided, ApprovalRequested
    from tui_agent.core.policy import Circumstances
    from tui_agent.core.settings import RuleSettings, Settings
    from tui_agent.core.state import Session
    from tui_agent.wiring.around import Around


def ruled(around: Around, name: str, rules: Sequence[RuleSettings]) -> Iterator[Ruled]:
    """Yield each past decision of a session, and what these rules would make of it.

    Raises SessionNotFoundError, OSError.
    """
    from tui_agent.core.events import ApprovalDecided, ApprovalRequested
    from tui_agent.core.policy import decide
    from tui_agent.core.replay.calls import calls_of
    from tui_agent.core.state import Session, apply
    from tui_agent.core.state.stops import find_stops, stop_of_seq

    stored = around.stored(name)
    calls, stops = calls_of(stored.records), find_stops(stored.records)
    state, settings = Session(), around.settings
    for record in stored.records:
        settings = _settings_now(record.event, settings)
        apply(state, record)
        event = record.event
        if not isinstance(event, ApprovalRequested | ApprovalDecided) or event.proposal is None:
            continue
        call = calls.get(event.call_id)
        if call is None or call.called is None or call.called.origin == "user":
            continue
        now = decide(event.proposal, _circumstances(state, settings, rules))
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


def _settings_now(event: object, settings: Settings) -> Settings:
    """Return the settings that the recorded process had."""
    from tui_agent.agent.setup import settings_of
    from tui_agent.core.codec import CodecError
    from tui_agent.core.events import SessionResumed, SessionStarted

    if not isinstance(event, SessionStarted | SessionResumed) or event.setup is None:
        return settings
    try:
        return settings_of(event.setup)
    except CodecError:
        return settings


def _circumstances(
    state: Session, settings: Settings, rules: Sequence[RuleSettings]
) -> Circumstances:
    from tui_agent.core.policy import Circumstances
    from tui_agent.core.toolsets import chosen_sets

    return Circumstances(
        mode=state.mode,
        tier=state.sandbox,
        rules=tuple(rules),
        write_paths=settings.write_paths,
        read_paths=settings.read_paths,
        programs=settings.programs,
        toolsets=chosen_sets(settings.toolsets),
    )


def _was(event: ApprovalRequested | ApprovalDecided) -> str:
    from tui_agent.core.events import ApprovalRequested

    if isinstance(event, ApprovalRequested):
        return "ask"
    return "deny" if event.decision.verdict == "reject" else "allow"


def _allowed(decision: object) -> bool:
    return getattr(decision, "verdict", "reject") != "reject"
