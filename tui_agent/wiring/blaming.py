"""`agent blame`: the versions of a file out of all sessions of a repository, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.core.blame import (
    Blamed,
    Entry,
    Origin,
    Version,
    blamed,
    entry_of,
    lineage,
    origin_of,
    versions_of,
)
from tui_agent.core.state import fold, is_apart
from tui_agent.core.state.stops import find_stops
from tui_agent.core.text import TextError, decode
from tui_agent.core.undo import commands_of
from tui_agent.ui.commands.typed import UsageError

if TYPE_CHECKING:
    from tui_agent.adapters.session_log import StoredSession
    from tui_agent.adapters.snapshots.recorded import RecordedTrees
    from tui_agent.ui.text import Line
    from tui_agent.wiring.around import Around


def blame_door(around: Around) -> Callable[[str], Sequence[Line]]:
    """Return what shows a blamed file, for whoever has a session open."""

    def shown(path: str) -> Sequence[Line]:
        from tui_agent.ui.blame_lines import blame_lines

        file = blame_file(around, path)
        notes: list[Line] = [[("dim", note)] for note in file.notes]
        return [*blame_lines(file), *notes]

    return shown


@dataclass(slots=True)
class History:
    """All calls of a repository's sessions that may have changed files, in order."""

    entries: list[Entry] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def blame_file(around: Around, path: str) -> Blamed:
    """Say of each line of a file which session made it, or that a person wrote it.

    Raises:
        UsageError: there is no such file in the workspace, or it is no text.
    """
    place = (around.cwd / path).resolve()
    if not place.is_file() or not place.is_relative_to(around.root.resolve()):
        message = f"there is no file {path} in {around.root}"
        raise UsageError(message)
    name = str(place.relative_to(around.root.resolve()))
    return blame_bytes(around, {name: place.read_bytes()})[0]


def blame_bytes(around: Around, files: dict[str, bytes]) -> list[Blamed]:
    """Say of each line of these contents, by path, where it comes from.

    Raises UsageError for one that is no text.
    """
    history = _history(around)
    return [_blamed(around, history, name, data) for name, data in files.items()]


def _blamed(around: Around, history: History, name: str, data: bytes) -> Blamed:
    try:
        lines = decode(data).lines
    except TextError as error:
        message = f"{name} has no lines to name: {error}"
        raise UsageError(message) from None
    versions = lineage(history.entries, name) or lineage(
        history.entries, _moved_by_hand(around, history, data)
    )
    origins = blamed(versions, data) if versions else (None,) * len(lines)
    return Blamed(path=name, lines=lines, origins=origins, notes=tuple(history.notes))


def _moved_by_hand(around: Around, history: History, data: bytes) -> str:
    """Return where a file was last that has exactly these bytes and is no longer there."""
    for version in reversed(history.versions):
        if version.after == data and not (around.root / version.target).exists():
            return version.target
    return ""


def _history(around: Around) -> History:
    from tui_agent.adapters.session_log import StoredSession
    from tui_agent.adapters.snapshots.recorded import RecordedTrees
    from tui_agent.adapters.snapshots.shadow import Shadow

    history = History()
    trees: RecordedTrees | None = None
    try:
        trees = RecordedTrees(Shadow.of(around.state.path, around.root), around.rooms)
    except OSError:
        history.notes.append("no tree is recorded here: what commands changed is not known")
    found: dict[tuple[str, str, str], tuple[tuple[str, int], Entry]] = {}
    for folder in around.shelf.here():
        try:
            stored = StoredSession(folder)
        except OSError as error:
            history.notes.append(f"session {folder.name} cannot be read: {error.strerror}")
            continue
        for key, entry in _entries(stored, trees, history):
            found.setdefault(key[0], (key[1], entry))
    history.entries = [entry for _, entry in sorted(found.values(), key=lambda one: one[0])]
    return history


Key = tuple[tuple[str, str, str], tuple[str, int]]
"""What is the same in a fork's copy of a call, and the call's place in time."""


def _entries(
    stored: StoredSession, trees: RecordedTrees | None, history: History
) -> Iterator[tuple[Key, Entry]]:
    records = stored.records
    state = fold(records)
    steps = {one.call_id: one.number for one in find_stops(records) if one.call_id}
    for version in versions_of(state, stored.payload, steps):
        history.versions.append(version)
        origin = version.origin
        yield (
            ((origin.call_id, version.target, origin.ts), (origin.ts, origin.step)),
            entry_of(version),
        )
    if trees is None:
        return
    for agent in state.agents.values():
        for turn in agent.turns if not is_apart(state, agent) else ():
            for call in turn.calls.values():
                if commands_of(call):
                    origin = origin_of(state, turn, call, steps.get(call.id, 0))
                    key = (call.id, "", origin.ts), (origin.ts, origin.step)
                    yield key, _by_command(trees, call.trees, origin)


def _by_command(trees: RecordedTrees, between: tuple[str, str], origin: Origin) -> Entry:
    def version(name: str) -> Version | None:
        before, after = (trees.read(tree, name) for tree in between)
        if before == after or after is None:
            return None
        former = name
        if before is None:
            former = trees.former_name(*between, name)
            before = trees.read(between[0], former) if former != name else None
        return Version(origin=origin, path=former, target=name, before=before, after=after)

    return version


def blame_commit(around: Around) -> list[Blamed]:
    """Say of each line of the files that HEAD changed where it comes from. Raises UsageError."""
    from tui_agent.adapters.users_repository import files_of_head

    return blame_bytes(around, _texts(files_of_head(Path(around.root), around.rooms)))


def blame_staged(around: Around) -> list[Blamed]:
    """Say of each line of what is staged where it comes from. Raises UsageError."""
    from tui_agent.adapters.users_repository import staged_files

    return blame_bytes(around, _texts(staged_files(Path(around.root), around.rooms)))


def _texts(files: dict[str, bytes]) -> dict[str, bytes]:
    found = {}
    for name, data in files.items():
        try:
            decode(data)
        except TextError:
            continue
        found[name] = data
    return found
