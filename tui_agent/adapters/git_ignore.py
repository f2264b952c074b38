"""Says which paths git ignores, by the rules of the work tree and of the repository itself."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore import GitIgnorePatternError
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from tui_agent.adapters.plain_file import plain_text

MOST_DEEP = 4
"""`**` in one rule; where more of them stand, the ways through a deep path are beyond counting."""


class Ignored:
    """The ignore rules of one work tree; a path that git tracks is never ignored."""

    def __init__(self, root: Path, tracked: Mapping[str, object], exclude: Path | None) -> None:
        """Read rules below `root`, and those of `exclude`, the repository's own file."""
        self._root = root
        self._tracked = tracked
        self._specs: dict[str, GitIgnoreSpec | None] = {}
        self._own = _spec(exclude) if exclude is not None else None

    def top(self, path: str) -> str:
        """Return the outermost folder, or the file itself, that the rules ignore; else nothing."""
        if path in self._tracked:
            return ""
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            name = "/".join(parts[:depth])
            if self._is_ignored(name, is_folder=depth < len(parts)):
                return name
        return ""

    def _is_ignored(self, name: str, *, is_folder: bool) -> bool:
        folder = os.path.dirname(name)
        while True:
            verdict = _verdict(self._of(folder), name, folder, is_folder=is_folder)
            if verdict is not None:
                return verdict
            if not folder:
                break
            folder = os.path.dirname(folder)
        return bool(_verdict(self._own, name, "", is_folder=is_folder))

    def _of(self, folder: str) -> GitIgnoreSpec | None:
        if folder not in self._specs:
            self._specs[folder] = _spec(self._root / folder / ".gitignore")
        return self._specs[folder]


def _verdict(spec: GitIgnoreSpec | None, name: str, folder: str, *, is_folder: bool) -> bool | None:
    if spec is None:
        return None
    below = name[len(folder) + 1 :] if folder else name
    return spec.check_file(f"{below}/" if is_folder else below).include


def _spec(file: Path) -> GitIgnoreSpec | None:
    try:
        text = plain_text(file).removeprefix("\ufeff")
    except OSError:
        return None
    return GitIgnoreSpec([one for line in text.split("\n") for one in _patterns(line)])


def _patterns(line: str) -> Iterator[GitIgnoreSpecPattern]:
    """Yield what a line of rules says; one that git, too, never matches says nothing."""
    if line.count("**") > MOST_DEEP:
        return
    try:
        made = GitIgnoreSpecPattern(line)
        if made.regex is not None:
            made.regex = re.compile(in_line(made.regex.pattern))
            yield made
    except (GitIgnorePatternError, re.error):
        return


_STAR = r"[^/]*"
_OTHERS = re.compile(r"\[\^(?!/\])")
_STARS = re.compile(r"(?:\[\^/\]\*){2,}")
_UP_TO = re.compile(r"\[\^/\]\*((?:\\.|\[\^?\]?[^]]*\](?!\*)|[^][\\/()*?|$^])+)(?=\[\^/\]\*)")


def in_line(regex: str) -> str:
    """Return a regular expression of pathspec's that takes the first place where a part fits.

    Of several stars in a name each but the last may be as short as it can be: what follows it, up
    to the next star, is found as well later as earlier. Else each star tries every length with
    every length of the others, and a rule of twenty stars takes hours. As with git, no class of
    letters means the slash.
    """
    regex = _OTHERS.sub("[^/", regex)
    return _UP_TO.sub(r"(?>[^/]*?\1)", _STARS.sub(lambda _: _STAR, regex))
