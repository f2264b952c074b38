"""Calls of another program, without a model and a person: through the gate, into the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import with_sample
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.clock import CountedIds
from tests.support.repository import Repository
from tui_agent.agent.manner import Manner
from tui_agent.core.codec import dumps
from tui_agent.core.events import ToolCalled, TurnEnded, TurnStarted
from tui_agent.core.ports import RunContext
from tui_agent.core.proposal import Approved, ToolOutput
from tui_agent.core.settings import RuleSettings
from tui_agent.tools.list import List
from tui_agent.ui.call_desk import CallDesk

HELD = "list"
EDIT = {"path": "answer.py", "edits": [{"old": "41", "new": "42"}]}


class Held(List):
    """Lists once it is let go; what is to go two levels deep is let go by itself."""

    def __init__(self) -> None:
        self.begun, self.let_go = asyncio.Event(), asyncio.Event()
        self.deep_begun, self.deep_let_go = asyncio.Event(), asyncio.Event()

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        deep = '"depth":2' in approved.proposal.arguments.replace(" ", "")
        (self.deep_begun if deep else self.begun).set()
        await (self.deep_let_go if deep else self.let_go).wait()
        return await super().run(approved, context)


class Desk:
    """A desk over a session, and what it takes to call."""

    def __init__(self, work: AgentAtWork) -> None:
        self.work, self.held = work, Held()
        tools = work.agent.engine.world.tools
        assert isinstance(tools, dict)
        tools[HELD] = self.held
        self.desk = CallDesk(work.agent, {"read", "list", "search"}, CountedIds())

    async def call(self, tool: str, **arguments: Any) -> ToolOutput:
        return await self.desk.call(tool, dumps(arguments), "a tester 1")

    def begin(self, tool: str, **arguments: Any) -> asyncio.Task[ToolOutput]:
        return asyncio.create_task(self.call(tool, **arguments))


@pytest.fixture
def setting(repository: Repository, tmp_path: Path) -> Setting:
    with_sample(repository)
    return Setting(repository=repository, state=tmp_path / "state", script=tmp_path / "none")


@asynccontextmanager
async def desk_of(setting: Setting) -> AsyncIterator[Desk]:
    async with setting.opened(manner=Manner(attended=False)) as work:
        desk = Desk(work)
        following = asyncio.create_task(desk.desk.follow())
        try:
            yield desk
        finally:
            await work.agent.close()
            await following


async def test_reads_that_wait_run_together_and_an_edit_waits_for_those_before_it(
    setting: Setting,
) -> None:
    async with desk_of(setting.with_mode(mode="edit")) as desk:
        held = desk.begin(HELD)
        await desk.held.begun.wait()
        first, second = desk.begin("read", path="answer.py"), desk.begin("search", pattern="41")
        edit, after = desk.begin("edit", **EDIT), desk.begin("read", path="answer.py")
        await asyncio.sleep(0)
        assert len(desk.work.events(ToolCalled)) == 1
        desk.held.let_go.set()
        outputs = await asyncio.gather(held, first, second, edit, after)
        assert [one.ok for one in outputs] == [True] * 5
        assert "41" in str(outputs[2].text)
        assert "return 42" in str(outputs[4].text)
        turns = desk.work.events(TurnStarted)
        assert [one.text for one in turns] == [
            "list for a tester 1",
            "read, search for a tester 1",
            "edit for a tester 1",
            "read for a tester 1",
        ]
        assert {one.kind for one in turns} == {"client"}


async def test_a_call_that_nobody_waits_for_is_stopped_and_one_that_waits_is_never_begun(
    setting: Setting,
) -> None:
    async with desk_of(setting.with_mode(mode="edit")) as desk:
        held, edit = desk.begin(HELD), desk.begin("edit", **EDIT)
        await desk.held.begun.wait()
        edit.cancel()
        held.cancel()
        with suppress(asyncio.CancelledError):
            await held
        after = await desk.call("read", path="answer.py")
        assert "return 41" in str(after.text)
        assert [one.reason for one in desk.work.events(TurnEnded)] == ["interrupted", "done"]
        assert [one.tool for one in desk.work.events(ToolCalled)] == [HELD, "read"]


async def test_one_of_two_reads_may_be_given_up_without_the_other(setting: Setting) -> None:
    async with desk_of(setting) as desk:
        first = desk.begin(HELD)
        await desk.held.begun.wait()
        given_up, kept = desk.begin(HELD, depth=2), desk.begin(HELD, path=".", depth=2)
        await asyncio.sleep(0)
        desk.held.let_go.set()
        assert (await first).ok
        await desk.held.deep_begun.wait()
        given_up.cancel()
        await asyncio.sleep(0)
        desk.held.deep_let_go.set()
        assert (await kept).ok
        await desk.work.until(lambda state: state.main.turn is None)
        ends = [turn.ended for turn in desk.work.state.main.turns]
        assert [one.reason for one in ends if one is not None] == ["done", "done"]


async def test_what_is_denied_names_the_rule_that_allows_it_and_that_rule_does(
    setting: Setting,
) -> None:
    async with desk_of(setting) as desk:
        denied = await desk.call("edit", **EDIT)
        told = str(denied.text)
        assert denied.error == "needs_approval"
        assert "ask.write" in told
        await desk.work.until(lambda state: state.main.turn is None)
        assert "--mode edit" in told
        assert 'tool = "edit"\npath = "answer.py"' in told
        ended = desk.work.state.main.turns[-1].ended
        assert ended is not None
        assert ended.reason == "needs_approval"
        secret = str((await desk.call("read", path=".env")).text)
        assert "--approve-all" not in secret
        assert 'tool = "read"\npath = ".env"' in secret
        elsewhere = str((await desk.call("shell", command="ls")).text)
        assert "not offered to other programs" in elsewhere
    rule = RuleSettings(action="allow", tool="edit", path="answer.py")
    rules = setting.with_mode(rules=(rule,))
    rules.state = setting.state / "again"
    async with desk_of(rules) as desk:
        assert (await desk.call("edit", **EDIT)).ok


async def test_a_rule_that_denies_is_named_with_its_place(setting: Setting) -> None:
    rule = RuleSettings(action="deny", tool="read", path="answer.py", place="mine.toml:3")
    async with desk_of(setting.with_mode(rules=(rule,), mode="edit")) as desk:
        told = str((await desk.call("read", path="answer.py")).text)
        assert "mine.toml:3" in told
        assert "To allow it" not in told


async def test_nothing_is_done_any_more_once_the_session_is_closed(setting: Setting) -> None:
    async with desk_of(setting) as desk:
        held = desk.begin(HELD)
        await desk.held.begun.wait()
        waits = desk.begin("read", path="answer.py")
        await asyncio.sleep(0)
        await desk.work.agent.close()
        assert (await held).error == "not_done"
        assert (await waits).error == "not_done"
        assert (await desk.call("read", path="answer.py")).error == "not_done"
