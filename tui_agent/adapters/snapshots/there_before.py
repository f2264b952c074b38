"""Tells what a look at the workspace finds for the first time, and was there at the last one.

A file that git ignored, that lay in a repository of its own, or that was beyond a limit may be
recorded by the next look, though nobody has made it since. The kernel's time of its last change
says so; no program can set it back.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

_SLACK_NS = 20_000_000
"""The kernel's time of a change may lag behind the clock by a tick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """When a look began."""

    wall_ns: int = field(default_factory=time.time_ns)
    steady_ns: int = field(default_factory=time.monotonic_ns)
    """The same moment by a clock that nobody sets."""

    def older(self, root: Path, names: Iterable[str]) -> tuple[str, ...]:
        """Return the files below `root` that have not been touched since.

        Where the clock was set back meanwhile, what is new could seem older than it is: then only
        what is older by more than that counts.
        """
        passed = time.monotonic_ns() - self.steady_ns
        set_by = time.time_ns() - self.wall_ns - passed
        since = self.wall_ns + min(0, set_by) - _SLACK_NS
        return tuple(name for name in names if _changed_ns(root / name) < since)


def _changed_ns(path: Path) -> float:
    try:
        return path.lstat().st_ctime_ns
    except OSError:
        return float("inf")
