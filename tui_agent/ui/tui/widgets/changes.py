"""The Changes pane: an edit hunk by hunk, and the keys that decide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.events import Resize

from tui_agent.core.patch import PatchError
from tui_agent.core.proposal import Decision
from tui_agent.core.state import Session
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.hunk_items import HunkItem
from tui_agent.ui.tui.messages import Clicked, Decided, Drafted, Left, Restated, Toasted
from tui_agent.ui.tui.notes_items import Sentence
from tui_agent.ui.tui.pane import Said
from tui_agent.ui.tui.paper import Row
from tui_agent.ui.tui.review_header import folded_fact, header_of
from tui_agent.ui.tui.review_items import WIDE, Focus, Frame, geometry_of
from tui_agent.ui.tui.review_keys import VERDICTS
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_spots import Spot
from tui_agent.ui.tui.reviewed import Load, Subject, Texts, subject_of
from tui_agent.ui.tui.widgets.hunk_editing import HunkEditing
from tui_agent.ui.tui.words import duration

EMPTY = "Edits are shown here before they are written."
READ_AT_ONCE = 0.012
"""Seconds that one hunk's syntax may take before it is shown plain for the moment."""
READ_LATER = 0.02


class ChangesPane(HunkEditing):
    """Shows an edit, and while it waits takes verdicts; nothing is sent before all are given."""

    title = "Changes"
    short_title = "Edit"
    key_context = "review"

    def __init__(
        self,
        *,
        load: Load,
        full: bool = False,
        plane: str = "surface",
        id: str | None = None,
    ) -> None:
        """Take what loads the bytes of files; `full`: the pane is the whole screen's."""
        super().__init__(plane=plane, id=id)
        self.full = full
        self.side_by_side = full
        self.subject: Subject | None = None
        self.armed = True
        self.problem = ""
        self._texts = Texts(load)
        self._open: dict[str, Review] = {}
        """Reviews in progress by request: going away loses no verdict."""
        self._plain: set[int] = set()
        self._drawn: tuple[Frame, int] | None = None
        self._drawn_spots: tuple[list[Spot], int] = ([], 0)
        self._marks: dict[int, str] | None = None

    # What it shows

    def show(self, state: Session) -> None:
        """Show the edit that waits, or the last one."""
        subject = subject_of(state)
        if subject == self.subject and (self.review is not None or subject is None):
            return
        self.subject = subject
        self.finish_editing()
        if subject is None:
            self.review, self.files = None, ()
            self.redraw_review()
            return
        files = self._texts.ready(subject.patch)
        if files is not None:
            self._begin(subject, files)
        else:
            self.run_worker(self._load(subject), exclusive=True, group="files")

    async def _load(self, subject: Subject) -> None:
        glyphs = self._glyphs()
        try:
            files = await self._texts.read(subject.patch, ascii_only=glyphs.ascii_only)
        except (KeyError, OSError, PatchError) as error:
            self.problem = f"The bytes of this edit cannot be read: {error}"
            self.review, self.files = None, ()
            self.redraw_review()
            return
        if subject == self.subject:
            self._begin(subject, files)

    def _begin(self, subject: Subject, files: tuple[FileText, ...]) -> None:
        self.problem = ""
        self.files = files
        views = [file.view for file in files]
        if subject.waits:
            self._open = {key: one for key, one in self._open.items() if key == subject.request_id}
            review = self._open.get(subject.request_id)
            if review is None:
                review = self._open[subject.request_id] = Review(views)
            self.review = review
        else:
            self.review = Review(views, subject.decision)
        self.redraw_review()
        self.top = 0
        self._reveal()
        self._tell()

    def share(self, other: ChangesPane) -> None:
        """Take up another pane's review where it stands, its files included."""
        self._texts = other._texts
        self._open = other._open
        self.subject, self.files, self.review = other.subject, other.files, other.review
        self.armed = other.armed
        self.redraw_review()

    @property
    def waits(self) -> bool:
        """Whether a verdict is asked for."""
        return self.subject is not None and self.subject.waits

    def arm(self, *, armed: bool) -> None:
        """Hear verdicts from now on, or not yet."""
        if armed != self.armed:
            self.armed = armed
            self.post_message(Restated())

    def header(self, *, folded: bool) -> tuple[Sequence[Said], Sequence[Said]]:
        """Return path, ledger and place; folded: what became of the edit."""
        if folded:
            return folded_fact(self.review, self.subject, self._glyphs())
        return header_of(self.review, self.subject, self._glyphs())

    def tab(self) -> Sequence[Said]:
        """Return how many hunks wait."""
        if self.review is None or not self.waits or not self.review.undecided:
            return ()
        return (
            (self._glyphs().waiting, "pending"),
            (f" {self.review.undecided}", "text"),
        )

    def wanted_rows(self, width: int) -> int:
        """Return the rows of everything, as far as it has been drawn."""
        if not self.items:
            return 1
        return self.total if self.size.width else sum(i.height_hint(width) for i in self.items)

    def hints(self) -> Sequence[tuple[str, str]] | None:
        """Offer the verdicts only while they mean something."""
        if self.waits:
            return None
        return [("review.next", ""), ("review.next_file", ""), ("review.full", "")]

    # Items

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
        return Frame(files=self.files, geometry=geometry, side_by_side=split, after=after)

    def _focus(self, review: Review) -> Focus:
        return Focus(
            cursor=review.cursor,
            line=review.line,
            editor=self.editor_room,
            asks_why=self.asking_why,
        )

    def redraw_review(self) -> None:
        """Draw what has changed, and nothing else."""
        if not self.is_attached:
            return
        review, frame = self.review, self._frame()
        if review is None:
            ink = "danger" if self.problem else "text-3"
            self.set_items([Sentence(text=self.problem or EMPTY, ink=ink)])
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

    def _rows_of(self, index: int) -> Sequence[Row]:
        item = self.items[index]
        if isinstance(item, HunkItem) and not item.coloured and index not in self._plain:
            hunk = item.spot.hunk
            if hunk is None or item.file.read(hunk, READ_AT_ONCE):
                self._column.items[index] = replace(item, coloured=True)
                self._column.forget(index)
            else:
                self._plain.add(index)
                self.set_timer(READ_LATER, self._read_on)
        return super()._rows_of(index)

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

    def marks(self) -> dict[int, str]:
        """Show undecided hunks beside the thumb."""
        if self._marks is None:
            self._marks = {}
            height, total = max(1, self.size.height), max(1, self.total)
            seen = set()
            for index, spot in enumerate(self.review.spots if self.review is not None else ()):
                row = self.top_of(self.places[index])
                place = row * height // total
                focused = self.review is not None and index == self.review.cursor
                if self.waits and not spot.decided and not focused and place not in seen:
                    seen.add(place)
                    self._marks[row] = "pending"
        return self._marks

    # Keys

    def act(self, action: str) -> bool:
        """Do what a key of the review means."""
        context, _, name = action.partition(".")
        if context != "review" or self.review is None:
            return False
        move = self._moves().get(name)
        if move is not None:
            move()
            self.after_verdict()
            return True
        own = {"later": self._later, "view": self._view, "full": self._full}.get(name)
        if own is not None:
            own()
            return True
        return self._decide(name)

    def _decide(self, name: str) -> bool:
        """Do what a verdict's key means, once the request is armed."""
        typing = {"why": self.ask_why, "edit": self.begin_editing, "apply": self._apply}.get(name)
        if name not in VERDICTS and typing is None:
            return False
        if not self.waits or not self.armed or self.review is None:
            return True
        if typing is not None:
            typing()
            if name != "apply":
                return True
        else:
            complaint = VERDICTS[name](self.review)
            if complaint:
                self.post_message(Toasted(complaint, role="accent", glyph="warning"))
        self.after_verdict()
        return True

    def _moves(self) -> dict[str, Callable[[], None]]:
        review = self.review
        if review is None:
            return {}
        return {
            "next": review.next_hunk,
            "previous": review.previous_hunk,
            "next_file": review.next_file,
            "previous_file": review.previous_file,
            "down": review.line_down,
            "up": review.line_up,
        }

    def after_verdict(self) -> None:
        self.redraw_review()
        self._reveal()
        self._tell()

    def _reveal(self) -> None:
        """Scroll as little as shows the focused hunk, or its focused line."""
        review = self.review
        if review is None or not self.places or not self.size.height:
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

    def _tell(self) -> None:
        """Tell the frame of the verdicts so far."""
        review, subject = self.review, self.subject
        if review is None or subject is None or not subject.waits:
            return
        decisions = tuple(one for spot in review.spots for one in spot.decisions)
        focused = review.focused_run
        self.post_message(Drafted(subject.request_id, decisions, focused))

    def on_clicked(self, event: Clicked) -> None:
        """Put the cursor on the hunk that was clicked."""
        if event.pane is not self or self.review is None:
            return
        event.stop()
        if event.index in self.places:
            self.review.go(self.places.index(event.index))
            self.after_verdict()
        self.focus()

    # Verdicts

    def _apply(self) -> None:
        review, subject = self.review, self.subject
        if review is None or subject is None:
            return
        left = review.undecided
        if left:
            review.next_undecided()
            hunks = "hunk is" if left == 1 else "hunks are"
            self.post_message(
                Toasted(
                    f"{left} {hunks} undecided. Nothing is written yet.",
                    role="pending",
                    glyph="waiting",
                )
            )
            return
        self.send(review.decision())

    def send(self, decision: Decision) -> None:
        """Send the decision once: it is the agent's from here on."""
        if self.subject is not None:
            self.post_message(Decided(self.subject.request_id, decision))

    def _later(self) -> None:
        self.post_message(Left())

    def _view(self) -> None:
        self.side_by_side = not self.side_by_side
        if not self.full:
            self.post_message(Toasted("Side by side needs the full screen: f.", role="accent"))
        self.redraw_review()
        self._reveal()

    def _full(self) -> None:
        from tui_agent.ui.tui.screens.review import open_or_close

        open_or_close(self)
