"""A hunk of thousands of changes with a line between each two: nothing grows with its square."""

from __future__ import annotations

from tests.core.patch.making import fastest, view_of
from tui_agent.core.patch import Hunk, HunkDecision, Verdict, carry, settle, tell
from tui_agent.core.proposal import Decision
from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.review_spots import Spot, recalled

RUNS = 3_000
BEFORE = b"".join(b"line %d\n" % number for number in range(2 * RUNS))
AFTER = b"".join(b"%s %d\n" % (b"lime" if n % 2 else b"line", n) for n in range(2 * RUNS))
SECONDS = 2.0
"""Of the processor; it was minutes for all four."""


def decided(hunk: Hunk) -> tuple[HunkDecision, ...]:
    """Decide each run by itself, every other one otherwise."""
    verdicts: tuple[Verdict, Verdict] = ("accept", "reject")
    return tuple(
        HunkDecision(path="a.txt", runs=(run,), verdict=verdicts[at % 2])
        for at, run in enumerate(hunk.run_ids)
    )


def test_it_is_drawn_recalled_carried_over_a_change_and_told() -> None:
    view = view_of(BEFORE, AFTER)
    (hunk,) = view.hunks()
    assert len(hunk.run_ids) == RUNS
    decisions = decided(hunk)
    spot = Spot(file=0, hunk=hunk)

    lines = FileText(view).lines(spot)
    assert sum(bool(line.stretches) for line in lines) == 2 * RUNS
    assert fastest(lambda: FileText(view).lines(spot), rounds=1) < SECONDS

    past = Decision(verdict="once", hunks=decisions)
    assert [one.verdict for one in recalled(view, spot, past)][:2] == ["accepted", "rejected"]
    assert fastest(lambda: list(recalled(view, spot, past)), rounds=1) < SECONDS

    drifted = view_of(b"new\n" + BEFORE, b"new\n" + AFTER)
    assert carry(view, drifted, decisions) == decisions
    assert fastest(lambda: carry(view, drifted, decisions), rounds=1) < SECONDS

    settled = settle(view, decisions)
    assert "Partly applied: 1500 of 3000 hunks" in tell((settled,))
    assert fastest(lambda: tell((settled,)), rounds=1) < SECONDS
