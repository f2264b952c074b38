"""Where the hunks of a well-formed diff go in the file as it is now: exact, or not at all.

Lines are compared whole, with their terminators. A hunk goes where its header says if its old lines
stand there. Only where they do not, one other place is taken, if there is exactly one, and if what
the hunk leads to stands nowhere yet: a block that occurs twice, of which one was changed already,
must not have the other changed as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tui_agent.core.edits import hints
from tui_agent.core.edits.contract import NOTHING_CHANGED

Lines = tuple[str, ...]
PLACES = 5
CRLF_NOTE = "line ends kept: the file has CRLF, the diff has not"


class MisfitError(Exception):
    """A diff that does not fit the file as it is; the message says where and what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignHunk:
    """One hunk; its lines have their terminators."""

    number: int
    """Which hunk of its file, from 1."""
    start: int
    """Index of the first old line; where there is none, of the line that follows."""
    new_start: int
    """The same on the new side."""
    old: Lines
    new: Lines
    leading: int = 0
    """Lines of context above the first change."""
    trailing: int = 0
    """Lines of context below the last change."""

    @property
    def growth(self) -> int:
        """By how many lines it makes the file longer."""
        return len(self.new) - len(self.old)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A file with its hunks worked in."""

    lines: Lines
    there: bool = False
    """Whether every hunk stood there already."""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _File:
    """The file's lines, and where each stands: made once, however many hunks have moved."""

    lines: Lines
    places: dict[str, list[int]] = field(default_factory=dict)

    def occurrences(self, wanted: Lines) -> Iterator[int]:
        """Yield where these lines stand, one after the other; found by the rarest of them."""
        if not self.places:
            for at, line in enumerate(self.lines):
                self.places.setdefault(line, []).append(at)
        if not wanted:
            return
        rarest = min(range(len(wanted)), key=lambda at: len(self.places.get(wanted[at], ())))
        for at in self.places.get(wanted[rarest], ()):
            if _stands(self.lines, wanted, at - rarest):
                yield at - rarest


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one hunk goes, or stands already."""

    start: int
    there: bool = False
    moved: bool = False


def fitted(lines: Lines, hunks: Sequence[ForeignHunk], *, known: bool = False) -> Fit:
    """Work hunks into a file; `known`: the file is the very one that the diff was made from.

    Raises:
        MisfitError: a hunk has no place, or several.
    """
    try:
        return _fitted(lines, hunks, known=known)
    except MisfitError:
        crlf = _with_crlf(lines, hunks)
        if crlf is None:
            raise
    fit = _fitted(lines, crlf, known=False)
    return fit if fit.there else replace(fit, notes=(*fit.notes, CRLF_NOTE))


def _with_crlf(lines: Lines, hunks: Sequence[ForeignHunk]) -> list[ForeignHunk] | None:
    """Give the hunks the file's line ends, where all of its are CRLF and none of theirs is."""
    whole = [line for line in lines if line.endswith("\n")]
    if not whole or not all(line.endswith("\r\n") for line in whole):
        return None
    if any(line.endswith("\r\n") for hunk in hunks for line in (*hunk.old, *hunk.new)):
        return None
    return [replace(hunk, old=_crlf(hunk.old), new=_crlf(hunk.new)) for hunk in hunks]


def _crlf(lines: Lines) -> Lines:
    return tuple(f"{line[:-1]}\r\n" if line.endswith("\n") else line for line in lines)


