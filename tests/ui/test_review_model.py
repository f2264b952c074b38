"""A review as it is decided, key by key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support.patches import view_of, views_of
from tui_agent.core.patch import FileChange, PatchError, resolve
from tui_agent.core.proposal import Decision
from tui_agent.ui.tui.review_model import Review

LINES = [f"line {number}" for number in range(1, 61)]


def changed(*numbers: int) -> str:
    new = [f"LINE {n}" if n in numbers else line for n, line in enumerate(LINES, start=1)]
    return "".join(f"{line}\n" for line in new)


def a_review() -> Review:
    """Two hunks in one file, the second of two runs; one hunk in another; a new file."""
    return Review(
        views_of(
            ("a.txt", changed(), changed(5, 30, 34)),
            ("b.txt", changed(), changed(50)),
            ("c.txt", None, "new\nfile\n"),
        )
    )


def outcome(review: Review, file: int = 0) -> str:
    view = review.views[file]
    mine = [one for one in review.decision().hunks if one.path == view.path]
    content = resolve(view, mine).content
    return "" if content is None else content.decode()


def test_nothing_is_decided_at_first_and_the_first_hunk_has_the_focus() -> None:
    review = a_review()
    assert review.marks() == ("focused", "undecided", "undecided", "undecided")
    with pytest.raises(PatchError, match="4 of 4 hunks are undecided"):
        review.decision()


def test_after_a_verdict_the_cursor_goes_to_the_next_undecided_hunk() -> None:
    review = a_review()
    review.accept()
    assert review.marks() == ("accepted", "focused", "undecided", "undecided")
    review.go(3)
    review.reject("not needed")
    assert review.cursor == 1
    assert review.marks() == ("accepted", "focused", "undecided", "rejected")


def test_all_decided_gives_a_decision_that_names_every_run() -> None:
    review = a_review()
    review.accept()
    review.reject("keep them")
    review.everything(accept=True)
    assert review.undecided == 0
    assert outcome(review) == changed(5)
    assert outcome(review, 1) == changed(50)
    decision = review.decision()
    assert decision.verdict == "once"
    assert [one.reason for one in decision.hunks if one.verdict == "reject"] == ["keep them"]
    decided = {run for one in decision.hunks for run in one.runs}
    assert decided == {run for view in review.views for run in view.patch.run_ids}


def test_rejecting_everything_rejects_the_call_with_the_reasons() -> None:
    review = a_review()
    review.reject("wrong place")
    review.everything(accept=False)
    decision = review.decision()
    assert (decision.verdict, decision.feedback) == ("reject", "wrong place")


def test_a_split_hunk_is_decided_run_by_run() -> None:
    review = a_review()
    review.next_hunk()
    assert review.split()
    assert len(review.spots) == 5
    review.reject()
    review.everything(accept=True)
    assert outcome(review) == changed(5, 34)


def test_a_hunk_of_one_run_cannot_be_split() -> None:
    review = a_review()
    assert not review.split()
    assert len(review.spots) == 4


def test_a_line_left_out_stays_as_it_was() -> None:
    review = Review(views_of(("a.txt", "one\ntwo\nthree\n", "one\nTWO\n2b\nthree\n")))
    review.line_down()
    review.line_down()
    review.line_down()
    review.toggle_line()
    assert review.undecided == 1
    review.accept()
    assert review.spots[0].verdict == "partly"
    assert review.marks() == ("edited",)
    assert outcome(review) == "one\nTWO\nthree\n"


def test_toggling_twice_is_nothing_and_toggling_takes_a_verdict_back() -> None:
    review = a_review()
    review.toggle_line()
    review.toggle_line()
    assert not review.touched
    review.accept()
    review.go(0)
    review.toggle_line()
    assert not review.spots[0].decided


def test_leaving_every_line_out_is_a_rejection() -> None:
    review = a_review()
    review.toggle_line()
    review.line_down()
    review.toggle_line()
    review.accept()
    assert review.spots[0].verdict == "rejected"


def test_lines_lead_from_hunk_to_hunk() -> None:
    review = a_review()
    seen = []
    for _ in range(7):
        review.line_down()
        seen.append((review.cursor, review.line))
    assert seen[:3] == [(0, 3), (0, 4), (1, 3)]
    review.line_up()
    review.line_up()
    assert review.cursor in {1, 2}


def test_words_lead_to_their_line_and_on_to_the_changed_ones() -> None:
    review = a_review()
    assert review.find("LINE 6")
    assert (review.cursor, review.line) == (0, 5)
    review.toggle_line()
    assert review.spots[0].left_out == {3}
    assert review.find("line 50")
    assert review.cursor == 2
    assert not review.find("nowhere")


def test_an_edited_hunk_is_applied_as_edited() -> None:
    review = a_review()
    spot = review.spot
    assert spot is not None
    assert spot.hunk is not None
    text = "\n".join(row.text for row in spot.hunk.rows if row.kind != "-")
    review.edit(text.replace("LINE 5", "my own line") + "\n")
    assert review.marks()[0] == "edited"
    review.everything(accept=False)
    assert outcome(review) == changed().replace("line 5\n", "my own line\n")


def test_an_edit_that_gives_back_the_proposal_accepts_and_an_empty_one_rejects() -> None:
    review = a_review()
    spot = review.spot
    assert spot is not None
    assert spot.hunk is not None
    text = "".join(row.text + "\n" for row in spot.hunk.rows if row.kind != "-")
    review.edit(text)
    assert review.spots[0].verdict == "accepted"
    review.edit("")
    assert review.spots[1].verdict == "rejected"


def test_an_edited_body_that_does_not_fit_says_so_and_changes_nothing() -> None:
    review = a_review()
    with pytest.raises(PatchError, match="must stay"):
        review.edit_body("+only this\n")
    assert not review.touched


def test_undo_takes_back_the_last_verdict_and_returns_to_it() -> None:
    review = a_review()
    review.accept()
    review.reject()
    assert review.undo()
    assert (review.cursor, review.spots[1].decided) == (1, False)
    assert review.undo()
    assert (review.cursor, review.touched) == (0, False)
    assert not review.undo()


def test_undo_on_a_decided_hunk_takes_that_one_back() -> None:
    review = a_review()
    review.accept()
    review.accept()
    review.go(0)
    assert review.undo()
    assert [spot.decided for spot in review.spots] == [False, True, False, False]


def test_undo_takes_back_a_whole_file_and_a_split() -> None:
    review = a_review()
    review.rest_of_file(accept=True)
    assert [spot.decided for spot in review.spots] == [True, True, False, False]
    assert review.cursor == 2
    review.undo()
    assert not review.touched
    review.go(1)
    review.split()
    review.undo()
    assert len(review.spots) == 4


def test_the_rest_of_a_file_leaves_verdicts_that_stand() -> None:
    review = a_review()
    review.reject()
    review.rest_of_file(accept=True)
    assert [spot.verdict for spot in review.spots[:2]] == ["rejected", "accepted"]


def test_files_are_gone_through_by_their_first_hunk() -> None:
    review = a_review()
    review.next_file()
    assert review.cursor == 2
    review.next_file()
    review.next_file()
    assert review.cursor == 3
    review.previous_file()
    review.previous_file()
    assert review.cursor == 0
    review.next_hunk()
    review.previous_file()
    assert review.cursor == 0


def test_renames_modes_and_binary_files_are_decided_whole() -> None:
    views = (
        view_of(
            FileChange(path="a.txt", new_path="b.txt", before=b"x\n" * 9, after=b"x\n" * 8 + b"y\n")
        ),
        view_of(FileChange(path="c.bin", before=b"\0\1", after=b"\0\2")),
    )
    review = Review(views)
    kinds = [spot.file_run.kind if spot.file_run else "hunk" for spot in review.spots]
    assert kinds == ["rename", "hunk", "binary"]
    with pytest.raises(PatchError, match="no text to edit"):
        review.edit("anything")
    review.accept()
    review.reject()
    review.accept()
    found = resolve(views[0], [one for one in review.decision().hunks if one.path == "a.txt"])
    assert (found.target, found.content) == ("b.txt", b"x\n" * 9)


def test_a_recorded_decision_shows_the_same_verdicts_again() -> None:
    review = a_review()
    review.accept()
    review.split()
    review.reject("no")
    review.line_down()
    review.toggle_line()
    review.accept()
    review.everything(accept=True)
    again = Review(review.views, review.decision())
    assert [spot.reason for spot in again.spots] == [spot.reason for spot in review.spots]
    assert again.decision().hunks == review.decision().hunks
    assert again.marks() == review.marks()


def test_an_edit_offered_again_keeps_the_verdicts_that_still_hold() -> None:
    review = a_review()
    review.accept()
    review.split()
    review.reject("no")
    shifted = "# new first line\n"
    again = review.carried_to(
        views_of(
            ("a.txt", shifted + changed(), shifted + changed(5, 30, 34)),
            ("b.txt", changed(), changed(50)),
        )
    )
    assert [spot.verdict for spot in again.spots] == [
        "accepted",
        "rejected",
        "undecided",
        "undecided",
    ]
    assert again.spots[1].reason == "no"
    assert again.cursor == 2


def test_a_decision_without_hunks_took_or_refused_everything() -> None:
    views = a_review().views
    everything = Review(views, Decision(verdict="once"))
    assert set(everything.marks()) == {"accepted"}
    nothing = Review(views, Decision(verdict="reject", feedback="no"))
    assert {spot.reason for spot in nothing.spots} == {"no"}


def test_an_empty_patch_answers_every_key_with_nothing() -> None:
    review = Review(())
    for key in (review.accept, review.next_hunk, review.next_file, review.line_down, review.undo):
        key()
    review.toggle_line()
    review.everything(accept=True)
    assert review.decision().hunks == ()


KEYS = ("accept", "reject", "split", "toggle_line", "line_down", "line_up", "next_hunk", "undo")


@pytest.mark.property
@given(keys=some.lists(some.sampled_from(KEYS), max_size=25))
def test_whatever_the_keys_undoing_all_of_it_leaves_nothing_decided(keys: list[str]) -> None:
    review = a_review()
    for key in keys:
        getattr(review, key)()
    while review.undo():
        pass
    assert not any(spot.decided for spot in review.spots)


@pytest.mark.property
@given(keys=some.lists(some.sampled_from(KEYS), max_size=25))
def test_whatever_the_keys_a_decision_can_be_applied_and_recalled(keys: list[str]) -> None:
    review = a_review()
    for key in keys:
        getattr(review, key)()
    review.everything(accept=True)
    for index in range(len(review.views)):
        outcome(review, index)
    again = Review(review.views, review.decision())
    assert {run for one in again.decision().hunks for run in one.runs} == {
        run for one in review.decision().hunks for run in one.runs
    }
