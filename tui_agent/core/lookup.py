"""What is asked of the workspace's names and lines, and what is found: listing and search."""

from __future__ import annotations

from dataclasses import dataclass


class LookupFailedError(ValueError):
    """A pattern that is no regular expression, or a place that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Files and folders below a place, ignored ones left out, in order of their names."""

    entries: tuple[str, ...]
    """Relative to the workspace; a folder ends with `/` and stands for what is not shown of it."""
    total: int
    """Files below the place, shown or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A regular expression to be looked for in every line."""

    pattern: str
    path: str = "."
    """A file or folder, as `Workspace.locate` names it."""
    file_pattern: str = ""
    """A glob such as `*.py` or `src/**/*.ts`; empty means every file."""
    ignore_case: bool = False
    context: int = 0
    """Lines shown before and after each match."""
    limit: int = 100
    """Matching lines at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """One line of the answer."""

    path: str
    line: int
    """From 1."""
    text: str
    """Without its end; very long lines are cut."""
    matches: bool = True
    """False for a line of context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The lines of a search, in order of path and line."""

    lines: tuple[FoundLine, ...]
    more: bool = False
    """Whether there are more matches than asked for."""
    hidden: int = 0
    """Matches in secret files, which are not shown."""
