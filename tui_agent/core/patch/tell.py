"""What the model is told about a decided patch: what is on disk now, and what is not."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate

from tui_agent.core.patch.resolve import (
    Piece,
    file_run_sentence,
    pieces,
    resolve,
    resulting_lines,
)
from tui_agent.core.patch.unified import diff_text, hunks_text
from tui_agent.core.patch.values import FileRun, HunkDecision, Outcome, Run
from tui_agent.core.patch.view import CONTEXT, FileView
from tui_agent.core.text import content, dominant, split_lines

LINE_CAP = 200
"""Lines that one call's report may have."""
MOST_READS = 20
"""Files that a cut report names to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """One file of a patch with its decisions and what they came to."""

    view: FileView
    decisions: tuple[HunkDecision, ...]
    outcome: Outcome


def settle(view: FileView, decisions: Iterable[HunkDecision]) -> Settled:
    """Resolve a file and keep what led to it; raises PatchError as ``resolve`` does."""
    mine = tuple(decision for decision in decisions if decision.path == view.path)
    return Settled(view=view, decisions=mine, outcome=resolve(view, mine))


def tell(settled: Sequence[Settled], cap: int = LINE_CAP) -> str:
    """Report for the model; longer reports end by naming what to read."""
    if all(_fully_applied(one) for one in settled):
        lines = ["Applied.", *(line for one in settled for line in _applied(one))]
    else:
        lines = [_headline(settled)]
        for one in settled:
            lines += _file_report(one)
        lines.append(
            "Do not send rejected changes again unless asked; "
            "re-read before relying on other parts."
        )
    return "\n".join(_capped(lines, settled, cap))


def _capped(lines: list[str], settled: Sequence[Settled], cap: int) -> list[str]:
    if len(lines) <= cap:
        return lines
    reads = [
        f"{one.outcome.target} lines {first}-{last}"
        for one in settled
        if one.outcome.content is not None
        and (first := _first_line(one)) <= (last := _last_line(one))
    ]
    more = f"; and {len(reads) - MOST_READS} more files" if len(reads) > MOST_READS else ""
    return [
        *lines[: cap - 2],
        f"({len(lines) - cap + 2} more lines of this report)",
        "Read " + "; ".join(reads[:MOST_READS]) + more + ".",
    ]


def _first_line(one: Settled) -> int:
    return min((run.old_start for run in one.view.patch.runs), default=0) + 1


def _last_line(one: Settled) -> int:
    """Last line of the result that a change of the patch could have touched."""
    after_runs = len(one.view.before) - max((run.old_end for run in one.view.patch.runs), default=0)
    return len(_result(one)) - after_runs


def _fully_applied(one: Settled) -> bool:
    return not one.outcome.rejected and not one.outcome.edited


def _headline(settled: Sequence[Settled]) -> str:
    units = [unit for one in settled for unit in _units(one)]
    done = sum(unit.decision.verdict != "reject" for unit in units)
    if not done:
        return "Nothing applied: the user rejected every change. The files are as they were."
    files = f"{len(settled)} file{'s' * (len(settled) != 1)}"
    return (
        f"Partly applied: {done} of {len(units)} hunks in {files}. "
        "The files on disk are as follows; rejected changes are NOT in them."
    )


def _result(one: Settled) -> tuple[str, ...]:
    return () if one.outcome.content is None else resulting_lines(one.view, one.decisions)


def _applied(one: Settled) -> Iterator[str]:
    patch, outcome = one.view.patch, one.outcome
    what = {"create": "created", "delete": "deleted", "rename": f"renamed to {patch.new_path}"}.get(
        patch.kind, "changed"
    )
    yield f"{patch.path}: {what}, +{patch.plus} -{patch.minus}{_state(outcome, one)}"
    yield from (f"  note: {note}" for note in patch.notes)


def _state(outcome: Outcome, one: Settled) -> str:
    if outcome.content is None:
        return ""
    sha = sha256(outcome.content).hexdigest()[:8]
    count = len(_result(one))
    size = "binary" if one.view.patch.binary else f"{count} line{'s' * (count != 1)}"
    return f" (sha {sha}, {size})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Where the changes of a file are in its result; found once for its thousands of units."""

    result: tuple[str, ...]
    end: str
    """The usual terminator."""
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    growth: tuple[int, ...]
    """How many lines more there are after so many of the pieces."""

    def in_result(self, start: int, end: int) -> tuple[int, int]:
        """Return where these lines of *before* are, with what came in their place."""
        at = start + self.growth[bisect_left(self.starts, start)]
        return at, end + self.growth[bisect_right(self.ends, end)]


