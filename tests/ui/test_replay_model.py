"""Moving through a recorded session, and the line of cells that shows it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.ui.stories import reported
from tests.ui.story import Story
from tui_agent.core.passages import words_by_step
from tui_agent.core.state.stops import RARITY, Stop, StopMark, find_stops
from tui_agent.ui.tui.replay_model import Replay
from tui_agent.ui.tui.timeline_cells import cell_at, cells_of, placed


def a_replay() -> Replay:
    return Replay(find_stops(reported().records))


def stop(number: int, mark: StopMark = "plain", ms: int = 0) -> Stop:
    return Stop(
        number=number,
        kind="call",
        mark=mark,
        title="call",
        text="",
        seq=number,
        ts="2026-11-21T14:02:00.000Z",
        turn=1,
        ms=ms,
    )


def test_steps_go_forwards_and_backwards_and_end_at_the_ends() -> None:
    replay = a_replay()
    assert not replay.step(-1)
    seen = [replay.index]
    while replay.step(1):
        seen.append(replay.index)
    assert seen == list(range(len(replay.stops)))
    while replay.step(-1):
        pass
    assert replay.index == 0


def test_turns_are_gone_to_by_their_first_step() -> None:
    replay = a_replay()
    replay.to_turn(1)
    second = replay.stop
    assert second is not None
    assert (second.turn, second.mark) == (2, "turn")
    replay.step(1)
    replay.step(1)
    replay.to_turn(-1)
    assert replay.stop == second
    replay.to_turn(-1)
    assert replay.index == 0


def test_kinds_are_found_both_ways() -> None:
    replay = a_replay()
    assert replay.to_kind("approval", 1)
    assert replay.stop is not None
    assert "accepted" in replay.stop.text
    assert replay.to_kind("edit", 1)
    assert not replay.to_kind("edit", 1)
    assert replay.to_kind("approval", -1)
    assert not replay.to_kind("label", 1)


def test_a_search_goes_round_the_end() -> None:
    replay = a_replay()
    assert replay.search("Redirect")
    first = replay.index
    assert replay.match(1)
    assert replay.match(-1)
    assert replay.index == first
    assert not replay.search("no such words")


def test_a_filter_lets_one_kind_pass() -> None:
    replay = a_replay()
    replay.next_filter()
    assert replay.filter == "approval"
    replay.step(1)
    assert replay.stop is not None
    assert replay.stop.kind == "approval"
    assert not replay.step(1)


def test_a_place_is_gone_to_by_name() -> None:
    replay = a_replay()
    replay.go_to("3")
    assert replay.index == 2
    with pytest.raises(LookupError, match="no step 999"):
        replay.go_to("999")


def test_waits_are_shortened_while_idle_time_is_skipped_and_scaled_by_speed() -> None:
    replay = Replay(find_stops(reported().records), max_pause=2.0)
    pauses = []
    while (pause := replay.pause()) is not None:
        pauses.append(pause)
        replay.step(1)
    assert max(pauses) == 2.0
    replay.go(0)
    replay.skips_idle = False
    real = replay.pause()
    replay.faster(1)
    fast = replay.pause()
    assert real is not None
    assert fast == real / 2
    replay.faster(-1)
    replay.faster(-1)
    replay.faster(-1)
    assert replay.speed == 0.5


def test_a_session_without_steps_goes_nowhere() -> None:
    replay = Replay(())
    assert (replay.stop, replay.pause(), replay.turns) == (None, None, 0)
    assert not replay.step(1)
    assert not replay.to_turn(1)
    assert not replay.search("x")


def test_a_cell_for_several_steps_shows_the_rarest() -> None:
    stops = [
        stop(n, "failed" if n == 7 else "edit" if n % 3 == 0 else "plain") for n in range(1, 21)
    ]
    cells = cells_of(stops, 5)
    assert [cell.mark for cell in cells] == ["edit", "failed", "edit", "edit", "edit"]
    assert [cell_at(cells, at) for at in (0, 3, 4, 19)] == [0, 0, 1, 4]


@given(
    marks=some.lists(some.sampled_from(RARITY), max_size=60),
    times=some.lists(some.integers(0, 100_000), min_size=60, max_size=60),
    width=some.integers(1, 80),
)
def test_every_step_has_its_cell(marks: list[StopMark], times: list[int], width: int) -> None:
    stops = [stop(n, mark, times[n]) for n, mark in enumerate(marks)]
    cells = cells_of(stops, width)
    covered = [at for cell in cells for at in range(cell.first, cell.last + 1)]
    assert covered == list(range(len(stops)))
    assert len(cells) == min(len(stops), width)
    assert all(0 <= cell.level <= 7 for cell in cells)


def test_titles_end_before_the_next_begins() -> None:
    texts = [(0, "1 which headers"), (5, "2 fix the redirect"), (30, "3 format")]
    assert placed(texts, 36) == [(0, "1"), (5, "2 fix the redirect"), (30, "3 for…")]


@given(
    starts=some.lists(some.integers(0, 60), max_size=8, unique=True).map(sorted),
    width=some.integers(1, 60),
)
def test_placed_texts_never_overlap_or_pass_the_end(starts: list[int], width: int) -> None:
    end = 0
    for start, text in placed([(at, "some title") for at in starts], width):
        assert start >= end
        end = start + len(text)
        assert end <= width


def test_what_a_call_was_made_with_and_what_it_printed_is_found_at_its_step() -> None:
    story = Story(at="08:00:00").start()
    story.user("look")
    call = story.call("shell")
    story.model("I look.", call)
    story.run(call, "make test", "", "first line\nand Deep Down a needle\n")
    story.model("That is all.").end()
    replay = Replay(find_stops(story.records), words=lambda: words_by_step(story.records))
    assert replay.search("deep down A")
    assert replay.stop is not None
    assert replay.stop.call_id
    here = replay.index
    assert not replay.match(1) or replay.index == here
    assert not replay.search("nowhere at all")
