"""What results from decisions: each run as before, as proposed, or as edited.

The result is spliced from the lines of *before*, so it depends neither on the order of the
decisions nor on whether they came in rounds. No patch program takes part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui_agent.core.patch.decisions import decide, undecided
from tui_agent.core.patch.modes import is_link
from tui_agent.core.patch.values import FileRun, Hunk, HunkDecision, Outcome, PatchError, Verdict
from tui_agent.core.patch.view import FileView
from tui_agent.core.text import TextError, dominant, split_lines, terminated


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Lines that replace ``before[start:end]``."""

    start: int
    end: int
    lines: tuple[str, ...]

    @property
    def growth(self) -> int:
        """How many lines more there are than before."""
        return len(self.lines) - (self.end - self.start)


_WHOLE = {"create", "delete", "binary", "link"}


def resolve(view: FileView, decisions: Iterable[HunkDecision]) -> Outcome:
    """Work the decisions into one file.

    Raises PatchError if a run is undecided or unknown, or if an edit does not fit.
    """
    mine = decide((), *(decision for decision in decisions if decision.path == view.path))
    open_runs = undecided(view.patch, mine)
    if open_runs:
        message = (
            f"{view.path}: {len(open_runs)} of {len(view.patch.run_ids)} changes are undecided"
        )
        raise PatchError(message)
    verdicts = {run: decision.verdict for decision in mine for run in decision.runs}
    unknown = set(verdicts) - set(view.patch.run_ids)
    if unknown:
        message = f"{view.path} has no change {min(unknown)}"
        raise PatchError(message)
    target = view.path if _rejected(view, verdicts, "rename") else view.patch.new_path or view.path
    as_it_was = _rejected(view, verdicts, "mode") or _rejected(view, verdicts, "link")
    mode = view.patch.old_mode if as_it_was else _new_mode(view)
    content = _content(view, mine, verdicts)
    moded = content is not None and mode != view.patch.old_mode
    return Outcome(
        path=view.path,
        target=target,
        content=content,
        mode=mode,
        changed=content != view.old_bytes or target != view.path or moded,
        applied=_with(view, verdicts, "accept"),
        rejected=_with(view, verdicts, "reject"),
        edited=_with(view, verdicts, "edit"),
    )


def _new_mode(view: FileView) -> int | None:
    return view.patch.old_mode if view.patch.new_mode is None else view.patch.new_mode


def _with(view: FileView, verdicts: dict[str, Verdict], verdict: Verdict) -> tuple[str, ...]:
    return tuple(run for run in view.patch.run_ids if verdicts[run] == verdict)


def _rejected(view: FileView, verdicts: dict[str, Verdict], kind: str) -> bool:
    return any(run.kind == kind and verdicts[run.id] == "reject" for run in view.patch.file_runs)


def _content(
    view: FileView, decisions: Sequence[HunkDecision], verdicts: dict[str, Verdict]
) -> bytes | None:
    whole = [run for run in view.patch.file_runs if run.kind in _WHOLE]
    chosen = {verdicts[run.id] for run in view.patch.runs} | {verdicts[run.id] for run in whole}
    if any(verdicts[run.id] == "edit" for run in view.patch.file_runs):
        message = f"{view.path}: only lines can be edited; accept or reject the rest"
        raise PatchError(message)
    if chosen == {"accept"}:
        return view.new_bytes
    if chosen <= {"reject"}:
        return view.old_bytes
    try:
        return view.codec.encode(resulting_lines(view, decisions))
    except TextError as error:
        message = f"{view.path}: {error}"
        raise PatchError(message) from None


def resulting_lines(view: FileView, decisions: Iterable[HunkDecision]) -> tuple[str, ...]:
    """Lines of the result; what is not accepted or edited stays as it was."""
    lines: list[str] = []
    at = 0
    for piece in pieces(view, decisions):
        lines += view.before[at : piece.start]
        lines += piece.lines
        at = piece.end
    lines += view.before[at:]
    return terminated(lines, dominant(view.before, view.after))


def pieces(view: FileView, decisions: Iterable[HunkDecision]) -> tuple[Piece, ...]:
    """What comes in place of what, in order; raises PatchError if two want the same lines."""
    found: list[Piece] = []
    places = {run.id: run for run in view.patch.runs}
    for decision in decisions:
        if decision.path != view.path:
            continue
        if decision.verdict == "edit":
            found.append(_edited(view, decision))
        elif decision.verdict == "accept":
            runs = [places[run] for run in decision.runs if run in places]
            found += [
                Piece(
                    start=run.old_start,
                    end=run.old_end,
                    lines=view.after[run.new_start : run.new_end],
                )
                for run in runs
            ]
    found.sort(key=lambda piece: (piece.start, piece.end))
    for one, other in pairwise(found):
        if other.start < one.end:
            place = f"{view.path}: two decisions replace line {other.start + 1}"
            message = f"{place}; decide these changes together"
            raise PatchError(message)
    return tuple(found)


def _edited(view: FileView, decision: HunkDecision) -> Piece:
    if decision.span is None or decision.text is None:
        message = f"{view.path}: an edit needs the lines it replaces and their new text"
        raise PatchError(message)
    start, end = decision.span
    runs = [view.run(run) for run in decision.runs]
    if not 0 <= start <= end <= len(view.before) or any(
        run.old_start < start or run.old_end > end for run in runs
    ):
        message = (
            f"{view.path}: the edit of lines {start + 1}-{end} does not hold the changes it is for"
        )
        raise PatchError(message)
    inside = {run.id for run in view.patch.runs if start < run.old_end and run.old_start < end}
    if inside - set(decision.runs):
        message = f"{view.path}: the edit of lines {start + 1}-{end} reaches into another change"
        raise PatchError(message)
    return Piece(start=start, end=end, lines=split_lines(decision.text))


def header(view: FileView, hunk: Hunk, decisions: Iterable[HunkDecision] = ()) -> str:
    """Hunk header for the file as it will be: only accepted and edited changes before it count."""
    growth = sum(piece.growth for piece in pieces(view, decisions) if piece.end <= hunk.old_start)
    old, new = hunk.old_end - hunk.old_start, hunk.new_end - hunk.new_start
    line = f"@@ -{hunk_range(hunk.old_start, old)} +{hunk_range(hunk.old_start + growth, new)} @@"
    return f"{line} {hunk.section}".rstrip()


def hunk_range(start: int, count: int) -> str:
    """Spell a range of lines, given from 0, as diffs do: an empty one names the line before it."""
    shown = start + 1 if count else start
    return str(shown) if count == 1 else f"{shown},{count}"


def file_run_sentence(run: FileRun, view: FileView) -> str:
    """Say in words what a change of the file itself does."""
    patch = view.patch
    return {
        "create": "create the file",
        "delete": "delete the file",
        "binary": "replace the whole binary file",
        "rename": f"rename to {patch.new_path}",
        "mode": f"change mode {patch.old_mode or 0:o} to {patch.new_mode or 0:o}",
        "link": _retyped(view),
    }[run.kind]


def _retyped(view: FileView) -> str:
    if not is_link(view.patch.new_mode):
        return "replace the symbolic link by a file"
    target = (view.new_bytes or b"").decode("utf-8", "replace")
    return f"replace the file by a symbolic link to {target}"
