"""What a pane with a review does while a person types in it: the reason, the edited hunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from textual.geometry import Region
from textual.widgets import TextArea

from tui_agent.core.patch import PatchError, hunk_body
from tui_agent.core.text import content
from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.hunk_items import EditorRoom, HunkItem
from tui_agent.ui.tui.messages import Restated, Toasted
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_spots import Spot
from tui_agent.ui.tui.virtual_lines import VirtualLines
from tui_agent.ui.tui.widgets.answer_line import AnswerLine
from tui_agent.ui.tui.widgets.hunk_editor import HunkEditor, is_editable

NOT_HERE = "This hunk holds characters that only $EDITOR keeps: Ctrl-G opens it."
NO_TEXT = "This change has no text to edit: y accepts it, n rejects it."


@runtime_checkable
class OutsideEditor(Protocol):
    """An application that can give the terminal to the person's own editor."""

    async def edit_outside(self, text: str) -> str | None:
        """Return the text as edited; None where there is no editor. May raise OSError."""
        ...


class HunkEditing(VirtualLines):
    """Places an answer line or an editor over the focused hunk, and keeps it there."""

    review: Review | None = None
    files: tuple[FileText, ...] = ()
    places: list[int]
    """The item of each spot."""

    def __init__(self, *, plane: str = "surface", id: str | None = None) -> None:
        """Begin with nobody typing."""
        super().__init__(plane=plane, id=id)
        self.places = []
        self._editor: HunkEditor | None = None
        self._why: AnswerLine | None = None
        self._wanted = ""
        """What was searched for last."""
        self._body: str | None = None
        """What came back from $EDITOR and did not fit: the next time it begins there."""
        self.complaint = ""

    def redraw_review(self, *, restate: bool = True) -> None:
        """Draw what has changed. The pane knows how."""

    def after_verdict(self) -> None:
        """Show and tell a verdict. The pane knows how."""

    @property
    def asking_why(self) -> bool:
        """Whether a reason is being typed."""
        return self._why is not None

    @property
    def editor_room(self) -> EditorRoom | None:
        """What the open editor needs around it."""
        editor = self._editor
        if editor is None:
            return None
        return EditorRoom(
            signs=editor.signs(),
            differing=editor.differing(),
            complaint=self.complaint,
            gone=editor.gone(),
        )

    @property
    def typing_place(self) -> str:
        """Where in the open editor the cursor is."""
        return self._editor.place() if self._editor is not None else ""

    # The reason

    def ask_why(self) -> None:
        """Let the person say in a line why the focused hunk is rejected."""
        spot = self.review.spot if self.review is not None else None
        if spot is None or self._why is not None or not self.is_attached:
            return
        self._why = AnswerLine(purpose="why", text=spot.reason, hint="why not?")
        self._show(self._why)

    def ask_words(self) -> None:
        """Let the person say what to look for; Enter alone looks for the same again."""
        if self.review is None or self._why is not None or not self.is_attached:
            return
        self._why = AnswerLine(purpose="search", hint=self._wanted or "words in a line")
        self._show(self._why)

    def on_answer_line_given(self, event: AnswerLine.Given) -> None:
        """Reject with the reason, or search."""
        if event.line is not self._why:
            return
        event.stop()
        self.finish_editing()
        text = event.text.strip()
        if self.review is None:
            return
        if event.line.purpose == "why":
            self.review.reject(text)
        else:
            self._wanted = text or self._wanted
            if self._wanted and not self.review.find(self._wanted):
                self.post_message(Toasted(f"No line has {self._wanted!r}.", role="accent"))
        self.after_verdict()

    def on_answer_line_gone(self, event: AnswerLine.Gone) -> None:
        """Leave the hunk as it was."""
        event.stop()
        self.finish_editing()
        self.redraw_review()

    # The edited hunk

    def begin_editing(self) -> None:
        """Open the focused hunk's new text in place."""
        review = self.review
        spot = review.spot if review is not None else None
        if review is None or spot is None or self._editor is not None or not self.is_attached:
            return
        if spot.hunk is None:
            self.post_message(Toasted(NO_TEXT, role="accent"))
            return
        file = self.files[spot.file]
        text, proposed = editable_text(file, spot), editable_text(file, _as_proposed(spot))
        if not is_editable(text) or not is_editable(proposed):
            self.post_message(Toasted(NOT_HERE, role="warning", glyph="warning"))
            self.run_worker(self._edit_outside(), exclusive=True, group="outside")
            return
        self.complaint = ""
        self._editor = HunkEditor(
            text,
            proposed=proposed,
            kept=kept_lines(spot),
            path=file.path,
            sheet=self.sheet(self.places[review.cursor]),
        )
        self._show(self._editor)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Draw the signs beside the editor again."""
        if event.text_area is self._editor:
            event.stop()
            self.redraw_review()

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """Have the place of the cursor told."""
        if event.text_area is self._editor:
            event.stop()
            self.post_message(Restated())

    async def on_hunk_editor_asked(self, event: HunkEditor.Asked) -> None:
        """Do what a key of the editor means."""
        event.stop()
        editor = self._editor
        if editor is None:
            return
        if event.what == "reflow":
            self.redraw_review()
        elif event.what == "keep":
            self._keep(editor)
        elif event.what == "restore":
            editor.load_text(editor.proposed)
            self.redraw_review()
        elif event.what == "discard":
            self.finish_editing()
            self.redraw_review()
        else:
            self.run_worker(self._edit_outside(), exclusive=True, group="outside")

    def _keep(self, editor: HunkEditor) -> None:
        review = self.review
        spot = review.spot if review is not None else None
        if review is None or spot is None:
            return
        text = editor.text
        try:
            review.edit(whole_text(self.files[spot.file], spot, text, editor.proposed))
        except PatchError as error:
            self.complaint = str(error)
            self.redraw_review()
            return
        self.finish_editing()
        self.after_verdict()

    async def _edit_outside(self) -> None:
        """Give the hunk's body to $EDITOR; what does not fit is said and kept for the next time."""
        review, app = self.review, self.app
        hunk = review.spot.hunk if review is not None and review.spot is not None else None
        if review is None or hunk is None:
            return
        if not isinstance(app, OutsideEditor):
            self.post_message(
                Toasted("There is no editor to open here.", role="warning", glyph="warning")
            )
            return
        try:
            body = await app.edit_outside(self._body or hunk_body(hunk))
        except OSError as error:
            self.post_message(
                Toasted(f"The editor failed: {error}.", role="danger", glyph="failed")
            )
            return
        if body is None:
            self.post_message(
                Toasted("Set EDITOR to edit hunks there.", role="warning", glyph="warning")
            )
            return
        try:
            review.edit_body(body)
        except PatchError as error:
            self._body = body
            self.complaint = f"{error}. Ctrl-G goes on with your text."
            self.post_message(Toasted(self.complaint, role="danger", glyph="failed"))
            self.redraw_review()
            return
        self._body = None
        self.finish_editing()
        self.after_verdict()

    # Where it stands

    def _show(self, widget: AnswerLine | HunkEditor) -> None:
        self.mount(widget)
        self.redraw_review()
        if isinstance(widget, HunkEditor) and self.review is not None:
            self.reveal(self.places[self.review.cursor])
        self.place_editor()
        widget.focus(scroll_visible=False)

    def finish_editing(self) -> None:
        """Close what is open; the focus comes back."""
        gone = [widget for widget in (self._editor, self._why) if widget is not None]
        self._editor = self._why = None
        self.complaint = ""
        for widget in gone:
            had_focus = widget.has_focus
            widget.remove()
            if had_focus:
                self.focus(scroll_visible=False)

    def place_editor(self) -> None:
        """Keep the editor over its hunk while the pane scrolls."""
        review = self.review
        if review is None or review.cursor >= len(self.places):
            return
        index = self.places[review.cursor]
        item = self.items[index] if index < len(self.items) else None
        if not isinstance(item, HunkItem):
            return
        top = self.top_of(index) - self.top
        margin, width = item.geometry.right, self.size.width
        if self._why is not None:
            x = item.title_end(self.sheet(index)) + 2
            self._why.place(x, top, width - x - margin)
        if self._editor is not None:
            x = item.geometry.code
            y = top + item.editor_row(self.sheet(index))
            self._editor.styles.offset = (x, y)
            self._editor.styles.width = max(1, width - x - margin)
            self._editor.styles.height = self._editor.lines

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> HunkEditing:
        """Take the editor along whenever the pane is drawn."""
        if repaint and (self._editor is not None or self._why is not None):
            self.place_editor()
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self


