"""Verdicts that outlive their process: kept once the keys rest, set again with the review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from tui_agent.core.commands import DraftVerdicts
from tui_agent.core.patch import FileView, HunkDecision
from tui_agent.core.proposal import Decision
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.reviewed import Subject
from tui_agent.ui.tui.words import count

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widget import Widget

KEPT_AFTER = 0.6
"""Seconds without a key of the review after which its verdicts are kept."""

Given = Callable[[], tuple[str, tuple[HunkDecision, ...]]]
"""Gives the open request and the verdicts on it so far; no request: nothing waits."""


class Keeping:
    """Says which verdicts are to be kept, and when."""

    def __init__(self, pane: Widget, given: Given, keep: Callable[[DraftVerdicts], object]) -> None:
        """Begin with nothing kept; `pane` lends its timers."""
        self._pane, self._given, self._keep = pane, given, keep
        self._timer: Timer | None = None
        self._kept: tuple[str, tuple[HunkDecision, ...]] = ("", ())

    def soon(self) -> None:
        """Keep the verdicts once the keys rest."""
        if self._timer is None:
            self._timer = self._pane.set_timer(KEPT_AFTER, self._rested)
        else:
            self._timer.reset()

    def _rested(self) -> None:
        self._timer = None
        for command in self.unsaid():
            self._keep(command)

    def unsaid(self) -> Sequence[DraftVerdicts]:
        """Return what keeps the verdicts that nobody has been told of yet."""
        request_id, given = self._given()
        before = self._kept[1] if self._kept[0] == request_id else ()
        if not request_id or given == before:
            return ()
        self._kept = (request_id, given)
        return (DraftVerdicts(request_id=request_id, hunks=given),)


def begun(subject: Subject, views: Sequence[FileView]) -> Review:
    """Begin a review with the verdicts that hold from before, if there are any."""
    if not subject.kept:
        return Review(views, clock=monotonic)
    review = Review(
        views, Decision(verdict="once", hunks=subject.kept), whole=False, clock=monotonic
    )
    if review.spot is not None and review.spot.decided:
        review.next_undecided()
    return review


def of_this_review(subject: Subject | None, shown: Subject | None) -> Subject | None:
    """Leave out what was kept of the very review that is shown: it knows its verdicts."""
    if subject is None or shown is None or subject.request_id != shown.request_id:
        return subject
    return replace(subject, kept=shown.kept)


def set_again(number: int) -> str:
    """Say how many verdicts stand again; nothing was approved by it."""
    return f"{count(number, 'verdict')} from before {'is' if number == 1 else 'are'} set again"
