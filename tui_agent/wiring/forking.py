"""A session forked at a step: which record that is, and the new session's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.ui.commands.contract import Forked
from tui_agent.ui.commands.typed import UsageError

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around


def fork_at(around: Around, name: str, place: str) -> Forked:
    """Begin a new session with the records of another up to a step; up to its end without one.

    Raises:
        UsageError: there is no such step.
        SessionNotFoundError: there is no such session.
        OSError: it cannot be read or written.
    """
    from tui_agent.adapters.clock import SystemClock
    from tui_agent.adapters.session_log import StoredSession
    from tui_agent.adapters.session_log.forks import fork
    from tui_agent.core.state.stops import find_stops, stop_at

    source = around.shelf.find(name)
    records = StoredSession(source).records
    stops = find_stops(records)
    try:
        stop = stop_at(stops, place or str(len(stops)))
    except LookupError as error:
        raise UsageError(str(error)) from None
    seq = records[stop.count - 1].seq if place else records[-1].seq
    folder = fork(source, around.shelf, seq=seq, now=SystemClock().now())
    return Forked(
        id=folder.name.rpartition("-")[2],
        folder=folder,
        source=source.name.rpartition("-")[2],
        seq=seq,
        step=stop.number,
    )
