"""Which lines differ: the changed stretches between two sequences of lines.

The longest common subsequence of the interned lines is rapidfuzz's bit-parallel one (Hyyrö 2004).
Its table takes a bit for each pair of lines, so longer stretches are first cut at lines that occur
once on both sides and in the same order (Cohen's patience diff), and what is still too long counts
as replaced as a whole. The limit is a size, not a time: the same texts always give the same runs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

Span = tuple[int, int, int, int]
"""Old start, old end, new start, new end; half-open, from 0."""

SLIDE_LIMIT = 100
"""Lines that a change is moved up or down to where it reads better."""

T = TypeVar("T")

TABLE_LIMIT = 400_000_000
"""Pairs of lines (bits, 50 MB) for one table."""


def changed_spans(before: Sequence[str], after: Sequence[str]) -> tuple[Span, ...]:
    """Maximal changed stretches in order; between two of them lies at least one equal line."""
    old, new = _interned(before, after)
    head = _common_prefix(old, new)
    tail = _common_prefix(old[head:][::-1], new[head:][::-1])
    stretch = (head, len(old) - tail, head, len(new) - tail)
    spans = _met(old, new, _merged(_changes(old, new, stretch)))
    return tuple(_slid(before, after, spans))


def _interned(before: Sequence[str], after: Sequence[str]) -> tuple[list[int], list[int]]:
    numbers: dict[str, int] = {}
    return (
        [numbers.setdefault(line, len(numbers)) for line in before],
        [numbers.setdefault(line, len(numbers)) for line in after],
    )


def _common_prefix(old: Sequence[int], new: Sequence[int]) -> int:
    length = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        length += 1
    return length


def _changes(old: Sequence[int], new: Sequence[int], stretch: Span) -> Iterator[Span]:
    a, a_end, b, b_end = stretch
    if a == a_end and b == b_end:
        return
    if a == a_end or b == b_end:
        yield stretch
    elif (a_end - a) * (b_end - b) <= TABLE_LIMIT:
        yield from _compared(old, new, stretch)
    else:
        yield from _cut_at_unique_lines(old, new, stretch)


def _compared(old: Sequence[int], new: Sequence[int], stretch: Span) -> Iterator[Span]:
    from rapidfuzz.distance import LCSseq

    a, a_end, b, b_end = stretch
    for op in LCSseq.opcodes(old[a:a_end], new[b:b_end]):
        if op.tag != "equal":
            yield a + op.src_start, a + op.src_end, b + op.dest_start, b + op.dest_end


def _cut_at_unique_lines(old: Sequence[int], new: Sequence[int], stretch: Span) -> Iterator[Span]:
    a, a_end, b, b_end = stretch
    pairs = _unique_pairs(old, new, stretch)
    if not pairs:
        yield stretch
        return
    for i, j in pairs:
        yield from _changes(old, new, (a, i, b, j))
        a, b = i + 1, j + 1
    yield from _changes(old, new, (a, a_end, b, b_end))


def _unique_pairs(old: Sequence[int], new: Sequence[int], stretch: Span) -> list[tuple[int, int]]:
    a, a_end, b, b_end = stretch
    olds, news = Counter(old[a:a_end]), Counter(new[b:b_end])
    places = {
        line: j for j, line in enumerate(new[b:b_end], b) if news[line] == 1 and olds[line] == 1
    }
    return _longest_increasing(
        [(i, places[line]) for i, line in enumerate(old[a:a_end], a) if line in places]
    )


def _longest_increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Longest subsequence in which the second members increase (Fredman 1975)."""
    ends: list[int] = []
    tops: list[int] = []
    earlier: list[int] = []
    for index, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        earlier.append(tops[at - 1] if at else -1)
        ends[at : at + 1] = [j]
        tops[at : at + 1] = [index]
    chain: list[tuple[int, int]] = []
    index = tops[-1] if tops else -1
    while index >= 0:
        chain.append(pairs[index])
        index = earlier[index]
    return chain[::-1]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Join spans that touch."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1][1] == span[0] and joined[-1][3] == span[2]:
            joined[-1] = (joined[-1][0], span[1], joined[-1][2], span[3])
        else:
            joined.append(span)
    return joined


def _met(old: Sequence[int], new: Sequence[int], spans: Sequence[Span]) -> list[Span]:
    """Join a pure insertion or deletion with its neighbour if it can slide all the way to it.

    It is the same number of lines, but one change to decide about instead of two.
    """
    met: list[Span] = []
    for span in spans:
        before = met[-1] if met else span
        gap = span[0] - before[1]
        if met and _room(old, new, span, -gap) == gap:
            met[-1] = (before[0], span[1] - gap, before[2], span[3] - gap)
        elif met and _room(old, new, before, gap) == gap:
            met[-1] = (before[0] + gap, span[1], before[2] + gap, span[3])
        else:
            met.append(span)
    return met


def _room(old: Sequence[T], new: Sequence[T], span: Span, wish: int) -> int:
    """How far a span can slide, of the wished number of lines; up if it is negative."""
    a, a_end, b, b_end = span
    if a != a_end and b != b_end:
        return 0
    lines, start, end = (new, b, b_end) if a == a_end else (old, a, a_end)
    room = 0
    while room < abs(wish):
        first, last = (start + room, end + room) if wish > 0 else (start - room - 1, end - room - 1)
        if lines[first] != lines[last]:
            break
        room += 1
    return room


def _slid(before: Sequence[str], after: Sequence[str], spans: Sequence[Span]) -> Iterator[Span]:
    """Move each pure insertion or deletion to where it reads best, without meeting another.

    That is where it begins with the least indented line, after a blank one, and as low as possible:
    an added function then is shown from its first line on, not from the end of the one before.
    """
    floor = -1
    for index, span in enumerate(spans):
        last = index + 1 == len(spans)
        down = len(before) - span[1] if last else spans[index + 1][0] - span[1] - 1
        up = span[0] - floor - 1
        shifts = range(
            -_room(before, after, span, -min(up, SLIDE_LIMIT)),
            _room(before, after, span, min(down, SLIDE_LIMIT)) + 1,
        )
        lines, start = (after, span[2]) if span[0] == span[1] else (before, span[0])
        size = max(span[1] - span[0], span[3] - span[2])
        _, shift = min((_oddness(lines, start + by, size, by), by) for by in shifts)
        floor = span[1] + shift
        yield span[0] + shift, floor, span[2] + shift, span[3] + shift


def _oddness(lines: Sequence[str], start: int, size: int, shift: int) -> tuple[int, bool, int]:
    """How badly a block reads that begins here: indentation, no blank line before it, height.

    The top of the file counts as text: what is put above it changes no run.
    """
    head = next((line for line in lines[start : start + size] if line.strip()), "")
    after_text = start == 0 or bool(lines[start - 1].strip())
    return len(head) - len(head.lstrip()), after_text, -shift
