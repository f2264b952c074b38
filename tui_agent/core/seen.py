"""What a model knows of a file's text: the lines that it read, and those that it wrote since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from tui_agent.core.patch import Settled
from tui_agent.core.patch.resolve import Piece, pieces, resulting_lines
from tui_agent.core.proposal import SeenFile

Range = tuple[int, int]
"""First and last line, from 1."""


def joined(seen: SeenFile, known: SeenFile | None) -> SeenFile:
    """Return what is known of a text once more of it was seen: parts that cover it are the whole.

    What was known of another text of the same file says nothing about this one.
    """
    if seen.whole or known is None or known.sha != seen.sha:
        return seen
    if known.whole:
        return known
    return _covering(seen, (*known.ranges, *seen.ranges))


def seen_after(settled: Sequence[Settled], known: Mapping[str, SeenFile]) -> tuple[SeenFile, ...]:
    """Return what is known of each file that an edit left: what was known before, and its lines.

    Where the edit was worked into a text that the model had not read, it knows its own lines alone:
    the lines of whoever changed the file are none that it may overwrite unread.
    """
    return tuple(
        _after(one, known.get(one.view.path), one.outcome.content)
        for one in settled
        if one.outcome.changed and one.outcome.content is not None
    )


def _after(one: Settled, known: SeenFile | None, content: bytes) -> SeenFile:
    view, path = one.view, one.outcome.target
    seen = SeenFile(path=path, sha=sha256(content).hexdigest())
    lines = len(resulting_lines(view, one.decisions))
    before = view.patch.before
    same = known is not None and before is not None and known.sha == before.sha
    if view.patch.binary or not lines or (same and known is not None and known.whole):
        return seen
    part = replace(seen, whole=False, lines=lines)
    kept = known.ranges if same and known is not None else ()
    return _covering(part, _moved(kept, pieces(view, one.decisions), len(view.before)))


def _moved(ranges: Sequence[Range], placed: Sequence[Piece], end: int) -> Iterator[Range]:
    """Yield the lines put in, and where those of `ranges` that were left alone are now."""
    at = growth = 0
    for piece in (*placed, None):
        to = end if piece is None else piece.start
        left = ((max(first, at + 1), min(last, to)) for first, last in ranges)
        yield from ((first + growth, last + growth) for first, last in left if first <= last)
        if piece is not None:
            if piece.lines:
                yield to + growth + 1, to + growth + len(piece.lines)
            at, growth = piece.end, growth + piece.growth


def _covering(seen: SeenFile, ranges: Iterable[Range]) -> SeenFile:
    found: list[Range] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    if found == [(1, seen.lines)]:
        return replace(seen, whole=True, ranges=(), lines=0)
    return replace(seen, ranges=tuple(found))
