"""What happens to a model's provider stands in the log, and every front end tells it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.support.agent_at_work import Setting
from tests.support.clock import QuickClock
from tui_agent.adapters.models.care import Care
from tui_agent.adapters.models.pace import Rate
from tui_agent.agent.manner import Manner
from tui_agent.core.events import ModelFailed, ModelHeld, ModelRequested, ModelResponded, TurnEnded
from tui_agent.core.messages import ModelFacts
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import BudgetSettings, Settings
from tui_agent.ui.report import report_lines
from tui_agent.ui.transcript import Detail, Transcript
from tui_agent.ui.tui.summary import View, activity_of, status_of

pytestmark = pytest.mark.asyncio

LOOK_TWICE = """
[[turn]]
call = [{ name = "list", arguments = { path = "." } }]
[[turn]]
call = [{ name = "list", arguments = { path = "." } }]
[[turn]]
text = "Three requests."
"""
DOWN = """
[[turn]]
text = "Never."
fault = [{ kind = "status", status = 500, times = 99 }]
"""


async def told(records: list[object], kind: type) -> list[str]:
    """What line mode and headless runs say of these events."""

    async def nothing(sha: str) -> bytes:
        raise KeyError(sha)

    transcript, lines = Transcript(nothing, Detail()), []
    for record in records:
        said = await transcript.tell(record)  # type: ignore[arg-type]
        if isinstance(getattr(record, "event", None), kind):
            lines += ["".join(text for _, text in line) for line in said.aside]
    return lines


@pytest.mark.capability("S3.18", part="calls spaced in the log")
async def test_two_requests_a_minute_stand_half_a_minute_apart_in_the_log(script: Script) -> None:
    clock = QuickClock()
    care = Care(rates={"script": Rate(requests=2)}, now=clock.monotonic, pause=clock.pause)
    setting = replace(script(LOOK_TWICE), care=care, clock=clock)
    async with setting.opened() as story:
        await story.say("look twice")
    answers = [
        datetime.fromisoformat(one.ts)
        for one in story.records
        if isinstance(one.event, ModelResponded)
    ]
    apart = [(b - a).total_seconds() for a, b in pairwise(answers)]
    assert apart == [30.0, 30.0]
    assert [one.seconds for one in story.events(ModelHeld)] == [30.0, 30.0]
    assert (
        await told(list(story.records), ModelHeld)
        == ["· waits for the rate limit of script (2 requests a minute), 30 s"] * 2
    )


async def test_the_screen_counts_down_what_a_request_still_waits(script: Script) -> None:
    clock = QuickClock()
    care = Care(rates={"script": Rate(requests=2)}, now=clock.monotonic)
    setting = replace(script(LOOK_TWICE), care=care, clock=clock)
    async with setting.opened() as story:
        story.send_text("look twice")
        await story.until(lambda _: story.events(ModelHeld))
        row = activity_of(story.state, {}, View(now_ms=18_000))
        later = activity_of(story.state, {}, View(now_ms=31_000))
    assert (row.what, row.facts) == ("waits for the rate limit", ("12 s", "script"))
    assert later.what == "going on"


@pytest.mark.capability("S3.16", part="badge, words and log")
async def test_a_stand_in_is_badge_words_and_record_until_the_chosen_model_answers(
    script: Script,
) -> None:
    clock = QuickClock()
    setting = script(DOWN)
    spare = setting.script.with_name("spare.json")
    spare.write_text(json.dumps({"turn": [{"text": "From the spare."}]}), encoding="utf-8")
    name = f"script:{spare}"
    care = Care(stand_ins=(name,), now=clock.monotonic, pause=clock.pause)
    async with replace(setting, care=care, clock=clock).opened() as story:
        await story.say("go")
        badge = status_of(story.state)
    last = story.events(ModelFailed)[-1]
    assert (last.next_model, last.next_price) == (name, "price unknown")
    assert (badge.stands_in, badge.model) == (True, "spare (scripted)")
    assert story.last(ModelRequested).model == f"script:{setting.script}"
    assert story.state.main.turns[-1].ended is not None
    assert story.state.main.turns[-1].ended.reason == "done"
    words = await told(list(story.records), ModelFailed)
    assert words[-1] == f"  {name} stands in (price unknown)"


async def test_what_keys_are_asked_with_is_in_no_record(script: Script) -> None:
    settings = Settings(api_key_cmd={"anthropic": "pass show the-name-of-my-vault"})
    setting = replace(script('[[turn]]\ntext = "Hello."'), settings=settings)
    async with setting.opened() as story:
        await story.say("hello")
    kept = b"".join(one.read_bytes() for one in setting.state.rglob("*") if one.is_file())
    assert b"Hello." in kept
    assert b"the-name-of-my-vault" not in kept


@pytest.mark.capability("S3.16", part="an optional step is lost, the report names it")
async def test_a_summary_that_cannot_be_had_is_done_without_and_the_report_names_it(
    script: Script,
) -> None:
    down = '[{ kind = "status", status = 500, times = 99 }]'
    setting = script(
        '[[turn]]\ntext = "One."\nusage = { input_tokens = 9000, output_tokens = 10 }\n'
        f'[[turn]]\ntext = "Never."\nfault = {down}\n'
        '[turn.when]\ncontains = "replaced by what you"\n'
        '[[turn]]\ntext = "It goes on."\n'
    )
    clock = QuickClock()
    care = Care(now=clock.monotonic, pause=clock.pause)
    async with replace(setting, care=care, clock=clock).opened() as story:
        await story.say("one")
        story.agent.engine.facts = ModelFacts(model="m", context_tokens=10_000)
        await story.say("go on")
        ended = story.state.main.turns[-1].ended
        assert ended is not None
        lines = [
            "".join(text for _, text in line) for line in report_lines(ended, story.state, None)
        ]
    assert (ended.reason, ended.report.summary) == ("done", "It goes on.")
    assert [one.purpose for one in story.events(ModelRequested)] == ["turn", "compaction", "turn"]
    assert lines[1].startswith("! Without: the conversation was not summarised: ")


def with_a_dear_stand_in(script: Script, cap: float) -> tuple[Setting, str]:
    """Return a session whose model is down, and a stand-in of which one call costs about $1."""
    clock = QuickClock()
    setting = script("[facts]\ninput_price = 0.01\noutput_price = 0.01\n\n" + DOWN)
    spare = setting.script.with_name("spare.toml")
    text = '[[turn]]\ntext = "From the spare."\n'
    spare.write_text(f"[facts]\ninput_price = 50.0\noutput_price = 300.0\n\n{text}")
    name = f"script:{spare}"
    care = Care(stand_ins=(name,), now=clock.monotonic, pause=clock.pause)
    settings = Settings(fallback=(name,), budget=BudgetSettings(turn=cap))
    return replace(setting, care=care, clock=clock, settings=settings), name


@pytest.mark.parametrize(("cap", "asked"), [(0.25, False), (2.0, True)])
async def test_a_dearer_stand_in_is_asked_only_below_the_caps(
    script: Script, cap: float, *, asked: bool
) -> None:
    setting, name = with_a_dear_stand_in(script, cap)
    async with setting.opened(manner=Manner(trusted=True, attended=False)) as story:
        await story.say("go")
        failed = story.events(ModelFailed)
        ended = story.last(TurnEnded)
    if asked:
        assert failed[-1].next_model == name
        assert ended.reason == "done"
    else:
        assert [one.next_model for one in failed] == [""] * len(failed)
        assert f"{name} is not asked in its place: the turn has cost $0.00 of $0.25, and" in (
            failed[-1].message
        )
        assert failed[-1].remedy.startswith("--budget-turn ")
        assert ended.reason == "model_failed"


@pytest.mark.case(96)
@pytest.mark.parametrize(("key", "reason"), [("b", "done"), ("stop", "budget_exceeded")])
async def test_a_person_says_whether_a_stand_in_beyond_a_cap_is_asked(
    script: Script, key: str, reason: str
) -> None:
    setting, name = with_a_dear_stand_in(script, 0.25)
    async with setting.opened() as story:
        story.send_text("go")
        _, call, proposal = await story.asked()
        assert call.tool == "budget"
        assert proposal.question is not None
        assert proposal.question.pause is not None
        assert proposal.question.pause.next.model == name
        assert story.last(ModelFailed).next_model == ""
        await story.decide(Decision(verdict="once", answer=key))
        await story.ended()
        assert story.last(TurnEnded).reason == reason
        assert [one.next_model for one in story.events(ModelFailed)].count(name) == (key == "b")
    assert_whole(records_of(setting.folder))
