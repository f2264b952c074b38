"""The Changes pane as the whole screen: tree at the left, diff at the right, checks below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tui_agent.core.state import Session
from tui_agent.ui.tui.chrome import (
    NARROW,
    Activity,
    ActivityRow,
    FooterRow,
    Keys,
    Said,
    StatusRow,
)
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.keyed_app import AtOnce, app_of
from tui_agent.ui.tui.messages import Clicked, Decided, Left, Restated, Sent, Toasted
from tui_agent.ui.tui.pane_header import Header, PaneHeader
from tui_agent.ui.tui.paper import Row, Sheet
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_tree import Tree, check_rows, title_row, verdict_rows
from tui_agent.ui.tui.summary import answering, status_of
from tui_agent.ui.tui.trial_rows import trial_rows
from tui_agent.ui.tui.virtual_lines import VirtualLines
from tui_agent.ui.tui.words import count

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_agent.ui.tui.widgets.changes import ChangesPane

ROOM_FOR_TREE = 120
ROOM_FOR_CHECKS = 36
FOOT = 6
TOAST_SECONDS = 4.0
HELD_SECONDS = 0.05
"""Between two drawings of what stands around the diff, while a key is held down."""


class TreePane(VirtualLines):
    """Files and hunks. A click goes there."""

    can_focus = False

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__(plane="surface", thumb="away", id="contents")

    def put(self, index: int, item: Item) -> None:
        """Draw another item at this place, if it is another."""
        if self._column.items[index] != item:
            self._column.items[index] = item
            self._redraw_in_place(index)

    def stand(self, focused: int) -> None:
        """Have this item in view."""
        if self.size.height:
            self.reveal(focused)
        self.refresh()


class Band(Widget):
    """Rows that a function draws."""

    ALLOW_SELECT = False

    def __init__(self, draw: Callable[[Sheet], Sequence[Row]], *, id: str) -> None:
        """Take what draws the rows."""
        super().__init__(id=id)
        self._draw = draw

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        app = app_of(self)
        sheet = Sheet(
            width=max(1, self.size.width), theme=app.look, glyphs=app.glyphs, plane="surface"
        )
        rows = self._draw(sheet)
        return rows[y].strip if y < len(rows) else Strip.blank(sheet.width, sheet.ink())


class ReviewScreen(AtOnce, Screen[None]):
    """Shows the same review as the pane that opened it: a verdict here is a verdict there."""

    AUTO_FOCUS = ""
    takes_answers = True
    DEFAULT_CSS = """
    ReviewScreen { layout: vertical; background: $canvas; overflow: hidden; }
    ReviewScreen #body { height: 1fr; }
    ReviewScreen #left { width: 41; background: $surface; padding-top: 1; }
    ReviewScreen #title { height: 1; }
    ReviewScreen #right { width: 1fr; }
    ReviewScreen #right.aligned { padding-top: 1; }
    ReviewScreen #foot { height: 6; background: $surface; }
    ReviewScreen #verdicts { width: 41; height: 6; padding-top: 1; background: $surface; }
    ReviewScreen #checks { width: 1fr; height: 6; padding-top: 1; background: $surface; }
    ReviewScreen #status, ReviewScreen #footer { background: $surface; }
    """

    def __init__(self, origin: ChangesPane, state: Session) -> None:
        """Take the pane whose review is shown."""
        super().__init__()
        self.origin = origin
        self.state = state
        self.pane = origin.twin()
        self.pane.told = self.drafted
        self.header = PaneHeader(id="header")
        self.contents = TreePane()
        self._tree = Tree()
        self._said: tuple[str, str] = ("", "")
        self._caught_up = 0.0
        self._catching_up: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out tree, diff and checks."""
        yield StatusRow(id="status")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Band(self._title, id="title")
                yield self.contents
            with Vertical(id="right"):
                yield self.header
                yield self.pane
        with Horizontal(id="foot"):
            yield Band(self._verdicts, id="verdicts")
            yield Band(self._checks, id="checks")
        yield ActivityRow(id="activity")
        yield FooterRow(id="footer")

    def on_mount(self) -> None:
        """Give the diff the keys."""
        self.pane.share(self.origin)
        self.set_focus(self.pane)
        self.redraw()
        self.call_after_refresh(self.pane.reveal_focus)

    def on_resize(self) -> None:
        """Show tree and checks where there is room for them."""
        self.redraw()

    def show(self, state: Session) -> None:
        """Draw another state."""
        self.state = state
        self.pane.show(state)
        self.redraw()

    # Drawing

    @property
    def review(self) -> Review | None:
        """The review that is shown."""
        return self.pane.review

    def redraw(self) -> None:
        """Draw everything around the diff."""
        if not self.is_mounted:
            return
        size = self.size
        self.query_one("#left").display = size.width >= ROOM_FOR_TREE
        self.query_one("#right").set_class(size.width >= ROOM_FOR_TREE, "aligned")
        self.query_one("#foot").display = (
            size.width >= ROOM_FOR_TREE and size.height >= ROOM_FOR_CHECKS
        )
        self.query_one("#status", StatusRow).tell(status_of(self.state))
        left, right = self.pane.header(folded=False)
        title = "" if size.width >= ROOM_FOR_TREE else "Review"
        self.header.tell(Header(title=title, left=tuple(left), right=tuple(right), focused=True))
        review = self.review
        if review is not None and review.spots:
            self._tell_tree(review)
        for name in ("#title", "#verdicts", "#checks"):
            self.query_one(name).refresh()
        self._tell_rows()

    def _tell_tree(self, review: Review) -> None:
        changed = self._tree.changed(review, self.pane.files)
        if changed is None:
            self.contents.set_items(self._tree.items(review, self.pane.files))
        for index, item in changed or ():
            self.contents.put(index, item)
        self.contents.stand(self._tree.places[review.cursor])

    def _tell_rows(self) -> None:
        review = self.review
        total = len(review.spots) if review is not None else 0
        left = review.undecided if review is not None else 0
        narrow = self.size.width < NARROW
        enter = ("next" if narrow else "next undecided") if left else "applies"
        facts = (
            f"{left} of {total} left" if narrow else f"{left} of {count(total, 'hunk')} undecided"
        )
        hints: tuple[Said, ...] = (("Enter", enter), ("Esc", "later, writes nothing"))
        if not self.pane.is_open:
            facts, hints = "", (("Esc", "back"),)
        sign, what = ("waiting", "your verdict") if self.pane.is_open else ("done", "decided")
        role = "pending" if self.pane.is_open else "text-3"
        if self.pane.editor_room is not None and review is not None:
            sign, what = "edited", f"editing hunk {review.cursor + 1}"
            facts, role = self.pane.typing_place, "accent"
            hints = (("^Z", "undo typing"),)
        app = app_of(self)
        context = str(getattr(self.focused, "key_context", "review"))
        if context == "answer":
            hints = tuple(answering(str(getattr(self.focused, "purpose", ""))))
        said, glyph = self._said
        if said:
            sign, what, facts = glyph, said, ""
        self.query_one("#activity", ActivityRow).tell(
            Activity(
                sign=sign,
                role=role,
                what=what,
                facts=(facts,) if facts else (),
                hints=hints,
            )
        )
        keys = app.keymap.footer(context, ascii_only=app.glyphs.ascii_only)
        if context == "review":
            keys = self._keys()
        told = Keys(hints=tuple(keys), last=app.keymap.help_hint(context), live=self.pane.armed)
        self.query_one("#footer", FooterRow).tell(told)

    def _keys(self) -> list[Said]:
        """Return the keys of the review, with what there is only here."""
        app = app_of(self)
        view = "unified" if self.pane.side_by_side else "side by side"
        labels = dict.fromkeys(app.keymap.in_footer("review"), "") | {
            "review.full": "leave",
            "review.next_file": "",
            "review.reject_file": "rest of file",
            "review.reject_all": "everything",
            "review.view": view,
        }
        ascii_only = app.glyphs.ascii_only
        return [app.keymap.hint(one, text, ascii_only=ascii_only) for one, text in labels.items()]

    def _title(self, sheet: Sheet) -> Sequence[Row]:
        return [title_row(sheet, self.review)] if self.review is not None else []

    def _verdicts(self, sheet: Sheet) -> Sequence[Row]:
        return verdict_rows(sheet, self.review) if self.review is not None else []

    def _checks(self, sheet: Sheet) -> Sequence[Row]:
        subject = self.pane.subject
        trial = self.state.trials.get(subject.request_id) if subject is not None else None
        if trial is not None and self.pane.is_open:
            return trial_rows(sheet, trial, self.review, FOOT - 1)
        return check_rows(sheet, self.state, undecided=self.pane.is_open)

    # What the diff says

    def on_restated(self, event: Restated) -> None:
        """Draw the rows around it again."""
        event.stop()
        self.redraw()

    def drafted(self) -> None:
        """Draw what stands around the diff: with it, or soon for a held key.

        The pane below and the conversation catch up when this screen goes: nobody sees them.
        """
        left = self._caught_up + HELD_SECONDS - monotonic()
        if left <= 0:
            self._catch_up()
        elif self._catching_up is None:
            self._catching_up = self.set_timer(left, self._catch_up)

    def _catch_up(self) -> None:
        if self._catching_up is not None:
            self._catching_up.stop()
        self._caught_up, self._catching_up = monotonic(), None
        self.redraw()
        self.origin.keeping.soon()

    def on_sent(self, event: Sent) -> None:
        """Let the pane below send it."""
        event.stop()
        self.origin.post_message(Sent(event.command))

    def on_decided(self, event: Decided) -> None:
        """Go back, and let the pane send it."""
        event.stop()
        self.close()
        self.origin.post_message(Decided(event.request_id, event.decision))

    def on_left(self, event: Left) -> None:
        """Go back to the prompt; nothing is written."""
        event.stop()
        self.close()
        self.origin.post_message(Left())

    def on_toasted(self, event: Toasted) -> None:
        """Say it in the activity row for a while."""
        event.stop()
        self._said = (event.text, event.glyph)
        self.set_timer(TOAST_SECONDS, self._said_enough)
        self.redraw()

    def _said_enough(self) -> None:
        self._said = ("", "")
        self.redraw()

    def on_clicked(self, event: Clicked) -> None:
        """Go to the hunk that was clicked in the tree."""
        if (
            event.pane is self.contents
            and self.review is not None
            and event.index in self._tree.places
        ):
            event.stop()
            self.review.go(self._tree.places.index(event.index))
            self.pane.after_verdict()

    def on_descendant_focus(self) -> None:
        """Show the keys of what has the focus."""
        self.redraw()

    def close(self) -> None:
        """Go back to where it was opened."""
        if self._catching_up is not None:
            self._catching_up.stop()
        self.origin.closed_full()
        self.dismiss()


def open_or_close(pane: ChangesPane, state: Session) -> None:
    """Give a pane's review the whole screen, or take it back."""
    screen = pane.screen
    if isinstance(screen, ReviewScreen):
        screen.close()
        return
    opened = ReviewScreen(pane, state)
    pane.opened_full(opened)
    pane.app.push_screen(opened)
