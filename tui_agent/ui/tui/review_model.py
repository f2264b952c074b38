"""A review in progress: what there is to decide, what has been decided, and where the cursor is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tui_agent.core.patch import (
    FileView,
    Hunk,
    HunkDecision,
    PatchError,
    carry,
    edit_new_side,
    parse_edited,
)
from tui_agent.core.proposal import Decision
from tui_agent.ui.tui.review_spots import (
    Mark,
    Spot,
    SpotVerdict,
    accepted,
    edited,
    parts_of,
    recalled,
    rejected,
    runs_of,
    spots_of,
    undecided,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """What one key changed, so that it can be taken back: these spots stood from `start` on."""

    pieces: tuple[tuple[int, int, tuple[Spot, ...]], ...]
    """Start, number of spots now, the spots that stood there."""
    cursor: int


class Review:
    """Every file's spots in order, the verdicts on them, and one cursor."""

    def __init__(
        self,
        views: Sequence[FileView],
        recorded: Decision | None = None,
        *,
        whole: bool = True,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Begin undecided, or with what was decided in the past: of everything, or of some.

        With a clock, in seconds, each verdict says how long it took from now on.
        """
        self.views = tuple(views)
        self.spots: list[Spot] = []
        for index, view in enumerate(self.views):
            for spot in spots_of(view, index):
                if recorded is None:
                    self.spots.append(spot)
                else:
                    self.spots += recalled(view, spot, recorded, whole=whole)
        self.cursor = 0
        self.line: int | None = None
        """Index of the focused row in the focused hunk; None: the hunk as a whole."""
        self._history: list[_Act] = []
        self._clock = clock
        self._began = clock() if clock is not None else 0.0

    # Looking

    @property
    def spot(self) -> Spot | None:
        """The spot under the cursor; None where there is nothing to decide."""
        return self.spots[self.cursor] if self.spots else None

    @property
    def view(self) -> FileView | None:
        """The file under the cursor."""
        spot = self.spot
        return None if spot is None else self.views[spot.file]

    def carried_to(self, views: Sequence[FileView]) -> Review:
        """Return a review of the same edit offered again, with the verdicts that still hold."""
        old = {view.path: view for view in self.views}
        given = self.given
        hunks = [
            one for view in views if view.path in old for one in carry(old[view.path], view, given)
        ]
        review = Review(views, Decision(verdict="once", hunks=tuple(hunks)), whole=False)
        review._clock, review._began = self._clock, self._began
        if review.spot is not None and review.spot.decided:
            review.next_undecided()
        return review

    @property
    def focused_run(self) -> str:
        """The first run under the cursor; empty where there is nothing."""
        spot = self.spot
        return next(iter(runs_of(spot)), "") if spot is not None else ""

    @property
    def given(self) -> tuple[HunkDecision, ...]:
        """Every verdict so far."""
        return tuple(one for spot in self.spots for one in spot.decisions)

    @property
    def decided(self) -> int:
        """How many spots have a verdict."""
        return len(self.spots) - self.undecided

    @property
    def undecided(self) -> int:
        """How many spots have no verdict."""
        return sum(not spot.decided for spot in self.spots)

    @property
    def touched(self) -> bool:
        """Whether anything would be lost by going away."""
        return any(spot.decided or spot.left_out for spot in self.spots)

    def counts(self) -> Counter[SpotVerdict]:
        """Return how many spots have each verdict."""
        return Counter(spot.verdict for spot in self.spots)

    def marks(self, *, focus: bool = True) -> tuple[Mark, ...]:
        """Return one mark a spot, all files in order."""
        return tuple(
            "focused" if focus and index == self.cursor and not spot.decided else spot.mark
            for index, spot in enumerate(self.spots)
        )

    def decision(self) -> Decision:
        """Return what was decided. Raises PatchError while something is undecided."""
        left = self.undecided
        if left:
            raise PatchError(f"{left} of {len(self.spots)} hunks are undecided")
        reasons = {spot.reason for spot in self.spots if spot.reason}
        nothing = all(spot.verdict == "rejected" for spot in self.spots)
        return Decision(
            verdict="reject" if nothing else "once",
            hunks=self.given,
            feedback="; ".join(sorted(reasons)) if nothing else "",
        )

    def took_back(self, gone: Callable[[str, str], bool]) -> None:
        """Mark what has been taken back since it was applied: asked by path and run."""
        for index, spot in enumerate(self.spots):
            path = self.views[spot.file].path
            if spot.verdict != "rejected" and all(gone(path, run) for run in runs_of(spot)):
                self.spots[index] = replace(spot, verdict="back")

    def came_to_nothing(self) -> None:
        """Mark all that was to be written: none of it was."""
        self.spots = [
            spot if spot.verdict == "rejected" else replace(spot, verdict="unwritten")
            for spot in self.spots
        ]

    # Moving

    def go(self, index: int) -> None:
        """Put the cursor on a spot; the line cursor goes."""
        if self.spots:
            self.cursor = max(0, min(index, len(self.spots) - 1))
            self.line = None

    def next_hunk(self) -> None:
        """Go one spot on."""
        self.go(self.cursor + 1)

    def previous_hunk(self) -> None:
        """Go one spot back."""
        self.go(self.cursor - 1)

    def next_file(self) -> None:
        """Go to the next file's first spot."""
        self._to_file(1)

    def previous_file(self) -> None:
        """Go to the file's first spot, or from there to the file before."""
        spot = self.spot
        if spot is None:
            return
        first = next(at for at, one in enumerate(self.spots) if one.file == spot.file)
        if first < self.cursor:
            self.go(first)
        else:
            self._to_file(-1)

    def _to_file(self, step: int) -> None:
        spot = self.spot
        if spot is None:
            return
        for at, one in enumerate(self.spots):
            if one.file == spot.file + step:
                self.go(at)
                return

    def next_undecided(self) -> bool:
        """Go to the next spot without a verdict, round the end. Return whether there is one."""
        count = len(self.spots)
        for step in range(1, count + 1):
            index = (self.cursor + step) % count
            if not self.spots[index].decided:
                self.go(index)
                return True
        return False

    def line_down(self) -> None:
        """Go to the next changed line, into the next hunk if need be."""
        self._to_line(1)

    def line_up(self) -> None:
        """Go to the changed line before, into the hunk before if need be."""
        self._to_line(-1)

    def _to_line(self, step: int) -> None:
        spot = self.spot
        if spot is None:
            return
        here = self.line
        rows = spot.changed_rows[::step]
        further = [row for row in rows if here is None or (row - here) * step > 0]
        if further:
            self.line = further[0]
            return
        at = self.cursor + step
        if 0 <= at < len(self.spots):
            self.go(at)
            rows = self.spots[at].changed_rows
            self.line = rows[0 if step > 0 else -1] if rows else None

    def find(self, text: str) -> bool:
        """Go to the next line with these words, round the end. Return whether there is one."""
        wanted = text.casefold()
        count = len(self.spots)
        here = -1 if self.line is None else self.line
        for step in range(count + 1):
            index = (self.cursor + step) % count if count else 0
            spot = self.spots[index] if count else None
            rows = spot.hunk.rows if spot is not None and spot.hunk is not None else ()
            for at, row in enumerate(rows):
                if (step or at > here) and wanted in row.text.casefold():
                    self.go(index)
                    self.line = at
                    return True
        return False

    # Deciding

    def accept(self) -> None:
        """Accept the focused spot, without the lines left out, and go to the next undecided one."""
        self._decide_here(accepted)

    def reject(self, reason: str = "") -> None:
        """Reject the focused spot and go to the next undecided one."""
        self._decide_here(lambda view, spot: rejected(view, spot, reason))

    def edit(self, text: str) -> None:
        """Accept the focused hunk with its new side as edited.

        Raises:
            PatchError: with a sentence for the person who edits; nothing has changed.
        """
        hunk, view = self._editable()
        self._edited(edit_new_side(view, hunk, text))

    def edit_body(self, text: str) -> None:
        """Accept the focused hunk with its marked body as edited. Raises PatchError as `edit`."""
        hunk, view = self._editable()
        self._edited(parse_edited(view, hunk, text))

    def _editable(self) -> tuple[Hunk, FileView]:
        spot, view = self.spot, self.view
        if spot is None or view is None or spot.hunk is None:
            raise PatchError("this change has no text to edit")
        return spot.hunk, view

    def _edited(self, decision: HunkDecision) -> None:
        self._decide_here(lambda _, spot: edited(spot, decision))

    def toggle_line(self) -> None:
        """Leave the focused line out, or take it in again; a verdict on the hunk falls."""
        spot = self.spot
        if spot is None or spot.hunk is None:
            return
        if self.line not in spot.changed_rows:
            self.line = next(iter(spot.changed_rows), None)
        if self.line is None:
            return
        left_out = spot.left_out ^ {self.line}
        self._change([(self.cursor, undecided(spot, left_out))])

    def split(self) -> bool:
        """Cut the focused hunk into its runs. Return whether there was anything to cut."""
        spot, view = self.spot, self.view
        if spot is None or view is None or spot.hunk is None:
            return False
        parts = parts_of(view, spot)
        if parts == (spot,):
            return False
        at = self.cursor
        self._history.append(_Act(pieces=((at, len(parts), (spot,)),), cursor=at))
        self.spots[at : at + 1] = parts
        self.go(at)
        return True

    def rest_of_file(self, *, accept: bool) -> None:
        """Give every undecided spot of the focused file the same verdict."""
        spot = self.spot
        if spot is not None:
            self._decide_all(accepted if accept else rejected, spot.file)

    def everything(self, *, accept: bool) -> None:
        """Give every undecided spot the same verdict."""
        self._decide_all(accepted if accept else rejected, None)

    def undo(self) -> bool:
        """Take back the focused hunk's verdict, or else the last thing done. Say whether it did."""
        spot = self.spot
        last = self._history[-1] if self._history else None
        here = last is not None and any(
            start <= self.cursor < start + now for start, now, _ in last.pieces
        )
        if spot is not None and spot.decided and not here:
            self.spots[self.cursor] = undecided(spot)
            return True
        if last is None:
            return False
        self._history.pop()
        for start, now, spots in reversed(last.pieces):
            self.spots[start : start + now] = spots
        self.go(last.cursor)
        return True

    def _decide_here(self, verdict: Callable[[FileView, Spot], Spot]) -> None:
        spot, view = self.spot, self.view
        if spot is None or view is None:
            return
        self._change([(self.cursor, verdict(view, spot))])
        self.line = None
        self.next_undecided()

    def _decide_all(self, verdict: Callable[[FileView, Spot], Spot], file: int | None) -> None:
        self._change(
            [
                (index, verdict(self.views[spot.file], spot))
                for index, spot in enumerate(self.spots)
                if not spot.decided and file in {None, spot.file}
            ]
        )
        self.line = None
        self.next_undecided()

    def _change(self, changes: Sequence[tuple[int, Spot]]) -> None:
        if not changes:
            return
        pieces = tuple((index, 1, (self.spots[index],)) for index, _ in changes)
        self._history.append(_Act(pieces=pieces, cursor=self.cursor))
        for index, spot in changes:
            self.spots[index] = spot
            if self._clock is not None:
                self.spots[index] = spot.timed(round(1000 * (self._clock() - self._began)))
