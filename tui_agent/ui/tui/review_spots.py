"""One thing to decide in a review, and what a verdict makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from tui_agent.core.patch import FileRun, FileView, Hunk, HunkDecision, Row, select, split
from tui_agent.core.proposal import Decision

SpotVerdict = Literal["undecided", "accepted", "rejected", "edited", "partly", "back", "unwritten"]
Mark = Literal["undecided", "focused", "accepted", "rejected", "edited"]
"""What a ledger shows of one hunk; `focused` is undecided and under the cursor."""


_MARKS: dict[SpotVerdict, Mark] = {
    "undecided": "undecided",
    "accepted": "accepted",
    "rejected": "rejected",
    "edited": "edited",
    "partly": "edited",
    "back": "rejected",
    "unwritten": "rejected",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One thing to decide: a hunk, or a change of the file itself."""

    file: int
    """Index of its file in the review."""
    hunk: Hunk | None = None
    file_run: FileRun | None = None
    verdict: SpotVerdict = "undecided"
    decisions: tuple[HunkDecision, ...] = ()
    reason: str = ""
    left_out: frozenset[int] = frozenset()
    """Indices of the hunk's changed rows that are not to be taken."""

    @property
    def decided(self) -> bool:
        """Whether it has a verdict."""
        return self.verdict != "undecided"

    @property
    def after_ms(self) -> int:
        """How long its verdict took; 0: nobody measured."""
        return max((one.after_ms for one in self.decisions), default=0)

    def timed(self, after_ms: int) -> Spot:
        """Return the spot with its verdict given after so many milliseconds."""
        return replace(
            self, decisions=tuple(replace(one, after_ms=after_ms) for one in self.decisions)
        )

    @property
    def changed_rows(self) -> tuple[int, ...]:
        """Indices of the rows that can be chosen one by one."""
        if self.hunk is None:
            return ()
        return tuple(index for index, row in enumerate(self.hunk.rows) if row.kind != " ")

    @property
    def mark(self) -> Mark:
        """What a ledger shows when the cursor is elsewhere."""
        return _MARKS[self.verdict]


def spots_of(view: FileView, file: int) -> Iterator[Spot]:
    """Give everything that one file leaves to decide: its own changes, then its hunks."""
    for run in view.patch.file_runs:
        yield Spot(file=file, file_run=run)
    for hunk in view.hunks():
        yield Spot(file=file, hunk=hunk)


def accepted(view: FileView, spot: Spot) -> Spot:
    """Return the spot accepted, without the lines that are left out."""
    if spot.hunk is None or not spot.left_out:
        one = HunkDecision(path=view.path, runs=runs_of(spot), verdict="accept")
        return replace(spot, verdict="accepted", decisions=(one,), reason="")
    decisions = tuple(_chosen(view, spot.hunk, spot.left_out))
    kinds = {decision.verdict for decision in decisions}
    verdict: SpotVerdict = "rejected" if kinds == {"reject"} else "partly"
    return replace(spot, verdict=verdict, decisions=decisions, reason="")


def rejected(view: FileView, spot: Spot, reason: str = "") -> Spot:
    """Return the spot rejected as a whole."""
    one = HunkDecision(path=view.path, runs=runs_of(spot), verdict="reject", reason=reason)
    return replace(spot, verdict="rejected", decisions=(one,), reason=reason, left_out=frozenset())


def edited(spot: Spot, decision: HunkDecision) -> Spot:
    """Return the spot with what an editor made of it, which may be a plain yes or no."""
    verdicts: dict[str, SpotVerdict] = {"accept": "accepted", "reject": "rejected"}
    verdict = verdicts.get(decision.verdict, "edited")
    return replace(spot, verdict=verdict, decisions=(decision,), reason="", left_out=frozenset())


def undecided(spot: Spot, left_out: frozenset[int] = frozenset()) -> Spot:
    """Return the spot without a verdict."""
    return Spot(file=spot.file, hunk=spot.hunk, file_run=spot.file_run, left_out=left_out)


def parts_of(view: FileView, spot: Spot) -> tuple[Spot, ...]:
    """Return the spot's runs as spots of their own, with its verdict; itself, if it has but one."""
    hunks = split(view, spot.hunk) if spot.hunk is not None else ()
    if len(hunks) <= 1:
        return (spot,)
    parts = [Spot(file=spot.file, hunk=hunk) for hunk in hunks]
    if spot.verdict == "accepted":
        return tuple(accepted(view, part) for part in parts)
    if spot.verdict == "rejected":
        return tuple(rejected(view, part, spot.reason) for part in parts)
    return tuple(parts)


def recalled(
    view: FileView, spot: Spot, recorded: Decision, *, whole: bool = True
) -> Iterator[Spot]:
    """Give the spot as it was decided in the past, in parts where they were decided differently.

    `whole`: the decision is about everything, so that what it does not name shares its verdict.
    """
    by_run = {run: one for one in recorded.hunks if one.path == view.path for run in one.runs}
    found = _found(by_run, spot)
    alike = len({(one.verdict, one.reason) for one in found}) <= 1
    one_piece = alike and (whole or len(found) == 0 or _covers(found, spot))
    one_piece = one_piece or any(one.verdict == "edit" and len(one.runs) > 1 for one in found)
    for part in (spot,) if one_piece else parts_of(view, spot):
        decisions = _found(by_run, part)
        if decisions:
            yield _as_decided(part, decisions)
        elif not whole:
            yield part
        elif recorded.verdict == "reject":
            yield rejected(view, part, recorded.feedback)
        else:
            yield accepted(view, part)


def runs_of(spot: Spot) -> tuple[str, ...]:
    """Return the ids of the runs that a verdict on the spot names."""
    if spot.hunk is not None:
        return spot.hunk.run_ids
    return (spot.file_run.id,) if spot.file_run is not None else ()


def _chosen(view: FileView, hunk: Hunk, left_out: Iterable[int]) -> Iterator[HunkDecision]:
    """Turn the lines that are left out into one decision a run."""
    without = set(left_out)
    kept: dict[str | None, list[Row]] = {}
    for index, row in enumerate(hunk.rows):
        if row.run is not None and index not in without:
            kept.setdefault(row.run, []).append(row)
    for run_id in hunk.run_ids:
        taken = kept.get(run_id, [])
        old = {row.old for row in taken if row.kind == "-" and row.old is not None}
        new = {row.new for row in taken if row.kind == "+" and row.new is not None}
        yield select(view, run_id, old, new)


def _found(by_run: dict[str, HunkDecision], spot: Spot) -> tuple[HunkDecision, ...]:
    found: dict[int, HunkDecision] = {}  # By identity: one decision may name thousands of runs.
    for run in runs_of(spot):
        decision = by_run.get(run)
        if decision is not None:
            found[id(decision)] = decision
    return tuple(found.values())


def _covers(found: Iterable[HunkDecision], spot: Spot) -> bool:
    return set(runs_of(spot)) <= {run for one in found for run in one.runs}


def _as_decided(spot: Spot, found: tuple[HunkDecision, ...]) -> Spot:
    kinds = {one.verdict for one in found}
    verdict: SpotVerdict = "partly"
    if kinds == {"accept"}:
        verdict = "accepted"
    elif kinds == {"reject"}:
        verdict = "rejected"
    elif kinds == {"edit"} and len(found) == 1 and found[0].runs == runs_of(spot):
        verdict = "edited"
    reason = next((one.reason for one in found if one.reason), "")
    return replace(spot, verdict=verdict, decisions=found, reason=reason)
