"""A file's patch with its lines at hand: what a pane shows, cut into hunks."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from tui_agent.core.patch.values import FilePatch, Hunk, Mark, PatchError, Row, Run
from tui_agent.core.text import Codec, content, decode_pair, terminator

CONTEXT = 3
"""Equal lines shown on either side of a change."""

_SECTION = re.compile(
    r"\s*(?:(?:async|export|default|pub(?:\([^)]*\))?|public|private|protected|static|abstract|final|override)\s+)*"
    r"(?:(?:def|class|impl|trait|struct|enum|interface|module|namespace|type)"
    r"(?:\s+[^\W\d]|\s*[<*]+\s*[^\W\d]|\s*\{)|(?:func|fn|function|describe)\b)"
    r"|#{1,6}\s+\S|\[[^\]]+\]\s*$|[A-Za-z_][\w.-]*:\s*$",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A FilePatch, and both sides as lines with their terminators; a binary change has no lines."""

    patch: FilePatch
    old_bytes: bytes | None = field(repr=False)
    new_bytes: bytes | None = field(repr=False)
    codec: Codec
    before: tuple[str, ...] = field(repr=False)
    after: tuple[str, ...] = field(repr=False)
    _by_id: dict[str, Run] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, patch: FilePatch, before: bytes | None, after: bytes | None) -> Self:
        """Pair a patch with the bytes that its blobs name; raises PatchError for other bytes."""
        for blob, data in ((patch.before, before), (patch.after, after)):
            if (blob is None) != (data is None) or (
                blob is not None and blob.size != len(data or b"")
            ):
                message = f"{patch.path}: these are not the bytes that the patch was made from"
                raise PatchError(message)
        codec, old, new = (
            (Codec(), (), ()) if patch.binary else decode_pair(before, after) or (Codec(), (), ())
        )
        if any(run.old_end > len(old) or run.new_end > len(new) for run in patch.runs):
            message = f"{patch.path}: the patch reaches beyond the end of the text"
            raise PatchError(message)
        return cls(
            patch=patch, old_bytes=before, new_bytes=after, codec=codec, before=old, after=new
        )

    @property
    def path(self) -> str:
        """Where the file is before the change."""
        return self.patch.path

    def run(self, run_id: str) -> Run:
        """Content run of this id; raises PatchError if there is none."""
        if not self._by_id:
            self._by_id.update((run.id, run) for run in self.patch.runs)
        found = self._by_id.get(run_id)
        if found is None:
            message = f"{self.path} has no change {run_id}"
            raise PatchError(message)
        return found

    def hunks(self, context: int = CONTEXT) -> tuple[Hunk, ...]:
        """Runs at most twice the context apart, together with the context around them."""
        section = sections(self.before or self.after)
        runs = self.patch.runs
        hunks: list[Hunk] = []
        first = 0
        for index, run in enumerate(runs):
            if index + 1 < len(runs) and runs[index + 1].old_start - run.old_end <= 2 * context:
                continue
            hunks.append(_hunk(self, range(first, index + 1), context, section))
            first = index + 1
        return tuple(hunks)


def split(view: FileView, hunk: Hunk, context: int = CONTEXT) -> tuple[Hunk, ...]:
    """One hunk for each run; the equal lines between two runs are shown with both."""
    section = sections(view.before or view.after)
    wanted = set(hunk.run_ids)
    return tuple(
        _hunk(view, range(index, index + 1), context, section)
        for index, run in enumerate(view.patch.runs)
        if run.id in wanted
    )


def _hunk(view: FileView, chosen: range, context: int, section: Callable[[int], str]) -> Hunk:
    """Cut out these runs; the context ends at the neighbouring runs."""
    runs = view.patch.runs
    first, last = runs[chosen.start], runs[chosen.stop - 1]
    floor = runs[chosen.start - 1].old_end if chosen.start else 0
    ceiling = runs[chosen.stop].old_start if chosen.stop < len(runs) else len(view.before)
    lead = min(context, first.old_start - floor)
    trail = min(context, ceiling - last.old_end)
    inside = runs[chosen.start : chosen.stop]
    return Hunk(
        path=view.path,
        run_ids=tuple(run.id for run in inside),
        old_start=first.old_start - lead,
        old_end=last.old_end + trail,
        new_start=first.new_start - lead,
        new_end=last.new_end + trail,
        section=section(first.old_start - lead),
        rows=tuple(_rows(view, inside, lead, trail)),
    )


def _rows(view: FileView, runs: Sequence[Run], lead: int, trail: int) -> Iterator[Row]:
    old, new = runs[0].old_start - lead, runs[0].new_start - lead
    for run in runs:
        yield from _context(view, old, new, run.old_start - old)
        for index in range(run.old_start, run.old_end):
            yield _row("-", view.before[index], old=index + 1, run=run.id)
        for index in range(run.new_start, run.new_end):
            yield _row("+", view.after[index], new=index + 1, run=run.id)
        old, new = run.old_end, run.new_end
    yield from _context(view, old, new, trail)


def _context(view: FileView, old: int, new: int, count: int) -> Iterator[Row]:
    for index in range(count):
        yield _row(" ", view.before[old + index], old=old + index + 1, new=new + index + 1)


def _row(
    kind: Mark, line: str, *, old: int | None = None, new: int | None = None, run: str | None = None
) -> Row:
    return Row(kind=kind, old=old, new=new, text=content(line), end=terminator(line), run=run)


def sections(lines: Sequence[str]) -> Callable[[int], str]:
    """Give a function: line index -> the nearest line above that opens a definition."""
    places: list[int] = []
    scanned = 0

    def above(index: int) -> str:
        nonlocal scanned
        places.extend(at for at in range(scanned, index) if _SECTION.match(lines[at]))
        scanned = max(scanned, index)
        at = bisect_left(places, index)
        return content(lines[places[at - 1]]).strip() if at else ""

    return above
