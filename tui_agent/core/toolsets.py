"""Named sets of tools: what a session may use, where it is rooted, and what of it asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tui_agent.core.proposal import CommandPart


READING = ("read", "list", "search")
WRITING = ("edit", "apply_patch", "write")
LENT = (*READING, *WRITING)
"""The tools that other programs may call: those that read and edit files."""
ALWAYS = ("plan", "ask")
"""Tools that touch nothing, and so belong to every set."""
EVERY_TOOL = frozenset((*READING, *WRITING, *ALWAYS, "shell", "task", "review", "undo"))
"""The tools that a rule may name; those of MCP servers come and go."""
LOOKING = ("ls", "pwd", "cat", "head", "tail", "wc")
"""Programs that change nothing, with the words that `shell.programs` knows of them."""
FILE_OPS = ("mv", "cp", "mkdir", "rmdir", "touch", "rm", "ln")
ANYTHING_ELSE = "anything else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolset:
    """A set of tools and its approval."""

    name: str
    tools: tuple[str, ...]
    free: str
    """What of it does not ask, in words."""
    asks: str = ""
    """What of it asks, in mode ask."""
    at: Literal["project", "cwd"] = "project"
    """Where paths begin: at the root of the repository, or in the working folder."""
    unasked: tuple[str, ...] = ()
    """Programs that run without asking, as far as they only look."""
    changing: tuple[str, ...] = ()
    """Programs that it is made for and that ask; so does any other."""


TOOLSETS: tuple[Toolset, ...] = (
    Toolset(
        name="filesystem_project",
        tools=(*READING, *WRITING),
        free="read, list, search",
        asks="edit, apply_patch, write",
    ),
    Toolset(name="filesystem_project_ro", tools=READING, free="read, list, search"),
    Toolset(
        name="filesystem_cwd",
        tools=(*READING, *WRITING),
        free="read, list, search",
        asks="edit, apply_patch, write",
        at="cwd",
    ),
    Toolset(name="filesystem_cwd_ro", tools=READING, free="read, list, search", at="cwd"),
    Toolset(
        name="shell_readonly",
        tools=("shell",),
        free=", ".join(LOOKING),
        asks=ANYTHING_ELSE,
        unasked=LOOKING,
    ),
    Toolset(
        name="shell_file_ops",
        tools=("shell",),
        free="ls, pwd",
        asks=", ".join((*FILE_OPS, ANYTHING_ELSE)),
        unasked=("ls", "pwd"),
        changing=FILE_OPS,
    ),
)


def chosen_sets(names: Iterable[str]) -> tuple[Toolset, ...]:
    """Return the sets of these names. Raises ValueError naming the ones there are."""
    known = {one.name: one for one in TOOLSETS}
    found = []
    for name in names:
        if name not in known:
            message = f"there is no toolset {name}; there are {', '.join(known)}"
            raise ValueError(message)
        found.append(known[name])
    return tuple(found)


def available(sets: Sequence[Toolset], tools: Iterable[str]) -> tuple[str, ...]:
    """Return which of `tools` may be used; with no set chosen, all."""
    if not sets:
        return tuple(tools)
    names = {*ALWAYS, *(tool for one in sets for tool in one.tools)}
    return tuple(tool for tool in tools if tool in names)


def rooted_in_cwd(sets: Sequence[Toolset]) -> bool:
    """Return whether paths begin in the working folder: where every file set says so."""
    places = {one.at for one in sets if set(one.tools) & set(READING)}
    return places == {"cwd"}


def lets_run(one: Toolset, part: CommandPart) -> bool:
    """Return whether a set lets a part of a command run unasked, by its words alone."""
    return part.reads and part.words[0] in one.unasked
