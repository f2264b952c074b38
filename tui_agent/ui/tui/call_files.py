"""The files of a call's edit in the conversation: a row each, with what became of their hunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len

from tui_agent.core.patch import FilePatch, HunkDecision, Patch
from tui_agent.core.state import Call, Turn
from tui_agent.ui.tui.ledger import NO_DRAFT, Draft, counts, kept_lines, ledger, states
from tui_agent.ui.tui.paper import Row, Sheet, cut_middle, make_row, width_of
from tui_agent.ui.tui.reviewed import unwritten

TEXT, VERB_CELLS, NARROW_VERB_CELLS = 3, 8, 7
NARROW = 43
"""Columns below which a line holds names and one result alone."""
LEDGER_SHARE = 8
"""A file has a sign a hunk as long as they take a quarter of the line; then they are counted."""
MOST_FILES = 16
"""Rows of files below a call that is folded."""


def decided(call: Call, draft: Draft) -> tuple[tuple[HunkDecision, ...], bool]:
    """Return the verdicts on a call's edit, and whether all of it was accepted at once."""
    if call.decision is None or call.status == "asked":
        return draft.decisions, False  # What was decided before, was of an earlier request.
    hunks = call.decision.hunks
    if unwritten(call) and call.proposal is not None and call.proposal.patch is not None:
        files = call.proposal.patch.files
        none = (HunkDecision(path=one.path, runs=one.run_ids, verdict="reject") for one in files)
        return tuple(none), False
    return hunks, not hunks and call.decision.verdict != "reject"


def file_rows(
    patch: Patch, call: Call, draft: Draft, sheet: Sheet, *, whole: bool = False
) -> list[Row]:
    """Return a row a file with a sign a hunk; of many files the first, unless `whole` is wanted."""
    files = patch.files
    if len(files) > MOST_FILES and not whole:
        files = files[: MOST_FILES - 1]
    rows = _rows(files, call, draft, sheet)
    if len(files) < len(patch.files):
        indent = TEXT + (NARROW_VERB_CELLS if sheet.width < NARROW else VERB_CELLS)
        words = f"{sheet.glyphs.cut} {len(patch.files) - len(files):,} more files"
        left = [(" " * indent, sheet.ink()), sheet.span(words, "text-3")]
        rows.append(make_row(sheet, left, start=indent))
    return rows


def _rows(files: Sequence[FilePatch], call: Call, draft: Draft, sheet: Sheet) -> list[Row]:
    decisions, whole = decided(call, draft)
    draft = replace(draft, decisions=decisions)
    narrow = sheet.width < NARROW
    indent = TEXT + (NARROW_VERB_CELLS if narrow else VERB_CELLS)
    most = sheet.width // LEDGER_SHARE
    bare = unwritten(call)
    signs = [ledger(file, draft, sheet, whole=whole, most=most) for file in files]
    numbers = [
        []
        if narrow or bare
        else counts(*kept_lines(file, decisions if call.status != "asked" else ()), sheet)
        for file in files
    ]
    sign_cells = max(width_of(sign) for sign in signs)
    number_cells = max(width_of(number) for number in numbers)
    room = sheet.width - indent - sign_cells - number_cells - (4 if number_cells else 3)
    names = [
        cut_middle(_name(file, narrow=narrow), max(8, room), sheet.glyphs.cut) for file in files
    ]
    longest = max(cell_len(name) for name in names)
    gap = 3 if longest + 3 <= room else 1
    column = longest + gap
    rows = []
    for name, sign, number in zip(names, signs, numbers, strict=True):
        left = [(" " * indent, sheet.ink()), sheet.span(name, "text-2")]
        right = [*number, (" ", sheet.ink())]
        if narrow:
            right = [*sign, *right]
        else:
            left += [(" " * (column - cell_len(name)), sheet.ink()), *sign]
        rows.append(make_row(sheet, left, right, start=indent))
    return rows


def _name(file: FilePatch, *, narrow: bool) -> str:
    path = file.new_path or file.path
    return path.rpartition("/")[2] if narrow else path


def verdicts_of(turn: Turn) -> tuple[int, int]:
    """Count the hunks of a turn's edits that were accepted and rejected."""
    found: list[str] = []
    for call in turn.calls.values():
        if call.proposal is not None and call.proposal.patch is not None and call.decision:
            decisions, whole = decided(call, NO_DRAFT)
            found += states(call.proposal.patch, decisions, whole=whole)
    accepted = sum(state in {"accepted", "edited"} for state in found)
    return accepted, found.count("rejected")
