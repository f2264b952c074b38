"""Both sides of a changed file as they are shown: clean, coloured as far as read, named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.patch import FileView, Hunk, Row
from tui_agent.core.patch.diff import changed_spans
from tui_agent.core.text import content, split_lines
from tui_agent.ui.clean import clean
from tui_agent.ui.tui.code_rows import Side
from tui_agent.ui.tui.emphasis import Stretch, changed_words
from tui_agent.ui.tui.hunk_names import name_of
from tui_agent.ui.tui.review_spots import Spot
from tui_agent.ui.tui.syntax import Highlighter, Piece

_ENDS = {"\n": "LF", "\r\n": "CRLF", "\r": "CR", "": "no line feed at the end"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One line of a hunk as it is to be drawn, whatever the layout."""

    side: Side
    old: int | None
    new: int | None
    pieces: tuple[Piece, ...]
    left_out: bool = False
    edited: bool = False
    stretches: tuple[Stretch, ...] = ()
    remark: str = ""


class FileText:
    """One file of a review. It is shared by all its hunks and equal to nothing but itself."""

    def __init__(self, view: FileView, *, ascii_only: bool = False) -> None:
        """Read nothing yet."""
        self.view = view
        self._ascii_only = ascii_only
        path = view.patch.new_path or view.path
        self.old = Highlighter(view.path, view.before, ascii_only=ascii_only)
        self.new = Highlighter(path, view.after, ascii_only=ascii_only)
        self._names: dict[tuple[str, ...], tuple[str, str]] = {}
        self._words: dict[tuple[str, ...], dict[int, tuple[Stretch, ...]]] = {}

    @property
    def path(self) -> str:
        """Where the file is once the change is accepted."""
        return self.view.patch.new_path or self.view.path

    def name(self, hunk: Hunk) -> tuple[str, str]:
        """Return class and name of a hunk, made clean."""
        found = self._names.get(hunk.run_ids)
        if found is None:
            around, name = name_of(self.view, hunk)
            found = self._names[hunk.run_ids] = (self._clean(around), self._clean(name))
        return found

    def read(self, hunk: Hunk, seconds: float) -> bool:
        """Read the syntax up to the end of a hunk, as far as the time allows; return if all is."""
        old = hunk.old_end == 0 or self.old.read_to(hunk.old_end - 1, seconds)
        new = hunk.new_end == 0 or self.new.read_to(hunk.new_end - 1, seconds)
        return old and new

    def is_read(self, hunk: Hunk) -> bool:
        """Return whether every line of a hunk has its colours."""
        old = hunk.old_end == 0 or self.old.is_ready(hunk.old_end - 1)
        return old and (hunk.new_end == 0 or self.new.is_ready(hunk.new_end - 1))

    def lines(self, spot: Spot) -> list[ShownLine]:
        """Return the lines of a hunk as its verdict leaves them."""
        hunk = spot.hunk
        if hunk is None:
            return []
        if spot.verdict == "edited":
            return self._edited(spot, hunk)
        words = self._changed_words(hunk) if not spot.decided else {}
        ends = _ends_that_differ(hunk)
        dropped = _dropped(spot, hunk)
        return [
            ShownLine(
                side=row.kind,
                old=row.old,
                new=row.new,
                pieces=self._pieces(row),
                left_out=index in spot.left_out or index in dropped,
                stretches=words.get(index, ()),
                remark=_remark(row, ends),
            )
            for index, row in enumerate(hunk.rows)
        ]

    def _pieces(self, row: Row) -> tuple[Piece, ...]:
        if row.kind == "-" or row.new is None:
            return self.old.line((row.old or 1) - 1)
        return self.new.line(row.new - 1)

    def _plain(self, row: Row) -> str:
        if row.kind == "-" or row.new is None:
            return self.old.plain((row.old or 1) - 1)
        return self.new.plain(row.new - 1)

    def _changed_words(self, hunk: Hunk) -> dict[int, tuple[Stretch, ...]]:
        """Return the changed stretches by index of the hunk's row."""
        found = self._words.get(hunk.run_ids)
        if found is None:
            found = self._words[hunk.run_ids] = {}
            for own in _rows_by_run(hunk).values():
                old = [(at, self._plain(row)) for at, row in own if row.kind == "-"]
                new = [(at, self._plain(row)) for at, row in own if row.kind == "+"]
                before, after = changed_words([text for _, text in old], [text for _, text in new])
                for (at, _), stretches in zip((*old, *new), (*before, *after), strict=True):
                    found[at] = tuple(stretches)
        return found

    def _edited(self, spot: Spot, hunk: Hunk) -> list[ShownLine]:
        """Compare the file's lines with what the person made of them."""
        old = self.view.before[hunk.old_start : hunk.old_end]
        new = self.new_side(spot)
        proposed = {self._plain(row): self._pieces(row) for row in hunk.rows if row.kind == "+"}
        lines: list[ShownLine] = []
        at, at_new = 0, 0
        for a, a_end, b, b_end in (*changed_spans(old, new), (len(old), len(old), len(new), -1)):
            for offset in range(a - at):
                number = hunk.old_start + at + offset
                pieces = self.old.line(number)
                lines.append(_line(" ", number + 1, hunk.new_start + at_new + offset + 1, pieces))
            at_new += a - at
            lines += [
                _line("-", index + 1, None, self.old.line(index))
                for index in range(hunk.old_start + a, hunk.old_start + a_end)
            ]
            for index in range(b, b_end):
                text = self._clean(content(new[index]))
                pieces = proposed.get(text, ((text, "text"),))
                number = hunk.new_start + index + 1
                lines.append(_line("+", None, number, pieces, edited=text not in proposed))
            at, at_new = a_end, max(at_new, b_end)
        return lines

    def new_side(self, spot: Spot) -> Sequence[str]:
        """Return the lines that a hunk leads to, context included, with their terminators."""
        hunk = spot.hunk
        if hunk is None:
            return ()
        if spot.verdict != "edited":
            return self.view.after[hunk.new_start : hunk.new_end]
        decision = spot.decisions[0]
        start, end = decision.span or (hunk.old_start, hunk.old_end)
        before = self.view.before
        text = split_lines(decision.text or "")
        return (*before[hunk.old_start : start], *text, *before[end : hunk.old_end])

    def _clean(self, text: str) -> str:
        return clean(text, ascii_only=self._ascii_only)


