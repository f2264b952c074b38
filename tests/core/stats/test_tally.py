"""Figures are sums of what was recorded: the replay shows the same, and unknown is never 0."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.stories import reported
from tests.ui.story import Story
from tui_agent.core.events import SessionEnded, SessionForked, SessionResumed
from tui_agent.core.messages import Usage
from tui_agent.core.patch import HunkDecision, Verdict
from tui_agent.core.proposal import Decision, FileEffect
from tui_agent.core.state import fold
from tui_agent.core.state.stops import find_stops
from tui_agent.core.stats import Dimension, Row, Stats, Tally, usage_of

KNOWN = Usage(input_tokens=1000, output_tokens=100, cached_tokens=750, cost_usd=0.5)
UNPRICED = Usage(input_tokens=1000, output_tokens=100, cached_tokens=0)


def counted(*stories: Story, by: Dimension | None = None, since: str = "") -> Stats:
    tally = Tally(by, since=since)
    for story in stories:
        tally.add(story.records)
    return tally.stats()


def by_key(stats: Stats) -> dict[str, Row]:
    return {row.key: row for row in stats.rows}


def edited(verdicts: str, *, again: bool = False) -> Story:
    """A session that proposes two hunks and gets these verdicts; perhaps a second edit."""
    story = Story().start().user("change it")
    for number in range(2 if again else 1):
        call = story.call("edit")
        story.model("", call, usage=KNOWN)
        before = f"{number}\n" + "same\n" * 9 + "last\n"
        after = before.replace(f"{number}\n", "first\n", 1).replace("last", "end")
        proposal = story.edit(call, {"a.py": (before, after)})
        assert proposal.patch is not None
        runs = proposal.patch.files[0].run_ids
        words: dict[str, Verdict] = {"y": "accept", "n": "reject"}
        hunks = tuple(
            HunkDecision(path="a.py", runs=(run,), verdict=words[verdict])
            for run, verdict in zip(runs, verdicts, strict=True)
        )
        story.decide(proposal, story.ask(proposal), Decision(verdict="once", hunks=hunks))
        effect = FileEffect(path="a.py", sha_before="0", sha_after="1", added=2, removed=1)
        story.applied(proposal, (effect,))
    return story.model("Done.", usage=KNOWN).end()


@pytest.mark.capability("S4.16", part="figures are those of the replay's own steps")
def test_totals_are_those_that_the_replay_shows() -> None:
    records = reported().records
    total = counted(reported()).total
    stops = find_stops(records)
    for kinds, ms in (
        ({"model"}, total.model_ms),
        ({"call", "check"}, total.tool_ms),
        ({"approval"}, total.human_ms),
    ):
        assert ms == sum(stop.ms for stop in stops if stop.kind in kinds)
    assert total.usage == usage_of(fold(records))
    assert counted(reported()).steps == len(stops)


def test_hunks_of_a_person_give_the_rate_of_rejection_and_the_cost_of_a_hunk() -> None:
    total = counted(edited("yn"), edited("yy")).total
    assert (total.accepted, total.rejected) == (3, 1)
    assert total.rejection_rate == 0.25
    assert total.cost_per_hunk == pytest.approx(2.0 / 3)
    assert total.cache_rate == 0.75


def test_a_price_that_is_unknown_once_is_unknown_in_the_sum_and_never_0() -> None:
    story = edited("yy").user("and?").model("So.", usage=UNPRICED).end()
    total = counted(story, by="model").total
    assert total.usage.cost_usd is None
    assert total.cost_per_hunk is None
    assert total.unpriced == 1
    free = counted(Story().start().user("hi").model("Hi.", usage=replace(KNOWN, cost_usd=0.0)))
    assert free.total.usage.cost_usd == 0.0


def test_a_file_written_again_is_rework() -> None:
    total = counted(edited("yy", again=True), by="file").total
    assert (total.edits, total.again, total.rework_rate) == (2, 1, 0.5)
    assert counted(edited("yy"), edited("yy")).total.again == 0


@pytest.mark.parametrize("by", ["model", "tool", "day"])
def test_the_rows_of_a_division_add_up_to_the_whole(by: Dimension) -> None:
    stats = counted(reported(), edited("yn"), by=by)
    names = {
        "model": ("requests", "model_ms"),
        "tool": ("calls", "failed", "tool_ms", "human_ms", "accepted", "rejected", "edits"),
        "day": ("turns", "requests", "calls", "model_ms", "tool_ms", "human_ms", "edits"),
    }
    for name in names[by]:
        assert sum(getattr(row, name) for row in stats.rows) == getattr(stats.total, name), name
    assert stats.total.calls > 0


def test_a_line_a_file_says_how_often_it_was_written_and_what_was_rejected_in_it() -> None:
    rows = by_key(counted(edited("yn", again=True), by="file"))
    assert (rows["a.py"].edits, rows["a.py"].accepted, rows["a.py"].rejected) == (2, 2, 2)
    assert (rows["a.py"].added, rows["a.py"].removed) == (4, 2)


def test_time_between_turns_and_between_processes_is_idle() -> None:
    story = Story(at="10:00:00").start().user("one").model("1", seconds=4).end()
    story.user("two", at="10:30").request()
    story.emit(SessionEnded(status="suspended"), seconds=2)
    story.emit(SessionResumed(program="agent"), seconds=600)
    story.model("2", seconds=6).end()
    stats = counted(story)
    assert stats.total.model_ms == 10_000
    assert stats.turn_ms == 12_000
    assert stats.other_ms == 2_000
    assert stats.idle_ms == (30 * 60 - 4 + 600) * 1000


def test_what_a_fork_took_over_is_counted_once() -> None:
    first = edited("yy")
    fork = Story().start()
    fork.records = list(first.records)
    fork.turn, fork.step, fork.now = first.turn, first.step, first.now
    fork.emit(SessionForked(session_id="f", from_session="7f3a", from_seq=1, from_h=""))
    fork.user("and then?").model("That.", usage=KNOWN).end()
    both = counted(first, fork)
    assert both.total.usage.cost_usd == pytest.approx(1.5)
    assert both.total.accepted == 2
    alone = Tally()
    alone.add(fork.records, copied=True)
    assert alone.stats().total.accepted == 2


def test_only_what_was_recorded_since_counts() -> None:
    story = Story(at="10:00:00").start().user("one").model("1", usage=KNOWN).end()
    story.user("two", at="12:00").model("2", usage=KNOWN).end()
    assert counted(story, since="2026-11-21T11:00:00.000Z").total.turns == 1
    assert counted(story, since="2026-11-22").sessions == 0
