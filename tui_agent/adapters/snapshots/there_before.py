"""Tells what a look at the workspace finds for the first time, and was there at the last one.

A file that git ignored, that lay in a repository of its own, or that was beyond a limit may be
recorded by the next look, though nobody has made it since. The kernel's time of its last change
says so; no program can set it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_SLACK_NS = 20_000_000
"""The kernel's time of a change may lag behind the clock by a tick."""


def there_before(root: Path, names: Iterable[str], since_ns: int | None) -> tuple[str, ...]:
    """Return the files that have not been touched since then; none where that is not known.

    Args:
        root: The workspace.
        names: Files that this look found first.
        since_ns: When the last look began, by the wall clock.
    """
    if since_ns is None:
        return ()
    return tuple(name for name in names if _changed_ns(root / name) < since_ns - _SLACK_NS)


def _changed_ns(path: Path) -> float:
    try:
        return path.lstat().st_ctime_ns
    except OSError:
        return float("inf")
