"""Deciding within a hunk: chosen lines, and hunks edited as text."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tui_agent.core.patch.endings import retied
from tui_agent.core.patch.modes import is_link
from tui_agent.core.patch.values import Hunk, HunkDecision, PatchError, Run, Verdict
from tui_agent.core.patch.view import FileView
from tui_agent.core.text import TextError, content, dominant, split_lines, terminated, terminator

UNTERMINATED = "\\ No newline at end of file"


def select(view: FileView, run_id: str, old: Collection[int], new: Collection[int]) -> HunkDecision:
    """Accept only these lines of a run, by their numbers from 1: old ones go, new ones come.

    A new line stands in the place of the old line that it is paired with; the rest follow.
    """
    run = view.run(run_id)
    olds, news = range(run.old_start, run.old_end), range(run.new_start, run.new_end)
    if not set(old) <= {at + 1 for at in olds} or not set(new) <= {at + 1 for at in news}:
        message = f"{view.path}: only lines of one change can be chosen together"
        raise PatchError(message)
    if len(set(old)) + len(set(new)) in {0, run.minus + run.plus}:
        verdict: Verdict = "accept" if old or new else "reject"
        return HunkDecision(path=view.path, runs=(run_id,), verdict=verdict)
    lines: list[str] = []
    for index in range(max(len(olds), len(news))):
        if index < len(olds) and olds[index] + 1 not in old:
            lines.append(view.before[olds[index]])
        if index < len(news) and news[index] + 1 in new:
            lines.append(view.after[news[index]])
    return _edit(
        view,
        (run,),
        (run.old_start, run.old_end),
        terminated(lines, dominant(view.before, view.after)),
    )


def hunk_body(hunk: Hunk) -> str:
    """Give a hunk as text to be edited: each line with its marker."""
    lines: list[str] = []
    for row in hunk.rows:
        lines.append(row.kind + row.text)
        if not row.end:
            lines.append(UNTERMINATED)
    return "".join(line + "\n" for line in lines)


def new_side(hunk: Hunk) -> str:
    """Give a hunk's new text alone, without markers, to be edited."""
    rows = [row for row in hunk.rows if row.kind != "-"]
    return "\n".join(row.text for row in rows) + (rows[-1].end and "\n" if rows else "")


def parse_edited(view: FileView, hunk: Hunk, text: str) -> HunkDecision:
    """Read an edited hunk body.

    Context and removed lines must still spell the file; an empty body rejects. Lines that begin
    with ``#`` or ``@@`` and wholly empty lines at the end are left out. Raises PatchError with a
    sentence for the person who edits.
    """
    body = _body(text)
    if not any(body):
        return HunkDecision(path=view.path, runs=hunk.run_ids, verdict="reject")
    olds, news, last_is_open = _sides(body, surplus_from=hunk.old_end - hunk.old_start)
    _check_old_side(view, hunk, olds)
    return _decision(view, hunk, news, last_is_open=last_is_open)


def _sides(body: Sequence[str], surplus_from: int) -> tuple[list[str], list[str], bool]:
    """Give old lines, new lines, and whether the last new line has no terminator."""
    olds: list[str] = []
    news: list[str] = []
    open_end = False
    mark = "-"
    for index, line in enumerate(body):
        if line.startswith("\\"):
            open_end = open_end or mark != "-"
            continue
        if len(olds) >= surplus_from and not any(body[index:]):
            break
        mark = line[:1] or " "
        if mark not in " -+":
            message = f"each line begins with a space, - or +; this one does not: {line!r}"
            raise PatchError(message)
        open_end = open_end and mark == "-"
        olds += [line[1:]] * (mark != "+")
        news += [line[1:]] * (mark != "-")
    return olds, news, open_end


def edit_new_side(view: FileView, hunk: Hunk, text: str) -> HunkDecision:
    """Read an edited new side; empty text rejects."""
    if not text:
        return HunkDecision(path=view.path, runs=hunk.run_ids, verdict="reject")
    at_end = hunk.new_end == len(view.after) and hunk.old_end == len(view.before)
    proposed_open = bool(view.after) and not terminator(view.after[-1])
    contents = [line.removesuffix("\n") for line in split_lines(text)]
    return _decision(view, hunk, contents, last_is_open=at_end and proposed_open)


def _body(text: str) -> list[str]:
    lines = [line.removesuffix("\n") for line in split_lines(text)]
    return [line for line in lines if not line.startswith(("#", "@@"))]


def _check_old_side(view: FileView, hunk: Hunk, olds: Sequence[str]) -> None:
    expected = [content(line) for line in view.before[hunk.old_start : hunk.old_end]]
    for index, line in enumerate(expected):
        if index >= len(olds) or olds[index] != line:
            place = hunk.old_start + index + 1
            message = f"line {place} of the file must stay, marked by a space or by -: {line!r}"
            raise PatchError(message)
    if len(olds) > len(expected):
        message = f"this line is not in the file; mark it with + to add it: {olds[len(expected)]!r}"
        raise PatchError(message)


def _decision(
    view: FileView, hunk: Hunk, contents: Sequence[str], *, last_is_open: bool
) -> HunkDecision:
    proposed = view.after[hunk.new_start : hunk.new_end]
    default = dominant(view.before, view.after)
    lines = retied(proposed, contents, default, open_end=last_is_open)
    if lines == proposed:
        return HunkDecision(path=view.path, runs=hunk.run_ids, verdict="accept")
    before = view.before[hunk.old_start : hunk.old_end]
    if lines == before:
        return HunkDecision(path=view.path, runs=hunk.run_ids, verdict="reject")
    runs = tuple(view.run(run) for run in hunk.run_ids)
    lead = _equal_lead(before, lines, runs[0].old_start - hunk.old_start)
    trail = _equal_lead(before[lead:][::-1], lines[lead:][::-1], hunk.old_end - runs[-1].old_end)
    span = (hunk.old_start + lead, hunk.old_end - trail)
    return _edit(view, runs, span, lines[lead : len(lines) - trail])


def _equal_lead(old: Sequence[str], new: Sequence[str], limit: int) -> int:
    length = 0
    while length < min(limit, len(old), len(new)) and old[length] == new[length]:
        length += 1
    return length


def _edit(
    view: FileView, runs: Sequence[Run], span: tuple[int, int], lines: Sequence[str]
) -> HunkDecision:
    if is_link(view.patch.old_mode) or is_link(view.patch.new_mode):
        message = f"{view.path} is a symbolic link: accept or reject it as it is"
        raise PatchError(message)
    try:
        view.codec.encode(lines)
    except TextError as error:
        raise PatchError(str(error)) from None
    ids = tuple(run.id for run in runs)
    return HunkDecision(path=view.path, runs=ids, verdict="edit", span=span, text="".join(lines))
