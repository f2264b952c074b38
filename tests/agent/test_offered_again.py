"""What the sandbox held back is offered once more, to a person alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, shell
from tests.support.agent_at_work import Setting
from tests.support.repository import Repository
from tui_agent.adapters.session_log import FileLog
from tui_agent.agent.manner import Manner
from tui_agent.core.blob import preview_of
from tui_agent.core.copies import LaidFile
from tui_agent.core.events import ApprovalRequested, SnapshotTaken, ToolFinished, ToolStarted
from tui_agent.core.ports import Exit, Runner, Snapshots, Workspace
from tui_agent.core.proposal import Command, Decision
from tui_agent.core.settings import RuleSettings


@dataclass(frozen=True, slots=True)
class Holding:
    """Runs commands, and says of those that fail what a sandbox would have held back."""

    inner: Runner

    @property
    def tier(self) -> str:
        return "A"

    async def begin(self) -> None:
        await self.inner.begin()

    async def close(self) -> None:
        await self.inner.close()

    async def run(
        self, command: Command, on_output: Callable[[str], None], over: Sequence[LaidFile] = ()
    ) -> Exit:
        if command.reach != "outside":
            command = replace(command, text=f"touch begun; false {command.text}")
        done = await self.inner.run(command, on_output, over)
        return replace(done, held="outside" if done.exit_code else "")


class InHolding(Setting):
    """A session over such a runner."""

    def _place(
        self, log: FileLog, root: Path, _lent: tuple[str, ...] = ()
    ) -> tuple[Workspace, Runner, Snapshots]:
        workspace, runner, snapshots = super()._place(log, root, _lent)
        return workspace, Holding(runner), snapshots


def holding(setting: Setting) -> InHolding:
    return InHolding(
        repository=setting.repository,
        state=setting.state,
        script=setting.script,
        settings=setting.settings,
    )


async def test_yes_runs_it_once_more_with_what_it_lacked(
    repository: Repository, script: Script
) -> None:
    rules = (RuleSettings(action="allow", tool="shell"),)
    setting = holding(script(shell("touch done") + DONE).with_mode(mode="auto", rules=rules))
    async with setting.opened() as work:
        work.send_text("go")
        _, call, proposal = await work.asked()
        assert call.round == 2
        assert proposal.command is not None
        assert proposal.command.reach == "outside"
        assert call.reason is not None
        assert (call.reason.rule, call.offers) == ("protect.outside", ())
        assert "kept it from files outside of the workspace" in proposal.notes[-1]
        assert not (repository.root / "done").exists()
        await work.decide(Decision(verdict="session"))
        await work.ended()
        assert work.last(ToolFinished).output.ok
        assert [one.round for one in work.events(ToolStarted)] == [1, 2]
        assert len(work.events(ApprovalRequested)) == 1
        assert len({one.tree for one in work.events(SnapshotTaken)}) > 1
    assert_whole(records_of(setting.folder))
    assert (repository.root / "done").exists()


async def test_no_leaves_it_as_it_ended_and_says_so(repository: Repository, script: Script) -> None:
    setting = holding(script(shell("touch done") + DONE).with_mode(mode="auto"))
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="reject", feedback="use the cache"))
        await work.ended()
        finished = work.last(ToolFinished)
        assert (finished.status, finished.output.exit_code) == ("finished", 1)
        told = preview_of(finished.output.text)
        assert "did not let it run again with that. They say: use the cache" in told
    assert_whole(records_of(setting.folder))
    assert not (repository.root / "done").exists()


@pytest.mark.parametrize("answer", ["", "approve"])
async def test_where_nobody_is_there_nothing_is_offered(
    repository: Repository, script: Script, answer: Literal["", "approve"]
) -> None:
    setting = holding(script(shell("touch done") + DONE).with_mode(mode="auto"))
    manner = Manner(trusted=True, attended=False, answer=answer)
    async with setting.opened(manner=manner) as work:
        await work.say("go")
        assert not work.events(ApprovalRequested)
        assert work.last(ToolFinished).output.exit_code == 1
    assert not (repository.root / "done").exists()
