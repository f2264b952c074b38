"""The Changes pane: an edit hunk by hunk, and the keys that decide it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui_agent.core.commands import DraftVerdicts, TryHunks, Undo
from tui_agent.core.patch import FileView, HunkDecision, PatchError
from tui_agent.core.proposal import Decision
from tui_agent.core.state import Session
from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.kept_verdicts import Keeping, begun, of_this_review, set_again
from tui_agent.ui.tui.ledger import hunk_runs
from tui_agent.ui.tui.messages import Clicked, Decided, Drafted, Left, Restated, Sent, Toasted
from tui_agent.ui.tui.pane import Said
from tui_agent.ui.tui.review_header import folded_fact, header_of, short_header
from tui_agent.ui.tui.review_keys import VERDICTS
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_spots import runs_of
from tui_agent.ui.tui.reviewed import Load, Subject, Texts, subject_of
from tui_agent.ui.tui.trial_rows import accepted_so_far
from tui_agent.ui.tui.widgets.hunk_list import HunkList

if TYPE_CHECKING:
    from tui_agent.ui.tui.screens.review import ReviewScreen


class ChangesPane(HunkList):
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
        super().__init__(plane=plane, full=full, id=id)
        self.armed = True
        self._load_bytes = load
        self._texts = Texts(load)
        self._state = Session()
        self._reading: Subject | None = None
        self._full_screen: ReviewScreen | None = None
        self.told: Callable[[], None] | None = None
        """Is told of verdicts and moves at once, in the frame's place: by the whole screen's."""
        self._stood = 0
        """Where the cursor was in a decided edit that is shown again, some of it taken back."""
        self._open: dict[tuple[str, str], Review] = {}
        """The review in progress by call and request: going away loses no verdict."""
        self.keeping = Keeping(self, self._given, lambda one: self.post_message(Sent(one)))

    # What it shows

    def show(self, state: Session) -> None:
        """Show the edit that waits, or the last one."""
        self._state = state
        if self._full_screen is not None:
            self._full_screen.show(state)
        subject = of_this_review(subject_of(state), None if self.featured else self.subject)
        trial = state.trials.get(subject.request_id) if subject is not None else None
        if trial != self.trial:
            self.trial = trial
            self.redraw_review()
        shown = self.review is not None or subject is None or subject == self._reading
        if subject == self.subject and shown:
            return
        before = self.subject if self.review is not None else None
        same = before is not None and subject is not None and before.call_id == subject.call_id
        self._stood = self.review.cursor if self.review is not None and same else 0
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
            self.review, self.files = None, ()  # the one before is not asked about any more
            self._reading = subject
            self.run_worker(self._load(subject), exclusive=True, group="files")

    async def _load(self, subject: Subject) -> None:
        glyphs = self._glyphs()
        try:
            files = await self._texts.read(subject.patch, ascii_only=glyphs.ascii_only)
            self._reading = None
        except (KeyError, OSError, PatchError) as error:
            self._reading = None
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
            self.review = self._taken_up(subject, views)
        else:
            self.review = Review(views, subject.decision)
            self.review.took_back(lambda path, run: bool(subject.taken_back_by(path, run)))
            if subject.unwritten:
                self.review.came_to_nothing()
            self.review.go(self._stood)
        self.redraw_review()
        self.top = 0
        self.reveal_focus()
        self.tell_draft()

    def _taken_up(self, subject: Subject, views: Sequence[FileView]) -> Review:
        """Return the review in progress; an edit offered again keeps the verdicts that hold."""
        key = (subject.call_id, subject.request_id)
        review = None if self.featured else self._open.get(key)
        if review is None:
            before = next((one for old, one in self._open.items() if old[0] == key[0]), None)
            if before is None or self.featured:
                review = begun(subject, views)
                self.recalled = 0 if self.featured else review.decided
            else:
                review, self.recalled = before.carried_to(views), 0
            if self.recalled:
                self.post_message(Toasted(set_again(self.recalled)))
        self._open.clear()
        self._open[key] = review
        return review

    def twin(self) -> ChangesPane:
        """Return a pane for the whole screen, to share this one's review."""
        return ChangesPane(load=self._load_bytes, full=True, plane="canvas")

    def share(self, other: ChangesPane) -> None:
        """Take up another pane's review where it stands, its files included."""
        self._texts, self._open = other._texts, other._open
        self.subject, self.files, self.review = other.subject, other.files, other.review
        self.armed, self.recalled = other.armed, other.recalled
        self.redraw_review()

    def opened_full(self, screen: ReviewScreen) -> None:
        """Keep the full screen up to date."""
        self._full_screen = screen

    def closed_full(self) -> None:
        """Go on alone, where the full screen left off."""
        self._full_screen = None
        self.redraw_review()
        self.reveal_focus()
        self.tell_draft()

    @property
    def request_id(self) -> str:
        """The request that is asked about."""
        return self.subject.request_id if self.subject is not None and self.is_open else ""

    @property
    def waits(self) -> bool:
        """Whether it needs the room: a verdict is asked for, or a replay stands here."""
        return self.is_open or self.featured

    def arm(self, *, armed: bool) -> None:
        """Hear verdicts from now on, or not yet."""
        if armed != self.armed:
            self.armed = armed
            if self._full_screen is not None:
                self._full_screen.pane.arm(armed=armed)
            self.post_message(Restated())

    def header(self, *, folded: bool) -> tuple[Sequence[Said], Sequence[Said]]:
        """Return path, ledger and place; folded: what became of the edit."""
        if folded:
            return folded_fact(self.review, self.subject, self._glyphs())
        if self.is_short:
            return short_header(self.review, self.subject, self._glyphs())
        return header_of(self.review, self.subject, self._glyphs())

    def tab(self) -> Sequence[Said]:
        """Return how many hunks wait."""
        if self.review is None or not self.is_open or not self.review.undecided:
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
        if self.is_open:
            return None
        return [
            ("review.undo", "undo hunk"),
            ("review.undo_edit", ""),
            ("review.next", ""),
            ("review.next_file", ""),
            ("review.full", ""),
        ]

    # Keys

    def act(self, action: str) -> bool:
        """Do what a key of the review means."""
        context, _, name = action.partition(".")
        if self.scroll_by_key(action):
            return True
        if context != "review" or self.review is None:
            return False
        move = self._moves().get(name)
        if move is not None:
            move()
            self.after_verdict()
            return True
        own = {
            "later": self._later,
            "view": self._view,
            "full": self._full,
            "search": self.ask_words,
        }.get(name)
        if own is not None:
            own()
            return True
        return self._decide(name)

    def _decide(self, name: str) -> bool:
        """Do what a verdict's key means, once the request is armed."""
        typing = {
            "why": self.ask_why,
            "edit": self.begin_editing,
            "apply": self._apply,
            "checks": self._check_accepted,
        }.get(name)
        if name not in (*VERDICTS, "undo_edit") and typing is None:
            return False
        if name in ("undo", "undo_edit") and not self.is_open:
            self._take_back(whole=name == "undo_edit")
        elif name == "split" and not self.is_open and self.review is not None:
            self.review.split()
            self.after_verdict()
        if not self.is_open or not self.armed or self.review is None:
            return True
        if typing is not None:
            typing()
            if name not in ("apply", "checks"):
                return True
        elif name in VERDICTS:
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
        """Show a verdict or a move, and tell the frame once."""
        self.redraw_review(restate=not self.is_open)
        self.reveal_focus()
        self.tell_draft()

    def tell_draft(self) -> None:
        """Tell the frame of the verdicts so far."""
        review, subject = self.review, self.subject
        if review is None or subject is None or not subject.waits:
            return
        if self.told is not None:
            self.told()
            return
        self.keeping.soon()
        decisions = review.given
        focused = review.focused_run
        usual = sum(len(hunk_runs(file)) for file in subject.patch.files)
        split = len(review.spots) != usual
        named = ((review.views[spot.file].path, *runs_of(spot)) for spot in review.spots)
        hunks = tuple(named) if split else ()
        self.post_message(Drafted(subject.request_id, decisions, focused, hunks))

    def unsaid(self) -> Sequence[DraftVerdicts]:
        """Return what is still to be told before somebody leaves."""
        return self.keeping.unsaid()

    def _given(self) -> tuple[str, tuple[HunkDecision, ...]]:
        review, subject = self.review, self.subject
        if review is None or subject is None or not subject.waits or self.featured:
            return "", ()
        return subject.request_id, review.given

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

    def _check_accepted(self) -> None:
        """Run the checks on what has been accepted so far; what runs is replaced."""
        review, subject = self.review, self.subject
        if review is None or subject is None:
            return
        hunks = accepted_so_far(review)
        if hunks:
            self.post_message(Sent(TryHunks(request_id=subject.request_id, hunks=hunks)))
        else:
            said = "Accept a hunk first: the checks run on what is accepted."
            self.post_message(Toasted(said, role="accent", glyph="warning"))

    def send(self, decision: Decision) -> None:
        """Send the decision once: it is the agent's from here on."""
        if self.subject is not None:
            self.post_message(Decided(self.subject.request_id, decision))

    def _take_back(self, *, whole: bool = False) -> None:
        """Undo the hunk under the cursor, or the whole edit; a replay only shows it."""
        subject, review = self.subject, self.review
        if subject is None or review is None or subject.status != "finished" or self.featured:
            return
        if whole:
            self.post_message(Sent(Undo(call_id=subject.call_id)))
            return
        spot, view = review.spot, review.view
        if spot is None or view is None:
            return
        runs = runs_of(spot)
        if spot.verdict == "rejected":
            self.post_message(Toasted("This hunk was not applied.", role="accent", glyph="warning"))
        elif spot.verdict == "back":
            by = subject.taken_back_by(view.path, runs[0])
            self.post_message(Sent(Undo(call_id=by)))
        else:
            self.post_message(Sent(Undo(call_id=subject.call_id, hunks=runs)))

    def _later(self) -> None:
        self.post_message(Left())

    def _view(self) -> None:
        self.side_by_side = not self.side_by_side
        if not self.full:
            self.post_message(Toasted("Side by side needs the full screen: f.", role="accent"))
        self.redraw_review()
        self.reveal_focus()

    def _full(self) -> None:
        from tui_agent.ui.tui.screens.review import open_or_close

        open_or_close(self, self._state)
