"""A patch in plain lines: headers, numbers, signs and words, so that colour is never needed."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.patch import FileView, Hunk, HunkDecision, file_run_sentence, header
from tui_agent.ui.figures import counts, plural
from tui_agent.ui.text import Line, Span

_SIGNS = {" ": " ", "+": "+", "-": "−"}


def hunk_lines(view: FileView, hunk: Hunk, decisions: Sequence[HunkDecision] = ()) -> list[Line]:
    """Return a hunk's header and rows."""
    lines: list[Line] = [[("accent", header(view, hunk, decisions))]]
    for row in hunk.rows:
        number = row.old if row.kind == "-" else row.new
        style: Span = ("", "")
        if row.kind == "+":
            style = ("added", "")
        elif row.kind == "-":
            style = ("removed", "")
        text = f"{number or '':>5} {_SIGNS[row.kind]} {row.text}"
        lines.append([(style[0], text)])
        if not row.end:
            lines.append([("dim", "        (no line feed at the end of the file)")])
    return lines


def hunk_in_words(hunk: Hunk) -> str:
    """Return what a hunk does, for a reader who does not see it."""
    parts = [
        plural(count, "line") + f" {word}"
        for count, word in ((hunk.plus, "added"), (hunk.minus, "removed"))
        if count
    ]
    where = f" in {hunk.section.strip()}" if hunk.section.strip() else ""
    return f"{' and '.join(parts) or 'nothing changed'} at line {hunk.old_start + 1}{where}"


def file_lines(view: FileView, decisions: Sequence[HunkDecision] = ()) -> list[Line]:
    """Return all of a file's change: its head, its own changes, its hunks."""
    patch = view.patch
    lines: list[Line] = [file_head(view)]
    lines += [[("", f"  {file_run_sentence(run, view)}")] for run in patch.file_runs]
    for hunk in view.hunks():
        lines += hunk_lines(view, hunk, decisions)
    return lines


def file_head(view: FileView) -> Line:
    """Return a file's name, what happens to it, and its counts."""
    patch = view.patch
    name = f"{patch.path} → {patch.new_path}" if patch.new_path else patch.path
    verb = {"create": "new file ", "delete": "deleted file ", "rename": "renamed "}.get(
        patch.kind, ""
    )
    return [("bold", f"{verb}{name}"), ("dim", f"  {counts(patch.plus, patch.minus)}")]