def _line(
    side: Side,
    old: int | None,
    new: int | None,
    pieces: tuple[Piece, ...],
    *,
    edited: bool = False,
) -> ShownLine:
    return ShownLine(side=side, old=old, new=new, pieces=pieces, edited=edited)


def _rows_by_run(hunk: Hunk) -> dict[str, list[tuple[int, Row]]]:
    """Return the changed rows of each run with their places: a hunk may have thousands of runs."""
    found: dict[str, list[tuple[int, Row]]] = {}
    for at, row in enumerate(hunk.rows):
        if row.run is not None:
            found.setdefault(row.run, []).append((at, row))
    return found


def _dropped(spot: Spot, hunk: Hunk) -> set[int]:
    """Return the rows of the runs that a decision in parts rejects."""
    refused = {run for one in spot.decisions if one.verdict == "reject" for run in one.runs}
    if spot.verdict != "partly":
        return set()
    return {index for index, row in enumerate(hunk.rows) if row.run in refused}


def _ends_that_differ(hunk: Hunk) -> set[str]:
    """Return the runs whose old and new lines end differently."""
    found = set()
    for run_id, rows in _rows_by_run(hunk).items():
        old = {row.end for _, row in rows if row.kind == "-"}
        new = {row.end for _, row in rows if row.kind == "+"}
        if old - {""} and new - {""} and old - {""} != new - {""}:
            found.add(run_id)
    return found


def _remark(row: Row, ends: set[str]) -> str:
    if row.kind == " " or (row.end and row.run not in ends):
        return ""
    return _ENDS.get(row.end, "")
