"""The day's book: a file that every process of this user writes, a line for each call of a model.

A lock on the file makes weighing and setting aside one act, so that two processes cannot both get
the last of a cap. The book holds amounts and ids alone. It is a cache beside the logs: where a
day's file is missing, it begins with what the logs say of that day.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tui_agent.core.budget import TINY
from tui_agent.core.day import Today
from tui_agent.core.spending import NOTHING, Spend, added_up

FOLDER = "spending"
KEPT_DAYS = 60
"""Files of days before that are thrown away."""
PATIENCE_SECONDS, STEP_SECONDS = 10.0, 0.002
SEARCHED_DAYS = 7
"""In so many a call is looked for that another process has set aside."""


@dataclass(slots=True)
class _Sum:
    """What the lines of a file come to, as far as they were read."""

    at: int = 0
    """The byte up to which the file was read."""
    calls: dict[str, Spend] = field(default_factory=dict)
    """Of each call: what it has cost or will probably cost."""

    def take(self, line: bytes) -> None:
        try:
            values: Any = json.loads(line)
            cost = NOTHING.with_cost(values["usd"])
            self.calls[str(values["call"])] = cost.plus(Spend(unpriced=values.get("unpriced", 0)))
        except (ValueError, KeyError, TypeError):
            return  # A line that a crash cut off.

    @property
    def spend(self) -> Spend:
        return added_up(self.calls.values())


class FileDayBook:
    """Implements `core.ports.DayBook` with one file a day.

    Args:
        folder: Where the files lie; made where it is missing.
        now: The present moment, with its zone: a day is one of the user's own calendar.
        known: Gives what the logs say that a day (ISO 8601) has cost.
        patience: Seconds to wait for another process that has the book; it may be stopped, and
            nobody can leave while a thread waits. The book is then one that cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        known: Callable[[str], Spend],
        *,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Open nothing yet."""
        self._folder, self._now, self._known = folder, now, known
        self._patience = patience
        self._sums: dict[str, _Sum] = {}
        self._days: dict[str, str] = {}
        """On which day each call was made that is not settled yet."""

    def today(self) -> Today:
        """Return the day and what it has cost; no sum where the book cannot be read."""
        day = self.day()
        try:
            with self._open(day) as book:
                return Today(day=day, spend=self._read(day, book).spend)
        except OSError:
            return Today(day=day)

    def set_aside(self, call: str, expected: float, cap: float | None) -> bool:
        """Count a call as spent before it is made; False where it would pass the cap."""
        day = self.day()
        try:
            with self._open(day) as book:
                total = self._read(day, book).spend.usd
                if cap is not None and (total >= cap or total + expected > cap + TINY):
                    return False
                self._write(book, call, NOTHING.with_cost(expected))
                self._days[call] = day
        except OSError:
            return True  # That it cannot be kept is said where the cap is weighed.
        return True

    def settle(self, call: str, spend: Spend) -> None:
        """Replace what was set aside by what the call has cost, on the day on which it was made."""
        day = self._days.pop(call, "") or self._day_of(call)
        try:
            with self._open(day) as book:
                self._write(book, call, spend)
        except OSError:
            return

    def day(self) -> str:
        """Return the present day; waits for nobody."""
        return self._now().date().isoformat()

    def _day_of(self, call: str) -> str:
        """Return the day of a call that a process has made which is no more."""
        sign = json.dumps(call).encode()
        for path in sorted(self._folder.glob("*.jsonl"), reverse=True)[:SEARCHED_DAYS]:
            try:
                if sign in path.read_bytes():
                    return path.stem
            except OSError:
                continue
        return self.day()

    @contextmanager
    def _open(self, day: str) -> Iterator[int]:
        """Give the locked file of a day. Raises OSError."""
        path = self._folder / f"{day}.jsonl"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        book = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            self._lock(book)
            if not os.fstat(book).st_size:
                self._begin(book, day)
            yield book
        finally:
            os.close(book)

    def _lock(self, book: int) -> None:
        """Wait for whoever has the book, for as long as is reasonable. Raises TimeoutError."""
        given_up = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(book, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= given_up:
                    raise TimeoutError from None
                time.sleep(STEP_SECONDS)
            else:
                return

    def _begin(self, book: int, day: str) -> None:
        """Begin a day's file with what the logs know of it."""
        self._write(book, "logs", self._known(day))
        for old in sorted(self._folder.glob("*.jsonl"))[:-KEPT_DAYS]:
            old.unlink(missing_ok=True)

    def _write(self, book: int, call: str, spend: Spend) -> None:
        size = os.fstat(book).st_size
        torn = size > 0 and os.pread(book, 1, size - 1) != b"\n"
        values = {"call": call, "usd": spend.usd}
        if spend.unpriced:
            values["unpriced"] = spend.unpriced
        line = json.dumps(values).encode() + b"\n"
        os.write(book, b"\n" + line if torn else line)

    def _read(self, day: str, book: int) -> _Sum:
        """Read what was written since the last look."""
        kept = self._sums.get(day)
        if kept is None or os.fstat(book).st_size < kept.at:
            kept = _Sum()
            self._sums = {day: kept}
        data = os.pread(book, os.fstat(book).st_size - kept.at, kept.at)
        whole, _, _ = data.rpartition(b"\n")
        for line in whole.split(b"\n") if whole else ():
            kept.take(line)
        kept.at += len(whole) + 1 if whole else 0
        return kept
