"""Where the chunks of a patch go: candidates narrowed by anchors, numbers and order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from tui_agent.core.edits import hints
from tui_agent.core.edits.block import CannotShiftError, built
from tui_agent.core.edits.contract import EditError
from tui_agent.core.edits.rungs import (
    BLANKS,
    EDGE_NOTE,
    NOTES,
    Candidate,
    candidates,
    is_blank,
    trimmed,
)
from tui_agent.core.patch.resolve import Piece

_ENOUGH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Old lines to be found and new lines to be put in their place."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    anchors: tuple[str, ...] = ()
    """Lines that stand above, outermost first."""
    at_end: bool = False
    number: int | None = None
    """The stated index of the first old line; it only decides between places that fit."""
    open_end: bool | None = None
    """Whether the file is to end without a newline; None where the chunk says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What comes in place of what, in the order of the file; the lines have no terminators."""

    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]
    open_end: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """A chunk, the places where it may go, and whether its edge blanks were dropped."""

    chunk: Chunk
    places: tuple[Candidate, ...]
    edge: bool = False


def placed(path: str, file: Sequence[str], chunks: Sequence[Chunk]) -> Placed:
    """Put all chunks where each fits; raises EditError ``no-match`` or ``ambiguous``."""
    names = _names(len(chunks))
    options = [_options(path, file, *each) for each in zip(chunks, names, strict=True)]
    chosen = _assigned(path, file, options)
    pieces: list[Piece] = []
    notes: list[str] = []
    for place, option in sorted(zip(chosen, options, strict=True), key=_order):
        block = _block(path, file, place, option.chunk)
        pieces.append(Piece(start=place.start, end=place.end, lines=block))
        notes += [NOTES[place.rung]] * (place.rung != "exact") + [EDGE_NOTE] * option.edge
    ends = [option.chunk.open_end for option in options if option.chunk.open_end is not None]
    return Placed(
        pieces=tuple(pieces),
        notes=tuple(dict.fromkeys(notes)),
        open_end=ends[-1] if ends else None,
    )


def _names(count: int) -> list[str]:
    """How a refusal speaks of the old lines of each chunk."""
    if count == 1:
        return ["The old lines are"]
    return [f"The old lines of chunk {number} are" for number in range(1, count + 1)]


def _order(pair: tuple[Candidate, _Options]) -> tuple[int, int]:
    return pair[0].start, pair[0].end


def _block(path: str, file: Sequence[str], place: Candidate, chunk: Chunk) -> tuple[str, ...]:
    try:
        return built(file[place.start : place.end], chunk.old, chunk.new, place)
    except CannotShiftError as error:
        raise cannot_shift(path, place, str(error)) from None


def cannot_shift(path: str, place: Candidate, line: str) -> EditError:
    """Say which new line stands in the way of adjusting the indentation."""
    return EditError(
        "no-match",
        f"The old lines fit {path} at line {place.start + 1} only with other indentation, and this "
        f"new line cannot be shifted alike:\n  {hints.visible(line)}\n"
        "Send old and new lines with the file's own indentation.",
    )


def _options(path: str, file: Sequence[str], chunk: Chunk, name: str) -> _Options:
    if not chunk.old:
        return _Options(chunk=chunk, places=_insertions(path, file, chunk))
    found, edge = candidates(file, chunk.old), False
    if not found:
        shorter = _without_trailing_blanks(chunk)
        if shorter:
            chunk, found, edge = shorter, candidates(file, shorter.old), True
    if not found:
        raise hints.no_match(path, file, chunk.old, chunk.new, name, marked=True)
    if chunk.at_end:
        found = _at_end(path, file, found)
    if chunk.anchors:
        found = _anchored(path, file, chunk, found)
    if chunk.number is not None:
        found = tuple(place for place in found if place.start == chunk.number) or found
    return _Options(chunk=chunk, places=found, edge=edge)


def _at_end(path: str, file: Sequence[str], found: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    last = tuple(place for place in found if place.end == len(file))
    if not last:
        raise EditError(
            "no-match",
            f"The old lines are in {path} at line {found[0].start + 1}, "
            "but not at the end of the file.",
        )
    return last


def _without_trailing_blanks(chunk: Chunk) -> Chunk | None:
    old, new = list(chunk.old), list(chunk.new)
    while old and new and is_blank(old[-1]) and is_blank(new[-1]):
        old.pop()
        new.pop()
    if len(old) == len(chunk.old) or not old:
        return None
    return replace(chunk, old=tuple(old), new=tuple(new))


def _insertions(path: str, file: Sequence[str], chunk: Chunk) -> tuple[Candidate, ...]:
    if chunk.anchors:
        lines = _anchor_lines(path, file, chunk)
        if len(lines) > 1:
            raise hints.ambiguous(path, file, lines, "The anchor is")
        at = lines[0] + 1
    else:
        at = len(file) if chunk.number is None else chunk.number
    if at > len(file):
        raise EditError("no-match", f"{path} has {len(file)} lines; there is no line {at}.")
    return (Candidate(start=at, end=at, rung="exact"),)


def _anchored(
    path: str, file: Sequence[str], chunk: Chunk, found: tuple[Candidate, ...]
) -> tuple[Candidate, ...]:
    lines = _anchor_lines(path, file, chunk)
    scopes = [(line, _scope_end(file, line)) for line in lines]
    inside = tuple(
        place
        for place in found
        if any(place.end > line and place.start < end for line, end in scopes)
    )
    below = inside or tuple(place for place in found if place.start > lines[0])
    if not below:
        raise EditError(
            "no-match",
            f"The old lines are in {path} at line {found[0].start + 1}, "
            f"which is not below the anchor {chunk.anchors[-1]!r} at line {lines[0] + 1}.",
        )
    return below


def _anchor_lines(path: str, file: Sequence[str], chunk: Chunk) -> list[int]:
    """Lines that match the last anchor below matches of all anchors before it."""
    keys: tuple[Callable[[str], str], ...] = (str, trimmed, lambda line: line.strip(BLANKS))
    for key in keys:
        keyed = [key(line) for line in file]
        lines = [-1]
        for anchor in map(key, chunk.anchors):
            floor = lines[0] if lines else len(file)
            lines = [at for at, line in enumerate(keyed) if at > floor and line == anchor]
        if lines:
            return lines
    raise hints.no_anchor(path, file, chunk.anchors)


def _scope_end(file: Sequence[str], line: int) -> int:
    """Index of the next line that is not blank and indented no deeper."""
    depth = _depth(file[line])
    for at in range(line + 1, len(file)):
        if not is_blank(file[at]) and _depth(file[at]) <= depth:
            return at
    return len(file)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(BLANKS))


def _assigned(path: str, file: Sequence[str], options: Sequence[_Options]) -> list[Candidate]:
    """Take the only way to place all chunks in order without overlap."""
    ways = _ways(options)
    total = min(sum(ways[0]), _ENOUGH) if ways else 0
    if total == 1:
        return _path_through(options, ways)
    if total > 1:
        several = next((at for at, one in enumerate(options) if len(one.places) > 1), 0)
        places = [place.start for place in options[several].places]
        raise hints.ambiguous(path, file, places, _names(len(options))[several])
    if all(len(option.places) == 1 for option in options):
        only = [option.places[0] for option in options]
        if _apart(only):
            return only
    raise EditError(
        "no-match",
        f"Each chunk fits somewhere in {path}, but not all of them in this order without overlap. "
        "Send the chunks in the order of the file, and join those that share lines.",
    )


def _ways(options: Sequence[_Options]) -> list[list[int]]:
    """For each place of each chunk: in how many ways all later chunks fit; two means many."""
    rows: list[list[int]] = []
    for index in range(len(options) - 1, -1, -1):
        if not rows:
            rows.append([1] * len(options[index].places))
            continue
        starts = [place.start for place in options[index + 1].places]
        sums = [0, *accumulate(reversed(rows[-1]), lambda a, b: min(a + b, _ENOUGH))][::-1]
        rows.append([sums[bisect_left(starts, place.end)] for place in options[index].places])
    return rows[::-1]


def _path_through(options: Sequence[_Options], ways: Sequence[Sequence[int]]) -> list[Candidate]:
    chosen: list[Candidate] = []
    for option, counts in zip(options, ways, strict=True):
        floor = chosen[-1].end if chosen else 0
        chosen.append(
            next(
                place
                for place, count in zip(option.places, counts, strict=True)
                if count and place.start >= floor
            )
        )
    return chosen


def _apart(places: Sequence[Candidate]) -> bool:
    ordered = sorted(places, key=lambda place: (place.start, place.end))
    return all(
        one.end <= other.start and (one.start, one.end) != (other.start, other.end)
        for one, other in pairwise(ordered)
    )
