"""The hunks of edits that were applied: which there are, and a file as it was without some."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.core.patch import FileView, HunkDecision, Outcome, PatchError, decide, settle
from tui_agent.core.patch.resolve import file_run_sentence
from tui_agent.core.undo.past import written_by
from tui_agent.core.undo.values import WrittenFile

if TYPE_CHECKING:
    from tui_agent.core.patch import FilePatch
    from tui_agent.core.ports import Blobs
    from tui_agent.core.state.values import Call

Load = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedHunk:
    """One hunk of an edit that was applied, or a change of the file itself."""

    number: int
    """Among those it is listed with, from 1."""
    call_id: str
    path: str
    """Where the file was before the edit."""
    runs: tuple[str, ...]
    where: str
    """`lines 12-14`, or what the change of the file is."""
    section: str = ""
    plus: int = 0
    minus: int = 0


def applied_hunks(calls: Iterable[Call], load: Load) -> tuple[AppliedHunk, ...]:
    """Return the hunks that these calls applied, numbered in the order in which they were made.

    An edit of which the log has lost what was decided or written has none: nothing is guessed.

    Raises KeyError where the bytes of an edit are missing.
    """
    found: list[AppliedHunk] = []
    for call in calls:
        for view in _views(call, load):
            applied = _applied(view, call)
            for all_runs, where, section, plus, minus in _parts(view):
                runs = tuple(run for run in all_runs if run in applied)
                if runs:
                    found.append(
                        AppliedHunk(
                            number=len(found) + 1,
                            call_id=call.id,
                            path=view.path,
                            runs=runs,
                            where=where,
                            section=section,
                            plus=plus,
                            minus=minus,
                        )
                    )
    return tuple(found)


def _views(call: Call, load: Load) -> Iterator[FileView]:
    patch = call.proposal.patch if call.proposal is not None else None
    if patch is None:
        return
    written = {name for one in written_by(call) for name in (one.path, one.target)}
    for file in patch.files:
        if file.path in written:
            yield _view(file, load)


def _view(file: FilePatch, load: Load) -> FileView:
    before = None if file.before is None else load(file.before.sha)
    after = None if file.after is None else load(file.after.sha)
    return FileView.of(file, before, after)


def _applied(view: FileView, call: Call) -> set[str]:
    try:
        outcome = settle(view, _decided(call)).outcome
    except PatchError:
        return set()
    return {*outcome.applied, *outcome.edited}


def _decided(call: Call) -> tuple[HunkDecision, ...]:
    return call.decision.hunks if call.decision is not None else ()


def _parts(view: FileView) -> Iterator[tuple[tuple[str, ...], str, str, int, int]]:
    for run in view.patch.file_runs:
        yield (run.id,), file_run_sentence(run, view), "", 0, 0
    for hunk in view.hunks():
        runs = [view.run(run) for run in hunk.run_ids]
        first = runs[0].new_start + 1
        last = max(runs[-1].new_end, first)
        where = f"line {first}" if first == last else f"lines {first}-{last}"
        yield hunk.run_ids, where, hunk.section, hunk.plus, hunk.minus


def without(
    call: Call, path: str, runs: Collection[str], written: WrittenFile, blobs: Blobs
) -> tuple[WrittenFile, tuple[str, ...]]:
    """Return an edit of one file cut down to some of its runs, and all runs that it then has.

    What was edited by hand as one piece is taken back as one piece. To take the cut edit back is to
    take these runs back and nothing else.

    Raises:
        PatchError: the call did not apply them.
        KeyError: the bytes of the edit are missing.
    """
    view = next((one for one in _views(call, blobs.get) if one.path == path), None)
    if view is None:
        message = f"{path} was not changed by this call"
        raise PatchError(message)
    chosen = _whole_pieces(call, path, runs)
    applied = _applied(view, call)
    if not applied.issuperset(chosen):
        message = f"this change of {path} was not applied"
        raise PatchError(message)
    rejecting = HunkDecision(path=path, runs=tuple(chosen), verdict="reject")
    left = settle(view, decide(_decided(call), rejecting)).outcome
    return _cut(written, left, blobs), tuple(run for run in view.patch.run_ids if run in chosen)


def _whole_pieces(call: Call, path: str, runs: Collection[str]) -> set[str]:
    chosen = set(runs)
    for decision in _decided(call):
        if decision.path == path and decision.verdict == "edit" and chosen & set(decision.runs):
            chosen |= set(decision.runs)
    return chosen


def _cut(written: WrittenFile, left: Outcome, blobs: Blobs) -> WrittenFile:
    return WrittenFile(
        path=left.target,
        target=written.target,
        before=None if left.content is None else blobs.put(left.content).sha,
        after=written.after,
        mode_before=left.mode,
        mode_after=written.mode_after,
    )
