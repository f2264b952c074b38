"""A conversation that is compacted: what stays word for word, and that nothing of it is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.agent.conftest import Script
from tests.agent.family import EDIT_A
from tests.agent.invariants import (
    assert_same_forwards_and_backwards,
    assert_whole,
    records_of,
)
from tests.agent.scripts import DONE, call, shell
from tests.stories.program import Program
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.repository import Repository
from tui_agent.adapters.session_log.folders import Shelf
from tui_agent.adapters.session_log.forks import fork
from tui_agent.core.blob import preview_of
from tui_agent.core.commands import Compact, Interrupt, Rewind, SetMode, Undo
from tui_agent.core.events import (
    ContextCompacted,
    ModelRequested,
    ModelResponded,
    Notice,
    TurnEnded,
)
from tui_agent.core.messages import Message
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import ContextSettings

TOO_LONG = """[[turn.fault]]
kind = "status"
status = 400
body = '{"error": {"code": "context_length_exceeded", "message": "too long"}}'
"""


def said(text: str, tokens: int = 900) -> str:
    usage = f"[turn.usage]\ninput_tokens = {tokens}\noutput_tokens = 10\ncost_usd = 0.01\n\n"
    return f'[[turn]]\ntext = "{text}"\n{usage}'


def record_in(work: AgentAtWork) -> str:
    """Return what stands in the conversation's place, whole."""
    head = work.last(ContextCompacted).head
    return "\n\n".join(work.agent.engine.loaded(one.text) for one in head)


def executed_again(setting: Setting) -> str:
    """Return the verdict of today's code on the session's log."""
    program = Program(setting.repository.root)
    done = program.run("replay", str(setting.folder), "--run", "--json")
    return f"{done.lines[-1]['verdict']} {done.lines[-1].get('divergences') or ''}".strip()


@pytest.mark.capability("S4.6", part="compaction")
async def test_what_was_said_and_decided_stands_word_for_word_however_often_it_is_compacted(
    repository: Repository, script: Script
) -> None:
    repository.write("AGENTS.md", "Always use tabs.\n")
    repository.write("a.txt", "one\n" + "filler\n" * 2000)
    plan = call("plan", "{ steps = [{ text = 'mend a', state = 'current' }] }")
    turns = plan + call("read", "{ path = 'a.txt' }") + EDIT_A + shell("rm -rf keep")
    script_text = turns + said("I stopped.", 9000) + said("First summary.") + said("On.", 1000)
    setting = script(script_text + said("Second summary.") + said("Over.", 1000))
    async with setting.opened() as work:
        work.send_text("mend a.txt, but never touch keep/")
        await work.decide(Decision(verdict="once"))
        await work.decide(Decision(verdict="reject", feedback="keep/ is mine"))
        await work.ended()
        before = work.state.main.context_used
        work.send(Compact(instructions="the tabs"))
        await work.until(lambda _: work.events(ContextCompacted))
        await work.say("go on")
        work.send(Compact())
        await work.until(lambda _: len(work.events(ContextCompacted)) == 2)
        record = record_in(work)
        for kept in (
            "Always use tabs.",
            "mend a.txt, but never touch keep/",
            "[turn 2]\ngo on",
            "rejected: shell rm -rf keep, because: keep/ is mine",
            "accepted: 1 hunk of a.txt",
            "mend a",
            "a.txt: read lines 1-1000 of 2001",
            "changed in this session: +1 −1",
            f"# Summary, in your own words\n\n{work.last(ContextCompacted).summary}",
        ):
            assert kept in record, kept
        first = work.events(ContextCompacted)[0]
        assert first.words == "the tabs"
        assert "the tabs" in preview_of(first.head[-1].text)
        asked = [one.added[-1].text for one in work.events(ModelRequested)]
        assert sum("keep this in mind above all: the tabs" in str(one) for one in asked) == 1
        assert first.tokens_before == before == 9010
        assert first.tokens_after < 4000, "the meter shrinks at once"
        assert work.state.main.spend.usd == pytest.approx(0.04), "both summaries are paid for"
        await work.say("and now?")
        assert work.last(TurnEnded).reason == "done"
    records = records_of(setting.folder)
    assert_whole(records)
    assert_same_forwards_and_backwards(records)
    assert executed_again(setting) == "same"


