"""The tree of a full review: every file with its hunks, and what is below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_agent.core.events import CheckFinished
from tui_agent.core.patch import file_run_sentence
from tui_agent.core.state import Session
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.file_items import SIGNS, counts, filled
from tui_agent.ui.tui.file_text import FileText
from tui_agent.ui.tui.paper import Row, Sheet, Span, blank_row, cut_middle, make_row, padded
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.review_spots import Mark, Spot, SpotVerdict
from tui_agent.ui.tui.words import count, duration

COMMAND, SUMMARY, TIME = 28, 26, 8
"""Cells of a check's command, of what it said, and of its time."""

VERDICTS: tuple[tuple[SpotVerdict, Mark, str], ...] = (
    ("accepted", "accepted", "accepted"),
    ("edited", "edited", "accepted as edited"),
    ("partly", "edited", "accepted in part"),
    ("rejected", "rejected", "rejected"),
    ("undecided", "undecided", "undecided"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFile:
    """A file of the tree."""

    path: str

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 2

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        path = cut_middle(self.path, sheet.width - 3, sheet.glyphs.cut)
        folder, slash, name = path.rpartition("/")
        spans = [sheet.span("  " + folder + slash, "text-3"), sheet.span(name, "text")]
        return [blank_row(sheet), make_row(sheet, spans, start=2)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHunk:
    """A hunk of the tree."""

    spot: Spot
    number: int
    file: FileText
    focused: bool
    digits: int = 1
    """How many the last hunk's number has."""

    @property
    def focusable(self) -> bool:
        return True

    def height_hint(self, _width: int) -> int:
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        own = sheet.on("selected") if self.focused else sheet
        glyphs = sheet.glyphs
        mark: Mark = self.spot.mark
        if self.focused and mark == "undecided":
            mark = "focused"
        name, ink = SIGNS[mark]
        bar = glyphs.gutter_focused if self.focused else " "
        bold = " bold" if self.focused else ""
        title_ink = "text-3" if mark == "rejected" and not self.focused else f"text-2{bold}"
        lead: list[Span] = [
            own.span("  "),
            (bar, own.ink("accent")),
            own.span(f" {getattr(glyphs, name)} ", ink),
            own.span(f"{self.number:>{self.digits}} ", f"text{bold}" if self.focused else "text-3"),
            own.span(self._title(), "text bold" if self.focused else title_ink),
        ]
        hunk = self.spot.hunk
        right = counts(own, hunk.plus, hunk.minus) if hunk is not None else []
        return [make_row(own, filled(own, lead, [*right, own.span("  ")]), start=6)]

    def _title(self) -> str:
        if self.spot.hunk is not None:
            return self.file.name(self.spot.hunk)[1]
        run = self.spot.file_run
        return file_run_sentence(run, self.file.view) if run is not None else ""


class Tree:
    """The items of one review's tree: a thousand are made once, and then those that changed."""

    def __init__(self) -> None:
        """Begin with the tree of nothing."""
        self.places: list[int] = []
        """The place of each spot among the items."""
        self._of: tuple[Review, Sequence[FileText]] | None = None
        self._spots: list[Spot] = []
        self._cursor = 0

    def items(self, review: Review, files: Sequence[FileText]) -> list[Item]:
        """Return all items."""
        items: list[Item] = []
        self.places.clear()
        last = -1
        for index, spot in enumerate(review.spots):
            if spot.file != last:
                last = spot.file
                items.append(TreeFile(path=files[spot.file].path))
            self.places.append(len(items))
            items.append(_tree_hunk(review, files, index))
        self._of = review, files
        self._spots, self._cursor = list(review.spots), review.cursor
        return items

    def changed(
        self, review: Review, files: Sequence[FileText]
    ) -> Iterator[tuple[int, Item]] | None:
        """Give the items that are others by now, each with its place; None: all may be."""
        known = self._of is not None and self._of[0] is review and self._of[1] is files
        if not known or len(review.spots) != len(self._spots):
            return None
        pairs = enumerate(zip(review.spots, self._spots, strict=True))
        others = {index for index, (one, before) in pairs if one is not before}
        if any(review.spots[index].file != self._spots[index].file for index in others):
            return None
        others |= {self._cursor, review.cursor}
        self._spots, self._cursor = list(review.spots), review.cursor
        return ((self.places[index], _tree_hunk(review, files, index)) for index in others)


def _tree_hunk(review: Review, files: Sequence[FileText], index: int) -> TreeHunk:
    spot = review.spots[index]
    return TreeHunk(
        spot=spot,
        number=index + 1,
        file=files[spot.file],
        focused=index == review.cursor,
        digits=len(str(len(review.spots))),
    )


def verdict_rows(sheet: Sheet, review: Review) -> list[Row]:
    """Return how many hunks have each verdict."""
    found = review.counts()
    rows: list[Row] = []
    for verdict, mark, words in VERDICTS:
        number = found[verdict]
        if number or verdict in {"accepted", "rejected", "undecided"}:
            name, ink = SIGNS[mark]
            sign = str(getattr(sheet.glyphs, name))
            rows.append(
                make_row(
                    sheet,
                    [
                        sheet.span(f"    {sign} ", ink),
                        sheet.span(f"{number}", "text bold"),
                        sheet.span(f" {words}", "text-3"),
                    ],
                )
            )
    return rows


def check_rows(sheet: Sheet, state: Session, *, undecided: bool) -> list[Row]:
    """Return the last run of each check, and that it will be stale."""
    title = [sheet.span("  Checks", "text bold")]
    hint: list[Span] = []
    if undecided:
        said = " runs them on the accepted hunks, in a copy  "
        hint = [sheet.span("c", "text bold"), sheet.span(said, "text-3")]
    if not state.checks:
        title.append(sheet.span("   none has run yet", "text-3"))
        return [make_row(sheet, title, hint)]
    tree = next(iter(state.checks.values())).tree[:7]
    title.append(sheet.span(f"   on tree {tree}, before these edits", "text-3"))
    return [
        make_row(sheet, title, hint),
        *(_check_row(sheet, state, check, waits=undecided) for check in state.checks.values()),
    ]


def _check_row(sheet: Sheet, state: Session, check: CheckFinished, *, waits: bool) -> Row:
    glyphs = sheet.glyphs
    sign, ink = (glyphs.done, "added") if check.passed else (glyphs.failed, "removed")
    stale = "stale" if state.stale(check) else "stale once you apply" if waits else ""
    spans: list[Span] = [
        sheet.span(f"  {sign} ", ink),
        sheet.span(padded(check.command, COMMAND, glyphs.cut), "text"),
        sheet.span(padded(check.summary, SUMMARY, glyphs.cut), "text-2"),
        sheet.span(duration(check.seconds).rjust(TIME), "text-3"),
    ]
    if stale:
        spans += [sheet.span(f"    {glyphs.stale} ", "warning"), sheet.span(stale, "text-2")]
    return make_row(sheet, spans)


def title_row(sheet: Sheet, review: Review) -> Row:
    """Return the tree's own title."""
    hunks, files = count(len(review.spots), "hunk"), count(len(review.views), "file")
    right = [sheet.span(f"{hunks}, {files}  ", "text-2")]
    return make_row(sheet, [sheet.span("  Review", "text bold")], right)
