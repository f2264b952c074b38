"""What each verdict's key does to a review, and what it says where it can do nothing."""

from __future__ import annotations

from collections.abc import Callable

from tui_agent.ui.tui.review_model import Review


def _split(review: Review) -> str:
    return "" if review.split() else "This hunk is one change: choose lines with space."


def _line(review: Review) -> str:
    spot = review.spot
    if spot is None or spot.hunk is None:
        return "This change is decided whole: y or n."
    review.toggle_line()
    return ""


def _undo(review: Review) -> str:
    return "" if review.undo() else "There is no verdict to take back."


def _done(act: Callable[[Review], None]) -> Callable[[Review], str]:
    def silent(review: Review) -> str:
        act(review)
        return ""

    return silent


VERDICTS: dict[str, Callable[[Review], str]] = {
    "accept": _done(lambda review: review.accept()),
    "reject": _done(lambda review: review.reject()),
    "split": _split,
    "line": _line,
    "undo": _undo,
    "accept_file": _done(lambda review: review.rest_of_file(accept=True)),
    "reject_file": _done(lambda review: review.rest_of_file(accept=False)),
    "accept_all": _done(lambda review: review.everything(accept=True)),
    "reject_all": _done(lambda review: review.everything(accept=False)),
}
"""By the action's name after `review.`; each returns a sentence, or nothing where all went well."""
