"""When a turn has its conversation summarised, told as short histories."""

from __future__ import annotations

import pytest

from tests.core.test_next_action import READY, after, answered, asked, called, ended
from tui_agent.core import actions as do
from tui_agent.core.events import (
    ContextCompacted,
    Event,
    ModelFailed,
    ModelRequested,
    ModelResponded,
)
from tui_agent.core.messages import Usage


def read(call_id: str, used: int) -> list[Event]:
    """A step that reads, and how many tokens its request had."""
    answer = answered(call_id, usage=Usage(input_tokens=used))
    return [asked(), answer, *called(call_id), ended(call_id)]


def summary(used: int) -> list[Event]:
    return [
        ModelRequested(request_id="r2", model="m", request_hash="h", purpose="compaction"),
        ModelResponded(request_id="r2", text="so far", usage=Usage(input_tokens=used)),
        ContextCompacted(summary="so far", messages_before=9, messages_kept=0),
    ]


NO_SUMMARY: tuple[Event, ...] = (
    summary(0)[0],
    ModelFailed(request_id="r2", kind="cancelled", message="cut off"),
)


@pytest.mark.parametrize(
    ("later", "action"),
    [
        ([], do.Compact(by="limit")),
        ([*summary(9100), *read("read2", 3000)], do.CallModel()),
        ([*summary(9100), *read("read2", 3000), *read("read3", 9000)], do.Compact(by="limit")),
        ([*summary(9100), *read("read2", 9000)], do.CallModel()),
        ([*NO_SUMMARY, *read("read2", 9100)], do.CallModel()),
        (
            [*NO_SUMMARY, *(one for at in range(2, 7) for one in read(f"read{at}", 9100))],
            do.Compact(by="limit"),
        ),
    ],
)
def test_a_long_turn_is_summarised_as_often_as_its_window_fills_as_long_as_that_helps(
    later: list[Event], action: do.Action
) -> None:
    history = (*READY, *read("read1", 9000), *later)
    assert after(*history, window=10_000) == action


def test_a_conversation_that_three_summaries_in_a_row_do_not_make_fit_ends_the_turn() -> None:
    full = ModelFailed(request_id="r1", kind="context", message="too long")
    again = (*summary(0), asked(), full)
    assert after(*READY, asked(), full, *again * 2) == do.Compact(by="overflow")
    assert isinstance(after(*READY, asked(), full, *again * 3), do.End)
    between = (*summary(0), *read("read1", 10))
    fits = (*READY, asked(), full, *again * 2, *between, asked(), full)
    assert after(*fits) == do.Compact(by="overflow")