def _as_proposed(spot: Spot) -> Spot:
    return Spot(file=spot.file, hunk=spot.hunk)


def _around(spot: Spot) -> tuple[int, int]:
    """Return how many lines of context a hunk begins and ends with."""
    rows = spot.hunk.rows if spot.hunk is not None else ()
    changed = [index for index, row in enumerate(rows) if row.kind != " "]
    return (changed[0], len(rows) - 1 - changed[-1]) if changed else (0, 0)


def kept_lines(spot: Spot) -> Counter[str]:
    """Return the unchanged lines between the first and the last change."""
    rows = spot.hunk.rows if spot.hunk is not None else ()
    lead, trail = _around(spot)
    return Counter(row.text for row in rows[lead : len(rows) - trail] if row.kind == " ")


def _contents(lines: Sequence[str]) -> list[str]:
    return [content(line) for line in lines]


def editable_text(file: FileText, spot: Spot) -> str:
    """Return the new text between the first and the last change of a hunk."""
    lead, trail = _around(spot)
    lines = _contents(file.new_side(spot))
    return "\n".join(lines[lead : len(lines) - trail])


def whole_text(file: FileText, spot: Spot, text: str, proposed: str) -> str:
    """Return a hunk's whole new side with the text between the changes replaced.

    An empty text rejects, unless nothing is what was proposed.
    """
    if not text.strip() and proposed.strip():
        return ""
    lead, trail = _around(spot)
    lines = _contents(file.new_side(_as_proposed(spot)))
    own = text.split("\n") if text else []
    whole = [*lines[:lead], *own, *lines[len(lines) - trail :]]
    return "".join(f"{line}\n" for line in whole)
