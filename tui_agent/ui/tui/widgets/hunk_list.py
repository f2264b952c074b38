"""Hunks as they are drawn: what changed alone, syntax as far as somebody looks, marks beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.events import Resize

from tui_agent.core.effect_call import how_it_ran
from tui_agent.core.state.of_trials import Trial
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.hunk_items import HunkItem
from tui_agent.ui.tui.kept_verdicts import set_again
from tui_agent.ui.tui.messages import Restated
from tui_agent.ui.tui.notes_items import Fact, Sentence
from tui_agent.ui.tui.paper import Row
from tui_agent.ui.tui.review_items import WIDE, Focus, Frame, file_rows, geometry_of
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_spots import Spot
from tui_agent.ui.tui.reviewed import Subject
from tui_agent.ui.tui.trial_rows import trial_facts
from tui_agent.ui.tui.widgets.hunk_editing import HunkEditing
from tui_agent.ui.tui.words import duration

EMPTY = "Edits are shown here before they are written."
READ_AT_ONCE = 0.012
"""Seconds that one hunk's syntax may take before it is shown plain for the moment."""
READ_LATER = 0.02


class HunkList(HunkEditing):
    """Draws a review, a thousand hunks as quickly as one."""

    def __init__(
        self, *, plane: str = "surface", full: bool = False, id: str | None = None
    ) -> None:
        """Begin without a review; `full`: the pane is the whole screen's."""
        super().__init__(plane=plane, id=id)
        self.full = full
        self.side_by_side = full
        self.subject: Subject | None = None
        self.problem = ""
        self.featured = False
        """Whether it gets the room although nothing waits: a replay stands at its edit."""
        self.review: Review | None = None
        self.trial: Trial | None = None
        """The checks on what has been accepted so far."""
        self.recalled = 0
        """How many verdicts were kept by a process before this one, and stand again."""
        self.files: tuple[FileText, ...] = ()
        self._plain: set[int] = set()
        self._drawn: tuple[Frame, int] | None = None
        self._drawn_spots: tuple[list[Spot], int] = ([], 0)
        self._marks: tuple[tuple[int, int], dict[int, str]] | None = None
        """For which height and how many rows they are, and the marks."""

    @property
    def is_open(self) -> bool:
        """Whether a verdict is asked for."""
        return self.subject is not None and self.subject.waits

    def _split_now(self) -> bool:
        return self.side_by_side and self.size.width >= WIDE

    def _frame(self) -> Frame:
        after, subject = "", self.subject
        if subject is not None and subject.waited_ms and not subject.waits:
            after = f"after {duration(subject.waited_ms / 1000)}"
        split = self._split_now()
        margin = 0 if self.plane == "canvas" and not self.full else 1
        geometry = geometry_of(
            self.files, self.size.width, margin=margin, full=self.full, split=split
        )
        return Frame(
            files=self.files,
            geometry=geometry,
            side_by_side=split,
            after=after,
            facts=self._facts(),
            notes=subject.notes if subject is not None else (),
        )

    def _facts(self) -> tuple[Fact, ...]:
        """Return what is said above the hunks; the full screen has a strip for the checks."""
        ran = self.subject.ran if self.subject is not None else None
        facts: list[Fact] = [("output", "text-3", how_it_ran(ran))] if ran is not None else []
        if self.recalled and self.is_open:
            facts.append(("done", "text-3", set_again(self.recalled)))
        return (*facts, *(trial_facts(self.trial) if self.is_open and not self.full else ()))

    def _focus(self, review: Review) -> Focus:
        return Focus(
            cursor=review.cursor,
            line=review.line,
            editor=self.editor_room,
            asks_why=self.asking_why,
        )

    @property
    def is_short(self) -> bool:
        """Whether a row a file is enough: all is decided, and nobody looks at the hunks."""
        decided = self.subject is not None and not self.is_open
        return decided and not (self.featured or self.full or self.has_focus)

    def redraw_review(self, *, restate: bool = True) -> None:
        """Draw what has changed, nothing else. Without `restate` the frame is told otherwise."""
        if not self.is_attached:
            return
        review, frame = self.review, self._frame()
        if review is None:
            ink = "danger" if self.problem else "text-3"
            self.set_items([Sentence(text=self.problem or EMPTY, ink=ink)])
            self._drawn = None
        elif self.is_short:
            self.set_items(file_rows(review, self.files))
            self._drawn = None
        elif self._drawn == (frame, len(review.spots)):
            self._redraw_some(review, frame)
        else:
            items, self.places = frame.items(review.spots, self._focus(review))
            self.set_items(items)
            self._drawn = (frame, len(review.spots))
            self._drawn_spots = (list(review.spots), review.cursor)
        self._marks = None
        self._plain.clear()
        self.place_editor()
        if restate:
            self.post_message(Restated())

    def _redraw_some(self, review: Review, frame: Frame) -> None:
        """Draw the hunks that have another verdict, and those that lost or got the focus."""
        spots, cursor = self._drawn_spots
        changed = {index for index, spot in enumerate(review.spots) if spot is not spots[index]}
        focus = self._focus(review)
        for index in changed | {cursor, review.cursor}:
            self._put(self.places[index], frame.item(review.spots, index, focus))
        self._drawn_spots = (list(review.spots), review.cursor)
        self.refresh()

    def _put(self, index: int, item: Item) -> None:
        if self._column.items[index] != item:
            self._column.items[index] = item
            self._redraw_in_place(index)

    def rows_of(self, index: int) -> Sequence[Row]:
        item = self.items[index]
        if isinstance(item, HunkItem) and not item.coloured and index not in self._plain:
            hunk = item.spot.hunk
            if hunk is None or item.file.read(hunk, READ_AT_ONCE):
                self._column.items[index] = replace(item, coloured=True)
                self._column.forget(index)
            else:
                self._plain.add(index)
                self.set_timer(READ_LATER, self._read_on)
        return super().rows_of(index)

    def _read_on(self) -> None:
        """Read one hunk's syntax a little further; draw it once that is done."""
        for index in sorted(self._plain):
            item = self.items[index] if index < len(self.items) else None
            if not isinstance(item, HunkItem) or item.spot.hunk is None:
                self._plain.discard(index)
                continue
            if item.file.read(item.spot.hunk, READ_AT_ONCE):
                self._plain.discard(index)
                self._put(index, replace(item, coloured=True))
                self.refresh()
            break
        if self._plain:
            self.set_timer(READ_LATER, self._read_on)

    def on_mount(self) -> None:
        """Draw what was shown before there was a screen."""
        self.redraw_review()

    def on_resize(self, event: Resize) -> None:
        """Another width may have room for two sides."""
        super().on_resize(event)
        self.redraw_review()

    def focus_changed(self) -> None:
        """Show the hunks of a decided edit to whoever comes to look; fold it to its files again."""
        super().focus_changed()
        self._looked_at()

    def _looked_at(self) -> None:
        if self.subject is not None and not self.is_open:
            self.redraw_review()
            self.reveal_focus()

    def marks(self) -> dict[int, str]:
        """Show undecided hunks beside the thumb."""
        height, total = max(1, self.size.height), max(1, self.total)
        if self._marks is None or self._marks[0] != (height, total):
            review = self.review if self._drawn is not None and self.is_open else None
            found = {
                self.top_of(self.places[index]) * height // total: "pending"
                for index, spot in enumerate(review.spots if review is not None else ())
                if not spot.decided and review is not None and index != review.cursor
            }
            self._marks = ((height, total), found)
        return self._marks[1]

    def reveal_focus(self) -> None:
        """Scroll as little as shows the focused hunk, or its focused line."""
        review = self.review
        if review is None or not self.places or not self.size.height or self._drawn is None:
            return
        index = self.places[review.cursor]
        item = self.items[index]
        top = self.top_of(index)
        if review.line is not None and isinstance(item, HunkItem):
            places = item.drawn(self.sheet(index))[1]
            if review.line < len(places):
                row = top + places[review.line]
                self.reveal_rows(max(0, row - 1), row + 1)
                return
        self.reveal(index)
