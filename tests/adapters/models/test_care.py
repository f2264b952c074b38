"""Providers that fail are left alone, others stand in for them, and limits are kept."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.models.conftest import Heard, asking, hear
from tests.support.clock import QuickClock
from tui_agent.adapters.models.breaker import FAILURES, OPEN_SECONDS, SUCCESSES, Breakers
from tui_agent.adapters.models.care import Care
from tui_agent.adapters.models.endpoints import Endpoints
from tui_agent.adapters.models.faults import Fault
from tui_agent.adapters.models.pace import Pace, Rate
from tui_agent.adapters.models.router import RoutedModel
from tui_agent.core.messages import AttemptFailed, Held, ModelFacts
from tui_agent.core.prices import price_words, stand_in_words

DOWN = Fault("server", "it answered 500", retry=True)
FIVE_HUNDREDS = {"kind": "status", "status": 500}


def written(folder: Path, name: str, *turns: dict[str, Any]) -> str:
    (folder / f"{name}.json").write_text(json.dumps({"turn": turns}), encoding="utf-8")
    return f"script:{name}.json"


def cared_for(folder: Path, clock: QuickClock, *stand_ins: str, **rates: Rate) -> RoutedModel:
    care = Care(
        stand_ins=stand_ins, rates=rates, chance=lambda: 1.0, now=clock.monotonic, pause=clock.pause
    )
    return RoutedModel({}, Endpoints.of({}), folder=folder, care=care)


def failures(heard: Heard) -> list[tuple[int, float, str]]:
    return [
        (one.attempt, one.wait_seconds, one.next_model.partition(":")[2])
        for one in heard.only(AttemptFailed)
    ]


@pytest.mark.capability("S3.16", part="breaker")
def test_a_breaker_opens_at_five_failures_and_closes_at_two_answers() -> None:
    clock = QuickClock()
    breakers = Breakers(clock.monotonic)
    for _ in range(FAILURES - 1):
        breakers.failed("a", DOWN)
    assert not breakers.tripped("a")
    breakers.failed("a", DOWN)
    assert breakers.seconds_left("a") == OPEN_SECONDS
    clock.advance(OPEN_SECONDS)
    assert (breakers.seconds_left("a"), breakers.tripped("a")) == (0.0, True)
    for _ in range(SUCCESSES):
        assert breakers.tripped("a")
        breakers.answered("a")
    assert not breakers.tripped("a")


def test_a_failure_on_trial_opens_a_breaker_again_and_others_are_not_touched() -> None:
    clock = QuickClock()
    breakers = Breakers(clock.monotonic)
    for _ in range(FAILURES):
        breakers.failed("a", DOWN)
    clock.advance(OPEN_SECONDS)
    breakers.answered("a")
    breakers.failed("a", DOWN)
    assert breakers.seconds_left("a") == OPEN_SECONDS
    assert breakers.seconds_left("b") == 0.0


@pytest.mark.parametrize("kind", ["key", "context", "refused", "not_found", "host"])
def test_what_the_provider_is_not_to_blame_for_trips_no_breaker(kind: Any) -> None:
    breakers = Breakers(QuickClock().monotonic)
    for _ in range(3 * FAILURES):
        breakers.failed("a", Fault(kind, ""))
    assert not breakers.tripped("a")


@given(st.lists(st.floats(0, 40), min_size=2, max_size=20), st.integers(1, 120))
def test_calls_are_never_closer_than_the_limit_wants(gaps: list[float], requests: int) -> None:
    clock = QuickClock()
    pace = Pace({"a": Rate(requests=requests)}, clock.monotonic)
    begun = []
    for gap in gaps:
        clock.advance(gap)
        begun.append(clock.monotonic() + pace.take("a").seconds)
    begun.sort()
    apart = [after - before for before, after in pairwise(begun)]
    assert min(apart) >= 60 / requests - 1e-6


def test_tokens_push_the_next_call_away() -> None:
    clock = QuickClock()
    pace = Pace({"a": Rate(tokens=6000)}, clock.monotonic)
    assert pace.take("a").seconds == 0
    pace.spent("a", 2000)
    slot = pace.take("a")
    assert (slot.seconds, slot.why) == (20.0, "6,000 tokens a minute")
    assert pace.take("b").seconds == 0


@pytest.mark.asyncio
@pytest.mark.capability("S3.16", part="fallback")
async def test_a_declared_model_stands_in_where_a_provider_keeps_failing(tmp_path: Path) -> None:
    down = written(tmp_path, "down", {"text": "Never.", "fault": [{**FIVE_HUNDREDS, "times": 99}]})
    spare = written(tmp_path, "spare", {"text": "From the spare.", "repeat": 9})
    clock = QuickClock()
    model = cared_for(tmp_path, clock, spare)

    first = await hear(model, asking(down))
    assert failures(first) == [
        (1, 0.5, ""), (2, 1.0, ""), (3, 2.0, ""), (4, 0.0, "spare.json")
    ]  # fmt: skip
    assert first.whole.text == "From the spare."
    assert first.only(AttemptFailed)[-1].next_price == "price unknown"

    fifth = await hear(model, asking(down))
    assert failures(fifth) == [(1, 0.0, "spare.json")]
    left_alone = await hear(model, asking(down))
    assert failures(left_alone) == [(1, 0.0, "spare.json")]
    assert "failed 5 times in a row and is left alone for 60 s" in (
        left_alone.only(AttemptFailed)[0].message
    )


@pytest.mark.asyncio
async def test_a_provider_that_is_well_again_is_asked_again(tmp_path: Path) -> None:
    weak = written(
        tmp_path, "weak", {"text": "Well again.", "fault": [{**FIVE_HUNDREDS, "times": FAILURES}]}
    )
    spare = written(tmp_path, "spare", {"text": "From the spare."})
    clock = QuickClock()
    model = cared_for(tmp_path, clock, spare)
    heard = [(await hear(model, asking(weak))).whole.text for _ in range(3)]
    clock.advance(OPEN_SECONDS)
    heard.append((await hear(model, asking(weak))).whole.text)
    assert heard == ["From the spare."] * 3 + ["Well again."]


@pytest.mark.asyncio
async def test_nothing_stands_in_that_was_not_declared_or_for_a_fault_of_the_users(
    tmp_path: Path,
) -> None:
    down = written(tmp_path, "down", {"text": "", "fault": [{**FIVE_HUNDREDS, "times": 99}]})
    wrong = written(tmp_path, "wrong", {"text": "", "fault": [{"kind": "status", "status": 401}]})
    spare = written(tmp_path, "spare", {"text": "From the spare."})

    alone = await hear(cared_for(tmp_path, QuickClock()), asking(down))
    assert alone.failure.kind == "server"
    refused = await hear(cared_for(tmp_path, QuickClock(), spare), asking(wrong))
    assert (refused.failure.kind, failures(refused)) == ("key", [])


@pytest.mark.asyncio
@pytest.mark.capability("S3.18", part="API rate")
async def test_two_requests_a_minute_are_half_a_minute_apart(tmp_path: Path) -> None:
    name = written(tmp_path, "talk", {"text": "Yes.", "repeat": 9})
    clock = QuickClock()
    model = cared_for(tmp_path, clock, script=Rate(requests=2))
    begun, waits = [], []
    for _ in range(3):
        heard = await hear(model, asking(name))
        begun.append(clock.monotonic())
        waits += [(one.provider, one.why, one.seconds) for one in heard.only(Held)]
        clock.advance(12)
    assert begun == [0.0, 30.0, 60.0]
    assert waits == [("script", "2 requests a minute", 18.0)] * 2


@pytest.mark.asyncio
async def test_what_a_provider_asks_to_wait_holds_for_everybody(tmp_path: Path) -> None:
    busy = {"kind": "status", "status": 429, "retry_after": 7}
    name = written(tmp_path, "busy", {"text": "Yes.", "fault": [busy], "repeat": 2})
    clock = QuickClock()
    model = cared_for(tmp_path, clock)
    stream = model.stream(asking(name))
    failed = await anext(stream)
    assert isinstance(failed, AttemptFailed)
    assert failed.wait_seconds == 7
    other = await hear(model, asking(name))
    assert [(one.why, one.seconds) for one in other.only(Held)] == [("the provider's own limit", 7)]
    await stream.aclose()


def test_a_price_is_told_for_a_million_tokens_and_a_dearer_one_is_called_dearer() -> None:
    small = ModelFacts(model="a/small", input_price=0.25e-6, output_price=2e-6)
    large = ModelFacts(model="a/large", input_price=3e-6, output_price=15e-6)
    assert stand_in_words(small, large) == "$0.25 in, $2.00 out a million tokens"
    assert stand_in_words(large, small) == (
        "$3.00 in, $15.00 out a million tokens; dearer than a/small ($0.25 in, $2.00 out)"
    )
    assert price_words(ModelFacts(model="b")) == "price unknown"
