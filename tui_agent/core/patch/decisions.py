"""Which decisions stand: adding one, what is still open, and what outlives a change of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tui_agent.core.patch.values import FilePatch, HunkDecision, Patch, Run
from tui_agent.core.patch.view import FileView


def decide(decisions: Iterable[HunkDecision], *more: HunkDecision) -> tuple[HunkDecision, ...]:
    """Add decisions; a later one takes its runs over from earlier ones.

    An earlier accept or reject keeps the runs that are left to it. An earlier edit is one piece of
    text for all of its runs: losing one, it falls, and its other runs are undecided again.
    """
    stack = [*decisions, *more]
    taken: set[tuple[str, str]] = set()
    standing: list[HunkDecision] = []
    for decision in reversed(stack):
        left = tuple(run for run in decision.runs if (decision.path, run) not in taken)
        if left == decision.runs:
            standing.append(decision)
        elif left and decision.verdict != "edit":
            standing.append(replace(decision, runs=left))
        taken.update((decision.path, run) for run in decision.runs)
    return tuple(reversed(standing))


def withdraw(decisions: Iterable[HunkDecision], runs: Iterable[str]) -> tuple[HunkDecision, ...]:
    """Take the decisions on these runs back; an edit that loses one of its runs falls."""
    gone = set(runs)
    standing: list[HunkDecision] = []
    for decision in decisions:
        left = tuple(run for run in decision.runs if run not in gone)
        if left == decision.runs:
            standing.append(decision)
        elif left and decision.verdict != "edit":
            standing.append(replace(decision, runs=left))
    return tuple(standing)


def changed_since(
    before: Iterable[HunkDecision], now: Sequence[HunkDecision]
) -> tuple[tuple[HunkDecision, ...], tuple[str, ...]]:
    """Return what leads from one set of decisions to another: those to add, the runs to take back.

    `decide(withdraw(before, runs), *added)` then says of each run what `now` says of it.
    """
    old = {(one.path, one.runs): one for one in before}
    added = tuple(one for one in now if old.get((one.path, one.runs)) != one)
    decided = {run for one in now for run in one.runs}
    back = (run for one in old.values() for run in one.runs if run not in decided)
    return added, tuple(back)


def undecided(patch: Patch | FilePatch, decisions: Iterable[HunkDecision]) -> tuple[str, ...]:
    """Ids of the runs that nobody has decided about yet, in the order of the patch."""
    decided = {(decision.path, run) for decision in decisions for run in decision.runs}
    files = patch.files if isinstance(patch, Patch) else (patch,)
    return tuple(run for file in files for run in file.run_ids if (file.path, run) not in decided)


def carry(
    old: FileView, new: FileView, decisions: Iterable[HunkDecision]
) -> tuple[HunkDecision, ...]:
    """Apply decisions again to a patch that was described anew because the file has changed.

    A decision holds for the runs whose id is in both patches, unless equal runs were added or
    lost: then it is unknown which of them is meant. An edit holds only if all its runs are there
    and the lines that it replaces are still the same lines. Everything else is undecided.
    """
    doubtful = _doubtful(old) ^ _doubtful(new)
    lost = {path_and_lines[1:] for path_and_lines in doubtful}
    known = {run.id for run in new.patch.file_runs}
    known |= {run.id for run in new.patch.runs if _lines(new, run) not in lost}
    kept: list[HunkDecision] = []
    for decision in decisions:
        if decision.path != old.path:
            continue
        runs = tuple(run for run in decision.runs if run in known)
        if decision.verdict != "edit" and runs:
            kept.append(replace(decision, runs=runs))
        elif decision.verdict == "edit" and runs == decision.runs:
            kept.extend(_moved(old, new, decision))
    return tuple(kept)


def _lines(view: FileView, run: Run) -> tuple[str, str]:
    before, after = (
        view.before[run.old_start : run.old_end],
        view.after[run.new_start : run.new_end],
    )
    return "".join(before), "".join(after)


def _doubtful(view: FileView) -> set[tuple[int, str, str]]:
    """How often each pair of old and new lines occurs, where it occurs more than once."""
    counts: dict[tuple[str, str], int] = {}
    for run in view.patch.runs:
        lines = _lines(view, run)
        counts[lines] = counts.get(lines, 0) + 1
    return {(count, *lines) for lines, count in counts.items() if count > 1}


def _moved(old: FileView, new: FileView, decision: HunkDecision) -> tuple[HunkDecision, ...]:
    if decision.span is None or not decision.runs:
        return ()
    shift = new.run(decision.runs[0]).old_start - old.run(decision.runs[0]).old_start
    start, end = decision.span[0] + shift, decision.span[1] + shift
    same = start >= 0 and new.before[start:end] == old.before[slice(*decision.span)]
    return (replace(decision, span=(start, end)),) if same else ()
