"""Caps in dollars as a user meets them without a screen: what is said, and how the run ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import Program, call, script
from tests.support.repository import Repository

TURNS: list[dict[str, Any]] = [
    {
        "text": "Dear.",
        "call": [call("list", path=".")],
        "usage": {"input_tokens": 1000, "output_tokens": 100, "cost_usd": 0.2},
    },
    {"text": "Done.", "usage": {"input_tokens": 1000, "output_tokens": 100, "cost_usd": 0.2}},
]


@pytest.fixture
def program(repository: Repository) -> Program:
    repository.write("a.txt", "x\n")
    repository.commit()
    return Program(repository.root)


@pytest.mark.timeout(120)
@pytest.mark.capability("S1.6", part="what is spent is shared, in a process and over a day")
def test_a_headless_run_ends_before_the_cap_and_says_which_and_what_raises_it(
    program: Program, tmp_path: Path
) -> None:
    model = script(tmp_path, TURNS)
    capped = program.run("-p", "go", "--model", model, "--budget-turn", "0.1", "--json")
    assert capped.status == 7
    assert capped.final["stop_reason"] == "budget_exceeded"
    assert "the turn has cost $0.20 of $0.10" in capped.final["detail"]
    assert "--budget-turn 0.5 raises it" in capped.final["detail"]
    assert len(capped.events("ModelRequested")) == 1
    today = program.run("-p", "go", "--model", model, "--budget-day", "0.2")
    assert today.status == 7, "the day has had its due in the session before"
    assert "today has cost $0.20 of $0.20" in today.out + today.err
    raised = program.run("-p", "go", "--model", model, "--budget-day", "5", "--no-record")
    assert raised.status == 0
    assert "session $0.40" in raised.out + raised.err
    left = program.run("-p", "go", "--model", model, "--budget-day", "0.65", "--json")
    assert left.status == 7, "what nothing recorded counts, too"
    assert "today has cost $0.80 of $0.65" in left.final["detail"]


@pytest.mark.timeout(60)
def test_a_price_that_nobody_knows_is_said_once_and_stops_nothing(
    program: Program, tmp_path: Path
) -> None:
    turns = [{**TURNS[0], "usage": {"input_tokens": 9, "output_tokens": 9}}, {"text": "Done."}]
    done = program.run("-p", "go", "--model", script(tmp_path, turns), "--budget", "0.1")
    assert done.status == 0
    said = done.out + done.err
    assert said.count("the cap of $0.10 for the session cannot be kept") == 1
    assert "session 1 answer of unknown price of $0.10" in said
