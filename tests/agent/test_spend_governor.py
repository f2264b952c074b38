"""The caps in dollars: a turn, a session and a day, kept before the call that would pass them."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.agent.conftest import Script
from tests.agent.family import Family, tasks, with_children
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, call, shell
from tests.stories.program import Program
from tests.support.repository import Repository
from tui_agent.adapters.day_book import FileDayBook
from tui_agent.adapters.session_log.day_cost import cost_of_day
from tui_agent.agent.manner import Manner
from tui_agent.core.commands import Compact, Interrupt, SetBudget
from tui_agent.core.day import Today
from tui_agent.core.events import (
    ContextCompacted,
    ModelRequested,
    ModelResponded,
    Notice,
    SettingChanged,
    TextDelta,
    TurnEnded,
)
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import BudgetSettings
from tui_agent.core.spending import NOTHING, Pause, Spend
from tui_agent.core.state import Session
from tui_agent.ui.cost_lines import cost_lines
from tui_agent.ui.text import Line

FACTS = "[facts]\ninput_price = 10.0\noutput_price = 100.0\n\n"
"""Dollars a million tokens: 10,000 in and 1,000 out cost 20 cents."""
ALONE = Manner(trusted=True, attended=False)


def read(cost: str = "0.20", path: str = "a.txt") -> str:
    usage = f"input_tokens = 10000\noutput_tokens = 1000\n{cost}"
    made = call("read", f"{{ path = '{path}' }}").rstrip()
    return f"{made}\n[turn.usage]\n{usage}\n\n"


def paid(cost: float) -> str:
    return read(f"cost_usd = {cost}")


def book(folder: Path, spent: Spend = NOTHING) -> FileDayBook:
    return FileDayBook(folder, lambda: datetime(2026, 1, 2, 12, tzinfo=UTC), lambda _: spent)


def answer(key: str, amount: str = "") -> Decision:
    return Decision(verdict="once", answer=key, feedback=amount)


@pytest.mark.case(96)
async def test_the_call_that_would_pass_the_cap_is_not_sent_until_a_person_raises_it(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(FACTS + paid(0.2) * 3 + DONE)
    async with setting.with_mode(budget=BudgetSettings(session=0.5)).opened() as work:
        work.send_text("go")
        _, one, proposal = await work.asked()
        assert one.tool == "budget"
        question = proposal.question
        assert question is not None
        assert "the session has cost $0.40 of $0.50" in question.text
        pause = question.pause
        assert isinstance(pause, Pause)
        assert len(work.events(ModelRequested)) == 2, "the third was not sent"
        assert pause.next.input_tokens >= 11_000
        assert pause.next.cost_usd == pytest.approx(pause.next.input_tokens * 1e-5 + 0.1)
        assert pause.raised == 1.0
        await work.decide(answer("b", "0.80"))
        await work.until(lambda state: len(state.main.turns[-1].steps) == 3 and state.waiting)
        assert work.last(SettingChanged).value == "0.80"
        await work.decide(Decision(verdict="reject"))
        await work.ended()
        assert work.last(TurnEnded).reason == "budget_exceeded"
        assert "$0.60 of $0.80" in work.last(TurnEnded).detail
    assert_whole(records_of(setting.folder))


async def test_a_cheaper_model_goes_on_below_the_cap(
    repository: Repository, script: Script, tmp_path: Path
) -> None:
    repository.write("a.txt", "x\n")
    cheap = tmp_path / "cheap.toml"
    cheap.write_text("[facts]\ninput_price = 0.1\noutput_price = 0.1\n" + DONE + DONE)
    free = tmp_path / "unknown.toml"
    free.write_text(DONE)
    names = (f"script:{free}", f"script:{cheap}")
    budget = BudgetSettings(turn=0.3, cheaper=names)
    async with script(FACTS + paid(0.2) + DONE).with_mode(budget=budget).opened() as work:
        work.send_text("go")
        _, _, proposal = await work.asked()
        assert proposal.question is not None
        labels = {one.key: f"{one.label}, {one.detail}" for one in proposal.question.choices}
        assert list(labels) == ["b", "m", "stop"]
        assert labels["m"].startswith(f"go on with script:{cheap}, about $0.00")
        assert "turn" in labels["b"]
        await work.decide(answer("m"))
        await work.ended()
        assert work.last(ModelRequested).model == names[1]
        assert work.last(ModelRequested).first, "it gets the whole conversation"
        assert work.last(TurnEnded).reason == "done"
        spends = work.state.main.by_model
        assert spends[names[1]] == Spend()


@pytest.mark.parametrize("of", ["session", "day"])
async def test_compacting_first_is_offered_where_it_leads_below_the_cap_and_then_goes_on(
    repository: Repository, script: Script, tmp_path: Path, of: str
) -> None:
    repository.write("a.txt", "x" * 60_000 + "\n")
    dear = paid(0.01).replace("10000", "60000").replace("1000\n", "5000\n")
    after = '[[turn]]\ntext = "Done."\n[turn.when]\ncontains = "All is read."\n\n'
    summary = '[[turn]]\ntext = "All is read."\n[turn.usage]\ncost_usd = 0.1\n\n'
    setting = script(FACTS + after + paid(0.01) * 3 + dear + summary)
    setting.day_book = days = book(tmp_path / "days")
    limits = BudgetSettings(session=1.0) if of == "session" else BudgetSettings(day=1.0)
    async with setting.with_mode(budget=limits).opened() as work:
        work.send_text("look at it four times")
        _, _, proposal = await work.asked()
        assert proposal.question is not None
        labels = {one.key: one.detail for one in proposal.question.choices}
        assert labels["c"].startswith("about $0.8")
        days.set_aside("elsewhere", 0.3, None)  # Another process pays while a person thinks.
        await work.decide(answer("c"))
        await work.ended()
        assert work.last(ContextCompacted).by == "user"
        assert work.last(TurnEnded).reason == "done"
        purposes = [one.purpose for one in work.events(ModelRequested)][-2:]
        assert purposes == ["compaction", "turn"]
        assert len(work.events(ContextCompacted)) == 1
    assert_whole(records_of(setting.folder))


async def test_where_nobody_is_the_turn_ends_and_says_what_the_next_call_would_cost(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(FACTS + paid(0.2) + DONE).with_mode(budget=BudgetSettings(turn=0.25))
    async with setting.opened(manner=ALONE) as work:
        await work.say("go")
        ended = work.last(TurnEnded)
        assert ended.reason == "budget_exceeded"
        assert ended.detail.startswith("the turn has cost $0.20 of $0.25, and the next call")
        assert "would cost about $0.2" in ended.detail
        assert "--budget-turn" in ended.detail


async def test_children_that_work_side_by_side_never_pass_the_cap_together(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "x\n")
    slow = paid(0.2).replace("[[turn]]\n", "[[turn]]\ndelay_ms = 100\n", 1)
    for name in ("one", "two", "three"):
        family.add(name, FACTS + slow * 3 + DONE)
    parent = tasks(("one", "Go."), ("two", "Go."), ("three", "Go.")) + DONE
    setting = with_children(script(parent), family)
    async with setting.with_mode(budget=BudgetSettings(session=1.0)).opened(manner=ALONE) as work:
        await work.say("go")
        agents = work.state.agents.values()
        assert 0.79 < sum(one.spend.usd for one in agents) < 1.01
        ended = [one.turns[-1].ended for one in agents if one.parent]
        assert [one.reason for one in ended if one is not None] == ["budget_exceeded"] * 3


async def test_a_day_is_shared_with_other_sessions_and_raised_for_one_alone(
    repository: Repository, script: Script, tmp_path: Path
) -> None:
    repository.write("a.txt", "x\n")
    other = book(tmp_path / "days", Spend(usd=1.0))
    setting = script(FACTS + paid(0.2) + DONE)
    setting.day_book = book(tmp_path / "days", Spend(usd=1.0))
    limits = BudgetSettings(day=2.0)
    async with setting.with_mode(budget=limits).opened() as work:
        assert other.set_aside("elsewhere", 0.9, 2.0), "another process pays meanwhile"
        work.send_text("go")
        _, _, proposal = await work.asked()
        assert proposal.question is not None
        assert "today has cost $1.90 of $2.00" in proposal.question.text
        other.settle("elsewhere", Spend(usd=0.5))
        await work.decide(answer("b"))
        await work.ended()
        assert work.last(SettingChanged).value == "5.00 2026-01-02"
        assert work.last(TurnEnded).reason == "done"
        today = other.today().spend
        assert today is not None
        assert today.usd == pytest.approx(1.0 + 0.5 + 0.2)


@pytest.mark.timeout(60)
async def test_a_book_that_another_process_holds_stops_the_call_and_nothing_else(
    repository: Repository, script: Script, tmp_path: Path
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(FACTS + DONE)
    setting.day_book = days = book(tmp_path / "days")
    days.today()
    async with setting.with_mode(budget=BudgetSettings(day=2.0)).opened() as work:
        with (tmp_path / "days" / "2026-01-02.jsonl").open("rb") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            work.send_text("go")
            await asyncio.sleep(0.2)
            assert work.events(ModelRequested) == []
            work.send(SetBudget(usd=5.0, scope="day"))
            await work.until(lambda _: work.events(SettingChanged))
        await work.ended()
        assert work.last(TurnEnded).reason == "done"


@pytest.mark.parametrize("price", ["cost_usd = 0.2", "cost_usd = 0.0"])
async def test_an_answer_that_is_cut_off_counts_the_same_for_the_session_the_day_and_the_logs(
    repository: Repository, script: Script, tmp_path: Path, price: str
) -> None:
    repository.write("a.txt", "x\n")
    slow = '[[turn]]\nrate = 20\ntext = "' + "word " * 400 + '"\n'
    setting = script(FACTS + read(price) + slow)
    setting.day_book = days = book(tmp_path / "days")
    async with setting.opened() as work:
        work.send_text("go")
        await work.until(lambda _: len(work.events(TextDelta)) > 3)
        work.send(Interrupt())
        await work.ended()
        spend = work.state.main.spend
        assert spend == (NOTHING if price.endswith("0.0") else Spend(usd=0.2, unpriced=1))
        for _ in range(100):
            if days.today().spend == spend:
                break
            await asyncio.sleep(0.05)
        assert days.today().spend == spend
    day = datetime.fromisoformat(work.records[0].ts).astimezone().date().isoformat()
    assert cost_of_day([setting.folder], day) == spend


async def test_a_cap_that_cannot_be_kept_says_so_once_and_never_counts_nothing(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    unpriced = read("")
    setting = script(unpriced * 2 + DONE).with_mode(budget=BudgetSettings(session=0.5))
    async with setting.opened() as work:
        await work.say("go")
        said = [one.text for one in work.events(Notice) if "cannot be kept" in one.text]
        assert len(said) == 1
        assert "the cap of $0.50 for the session" in said[0]
        assert work.state.main.spend.unpriced == 2
        assert work.last(TurnEnded).reason == "done"


async def test_a_summary_on_request_is_not_paid_past_the_cap(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(FACTS + DONE + "[turn.usage]\ninput_tokens = 9000\ncost_usd = 0.09\n")
    async with setting.opened() as work:
        await work.say("go")
        work.send(SetBudget(usd=0.1))
        work.send(Compact())
        await work.until(lambda _: any("Not compacted" in n.text for n in work.events(Notice)))
        assert len(work.events(ModelRequested)) == 1


async def test_a_pause_and_what_was_chosen_are_the_same_again(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    dear = paid(0.01).replace("10000", "60000").replace("1000\n", "5000\n")
    summary = '[[turn]]\ntext = "All is read."\n[turn.usage]\ncost_usd = 0.5\n\n'
    after = '[[turn]]\ntext = "Done."\n[turn.when]\ncontains = "All is read."\n\n'
    setting = script(FACTS + after + paid(0.01) * 3 + dear + summary)
    async with setting.with_mode(budget=BudgetSettings(session=0.9)).opened() as work:
        work.send_text("go")
        await work.decide(answer("c"))
        await work.until(lambda _: work.events(ContextCompacted))
        await work.decide(answer("b"))
        await work.ended()
        assert work.last(TurnEnded).reason == "done"
    program = Program(repository.root)
    done = program.run("replay", str(setting.folder), "--run", "--json")
    assert done.lines[-1]["verdict"] == "same", done.out


@pytest.mark.capability("S1.6", part="a child's call in the cost and the log, approvals not")
async def test_a_childs_calls_stand_in_the_cost_and_the_log_and_no_approval_outlives_a_process(
    repository: Repository, script: Script, family: Family
) -> None:
    repository.write("a.txt", "x\n")
    family.add("helper", paid(0.3) + DONE)
    parent = tasks(("helper", "Help.")) + "[turn.usage]\ncost_usd = 0.1\n\n" + shell("true") + DONE
    setting = with_children(script(parent), family)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(Decision(verdict="session"))
        await work.ended()
        assert work.state.grants
        told = ["".join(text for _, text in line) for line in costs(work.state)]
        rows = {line.split()[0]: line for line in told if line.strip()}
        assert "$0.30" in rows["helper"]
        assert "$0.10" in rows["main"]
        assert "$0.40" in told[0], "the turn counts with its children"
        assert any("session" in line and "$0.40" in line for line in told)
        assert any("helper.toml" in line and "$0.30" in line for line in told)
    answered = [one for one in records_of(setting.folder) if isinstance(one.event, ModelResponded)]
    assert {one.agent_id != "main" for one in answered} == {True, False}
    async with setting.opened(again=True) as work:
        assert not work.state.grants
        assert work.state.main.spend.usd == pytest.approx(0.1), "what was spent is remembered"
    field = "mode"
    with pytest.raises(FrozenInstanceError):
        setattr(setting.settings, field, "auto")


def costs(state: Session) -> Sequence[Line]:
    return cost_lines(state, BudgetSettings(), Today())


async def test_a_pause_waits_over_the_end_of_the_process(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(FACTS + paid(0.2) + DONE).with_mode(budget=BudgetSettings(turn=0.25))
    async with setting.opened() as work:
        work.send_text("go")
        before = (await work.asked())[2].question
    async with setting.opened(again=True) as work:
        assert (await work.asked())[2].question == before
        await work.decide(answer("b"))
        await work.ended()
        assert work.last(SettingChanged).key == "budget_turn"
        assert work.last(TurnEnded).reason == "done"
    assert_whole(records_of(setting.folder))
