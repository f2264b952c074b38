"""Where a replay is and how it moves: steps, turns, kinds, search, speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from tui_agent.core.state.stops import Stop, StopKind, stop_at

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
NORMAL = 1.0

FILTERS: tuple[str, ...] = ("", "approval", "edit", "failure", "model", "label")
"""What `t` goes through: everything, then one kind after the other."""

_IS: dict[str, Callable[[Stop], bool]] = {
    "": lambda _: True,
    "approval": lambda stop: stop.kind == "approval",
    "edit": lambda stop: stop.mark == "edit",
    "failure": lambda stop: stop.mark in {"failed", "denied"},
    "model": lambda stop: stop.kind == "model",
    "label": lambda stop: bool(stop.labels),
}


class Replay:
    """One place in a list of stops. It draws nothing and knows no clock."""

    def __init__(
        self,
        stops: Sequence[Stop],
        *,
        speed: float = NORMAL,
        max_pause: float = 2.0,
        words: Callable[[], Mapping[int, str]] = dict,
    ) -> None:
        """Stand at the first stop. `max_pause`: the most seconds between two while playing.

        `words` gives what a search finds at each step, in lower case; it is asked once.
        """
        self.stops = tuple(stops)
        self._words, self._known = words, False
        self._found: Mapping[int, str] = {}
        self.index = 0
        self.playing = False
        self.skips_idle = True
        self.max_pause = max_pause
        self.speed = min(SPEEDS, key=lambda one: abs(one - speed))
        self.filter = ""
        self.pattern = ""

    @property
    def stop(self) -> Stop | None:
        """The present stop; None in a session without any."""
        return self.stops[self.index] if self.stops else None

    @property
    def turns(self) -> int:
        """How many turns the session has."""
        return max((stop.turn for stop in self.stops), default=0)

    def go(self, index: int) -> bool:
        """Go to a stop by its place in the list; return whether that is another one."""
        index = max(0, min(index, len(self.stops) - 1))
        moved = index != self.index
        self.index = index
        return moved

    def go_to(self, place: str) -> bool:
        """Go to a step, a time or a label. Raises LookupError with a sentence."""
        return self.go(stop_at(self.stops, place).number - 1)

    def step(self, by: int) -> bool:
        """Go so many steps on or back, through those that the filter lets pass."""
        return self._seek(_IS[self.filter], 1 if by > 0 else -1)

    def to_kind(self, wanted: str, by: int) -> bool:
        """Go to the next stop of a kind, or the one before."""
        return self._seek(_IS[wanted], by)

    def to_turn(self, by: int) -> bool:
        """Go to the start of the next turn; back: to this one's start, or the one before."""
        stop = self.stop
        if stop is None:
            return False
        starts = [at for at, one in enumerate(self.stops) if one.mark == "turn"]
        if by > 0:
            return self.go(next((at for at in starts if at > self.index), self.index))
        return self.go(next((at for at in reversed(starts) if at < self.index), 0))

    def search(self, pattern: str) -> bool:
        """Look for words from here on; return whether they were found."""
        self.pattern = pattern.casefold()
        if not self._known:
            self._known, self._found = True, self._words()
        here = self.stop
        if here is not None and self._has(here):
            return True
        return self.match(1)

    def match(self, by: int) -> bool:
        """Go to the next match, round the end."""
        return bool(self.pattern) and self._seek(self._has, by, wraps=True)

    def _has(self, stop: Stop) -> bool:
        text = " ".join((stop.title, stop.text, *stop.labels))
        return self.pattern in text.casefold() or self.pattern in self._found.get(stop.number, "")

    def _seek(self, wanted: Callable[[Stop], bool], by: int, *, wraps: bool = False) -> bool:
        count = len(self.stops)
        for step in range(1, count + 1):
            at = self.index + step * by
            if not wraps and not 0 <= at < count:
                return False
            if wanted(self.stops[at % count]):
                return self.go(at % count)
        return False

    def faster(self, by: int) -> None:
        """Play at the next higher speed, or the next lower."""
        place = SPEEDS.index(self.speed) + by
        self.speed = SPEEDS[max(0, min(place, len(SPEEDS) - 1))]

    def next_filter(self) -> None:
        """Stop at the next kind of steps alone; after the last kind at everything."""
        self.filter = FILTERS[(FILTERS.index(self.filter) + 1) % len(FILTERS)]

    def pause(self) -> float | None:
        """Return the seconds until the next stop while playing; None at the end."""
        if self.index + 1 >= len(self.stops):
            return None
        seconds = _between(self.stops[self.index], self.stops[self.index + 1]) / self.speed
        return min(seconds, self.max_pause) if self.skips_idle else seconds


def _between(one: Stop, other: Stop) -> float:
    try:
        passed = datetime.fromisoformat(other.ts) - datetime.fromisoformat(one.ts)
    except ValueError:
        return 0.0
    return max(0.0, passed.total_seconds())


def spent_until(stops: Sequence[Stop], index: int) -> dict[StopKind, int]:
    """Return the milliseconds that each kind of step has taken so far."""
    spent: dict[StopKind, int] = {}
    for stop in stops[: index + 1]:
        spent[stop.kind] = spent.get(stop.kind, 0) + stop.ms
    return spent
