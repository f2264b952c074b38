"""A shell command as a proposal shows it: its parts, what it looks at, and what it reaches."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui_agent.core.edits.contract import EditError
from tui_agent.core.proposal import Command, CommandPart, Effect, Mark, Target
from tui_agent.core.shell.judge import Judged, judged
from tui_agent.core.shell.network import Reach, reach_of, reach_of_scan
from tui_agent.core.shell.scan import scanned

if TYPE_CHECKING:
    from tui_agent.core.gate_means import Classifier
    from tui_agent.core.ports import Workspace


_GIT_WRITES = frozenset({
    "add", "am", "apply", "checkout", "cherry-pick", "commit", "merge", "mv", "rebase", "reset",
    "restore", "revert", "rm", "stash", "switch", "tag", "branch",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What the gate, the hooks and the screen are told of a command."""

    command: Command
    effects: frozenset[Effect]
    targets: tuple[Target, ...] = ()
    hosts: tuple[str, ...] = ()


def described(command: Command, classifier: Classifier, workspace: Workspace) -> Described:
    """Return a command with its parts, followed paths and hosts. Reads names only, never files.

    A command whose folder is unknown or that cannot be read has no parts, and says why.
    """
    reading = classifier.read(command.text)
    effects: set[Effect] = {"execute"}
    if reading.problem:
        reach = next(filter(None, map(reach_of_scan, scanned(command.text))), None)
        parts: tuple[CommandPart, ...] = ()
        targets: tuple[Target, ...] = ()
        hosts = reach.hosts if reach else ()
    else:
        each = judged(reading)
        reaches = [reach_of(one.simple.words) for one in each]
        reach = next(filter(None, reaches), None)
        touched = [tuple(_targets(one, command.cwd, workspace)) for one in each]
        parts = tuple(map(_part, each, reaches, touched))
        targets = tuple({one.path: one for some in touched for one in some}.values())
        hosts = tuple(dict.fromkeys(host for it in reaches if it for host in it.hosts))
    if reach is not None:
        effects.add("network")
    return Described(
        command=replace(
            command,
            parts=parts,
            unread=reading.problem,
            reach="network" if reach is not None else command.reach,
        ),
        effects=frozenset(effects),
        targets=targets,
        hosts=hosts,
    )


def _part(one: Judged, reach: Reach | None, touched: tuple[Target, ...]) -> CommandPart:
    reads = one.looked is not None and reach is None
    return CommandPart(
        text=one.simple.text,
        words=one.simple.words,
        reads=reads,
        network=reach is not None,
        marks=tuple(sorted({mark for target in touched for mark in target.marks})),
        reason="only reads" if reads else _what(one.simple.words, reach),
    )


def _what(words: Sequence[str], reach: Reach | None) -> str:
    if reach is None:
        writes_git = words[0] == "git" and bool(_GIT_WRITES & set(words[1:3]))
        return "writes .git, may run hooks" if writes_git else "may write in the workspace"
    return f"reaches {', '.join(reach.hosts)}" if reach.hosts else "reaches the network"


def _targets(one: Judged, cwd: str, workspace: Workspace) -> Iterator[Target]:
    if one.looked is None:
        yield from _secrets_named(one.simple.words[1:], cwd, workspace)
        return
    for path in one.looked.paths:
        target = _followed(path, cwd, workspace, below=one.looked.below)
        yield target
        if one.looked.below and "outside" not in target.marks:
            found = workspace.secret_below(target.path, hidden=one.looked.hidden)
            if found:
                yield Target(path=found, effect="read", marks=("secret",))
    if one.looked.whole and not any(_is_there(word, cwd, workspace) for word in one.looked.unless):
        yield Target(path=".", effect="read", below=True)
        found = workspace.secret_below(".", hidden=True) if one.looked.secrets else ""
        if found:
            yield Target(path=found, effect="read", marks=("secret",))


def _is_there(path: str, cwd: str, workspace: Workspace) -> bool:
    """Return whether a word is a file or a folder: git then takes it for no revision."""
    try:
        return workspace.is_there(workspace.locate(posixpath.join(cwd, path)))
    except EditError:
        return False


def _followed(path: str, cwd: str, workspace: Workspace, *, below: bool) -> Target:
    """Return where a path leads; a link may hide a secret."""
    spelled = posixpath.join(cwd, path) if cwd != "." else path
    marks: set[Mark] = set(workspace.marks(spelled))
    try:
        name = workspace.locate(spelled)
    except EditError:
        name = spelled
        marks.add("outside")
    else:
        marks |= set(workspace.marks(name))
    return Target(path=name, effect="read", marks=tuple(sorted(marks)), below=below)


def _secrets_named(words: Sequence[str], cwd: str, workspace: Workspace) -> Iterator[Target]:
    """Name the secret files among the words of a program that may do anything with them."""
    for word in words:
        path = word.rpartition("=")[2] if word.startswith("-") else word
        if not path or "secret" not in workspace.marks(path):
            continue
        target = _followed(path, cwd, workspace, below=False)
        if "outside" in target.marks or workspace.mode(target.path) is not None:
            yield target
