"""What is recorded round a command that may throw away more than a snapshot holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stashed:
    """One entry."""

    commit: str
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deep:
    """More than a snapshot has: taken round a command that may throw it away."""

    tree: str
    """The workspace with the files that git ignores and the large ones, within limits."""
    left_out: tuple[str, ...] = ()
    """What is not in it, with why."""
    came_in: tuple[str, ...] = ()
    """Files that were not in the last such tree, though they were there already."""
    inner: tuple[str, ...] = ()
    """Repositories of their own: nothing of them is in it."""
    stash: tuple[Stashed, ...] = ()
    """The entries of git's stash, the oldest first."""
    head: str = ""
    """The commit that HEAD stood at."""


def dropped(before: tuple[Stashed, ...], after: tuple[Stashed, ...]) -> tuple[Stashed, ...]:
    """Return the entries that are no longer there, the oldest first."""
    left = {one.commit for one in after}
    return tuple(one for one in before if one.commit not in left)