async def test_a_rewind_leads_back_behind_a_compaction(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(said("One.") + said("Sum.") + said("Two.") + said("Three."))
    async with setting.opened() as work:
        await work.say("first")
        whole = list(work.state.main.messages)
        place = work.state.seq
        work.send(Compact())
        await work.until(lambda _: work.events(ContextCompacted))
        await work.say("second")
        work.send(Rewind(to_seq=place, files=False))
        await work.ended()
        assert work.state.main.messages == whole
        await work.say("third")
        assert work.last(TurnEnded).reason == "done"
    assert_whole(records_of(setting.folder))


async def test_an_empty_summary_takes_no_message_with_it(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(said("word " * 400) + said("Short.") + said("") + said("Three."))
    async with setting.opened() as work:
        await work.say("first")
        await work.say("second")
        answer = work.state.main.messages[-1]
        work.send(Compact())
        await work.until(lambda _: work.events(Notice))
        assert work.last(Notice).text == "The model's summary was empty."
        assert (work.last(ContextCompacted).summary, work.state.main.messages[-1]) == ("", answer)


@pytest.mark.capability("S4.6", part="forked over")
async def test_a_fork_before_in_at_and_after_a_compaction_goes_on_with_that_very_conversation(
    repository: Repository, script: Script, tmp_path: Path
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(said("One.") + said("Sum.") + said("Two.") + said("Three.") * 9)
    async with setting.opened() as work:
        await work.say("first")
        whole, before = list(work.state.main.messages), work.state.seq
        work.send(Compact())
        await work.until(lambda _: work.events(ContextCompacted))
        short = list(work.state.main.messages)
        await work.say("second")
        after, end = list(work.state.main.messages), work.state.seq
    records = records_of(setting.folder)
    at = next(one.seq for one in records if isinstance(one.event, ContextCompacted))
    assert isinstance(records[at - 2].event, ModelResponded), "the summary alone, cut off there"
    beside = Shelf(
        sessions=setting.folder.parent.parent, folder=tmp_path, key={}, root=repository.root
    )
    for seq, known in ((before, whole), (at - 1, short), (at, short), (end, after)):
        forked = fork(setting.folder, beside, seq=seq, now="2026-01-02T03:04:05.000Z")
        elsewhere = replace(setting, state=tmp_path / f"at-{seq}")
        elsewhere.folder.parent.mkdir(parents=True)
        forked.rename(elsewhere.folder)
        async with elsewhere.opened(again=True) as work:
            await work.say("go on")
            sent = work.state.main.messages[:-1]
            assert sent == [*known, Message(role="user", text="go on")], seq
        assert_whole(records_of(elsewhere.folder))


async def test_a_nearly_full_window_is_announced_and_then_compacted_in_the_middle_of_a_turn(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    reads = "".join(
        call("read", "{ path = 'a.txt' }").rstrip()
        + f"\n[turn.usage]\ninput_tokens = {used}\noutput_tokens = 1\ncost_usd = 0.0\n\n"
        for used in (1000, 7800, 9000)
    )
    facts = "[facts]\ncontext_tokens = 10000\n\n"
    setting = script(facts + reads + said("Summary.") + said("Done.", 300))
    async with setting.opened() as work:
        work.send(SetMode(mode="plan"))
        await work.say("read it")
        compacted = work.last(ContextCompacted)
        assert compacted.by == "limit"
        told = [one.text for one in work.events(Notice)]
        assert told == [
            "The context is 78 % full. At 85 % the conversation is compacted; /compact does it now."
        ]
        assert "Mode is now plan" in record_in(work)
        assert work.last(TurnEnded).reason == "done"
        assert work.state.main.window == 10000
    assert_whole(records_of(setting.folder))
    assert executed_again(setting) == "same"
    never = setting.with_mode(context=ContextSettings(compact_at=0.0))
    never.state = setting.state.with_name("never")
    async with never.opened() as work:
        await work.say("read it")
        assert not work.events(ContextCompacted)


@pytest.mark.capability("S4.6", part="overflow")
async def test_a_request_that_does_not_fit_is_compacted_and_sent_again(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script('[[turn]]\ntext = "So far so good."\n' + TOO_LONG)
    async with setting.opened() as work:
        await work.say("a long story")
        assert work.last(ContextCompacted).by == "overflow"
        assert work.last(ContextCompacted).summary == "So far so good."
        assert "a long story" in record_in(work)
        assert work.last(TurnEnded).reason == "done"
        purposes = [one.purpose for one in work.events(ModelRequested)]
        assert purposes == ["turn", "compaction", "turn"]
    assert_whole(records_of(setting.folder))


async def test_where_not_even_the_summary_fits_the_record_alone_takes_its_place(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    twice = TOO_LONG.replace('"status"', '"status"\ntimes = 2')
    setting = script('[[turn]]\ntext = "At last."\n' + twice)
    async with setting.opened() as work:
        await work.say("a very long story")
        assert "a very long story" in record_in(work)
        assert "could not summarise" in preview_of(work.last(ContextCompacted).summary)
        assert work.last(TurnEnded).reason == "done"
        sent = [preview_of(one.text) for one in work.state.main.messages]
        assert not any("will be replaced by what you write now" in one for one in sent)
    assert_whole(records_of(setting.folder))


async def test_a_summary_that_never_comes_changes_nothing(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    setting = script(DONE)
    async with setting.opened() as work:
        await work.say("first")
        before = list(work.state.main.messages)
        work.send(Compact())
        await work.until(lambda _: any("Not compacted" in n.text for n in work.events(Notice)))
        assert work.state.main.messages == before


async def test_a_summary_can_be_stopped_and_what_was_said_meanwhile_is_not_lost(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "x\n")
    slow = '[[turn]]\ntext = "Too late."\ndelay_ms = 60000\n\n'
    setting = script(
        said("One.") + '[[turn]]\ntext = "Two."\n[turn.when]\ncontains = "second"\n\n' + slow
    )
    async with setting.opened() as work:
        await work.say("first")
        before = list(work.state.main.messages)
        work.send(Compact())
        await work.until(lambda state: state.main.summarising)
        work.send_text("second")
        await work.until(lambda state: state.queue)
        work.send(Interrupt())
        await work.until(lambda state: len(state.main.turns) == 2)
        await work.ended()
        assert work.last(TurnEnded).reason == "done"
        assert work.state.main.messages[: len(before)] == before
        assert not work.events(ContextCompacted)
        work.send(Compact())
        await work.until(lambda state: state.main.summarising)
    async with setting.opened(again=True) as work:
        assert not work.state.main.summarising
        assert "first" in preview_of(work.state.main.messages[-4].text)
    assert_whole(records_of(setting.folder))
    assert executed_again(setting) == "same"


async def test_what_was_rejected_or_edited_is_known_by_its_lines(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n" + "filler\n" * 2000 + "two\n" + "filler\n" * 20 + "three\n")
    edits = ", ".join(f'{{ old = "{one}", new = "{one} more" }}' for one in ("one", "two", "three"))
    setting = script(call("edit", f'{{ path = "a.txt", edits = [{edits}] }}') + said("Sorry."))
    setting.script.write_text(setting.script.read_text() + said("Summary."))
    async with setting.opened() as work:
        work.send_text("mend a.txt")
        _, _, proposal = await work.asked()
        assert proposal.patch is not None
        first, second, third = proposal.patch.files[0].run_ids
        await work.decide(
            Decision(
                verdict="once",
                hunks=(
                    HunkDecision(path="a.txt", runs=(first,), verdict="reject", reason="mine"),
                    HunkDecision(
                        path="a.txt",
                        runs=(second,),
                        verdict="edit",
                        span=(2001, 2002),
                        text="two by hand\n",
                    ),
                    HunkDecision(path="a.txt", runs=(third,), verdict="accept"),
                ),
            )
        )
        await work.ended()
        work.send(Undo(turn=1))
        await work.ended()
        work.send(Compact())
        await work.until(lambda _: work.events(ContextCompacted))
        record = record_in(work)
    proposed = "\n  proposed:\n    -{0}\n    +{0} more\n"
    assert f"- rejected a hunk of a.txt, because: mine{proposed.format('one')}" in record
    by_hand = f"{proposed.format('two')}  now:\n    two by hand\n"
    assert f"- edited a hunk of a.txt by hand{by_hand}" in record
    assert "- accepted: 1 hunk of a.txt" in record
    assert "- took back turn 1: a.txt  +2 −2: leave it so unless asked" in record
