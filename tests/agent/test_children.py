"""Child agents: another mind, the same gate, the same log, the same purse."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from tests.agent.conftest import Script
from tests.agent.family import EDIT_A, EDIT_B, READ, YES, Family, child, tasks, with_children
from tests.agent.invariants import (
    assert_same_forwards_and_backwards,
    assert_whole,
    records_of,
)
from tests.agent.scripts import DONE, call
from tests.support.repository import Repository
from tui_agent.agent.manner import Manner
from tui_agent.core.blob import preview_of
from tui_agent.core.commands import Decide, Interrupt, Undo
from tui_agent.core.digest import seal
from tui_agent.core.events import (
    AgentFinished,
    AgentStarted,
    Check,
    CheckFinished,
    EditApplied,
    ModelRequested,
    Notice,
    ToolFinished,
    ToolStarted,
    TurnEnded,
)
from tui_agent.core.messages import ToolSpec
from tui_agent.core.ports import RunContext, Tool, View
from tui_agent.core.proposal import Approved, Decision, Proposal, ToolOutput
from tui_agent.core.settings import AgentSettings, BudgetSettings


@pytest.mark.capability("S1.3", part="the core")
async def test_a_child_works_alone_and_its_parent_hears_its_last_message_only(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "the secret of the child\n")
    family.add("explore", READ + '[[turn]]\ntext = "It is in a.txt:1."\n')
    setting = with_children(script(tasks(("explore", "Find it.")) + DONE), family)
    async with setting.opened() as work:
        await work.say("where is it?")
        result = preview_of(work.events(ToolFinished)[-1].output.text)
        assert "It is in a.txt:1." in result
        assert "the secret" not in result
        sent = [
            (one.agent_id, one.event)
            for one in work.records
            if isinstance(one.event, ModelRequested)
        ]
        mine = [event for agent_id, event in sent if agent_id == "main"]
        told = "".join(preview_of(part.text) for event in mine for part in event.added)
        assert "the secret" not in told
        explorer = child(work, "explore")
        assert explorer.depth == 1
        first = next(event for agent_id, event in sent if agent_id == explorer.id)
        assert [tool.name for tool in first.tools] == ["list", "read", "search"]
        assert "where is it?" not in "".join(preview_of(one.text) for one in first.added)
        assert work.last(AgentFinished).status == "done"
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)


@pytest.mark.capability("S1.8")
async def test_a_child_that_names_a_tool_of_its_parent_does_not_get_it(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\n")
    family.add("explore", EDIT_A + '[[turn]]\ntext = "I could not."\n')
    setting = with_children(script(tasks(("explore", "Mend it.")) + EDIT_A + DONE), family)
    async with setting.with_mode(mode="edit").opened() as work:
        await work.say("go")
        refused, ended, edited = (one.output for one in work.events(ToolFinished))
        assert refused.error == "tool_not_available"
        assert "list, read, search" in preview_of(refused.text)
        assert ended.ok
        assert edited.ok
        assert len(work.events(EditApplied)) == 1


async def test_what_the_parent_was_allowed_for_the_session_its_child_is_asked_about(
    script: Script, family: Family
) -> None:
    command = call("shell", '{ command = "touch made" }')
    family.add("runner", command + DONE, "shell")
    setting = with_children(script(command + tasks(("runner", "Touch.")) + DONE), family)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="session"))
        await work.until(lambda state: len(state.agents) == 2 and state.waiting)
        waiting, _, _ = await work.asked()
        assert waiting.agent_id == child(work, "runner").id
        await work.decide(YES)
        await work.ended()


@pytest.mark.capability("S1.9")
async def test_a_child_that_calls_itself_is_stopped_at_the_depth_that_is_set(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\n")
    family.add("again", tasks(("again", "Deeper.")) + '[[turn]]\ntext = "Enough."\n', "task")
    setting = with_children(script(tasks(("again", "Go.")) + DONE), family)
    async with setting.opened() as work:
        await work.say("go")
        started = work.events(AgentStarted)
        assert [one.depth for one in started] == [1, 2, 3, 4, 5]
        refused = work.events(ToolFinished)[0].output
        assert refused.error == "too_deep"
        text = preview_of(refused.text)
        assert "again stands at depth 5" in text
        assert "cannot call again" in text
        assert work.last(TurnEnded).reason == "done"
    assert_whole(records_of(setting.folder))


async def test_children_work_side_by_side_and_their_questions_queue(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\n")
    repository.write("b.txt", "two\n")
    family.add("left", EDIT_A + DONE, "edit")
    family.add("right", EDIT_B + DONE, "edit")
    both = script(tasks(("left", "Mend a."), ("right", "Mend b.")) + DONE)
    setting = with_children(
        replace(both, checks=(Check(name="sound", command="true", origin="settings"),)), family
    )
    async with setting.opened(manner=Manner(trusted=True)) as work:
        work.send_text("go")
        await work.until(lambda state: len(state.waiting) == 2)
        asked = list(work.state.waiting.values())
        assert {one.agent_id for one in asked} == {
            child(work, "left").id,
            child(work, "right").id,
        }
        for one in reversed(asked):
            work.send(Decide(request_id=one.request_id, decision=YES))
        await work.until(lambda state: state.waiting and len(state.agents) == 3 and state.main.turn)
        await work.until(
            lambda state: any(one.agent_id == "main" for one in state.waiting.values())
        )
        await work.decide(YES)  # the check, which the parent's turn ends with
        await work.ended()
        assert repository.read("a.txt") == b"uno\n"
        assert repository.read("b.txt") == b"due\n"
        assert work.last(CheckFinished).passed
        report = work.last(TurnEnded).report
        assert [one.path for one in report.files] == ["a.txt", "b.txt"]
        results = [
            one.output for one in work.events(ToolFinished) if "records" in str(one.output.text)
        ]
        assert any("it changed a.txt (+1 −1)" in preview_of(one.text) for one in results)
    assert_whole(records_of(setting.folder))


async def test_no_more_children_work_at_once_than_the_setting_says(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\n")
    family.add("slow", '[[turn]]\ntext = "Done."\ndelay_ms = 60\n')
    many = script(tasks(*(("slow", f"Part {n}.") for n in range(4))) + DONE)
    setting = with_children(many.with_mode(agents=AgentSettings(at_once=2)), family)
    async with setting.opened() as work:
        work.send_text("go")
        most = 0
        while not work.events(TurnEnded) or work.state.main.turn is not None:
            busy = [one for one in work.state.agents.values() if one.parent and one.turn]
            most = max(most, len(busy))
            await asyncio.sleep(0.002)
        assert most == 2
        assert len(work.events(AgentFinished)) == 4


async def test_what_a_child_changed_its_parent_has_not_seen(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\ntwo\n")
    family.add("left", READ + EDIT_A + DONE, "read", "edit")
    stale = call("edit", '{ path = "a.txt", edits = [{ old = "one", new = "eins" }] }')
    setting = with_children(script(READ + tasks(("left", "Mend a.")) + stale + DONE), family)
    async with setting.with_mode(mode="edit").opened() as work:
        await work.say("go")
        refused = work.events(ToolFinished)[-1].output
        assert not refused.ok
        assert repository.read("a.txt") == b"uno\ntwo\n"


async def test_esc_ends_the_whole_tree_at_once(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\n")
    family.add(
        "slow",
        '[[turn]]\ntext = "A thought that takes its time and then goes on and on."\nrate = 2\n',
    )
    family.add("runner", call("shell", '{ command = "sleep 60" }') + DONE, "shell")
    family.add("above", tasks(("slow", "Think.")) + DONE, "task")
    setting = with_children(script(tasks(("above", "Go."), ("runner", "Wait.")) + DONE), family)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.until(
            lambda state: (
                len(state.agents) == 4
                and any(
                    step.text for turn in child(work, "slow").turns for step in turn.steps.values()
                )
                and work.events(ToolStarted)[-1].sandbox
            )
        )
        begun = time.monotonic()
        work.send(Interrupt())
        await work.ended()
        assert time.monotonic() - begun < 1.0
        assert [one.status for one in work.events(AgentFinished)] == ["interrupted"] * 3
        assert all(agent.turn is None for agent in work.state.agents.values())
    assert_whole(records_of(setting.folder))


async def test_a_child_that_was_left_in_the_middle_goes_on_where_it_was(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\n")
    repository.write("b.txt", "two\n")
    family.add("left", EDIT_A + '[[turn]]\ntext = "A is mended."\n', "edit")
    family.add("right", EDIT_B + '[[turn]]\ntext = "B is mended."\n', "edit")
    both = script(tasks(("left", "Mend a."), ("right", "Mend b.")) + DONE)
    setting = with_children(both, family)
    async with setting.opened() as work:
        work.send_text("go")
        await work.until(lambda state: len(state.waiting) == 2)
        first = next(iter(work.state.waiting.values()))
        work.send(Decide(request_id=first.request_id, decision=YES))
        await work.until(lambda _: work.events(AgentFinished))
    async with setting.opened(again=True) as work:
        await work.until(lambda state: state.waiting)
        assert len(work.state.waiting) == 1
        await work.decide(YES)
        await work.ended()
        assert len(work.events(AgentStarted)) == 2
        assert len(work.events(EditApplied)) == 2
        assert repository.read("a.txt") == b"uno\n"
        assert repository.read("b.txt") == b"due\n"
        told = [preview_of(one.output.text) for one in work.events(ToolFinished)]
        assert any("A is mended." in text for text in told)
        assert any("B is mended." in text for text in told)
        assert work.last(TurnEnded).reason == "done"
    assert_whole(records_of(setting.folder))


async def test_a_child_cannot_spend_past_its_parents_cap(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\n")
    costly = "[turn.usage]\ncost_usd = 0.4\n\n"
    family.add("spender", (READ + costly) * 4 + DONE)
    parent = tasks(("spender", "Spend.")) + "[turn.usage]\ncost_usd = 0.3\n\n" + DONE
    setting = with_children(script(parent), family)
    capped = setting.with_mode(budget=BudgetSettings(turn=1.0))
    async with capped.opened(manner=Manner(trusted=True, attended=False)) as work:
        await work.say("go")
        spender = child(work, "spender")
        assert spender.requests == 2
        assert spender.turns[0].ended is not None
        assert spender.turns[0].ended.reason == "budget_exceeded"
        assert "budget exceeded" in preview_of(work.events(ToolFinished)[-1].output.text)
        assert work.last(TurnEnded).reason == "budget_exceeded"


async def test_an_undo_of_the_turn_takes_back_what_its_children_changed(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "one\n")
    repository.write("b.txt", "two\n")
    family.add("left", EDIT_A + DONE, "edit")
    both = script(tasks(("left", "Mend a.")) + EDIT_B + DONE)
    setting = with_children(both, family)
    async with setting.with_mode(mode="edit").opened() as work:
        await work.say("go")
        assert (repository.read("a.txt"), repository.read("b.txt")) == (b"uno\n", b"due\n")
        work.send(Undo())
        await work.ended()
        assert (repository.read("a.txt"), repository.read("b.txt")) == (b"one\n", b"two\n")
        work.send(Undo(turn=2))
        await work.ended()
        work.send(Undo(agent="left"))
        await work.ended()
        assert (repository.read("a.txt"), repository.read("b.txt")) == (b"one\n", b"due\n")
        work.send(Undo(agent="left"))
        await work.ended()
        assert "nothing to take back" in work.last(Notice).text
        call_id = next(one.call_id for one in work.events(EditApplied))
        work.send(Undo(call_id=call_id))
        await work.ended()
        assert "taken back already" in work.last(Notice).text


class Lamp:
    """A tool that holds something while its agent works."""

    reads_only = True
    spec = ToolSpec(name="lamp", description="Shines.", parameters={"type": "object"})

    def __init__(self, log: list[str]) -> None:
        self._log = log

    async def prepare(self, arguments: str, view: View) -> Proposal:
        del arguments
        return seal(Proposal(call_id=view.call_id, tool="lamp", title="", effects=frozenset()))

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput:
        del approved, context
        self._log.append("on")
        message = "it burnt through"
        raise ValueError(message)

    async def close(self) -> None:
        self._log.append("off")
        raise OSError(5, "it is stuck")


@pytest.mark.capability("S1.7")
async def test_the_tools_of_a_child_are_its_own_and_are_let_go_after_an_error_too(
    script: Script, family: Family
) -> None:
    made: list[list[str]] = []

    def lamps() -> dict[str, Tool]:
        log: list[str] = []
        made.append(log)
        return {"lamp": Lamp(log)}

    family.add("keeper", call("lamp", "{}") + DONE, "lamp")
    both = script(tasks(("keeper", "Shine."), ("keeper", "Shine, too.")) + DONE)
    setting = replace(with_children(both, family), child_tools=lamps)
    async with setting.opened() as work:
        await work.say("go")
        assert made == [["on", "off"], ["on", "off"]]
        failed = [one.output for one in work.events(ToolFinished) if one.status == "failed"]
        assert [preview_of(one.text) for one in failed] == ["it burnt through"] * 2
        stuck = [one.text for one in work.events(Notice)]
        assert stuck == ["The tool lamp could not be closed: [Errno 5] it is stuck"] * 2
    assert_whole(records_of(setting.folder))
