"""The clock of the machine may jump as it likes: the order is that of the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_same_forwards_and_backwards, assert_whole, records_of
from tests.support.agent_at_work import Setting
from tests.support.repository import Repository
from tui_agent.adapters.session_log import FileLog
from tui_agent.core.events import TurnEnded
from tui_agent.core.state import fold
from tui_agent.core.world import World

TEXT = """
[[turn]]
text = "First."
[[turn.call]]
name = "read"
arguments = { path = "a.txt" }

[[turn]]
text = "Second."
"""


class JumpingClock:
    """Wall time that goes back a day, on a year, and back again, from look to look."""

    def __init__(self) -> None:
        self._looks = 0
        self._passed = 0.0

    def now(self) -> str:
        self._looks += 1
        days = (0, -1, 365, -3650, 2)[self._looks % 5]
        moment = datetime(2026, 3, 29, 1, 59, tzinfo=UTC) + timedelta(days=days)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def monotonic(self) -> float:
        self._passed += 0.01
        return self._passed


class Jumpy(Setting):
    """A place whose clock jumps."""

    def _world(self, log: FileLog) -> World:
        return replace(super()._world(log), clock=JumpingClock())


@pytest.mark.case(85)
async def test_a_clock_that_jumps_changes_no_order(repository: Repository, script: Script) -> None:
    repository.write("a.txt", "x\n")
    usual = script(TEXT)
    setting = Jumpy(repository=usual.repository, state=usual.state, script=usual.script)
    async with setting.opened() as work:
        await work.say("go")
        assert work.last(TurnEnded).reason == "done"
    records = records_of(setting.folder)
    stamps = [record.ts for record in records]
    assert stamps != sorted(stamps)
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    spent = [record.mono_ms for record in records]
    assert all(one >= 0 for one in spent)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)
    async with setting.opened(again=True) as work:
        assert len(work.state.main.turns) == len(fold(records).main.turns) == 1
