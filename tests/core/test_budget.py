from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.recording import Recording
from tui_agent.core.budget import caps_of, passed_cap, spent, unkept
from tui_agent.core.day import Today
from tui_agent.core.events import (
    ModelFailed,
    ModelRequested,
    ModelResponded,
    SessionStarted,
    SettingChanged,
    TurnStarted,
)
from tui_agent.core.forecast import FIRST_ANSWER, forecast
from tui_agent.core.messages import Message, ModelFacts, Usage
from tui_agent.core.settings import BudgetSettings
from tui_agent.core.spending import Forecast, Spend, cost_of, next_cap
from tui_agent.core.state import Session

FACTS = ModelFacts(model="m", input_price=3e-6, output_price=15e-6, cached_price=0.3e-6)
START = SessionStarted(
    session_id="s", program="agent", cwd="/w", workspace="/w", model="m", budget_usd=1.0
)


def session(*costs: float | None, tokens: int = 1000, cached: int | None = None) -> Session:
    """Return a session whose open turn has had an answer of each cost."""
    recording = Recording().add(START, TurnStarted(text="go", mode="ask"))
    for number, cost in enumerate(costs):
        usage = Usage(input_tokens=tokens, output_tokens=500, cached_tokens=cached, cost_usd=cost)
        recording.add(
            ModelRequested(
                request_id=f"r{number}",
                model="m",
                request_hash="h",
                added=(Message(role="user", text="x" * 400),),
            ),
            ModelResponded(request_id=f"r{number}", text="y", usage=usage),
        )
    return recording.state()


def test_the_narrowest_cap_that_a_call_would_pass_is_named_with_what_was_spent() -> None:
    state = session(0.6, 0.3)
    assert passed_cap(state, BudgetSettings(), Today(), 0.05) is None
    assert passed_cap(state, BudgetSettings(), Today(), 0.1) is None, "just as much as is left"
    assert passed_cap(state, BudgetSettings(), Today(), 0.11) == ("session", 1.0, spent(state))
    turn = passed_cap(state, BudgetSettings(turn=0.95), Today(), 0.11)
    assert turn == ("turn", 0.95, Spend(usd=0.6 + 0.3))
    today = Today(day="2026-01-02", spend=Spend(usd=4.99))
    assert passed_cap(state, BudgetSettings(day=5.0), today, 0.02) == ("day", 5.0, today.spend)


def test_a_raised_cap_holds_for_its_turn_its_session_or_its_day() -> None:
    budget = BudgetSettings(turn=1.0, day=5.0)
    recording = Recording().add(
        START,
        TurnStarted(text="go", mode="ask"),
        SettingChanged(key="budget_turn", value="2.00"),
        SettingChanged(key="budget_day", value="9.00 2026-01-02"),
        SettingChanged(key="budget_usd", value="3.00"),
    )
    state = recording.state()
    assert caps_of(state, budget, "2026-01-02") == {"turn": 2.0, "session": 3.0, "day": 9.0}
    assert caps_of(state, budget, "2026-01-03")["day"] == 5.0
    later = recording.add(TurnStarted(text="again", mode="ask")).state()
    assert caps_of(later, budget, "2026-01-02")["turn"] == 1.0


def test_an_unknown_price_is_never_counted_as_nothing() -> None:
    state = session(0.25, None)
    assert spent(state) == Spend(usd=0.25, unpriced=1)
    unknown = Forecast(model="m", input_tokens=10)
    said = unkept({"session": 1.0}, unknown, Today())
    assert said == ("The price of m is unknown: the cap of $1.00 for the session cannot be kept.")
    known = Forecast(model="m", input_tokens=10, cost_usd=0.1)
    assert "What today has cost is unknown" in unkept({"day": 2.0}, known, Today(day="x"))
    assert not unkept({}, unknown, Today())
    some = Spend(usd=0.1, unpriced=2)
    assert "the cap of $1.00 for the session may be passed" in unkept(
        {"session": 1.0}, known, Today(), some
    )
    assert not unkept({}, known, Today(), some)
    assert not unkept({"day": 2.0}, known, Today(day="x", spend=Spend()))
    reached = session(1.0, None)
    assert passed_cap(reached, BudgetSettings(), Today(), None) is not None


def test_an_answer_that_was_cut_off_has_an_unknown_price_where_the_model_is_not_free() -> None:
    cut = ModelFailed(request_id="r", kind="cancelled", message="stopped", partial="I will")
    asked = ModelRequested(request_id="r", model="m", request_hash="h")
    start = (START, TurnStarted(text="go", mode="ask"))
    paid = ModelResponded(request_id="q", usage=Usage(cost_usd=0.1))
    first = ModelRequested(request_id="q", model="m", request_hash="h")
    assert spent(Recording().add(*start, first, paid, asked, cut).state()).unpriced == 1
    assert spent(Recording().add(*start, asked, cut).state()).unpriced == 0


def test_a_call_is_foreseen_from_its_request_and_from_the_answers_so_far() -> None:
    fresh = session()
    first = forecast(fresh, fresh.main, FACTS, "s" * 4000, ())
    assert first.input_tokens == 1000, "only the system text"
    assert first.output_tokens == FIRST_ANSWER
    state = session(0.1, tokens=40_000, cached=30_000)
    known = forecast(state, state.main, FACTS, "s" * 4000, ())
    assert known.input_tokens == 40_500, "as the provider counted, with the answer"
    assert known.cached_tokens == 40_000
    assert known.output_tokens == 500
    assert known.cost_usd == pytest.approx(40_000 * 0.3e-6 + 500 * 3e-6 + 500 * 15e-6)
    uncached = session(0.1, tokens=40_000)
    assert forecast(uncached, uncached.main, FACTS, "", ()).cached_tokens == 0
    unpriced = forecast(state, state.main, ModelFacts(model="m"), "", ())
    assert unpriced.cost_usd is None


def test_reading_and_writing_a_cache_have_their_own_prices() -> None:
    facts = ModelFacts(
        model="m", input_price=3.0, output_price=15.0, cached_price=0.3, cache_write_price=3.75
    )
    usage = Usage(
        input_tokens=100, cached_tokens=60, cache_write_tokens=30, output_tokens=2, cost_usd=None
    )
    assert cost_of(usage, facts) == pytest.approx(10 * 3 + 60 * 0.3 + 30 * 3.75 + 2 * 15)


@given(st.floats(min_value=0.0, max_value=1e6))
def test_the_cap_that_is_offered_is_round_and_leaves_room(passed: float) -> None:
    offered = next_cap(passed)
    assert offered >= passed * 4 / 3
    assert offered <= max(0.01, passed * 4 / 3 * 2.51)
    assert f"{offered:g}".strip("0.")[:1] in "125"
