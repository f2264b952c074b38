from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_agent.core.messages import ModelFacts
from tui_agent.core.needs import cheapest_first, eligible, failing, needs_of

SMALL = ModelFacts(
    model="a/small", context_tokens=128_000, output_limit=16_000, input_price=0.2e-6,
    output_price=1e-6, tools=True,
)  # fmt: skip
LARGE = ModelFacts(
    model="b/large", context_tokens=1_000_000, output_limit=64_000, input_price=3e-6,
    output_price=15e-6, tools=True, images=True, reasoning=True,
)  # fmt: skip
UNKNOWN = ModelFacts(model="c/unknown")
ALL = [SMALL, LARGE, UNKNOWN]


@pytest.mark.parametrize(
    ("needs", "found"),
    [
        ("tools", ["a/small", "b/large"]),
        ("vision", ["b/large"]),
        ("reasoning,in<=3", ["b/large"]),
        ("context>=100k", ["a/small", "b/large"]),
        ("context>=128_001", ["b/large"]),
        ("context >= 1M", ["b/large"]),
        ("output>=16k,out<=$1", ["a/small"]),
        ("", ["a/small", "b/large", "c/unknown"]),
    ],
)
def test_a_need_keeps_the_models_that_meet_it(needs: str, found: list[str]) -> None:
    assert [one.model for one in eligible(needs_of(needs.split(",")), ALL)] == found


@pytest.mark.parametrize("word", ["tool", "context", "context<=1k", "in>=3", "context>=", "out<=x"])
def test_what_is_no_need_is_told_with_those_that_are(word: str) -> None:
    with pytest.raises(ValueError, match="is no need: tools, vision"):
        needs_of([word])


def test_the_needs_that_nobody_meets_are_named_alone() -> None:
    assert failing(needs_of(["tools", "context>=10m"]), ALL) == ["context>=10m"]
    assert failing(needs_of(["vision", "in<=1"]), ALL) == [
        "vision (1 do) and in<=1 (1 do), but none at once"
    ]


@given(st.lists(st.sampled_from(ALL)))
def test_the_cheapest_comes_first_and_the_unknown_last(models: list[ModelFacts]) -> None:
    prices = [one.input_price for one in cheapest_first(models)]
    known = [price for price in prices if price is not None]
    assert known == sorted(known)
    assert prices[: len(known)] == known
