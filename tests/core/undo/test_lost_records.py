"""A line of a log that cannot be read is left out: what is left can still be seen and undone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from tui_agent.adapters.bundles import BundledSession
from tui_agent.adapters.session_log import MemoryLog
from tui_agent.adapters.session_log.stored import blobs_in
from tui_agent.core.blame import versions_of
from tui_agent.core.commands import Undo
from tui_agent.core.state import fold, joined
from tui_agent.core.undo import NothingToUndoError, choose, listed_hunks

SESSIONS = Path(__file__).parents[2] / "sessions"


@pytest.mark.parametrize("name", ["hunks", "children"])
def test_whatever_line_is_lost_the_rest_is_listed_chosen_and_blamed(name: str) -> None:
    stored = BundledSession(SESSIONS / f"{name}.agentz")
    memory = MemoryLog()
    for sha in {blob.sha for one in stored.records for blob in blobs_in(one.event)}:
        memory.put(stored.payload(sha))
    listed = 0
    for place in range(len(stored.records)):
        state = fold([*stored.records[:place], *stored.records[place + 1 :]])
        agent = joined(state)
        with suppress(NothingToUndoError):
            listed += bool(listed_hunks(agent, Undo(), memory))
        with suppress(NothingToUndoError):
            choose(agent, Undo(hunks=("1",)), memory, {})
        assert all(one.origin.tool for one in versions_of(state, memory.get, {}))
    assert listed > len(stored.records) / 2


def test_where_the_bytes_of_an_edit_are_lost_it_is_said_that_its_hunks_are() -> None:
    stored = BundledSession(SESSIONS / "hunks.agentz")
    agent = joined(fold(stored.records))
    with pytest.raises(NothingToUndoError, match="no longer among the session's payloads"):
        listed_hunks(agent, Undo(), MemoryLog())
    with pytest.raises(NothingToUndoError, match="no longer among the session's payloads"):
        choose(agent, Undo(hunks=("1",)), MemoryLog(), {})
