"""Which words of a changed stretch are really different."""

from __future__ import annotations

import re
from collections.abc import Sequence

Stretch = tuple[int, int]
"""Characters of a line, half-open, that are to be emphasised."""

SHARED_AT_LEAST = 0.3
"""Below this share of common words, two texts are not versions of each other."""

MOST_TOKENS = 3000
"""A longer stretch on one side is not compared word by word."""

_TOKEN = re.compile(r"\w+|[=!<>+*/%&|^~:-]+|[^\w\s]")
_WORD = re.compile(r"\w")


def changed_words(
    old: Sequence[str], new: Sequence[str]
) -> tuple[list[list[Stretch]], list[list[Stretch]]]:
    """Return for each old and each new line the stretches that the other side does not have.

    Words and signs are compared over all lines together, so that a line that moved into a loop
    still matches. Nothing is emphasised where one side is empty or too little is shared.
    """
    nothing: tuple[list[list[Stretch]], list[list[Stretch]]] = (
        [[] for _ in old],
        [[] for _ in new],
    )
    before, after = _tokens(old), _tokens(new)
    if not before or not after or max(len(before), len(after)) > MOST_TOKENS:
        return nothing
    shared_before, shared_after = _shared([t[2] for t in before], [t[2] for t in after])
    if not _alike(before, after, shared_before):
        return nothing
    return _stretches(old, before, shared_before), _stretches(new, after, shared_after)


_Token = tuple[int, int, str]


def _tokens(lines: Sequence[str]) -> list[_Token]:
    return [
        (number, found.start(), found[0])
        for number, line in enumerate(lines)
        for found in _TOKEN.finditer(line)
    ]


def _shared(before: list[str], after: list[str]) -> tuple[set[int], set[int]]:
    from rapidfuzz.distance import LCSseq

    old: set[int] = set()
    new: set[int] = set()
    for code in LCSseq.opcodes(before, after):
        if code.tag == "equal":
            old.update(range(code.src_start, code.src_end))
            new.update(range(code.dest_start, code.dest_end))
    return old, new


def _alike(before: list[_Token], after: list[_Token], shared: set[int]) -> bool:
    words = sum(bool(_WORD.match(text)) for _, _, text in (*before, *after))
    common = sum(bool(_WORD.match(before[index][2])) for index in shared)
    return words > 0 and 2 * common / words >= SHARED_AT_LEAST


def _stretches(lines: Sequence[str], tokens: list[_Token], shared: set[int]) -> list[list[Stretch]]:
    """Join neighbouring tokens, and the spaces between them, into one stretch."""
    found: list[list[Stretch]] = [[] for _ in lines]
    last = -2
    for index, (number, start, text) in enumerate(tokens):
        if index in shared:
            continue
        end = start + len(text)
        row = found[number]
        if last == index - 1 and row:
            row[-1] = (row[-1][0], end)
        else:
            row.append((start, end))
        last = index
    return found
