"""What the calls of a session did to files, and what of it has been taken back: read from the log.

An undo is a call of the tool `undo` that names the files of the calls it takes back. What it names
counts as taken back for as long as that undo has not been taken back itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.core.undo.values import WrittenFile

if TYPE_CHECKING:
    from tui_agent.core.events import PlannedWrite
    from tui_agent.core.patch import FilePatch
    from tui_agent.core.proposal import Proposal
    from tui_agent.core.state.values import Agent, Call

UNDO_TOOL = "undo"
"""The user's own tool; no model is told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One file of one call that an undo took back, under one of its names."""

    call_id: str
    name: str
    runs: tuple[str, ...] = ()
    """Only these runs; empty: all of it."""
    partly: bool = False
    """Whether a person kept some of what was to go: what went cannot be told by its runs."""


class Gone:
    """What is taken back as things stand."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._whole: dict[tuple[str, str], str] = {}
        self._runs: dict[tuple[str, str], dict[str, str]] = {}
        self._partly: set[tuple[str, str]] = set()

    @property
    def calls(self) -> set[str]:
        """The calls of which whole files are taken back, or what a person wanted of them."""
        return {call_id for call_id, _ in self._whole.keys() | self._partly}

    @property
    def wholly(self) -> bool:
        """Whether no person kept a part of what an undo was to take back."""
        return self._partly <= self._whole.keys()

    def add(self, one: Named, by: str) -> None:
        """Count something as taken back by this call."""
        place = (one.call_id, one.name)
        if one.partly:
            self._partly.add(place)
        elif one.runs:
            known = self._runs.setdefault(place, {})
            known.update({run: by for run in one.runs if run not in known})
        else:
            self._whole.setdefault(place, by)

    def by(self, call_id: str, name: str, run: str) -> str:
        """Return the call that took a run back last; empty where none did."""
        place = (call_id, name)
        return self._runs.get(place, {}).get(run, "") or self._whole.get(place, "")

    def whole(self, call_id: str, name: str) -> bool:
        """Return whether all that a call did to a file is taken back."""
        return (call_id, name) in self._whole

    def runs(self, call_id: str, name: str) -> set[str]:
        """Return the runs of a file that are taken back one by one."""
        return set(self._runs.get((call_id, name), ()))

    def run(self, call_id: str, name: str, runs: Collection[str]) -> bool:
        """Return whether these runs are taken back."""
        return self.whole(call_id, name) or set(runs) <= self.runs(call_id, name)


def taken_back(agent: Agent, since: int = 0) -> Gone:
    """Return what is taken back as things stand; by the turns from number `since` on."""
    gone = Gone()
    for turn in reversed(agent.turns[max(0, since - 1) :]):
        for call in reversed(turn.calls.values()):
            if not succeeded(call):
                continue
            for one in list(named(call)):
                if not gone.whole(call.id, one.name):
                    gone.add(one, call.id)
    return gone


def succeeded(call: Call) -> bool:
    """Return whether a call is an undo that was carried out."""
    return call.tool == UNDO_TOOL and call.output is not None and call.output.ok


def named(call: Call) -> Iterator[Named]:
    """Give what an undo took back, under each name that the file had, without what it left out."""
    if call.proposal is None:
        return
    given = json.loads(call.proposal.arguments)
    left = {*given.get("left_out", ()), *_rejected(call, all)}
    kept = set(_rejected(call, any))
    for file in given["files"]:
        for name in dict.fromkeys((file["path"], file["target"])):
            if not left & {file["path"], file["target"]}:
                runs = tuple(file.get("runs", ()))
                partly = bool(kept & {file["path"], file["target"]})
                yield Named(call_id=file["call"], name=name, runs=runs, partly=partly)
    for entry in given.get("stash", ()):
        yield Named(call_id=entry["call"], name=stash_name(entry["commit"]))


def stash_name(commit: str) -> str:
    """Return the name under which an entry of the stash counts as taken back."""
    return f"stash {commit}"


def _rejected(call: Call, much: Callable[[Iterable[bool]], bool]) -> Iterator[str]:
    """Give the files of an undo of which a person wanted all, or any, to stay."""
    patch = call.proposal.patch if call.proposal is not None else None
    if patch is None or call.decision is None:
        return
    for file in patch.files:
        mine = [one for one in call.decision.hunks if one.path == file.path]
        if mine and much(one.verdict == "reject" for one in mine):
            yield from {file.path, file.new_path or file.path}


def asks_first(proposal: Proposal) -> bool:
    """Return whether an undo is shown before anything is written.

    It is where files have to be left as they are that were to be taken back; and where commands
    changed files, since somebody else may have written while they ran; and for a rewind.
    """
    given = json.loads(proposal.arguments)
    by_command = any(file.get("by_command") for file in given["files"])
    return bool(given.get("left_out")) or by_command or "rewind" in given


def leaves_out(proposal: Proposal) -> bool:
    """Return whether an undo has to leave files as they are that were to be taken back."""
    return bool(json.loads(proposal.arguments).get("left_out"))


def ran(call: Call) -> bool:
    """Return whether a call ran a command whose changes are not among its own writes."""
    executes = call.proposal is not None and "execute" in call.proposal.effects
    return executes and call.started is not None and not call.applied


def commands_of(call: Call) -> bool:
    """Return whether a call ran a command that changed files, or dropped entries of the stash."""
    before, after = call.trees
    return ran(call) and (bool(call.dropped) or (bool(before and after) and before != after))


def written_by(call: Call) -> tuple[WrittenFile, ...]:
    """Return the files that a call wrote; none where it did not come to that."""
    if not call.applied or call.started is None:
        return ()
    patch = call.proposal.patch if call.proposal is not None else None
    by_path = {file.path: file for file in patch.files} if patch is not None else {}
    moved = {file.new_path: file for file in by_path.values() if file.new_path is not None}
    writes = {write.path: write for write in call.started.writes}
    sources = {moved[name].path for name in writes if name in moved and moved[name].path in writes}
    return tuple(
        _written(write, writes, by_path, moved)
        for name, write in writes.items()
        if name not in sources
    )


def _written(
    write: PlannedWrite,
    writes: dict[str, PlannedWrite],
    by_path: dict[str, FilePatch],
    moved: dict[str, FilePatch],
) -> WrittenFile:
    file = moved.get(write.path)
    source = writes.get(file.path) if file is not None else None
    before = write.before if source is None else source.before
    path = write.path if source is None else source.path
    known = by_path.get(path)
    return WrittenFile(
        path=path,
        target=write.path,
        before=before.sha if before is not None else None,
        after=write.after.sha if write.after is not None else None,
        mode_before=known.old_mode if known is not None else None,
        mode_after=write.mode_after,
    )
