"""What changed on disk between two recorded trees, over a replay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from textual.app import ComposeResult
from textual.screen import Screen

from tui_agent.core.events import Record, SnapshotTaken
from tui_agent.core.state.stops import Stop
from tui_agent.ui.tui.chrome import FooterRow, Keys
from tui_agent.ui.tui.code_rows import CodeLine, Geometry, Side, brush_for, line_rows
from tui_agent.ui.tui.column import Item
from tui_agent.ui.tui.file_items import counts
from tui_agent.ui.tui.keyed_app import AtOnce, app_of
from tui_agent.ui.tui.notes_items import Sentence
from tui_agent.ui.tui.pane_header import Header, PaneHeader
from tui_agent.ui.tui.paper import Row, Sheet, blank_row, make_row
from tui_agent.ui.tui.virtual_lines import VirtualLines
from tui_agent.ui.tui.words import count, short_tree

SPANS = ("this step", "since the start", "to the end")
"""What `d` goes through."""
MARKS: dict[str, Side] = {"+": "+", "-": "-"}


class Changed(Protocol):
    """One file that differs between two trees."""

    @property
    def path(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def added(self) -> int: ...

    @property
    def removed(self) -> int: ...

    @property
    def lines(self) -> Sequence[tuple[str, str]]:
        """Each line's kind (`@`, `+`, `-` or blank) and its text."""
        ...


Compare = Callable[[str, str], Sequence[Changed]]
"""Compares two recorded trees. May raise LookupError or OSError; it may take a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file's name over its lines."""

    path: str
    kind: str
    added: int
    removed: int

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 2

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        left = [sheet.span(f"  {self.path}", "text bold"), sheet.span(f"  {self.kind}", "text-3")]
        right = [*counts(sheet, self.added, self.removed), sheet.span("  ")]
        return [blank_row(sheet), make_row(sheet, left, right, start=2)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """A line of a diff, or the head of a hunk."""

    mark: str
    text: str

    @property
    def focusable(self) -> bool:
        return False

    def height_hint(self, _width: int) -> int:
        return 1

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        if self.mark == "@":
            return [make_row(sheet, [sheet.span(f"  {self.text}", "text-3")], start=2)]
        brush = brush_for(sheet, MARKS.get(self.mark, " "), "accepted")
        text = sheet.span(self.text)[0]
        line = CodeLine(pieces=((text, "text"),), numbers=(), brush=brush)
        geometry = Geometry(columns=0, margin=0)
        return line_rows(sheet, geometry, (" ", sheet.ink()), line)


class TreeDiff(AtOnce, Screen[None]):
    """Shows one comparison after the other; `d` goes to the next, Esc goes back."""

    key_context = "replay"
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    TreeDiff { layout: vertical; background: $surface; overflow: hidden; }
    TreeDiff VirtualLines { height: 1fr; }
    """

    def __init__(
        self, records: Sequence[Record], stops: Sequence[Stop], at: int, compare: Compare
    ) -> None:
        """Compare the tree of stop `at` with the one before it, at first."""
        super().__init__()
        self.trees = trees_of(records, stops, at)
        self.compare = compare
        self.span = 0
        self.header = PaneHeader(id="header")
        self.body = VirtualLines(plane="surface")

    def compose(self) -> ComposeResult:
        """Put the title above the lines."""
        yield self.header
        yield self.body
        yield FooterRow(id="footer")

    def on_mount(self) -> None:
        """Begin with this step."""
        keymap = app_of(self).keymap
        hints = (keymap.hint("replay.diff", "next comparison"), ("Esc", "back"))
        self.query_one("#footer", FooterRow).tell(Keys(hints=hints))
        self._begin()

    def _begin(self) -> None:
        self.run_worker(self._show(), exclusive=True)

    async def _show(self) -> None:
        old, new = self.trees[self.span]
        name = SPANS[self.span]
        title = f"{short_tree(old)} to {short_tree(new)}" if old and new else ""
        items: list[Item] = [Sentence(text="Comparing two recorded trees.")]
        self._tell(name, title, "")
        if not old or not new:
            items = [Sentence(text="No tree was recorded there.")]
        elif old == new:
            items = [Sentence(text="Nothing changed on disk.")]
        else:
            self.body.set_items(items)
            try:
                found = await asyncio.to_thread(self.compare, old, new)
            except (LookupError, OSError) as error:
                items = [Sentence(text=f"The trees cannot be compared: {error}", ink="danger")]
            else:
                items = changed_items(found)
                self._tell(name, title, count(len(found), "file"))
        self.body.set_items(items)
        self.body.go_to_row(0)

    def _tell(self, name: str, title: str, fact: str) -> None:
        left = ((name, "text bold"), (f"  {title}", "text-3"))
        self.header.tell(Header(title="Diff", left=left, right=((fact, "text-2"),), focused=True))

    def act(self, action: str) -> bool:
        """Go to the next comparison, scroll, or go back."""
        page = max(1, self.body.size.height - 1)
        rows = {"replay.next": 1, "replay.previous": -1, "replay.play": page}
        if action == "replay.diff":
            self.span = (self.span + 1) % len(SPANS)
            self._begin()
        elif action == "replay.close":
            self.dismiss()
        elif action in rows:
            self.body.scroll_rows(rows[action])
        return action.startswith("replay.")


def changed_items(found: Sequence[Changed]) -> list[Item]:
    """Return files and their lines."""
    items: list[Item] = []
    for one in found:
        items.append(
            ChangedFile(path=one.path, kind=one.kind, added=one.added, removed=one.removed)
        )
        items += [DiffLine(mark=mark, text=text) for mark, text in one.lines]
    return items


def trees_of(
    records: Sequence[Record], stops: Sequence[Stop], at: int
) -> tuple[tuple[str, str], ...]:
    """Return the pairs of trees of each comparison, an empty name where none was recorded yet."""
    recorded = [
        (number, record.event.tree)
        for number, record in enumerate(records, 1)
        if isinstance(record.event, SnapshotTaken)
    ]

    def tree(count: int) -> str:
        return next((name for number, name in reversed(recorded) if number <= count), "")

    first = recorded[0][1] if recorded else ""
    last = recorded[-1][1] if recorded else ""
    here = tree(stops[at].count) if stops else ""
    before = tree(stops[at - 1].count) if at else first
    return ((before or first, here), (first, here), (here or first, last))
