from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui_agent.adapters.day_book import FileDayBook
from tui_agent.adapters.session_log.day_cost import cost_of_day
from tui_agent.core.spending import NOTHING, Spend

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
SPEND_ONE_CENT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tui_agent.adapters.day_book import FileDayBook
from tui_agent.core.spending import NOTHING
book = FileDayBook(Path(sys.argv[1]), lambda: datetime(2026, 1, 2, tzinfo=UTC), lambda _: NOTHING)
done = sum(book.set_aside(f"{sys.argv[2]}-{n}", 0.01, 0.5) for n in range(100))
print(done)
"""


def book(folder: Path, now: datetime = NOON, known: Spend = NOTHING) -> FileDayBook:
    return FileDayBook(folder, lambda: now, lambda _: known)


@pytest.mark.capability("S1.6", part="two processes, one day")
def test_two_processes_at_once_never_spend_more_than_the_cap_between_them(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SPEND_ONE_CENT, str(tmp_path)]
    running = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("a", "b")
    ]
    got = [int(one.communicate(timeout=30)[0]) for one in running]
    assert sum(got) == 50
    total = book(tmp_path).today().spend
    assert total is not None
    assert total.usd == pytest.approx(0.5)


def test_what_was_set_aside_is_replaced_by_what_it_cost(tmp_path: Path) -> None:
    one, other = book(tmp_path), book(tmp_path)
    assert one.set_aside("a", 0.3, 1.0)
    assert other.today().spend == Spend(usd=0.3)
    assert not other.set_aside("b", 0.8, 1.0)
    one.settle("a", Spend(usd=0.1))
    assert other.set_aside("b", 0.8, 1.0)
    one.settle("b", Spend(unpriced=1))
    assert other.today().spend == Spend(usd=0.1, unpriced=1)


def test_a_call_over_midnight_counts_on_the_day_on_which_it_was_made_and_on_no_other(
    tmp_path: Path,
) -> None:
    moments = [NOON]
    days = FileDayBook(tmp_path, lambda: moments[-1], lambda _: NOTHING)
    assert days.set_aside("a", 0.3, None)
    assert days.set_aside("of a process that ends", 0.4, None)
    moments.append(NOON + timedelta(days=1))
    assert days.set_aside("b", 0.2, None)
    days.settle("a", Spend(usd=0.1))
    book(tmp_path, moments[-1]).settle("of a process that ends", Spend(unpriced=1))
    assert days.today().spend == Spend(usd=0.2)
    assert book(tmp_path).today().spend == Spend(usd=0.1, unpriced=1)


def test_a_new_day_begins_with_what_the_logs_know_and_old_days_go(tmp_path: Path) -> None:
    first = book(tmp_path, known=Spend(usd=2.5, unpriced=1))
    assert first.today().spend == Spend(usd=2.5, unpriced=1)
    for number in range(1, 70):
        book(tmp_path, NOON + timedelta(days=number)).today()
    kept = sorted(path.stem for path in tmp_path.glob("*.jsonl"))
    assert len(kept) <= 62
    assert kept[-1] == "2026-03-12"
    assert "2026-01-02" not in kept


def test_a_line_that_a_crash_cut_off_takes_nothing_else_with_it(tmp_path: Path) -> None:
    made = book(tmp_path)
    made.settle("a", Spend(usd=0.25))
    path = tmp_path / "2026-01-02.jsonl"
    with path.open("ab") as file:
        file.write(b'{"call": "b", "us')
    again = book(tmp_path)
    again.settle("c", Spend(usd=0.5))
    assert again.today().spend == Spend(usd=0.75)
    assert made.today().spend == Spend(usd=0.75)


def test_a_book_that_a_stopped_process_has_is_waited_for_and_then_done_without(
    tmp_path: Path,
) -> None:
    made = FileDayBook(tmp_path, lambda: NOON, lambda _: NOTHING, patience=0.05)
    made.settle("a", Spend(usd=1.0))
    with (tmp_path / "2026-01-02.jsonl").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert made.today().spend is None
        assert made.set_aside("b", 1.0, 0.5)
        made.settle("b", Spend(usd=1.0))
    assert made.today().spend == Spend(usd=1.0)


def test_a_book_that_cannot_be_written_has_no_sum_and_stops_nothing(tmp_path: Path) -> None:
    tmp_path.joinpath("file").write_text("in the way")
    made = book(tmp_path / "file")
    assert made.today().spend is None
    assert made.set_aside("a", 1.0, 0.5)
    made.settle("a", Spend(usd=1.0))


def test_the_logs_say_what_a_day_cost_and_a_fork_counts_only_its_own(tmp_path: Path) -> None:
    def line(kind: str, ts: str, /, **data: object) -> str:
        return json.dumps({"type": kind, "ts": ts, "data": data}, separators=(",", ":")) + "\n"

    def answer(cost: float | None, ts: str = "2026-01-02T12:00:00.000Z", call: str = "") -> str:
        return line("ModelResponded", ts, request_id=call, usage={"cost_usd": cost})

    def cut_off(**data: str) -> str:
        return line("ModelFailed", "2026-01-02T12:00:00.000Z", **data)

    first, fork = tmp_path / "first", tmp_path / "fork"
    for folder in (first, fork):
        folder.mkdir()
    earlier = answer(9.0, "2025-12-30T12:00:00.000Z")
    told = line("ToolOutput", "2026-01-02T12:00:00.000Z", text='"ModelResponded"')
    first.joinpath("events.jsonl").write_text(earlier + answer(0.5) + told + answer(None) + "torn")
    copied = answer(0.5) + line("SessionForked", "2026-01-02T12:30:00.000Z")
    fork.joinpath("events.jsonl").write_text(copied + answer(0.25))
    over_midnight = tmp_path / "over midnight"
    over_midnight.mkdir()
    over_midnight.joinpath("events.jsonl").write_text(
        line("ModelRequested", "2026-01-02T12:00:00.000Z", request_id="over")
        + answer(4.0, "2026-01-04T12:00:00.000Z", "over")
        + cut_off(kind="server", partial="It was")
        + cut_off(kind="server", partial="")
    )
    folders = (first, fork, tmp_path / "none")
    assert cost_of_day((over_midnight,), "2026-01-02") == Spend(usd=4.0, unpriced=1)
    assert cost_of_day((over_midnight,), "2026-01-04") == NOTHING
    assert cost_of_day(folders, "2026-01-02") == Spend(usd=0.75, unpriced=1)
    assert cost_of_day(folders, "2099-01-02") == NOTHING
