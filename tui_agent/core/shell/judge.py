"""What the simple commands of a reading do: only read, and what, or possibly anything."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tui_agent.core.shell.git import read_by_git
from tui_agent.core.shell.options import looked_at
from tui_agent.core.shell.programs import PROGRAMS
from tui_agent.core.shell.special import read_by_find, read_by_printf, read_by_sed
from tui_agent.core.shell.values import Looked, Reading, Simple

_SPECIAL: Mapping[str, Callable[[Sequence[str]], Looked | None]] = {
    "git": read_by_git,
    "find": read_by_find,
    "sed": read_by_sed,
    "printf": read_by_printf,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One simple command, and what it looks at where it does nothing else."""

    simple: Simple
    looked: Looked | None = None
    """None where it may do more than look; its paths are relative to the command's folder."""


def judged(reading: Reading) -> tuple[Judged, ...]:
    """Return each simple command with what it does. Changing folders counts as reading.

    `cd` moves what follows it only where that runs if and only if it went well: after `&&`, and
    outside of a pipeline. Anywhere else it counts as a command that may do anything.
    """
    found: list[Judged] = []
    folder = "."
    commands = reading.commands
    for place, simple in enumerate(commands):
        following = commands[place + 1].joint if place + 1 < len(commands) else ""
        if simple.words[0] == "cd":
            target = _entered(simple, following)
            looked = None if target is None else Looked(paths=(posixpath.join(folder, target),))
            folder = posixpath.join(folder, target or ".")
        else:
            looked = _moved(looks(simple.words), folder)
            if following in ("||", ";") and folder != ".":
                # What comes next may run whether the change of folder went well or not.
                looked = None
        found.append(Judged(simple=simple, looked=looked))
    return tuple(found)


def looks(words: Sequence[str]) -> Looked | None:
    """Return what a program with its arguments looks at; None where it may do more."""
    special = _SPECIAL.get(words[0])
    if special is not None:
        return special(words[1:])
    program = PROGRAMS.get(words[0])
    return None if program is None else looked_at(program, words[1:])


def _entered(simple: Simple, following: str) -> str | None:
    """Return the folder that a `cd` goes to; None where what follows cannot rely on it."""
    if simple.joint not in ("", "&&") or following not in ("", "&&"):
        return None
    words = simple.words[1:]
    if len(words) != 1 or words[0].startswith("-") or ".." in words[0].split("/") or not words[0]:
        return None
    return words[0]


def _moved(looked: Looked | None, folder: str) -> Looked | None:
    if looked is None or folder == ".":
        return looked
    paths, unless = (
        tuple(posixpath.join(folder, path) for path in some)
        for some in (looked.paths, looked.unless)
    )
    return replace(looked, paths=paths, unless=unless)
