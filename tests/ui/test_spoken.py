"""Lines that are heard: signs are words, and what others said is left alone."""

from __future__ import annotations

import io

from tui_agent.core.plan import Plan, PlanState, PlanStep
from tui_agent.ui.plan_lines import plan_lines
from tui_agent.ui.spoken import in_words
from tui_agent.ui.text import Paper


def test_signs_of_ours_are_words_and_those_of_others_stay() -> None:
    assert in_words([("added", "✓ "), ("", "read")]) == [("added", "done: "), ("", "read")]
    assert in_words([("removed", "  ✗ pytest")]) == [("removed", "  failed: pytest")]
    assert in_words([("", "✓ said the model")]) == [("", "✓ said the model")]
    assert in_words([("bold", "a.py"), ("dim", "  +3 −1")])[1] == ("dim", "  3 added, 1 removed")
    assert in_words([("dim", "  near: "), ("added", "✓ "), ("", "✓")])[1:] == [
        ("added", "done: "),
        ("", "✓"),
    ]
    assert in_words([]) == []


def test_rows_of_a_change_say_what_they_are() -> None:
    assert in_words([("added", "   12 + x = 1")]) == [("added", "added line 12: x = 1")]
    assert in_words([("removed", "   12 −   x = 1")]) == [("removed", "removed line 12:   x = 1")]


def test_a_paper_that_is_heard_has_neither_colour_nor_sequences() -> None:
    out = io.StringIO()
    paper = Paper({"CLICOLOR_FORCE": "1", "TERM": "xterm"}, out)
    paper.spoken = True
    paper.put([("danger", "✗ "), ("bold", "It failed")])
    assert out.getvalue() == "failed: It failed\n"


def test_the_steps_of_a_plan_say_how_they_stand() -> None:
    states: tuple[PlanState, ...] = ("done", "current", "to_do", "failed", "dropped")
    plan = Plan(steps=tuple(PlanStep(id=one, text=one, state=one) for one in states))
    out = io.StringIO()
    paper = Paper({}, out)
    paper.spoken = True
    paper.put(*plan_lines(plan))
    said = [line.strip().partition(":")[0] for line in out.getvalue().rstrip().split("\n")[1:]]
    assert said == ["done", "now", "to do", "failed", "denied"]
