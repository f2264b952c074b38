"""What the Changes pane's header says of a review, unfolded and folded."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.ui.tui.file_items import MOST_SIGNS, SIGNS
from tui_agent.ui.tui.glyphs import Glyphs
from tui_agent.ui.tui.pane import Said
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_spots import Mark
from tui_agent.ui.tui.reviewed import Subject
from tui_agent.ui.tui.words import count

Parts = tuple[Sequence[Said], Sequence[Said]]
UNWRITTEN = "nothing was written"


def header_of(review: Review | None, subject: Subject | None, glyphs: Glyphs) -> Parts:
    """Return path and ledger of the file under the cursor."""
    if review is None or subject is None:
        return (), (() if subject is not None else (("none", "text-3"),))
    view = review.view
    if view is None:
        return (), (("nothing to decide", "text-3"),)
    path = view.patch.new_path or view.path
    folder, slash, name = path.rpartition("/")
    left: list[Said] = [(folder + slash, "text-2"), (name, "text bold")]
    total = len(review.spots)
    if subject.unwritten:
        place = UNWRITTEN
    elif subject.waits:
        place = f"hunk {review.cursor + 1} of {total}"
    else:
        place = f"{total} decided" if subject.decision is not None else count(total, "hunk")
    return left, [*ledger_signs(review, glyphs, focus=subject.waits), ("   " + place, "text-2")]


def short_header(review: Review | None, subject: Subject | None, glyphs: Glyphs) -> Parts:
    """Return what was taken of a decided edit, and one sign a hunk."""
    if review is None:
        return (), ()
    if subject is not None and subject.unwritten:
        said = count(len(review.views), "file")
        return [(said, "text-2")], [(UNWRITTEN, "text-2")]
    taken = [spot.hunk for spot in review.spots if spot.hunk and spot.mark != "rejected"]
    back = sum(spot.verdict == "back" for spot in review.spots)
    left: list[Said] = [(count(len(review.views), "file"), "text-2"), ("  ", "text")]
    left += signed(glyphs, sum(hunk.plus for hunk in taken), sum(hunk.minus for hunk in taken))
    said = f"{back} of {len(review.spots)} taken back" if back else "all decided"
    return left, [*ledger_signs(review, glyphs, focus=False), (f"   {said}", "text-2")]


def signed(glyphs: Glyphs, plus: int, minus: int) -> list[Said]:
    """Return the lines that were added and removed; what is nothing is left out."""
    said: list[Said] = [(f"{glyphs.plus}{plus}", "added")] if plus else []
    return [*said, (f"{' ' if said else ''}{glyphs.minus}{minus}", "removed")] if minus else said


def ledger_signs(review: Review, glyphs: Glyphs, *, focus: bool = True) -> list[Said]:
    """Return one sign a hunk, or how many there are of each."""
    marks = review.marks(focus=focus)
    if len(marks) > MOST_SIGNS:
        return _counted(marks, glyphs)
    signs: list[Said] = []
    for index, mark in enumerate(marks):
        name, ink = SIGNS[mark]
        at_cursor = focus and index == review.cursor and not ink.endswith("bold")
        gap = " " if index else ""
        signs.append((f"{gap}{getattr(glyphs, name)}", f"{ink} bold" if at_cursor else ink))
    return signs


def _counted(marks: Sequence[Mark], glyphs: Glyphs) -> list[Said]:
    signs: list[Said] = []
    plain = ["undecided" if mark == "focused" else mark for mark in marks]
    for mark in ("accepted", "edited", "rejected", "undecided"):
        number = plain.count(mark)
        if number:
            name, ink = SIGNS[mark]
            gap = "  " if signs else ""
            signs += [(f"{gap}{getattr(glyphs, name)} ", ink), (f"{number:,}", "text-2")]
    return signs


def folded_fact(review: Review | None, subject: Subject | None, glyphs: Glyphs) -> Parts:
    """Return what became of the edit, in one row."""
    if review is None or subject is None:
        return (), (("none", "text-3"),)
    files = count(len(review.views), "file")
    if subject.unwritten:
        said = f"{files}, {UNWRITTEN}"
        return [(f"{glyphs.failed} ", "removed"), (said, "text-2")], ()
    verdicts = review.counts()
    taken = len(review.spots) - verdicts["rejected"] - verdicts["undecided"]
    plus = sum(view.patch.plus for view in review.views)
    minus = sum(view.patch.minus for view in review.views)
    right = signed(glyphs, plus, minus)
    if subject.waits:
        left = [
            (f"{glyphs.waiting} ", "pending"),
            (f"{verdicts['undecided']} of {count(len(review.spots), 'hunk')} undecided", "text-2"),
        ]
        return left, right
    sign, ink = (glyphs.done, "text-3") if taken else (glyphs.failed, "removed")
    hunks = count(len(review.spots), "hunk")
    said = f"{files}, {taken} of {hunks}" if taken < len(review.spots) else f"{files}, {hunks}"
    state = "applied" if subject.status == "finished" and taken else subject.status
    return [(f"{sign} ", ink), (said, "text-2")], [(f"{state}  ", "text-3"), *right]