def _fitted(lines: Lines, hunks: Sequence[ForeignHunk], *, known: bool) -> Fit:
    file = _File(lines)
    places: list[_Place] = []
    floor, offset = 0, 0
    moved = False
    for hunk in hunks:
        place = _place(file, hunk, _Search(floor=floor, offset=offset, moved=moved, known=known))
        places.append(place)
        moved = moved or place.moved
        offset += hunk.growth if place.there else 0
        floor = place.start + len(hunk.new if place.there else hunk.old)
    return Fit(
        lines=_spliced(lines, hunks, places),
        there=all(place.there for place in places),
        notes=tuple(_notes(hunks, places)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """What the hunks before have shown."""

    floor: int
    """The first line that is still free."""
    offset: int
    """By how many lines hunks that stood there already have moved the rest."""
    moved: bool
    """Whether a hunk before had moved: then a stated number says nothing any more."""
    known: bool


def _place(file: _File, hunk: ForeignHunk, search: _Search) -> _Place:
    lines = file.lines
    stated = hunk.start + search.offset
    if not hunk.old:
        return _insertion(lines, hunk, search, stated)
    if stated >= search.floor and not search.moved and _stands(lines, hunk.old, stated):
        return _Place(stated)
    if not search.moved:
        for start in dict.fromkeys((stated, hunk.new_start)):
            if start >= search.floor and _stands_new(lines, hunk, start):
                return _Place(start, there=True)
    return _elsewhere(file, hunk, search)


def _insertion(lines: Lines, hunk: ForeignHunk, search: _Search, stated: int) -> _Place:
    """Place new lines without any old ones: there is nothing to recognise their place by."""
    if not lines and not stated:
        return _Place(0)
    if search.known and search.floor <= stated <= len(lines):
        return _Place(stated)
    if not search.moved and _stands(lines, hunk.new, hunk.new_start):
        return _Place(hunk.new_start, there=True)
    raise MisfitError(
        f"hunk {hunk.number} has no line of context to recognise its place by, and the file is "
        "not the one that the diff was made from"
    )


def _elsewhere(file: _File, hunk: ForeignHunk, search: _Search) -> _Place:
    """Take the one other place where the old lines stand, or the new ones."""
    lines = file.lines
    old = [
        at
        for at in file.occurrences(hunk.old)
        if at >= search.floor and _reaches_edges(lines, hunk, at, len(hunk.old))
    ]
    covered = {at + step for at in old for step in range(1 - len(hunk.new), len(hunk.old))}
    new = [
        at
        for at in file.occurrences(hunk.new)
        if at >= search.floor and at not in covered and _stands_new(lines, hunk, at)
    ]
    if len(old) == 1 and not new:
        return _Place(old[0], moved=True)
    if len(new) == 1 and not old:
        return _Place(new[0], there=True, moved=True)
    if not old and not new:
        raise MisfitError(_closest(lines, hunk))
    what = f"hunk {hunk.number} has several places"
    if old and new:
        what = f"hunk {hunk.number} may be there already"
    raise MisfitError(f"{what}: {_named('its old lines stand', old)}{_named(_ALSO, new)}")


_ALSO = "; what it leads to stands"


def _named(what: str, places: Sequence[int]) -> str:
    if not places:
        return ""
    numbers = ", ".join(str(at + 1) for at in places[:PLACES])
    more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
    return f"{what} at line{'s' if len(places) > 1 else ''} {numbers}{more}"


def _stands(lines: Lines, wanted: Lines, start: int) -> bool:
    return 0 <= start <= len(lines) and lines[start : start + len(wanted)] == wanted


def _stands_new(lines: Lines, hunk: ForeignHunk, start: int) -> bool:
    """Whether a hunk's new lines stand there, and at the file's edge where its context ends."""
    return (
        bool(hunk.new)
        and _stands(lines, hunk.new, start)
        and _reaches_edges(lines, hunk, start, len(hunk.new))
    )


def _reaches_edges(lines: Lines, hunk: ForeignHunk, start: int, length: int) -> bool:
    """Context that is shorter on one side says that the file begins or ends there."""
    if hunk.start == 0 and hunk.leading < hunk.trailing and start:
        return False
    return not hunk.trailing < hunk.leading or start + length == len(lines)


def _closest(lines: Lines, hunk: ForeignHunk) -> str:
    error = hints.no_match(
        "the file", lines, hunk.old, hunk.new, f"hunk {hunk.number}: its old lines are"
    )
    return error.message.removesuffix(NOTHING_CHANGED).rstrip()


def _spliced(lines: Lines, hunks: Sequence[ForeignHunk], places: Sequence[_Place]) -> Lines:
    made: list[str] = []
    at = 0
    for hunk, place in zip(hunks, places, strict=True):
        if place.there:
            continue
        made += [*lines[at : place.start], *hunk.new]
        at = place.start + len(hunk.old)
    made += lines[at:]
    if any(not line.endswith("\n") for line in made[:-1]):
        raise MisfitError("a line that ends the file in the diff does not end it here")
    return tuple(made)


def _notes(hunks: Sequence[ForeignHunk], places: Sequence[_Place]) -> list[str]:
    notes: list[str] = []
    for hunk, place in zip(hunks, places, strict=True):
        if place.there:
            notes.append(f"hunk {hunk.number} of the diff is there already")
        elif place.moved:
            notes.append(
                f"hunk {hunk.number} of the diff, made for line {hunk.start + 1}, "
                f"fits at line {place.start + 1} alone"
            )
    return notes