def _places(one: Settled) -> _Places:
    placed = pieces(one.view, one.decisions)
    return _Places(
        result=_result(one),
        end=dominant(one.view.before, one.view.after),
        starts=tuple(piece.start for piece in placed),
        ends=tuple(piece.end for piece in placed),
        growth=tuple(accumulate((piece.growth for piece in placed), initial=0)),
    )


def _file_report(one: Settled) -> Iterator[str]:
    outcome = one.outcome
    if outcome.content is None:
        state = ": deleted" if outcome.applied else ": not created"
    else:
        state = _state(outcome, one)
    if not outcome.applied and not outcome.edited and outcome.content is not None:
        state += ": nothing applied"
    yield f"{outcome.target}{state}"
    yield from (f"  note: {note}" for note in one.view.patch.notes)
    first = 1 - len(one.view.patch.file_runs)
    places = _places(one)
    for number, unit in enumerate(_units(one), first):
        yield from _unit_report(one, unit, number, places)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """Neighbouring runs that were decided together: one hunk of the report."""

    decision: HunkDecision
    runs: tuple[Run, ...]
    file_run: FileRun | None = None


def _units(one: Settled) -> list[_Unit]:
    verdicts = {run: decision for decision in one.decisions for run in decision.runs}
    units = [
        _Unit(decision=verdicts[run.id], runs=(), file_run=run) for run in one.view.patch.file_runs
    ]
    together: list[list[Run]] = []
    for run in one.view.patch.runs:
        if together and _belong_together(together[-1][-1], run, verdicts):
            together[-1].append(run)
        else:
            together.append([run])
    return [
        *units,
        *(_Unit(decision=verdicts[runs[0].id], runs=tuple(runs)) for runs in together),
    ]


def _belong_together(last: Run, run: Run, verdicts: Mapping[str, HunkDecision]) -> bool:
    was, decision = verdicts[last.id], verdicts[run.id]
    if was.verdict == "edit" or decision.verdict == "edit":
        return was is decision
    near = run.old_start - last.old_end <= 2 * CONTEXT
    return near and (was.verdict, was.reason) == (decision.verdict, decision.reason)


def _unit_report(one: Settled, unit: _Unit, number: int, places: _Places) -> Iterator[str]:
    reason = f': "{unit.decision.reason}"' if unit.decision.reason else ""
    verdict = unit.decision.verdict
    if unit.file_run is not None:
        done = "REJECTED by the user" + reason if verdict == "reject" else "applied"
        yield f"  {file_run_sentence(unit.file_run, one.view)}: {done}"
        return
    start, end = unit.runs[0].old_start, unit.runs[-1].old_end
    if verdict == "edit" and unit.decision.span:
        start, end = unit.decision.span
    at, to = places.in_result(start, end)
    now = "" if one.outcome.content is None else _now(at, to)
    if verdict == "accept":
        yield f"  hunk {number} applied{now}"
    elif verdict == "reject":
        yield f"  hunk {number} REJECTED by the user{reason}"
        yield "     proposed:"
        yield from _indented(_proposal(one.view, unit, places.end))
        yield from _actual(places.result, at, to)
    else:
        yield f"  hunk {number} applied AS EDITED BY THE USER{reason}{now}"
        yield "     proposed -> actual:"
        yield from _indented(_edit_difference(one.view, unit))[1:]


def _now(at: int, to: int) -> str:
    return f": now {_lines(at, to)}" if to > at else f": gone, from after line {at}"


def _lines(at: int, to: int) -> str:
    return f"line {to}" if to == at + 1 else f"lines {at + 1}-{to}"


def _actual(lines: Sequence[str], at: int, to: int) -> Iterator[str]:
    at, to = max(0, at - CONTEXT), min(len(lines), to + CONTEXT)
    if lines:
        yield f"     actual {_lines(at, to)}:"
        yield from (f"     {index + 1:5} {content(lines[index])}" for index in range(at, to))


def _proposal(view: FileView, unit: _Unit, end: str) -> str:
    changes = [
        Piece(start=run.old_start, end=run.old_end, lines=view.after[run.new_start : run.new_end])
        for run in unit.runs
    ]
    return "".join(hunks_text(view.before, changes, end))


def _edit_difference(view: FileView, unit: _Unit) -> str:
    from_start, to_end = unit.decision.span or (0, 0)
    first, last = unit.runs[0], unit.runs[-1]
    lead, trail = first.old_start - from_start, to_end - last.old_end
    proposed = view.after[first.new_start - lead : last.new_end + trail]
    return diff_text(proposed, split_lines(unit.decision.text or ""))


def _indented(text: str) -> list[str]:
    return [f"     {line}" for line in text.rstrip("\n").split("\n") if line]
