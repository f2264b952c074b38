"""One sign a hunk: what was decided of it, as the tool line, pane header and file list show it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from tui_agent.core.patch import FilePatch, HunkDecision, Patch
from tui_agent.ui.tui.paper import Sheet, Span

MOST_SIGNS = 12
"""More hunks of a file than this are counted instead of drawn one by one."""
CONTEXT = 3
"""Runs at most twice this apart are one hunk, as the review shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Verdicts given so far on an edit that waits, and the run that has the focus."""

    decisions: tuple[HunkDecision, ...] = ()
    focused: str = ""
    hunks: tuple[tuple[str, ...], ...] = ()
    """The file and the runs of each hunk, where the person has split one; empty: as they come."""


NO_DRAFT = Draft()


def hunk_runs(file: FilePatch, split: Collection[tuple[str, ...]] = ()) -> list[tuple[str, ...]]:
    """Return the run ids of each hunk of a file, its own changes first, or as they were split."""
    if split:
        return [tuple(runs) for path, *runs in split if path == file.path]
    hunks: list[list[str]] = [[run.id] for run in file.file_runs]
    end = None
    for run in file.runs:
        if end is not None and run.old_start - end <= 2 * CONTEXT:
            hunks[-1].append(run.id)
        else:
            hunks.append([run.id])
        end = run.old_end
    return [tuple(runs) for runs in hunks]


def verdicts(decisions: Iterable[HunkDecision]) -> dict[str, str]:
    """Return the verdict of each run: accept, reject or edit."""
    return {run: decision.verdict for decision in decisions for run in decision.runs}


def hunk_state(runs: Sequence[str], given: dict[str, str], *, all_accepted: bool = False) -> str:
    """Return `undecided`, `accepted`, `rejected` or `edited` (in part, too) for one hunk."""
    if all_accepted:
        return "accepted"
    found = [given.get(run) for run in runs]
    if None in found:
        return "undecided"
    if all(one == "accept" for one in found):
        return "accepted"
    return "rejected" if all(one == "reject" for one in found) else "edited"


def states(
    patch: Patch,
    decisions: Collection[HunkDecision],
    *,
    whole: bool = False,
    split: Collection[tuple[str, ...]] = (),
) -> list[str]:
    """Return the state of every hunk of a patch; `whole`: all was accepted at once."""
    given = verdicts(decisions)
    return [
        hunk_state(runs, given, all_accepted=whole)
        for file in patch.files
        for runs in hunk_runs(file, split)
    ]


def ledger(
    file: FilePatch,
    draft: Draft,
    sheet: Sheet,
    *,
    whole: bool = False,
    most: int = MOST_SIGNS,
) -> list[Span]:
    """Return a file's signs, one space between them, the focused one bold; or how many of each."""
    given = verdicts(draft.decisions)
    hunks = hunk_runs(file, draft.hunks)
    if len(hunks) > min(most, MOST_SIGNS):
        found = [hunk_state(runs, given, all_accepted=whole) for runs in hunks]
        return _counted(found, sheet)
    spans: list[Span] = []
    for runs in hunks:
        if spans:
            spans.append((" ", sheet.ink()))
        state = hunk_state(runs, given, all_accepted=whole)
        spans.append(_sign(state, sheet, focused=draft.focused in runs))
    return spans


def _counted(found: Sequence[str], sheet: Sheet) -> list[Span]:
    spans: list[Span] = []
    for state in ("accepted", "edited", "rejected", "undecided"):
        number = found.count(state)
        if number:
            gap = [(" ", sheet.ink())] if spans else []
            sign = _sign(state, sheet, focused=False)
            spans += [*gap, sign, (f" {number}", sheet.ink("text-2"))]
    return spans


def _sign(state: str, sheet: Sheet, *, focused: bool) -> Span:
    glyphs = sheet.glyphs
    sign, role = {
        "undecided": (glyphs.waiting if focused else glyphs.undecided, "pending"),
        "accepted": (glyphs.done, "added"),
        "rejected": (glyphs.failed, "removed"),
        "edited": (glyphs.edited, "added"),
    }[state]
    return sign, sheet.ink(role + (" bold" if focused else ""))


def kept_lines(file: FilePatch, decisions: Iterable[HunkDecision]) -> tuple[int, int]:
    """Return the lines added and removed by the runs that were not rejected."""
    given = verdicts(decisions)
    runs = [run for run in file.runs if given.get(run.id) != "reject"]
    return sum(run.plus for run in runs), sum(run.minus for run in runs)


def counts(added: int, removed: int, sheet: Sheet, on: str = "") -> list[Span]:
    """Return `+8 −4`; what is zero is left out."""
    spans: list[Span] = []
    if added or not removed:
        spans.append((f"{sheet.glyphs.plus}{added}", sheet.ink("added", on)))
    if removed:
        if spans:
            spans.append((" ", sheet.ink("text", on)))
        spans.append((f"{sheet.glyphs.minus}{removed}", sheet.ink("removed", on)))
    return spans
