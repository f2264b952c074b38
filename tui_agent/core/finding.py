"""Finds paths by what somebody types of them: a part, or letters in their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from heapq import nsmallest

FEW = 50
"""How many are found."""
_LEAST_SCATTERED = 2
"""Letters from which they may be scattered."""


class Names:
    """Paths that are searched often: prepared once, never changed."""

    def __init__(self, names: Iterable[str]) -> None:
        """Take paths with `/`; those near the root come first where nothing else decides."""
        self._names = sorted(names, key=lambda name: (name.count("/"), name))
        self._small = [name.lower() for name in self._names]
        self._bases = [name.rpartition("/")[2] for name in self._small]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._names)

    def find(self, typed: str, limit: int = FEW) -> Sequence[str]:
        """Return the paths that fit best: by file name, then by path, then by scattered letters."""
        asked = typed.lower()
        if not asked:
            return self._names[:limit]
        small = self._small
        holding = [place for place, name in enumerate(small) if asked in name]
        found = self._nearest(asked, holding, limit)
        if len(found) < limit and len(asked) >= _LEAST_SCATTERED:
            known = set(holding)
            found += [one for one in self._scattered(asked, limit) if one not in known]
        return [self._names[place] for place in found[:limit]]

    def _nearest(self, asked: str, holding: list[int], limit: int) -> list[int]:
        """Return the shortest of those whose file name begins so, holds it, and of all others."""
        bases = self._bases
        begins = [place for place in holding if bases[place].startswith(asked)]
        found = self._shortest(begins, limit)
        if len(found) == limit:
            return found
        known = set(begins)
        inside = [one for one in holding if one not in known and asked in bases[one]]
        found += self._shortest(inside, limit - len(found))
        if len(found) == limit:
            return found
        known.update(inside)
        return found + self._shortest([one for one in holding if one not in known], limit)

    def _shortest(self, places: list[int], limit: int) -> list[int]:
        if len(places) <= 1:
            return places
        small = self._small
        return nsmallest(limit, places, key=lambda place: (len(small[place]), place))

    def _scattered(self, asked: str, limit: int) -> list[int]:
        """Return those that have the letters in their order, the first at a word's beginning.

        The closer together they stand, the better.
        """
        first, *rest = (re.escape(letter) for letter in asked)
        # Up to the next such letter and never back: a name is read once from each word's start.
        steps = "".join(f"[^{letter}]*+{letter}" for letter in rest)
        search = re.compile(f"(?<![a-z0-9]){first}{steps}").search
        small = self._small
        able: Iterable[int] = range(len(small))
        for letter in set(asked):
            able = [place for place in able if letter in small[place]]
        spans = [
            (found.end() - found.start(), len(small[place]), place)
            for place in able
            if (found := search(small[place])) is not None
        ]
        return [place for _, _, place in nsmallest(limit, spans)]
