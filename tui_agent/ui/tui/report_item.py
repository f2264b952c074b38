"""How the end of a turn is reported: verified or not, what it cost, and each check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_agent.core.events import CheckResult, EndReason, TurnEnded
from tui_agent.ui.tui.ledger import counts
from tui_agent.ui.tui.paper import (
    BETWEEN,
    Row,
    Sheet,
    Span,
    blank_row,
    make_row,
    paragraph,
    width_of,
)
from tui_agent.ui.tui.words import count, dollars, duration, short_tree

TEXT = 3

_STOPPED: dict[EndReason, str] = {
    "checks_failed": "checks failed",
    "max_loops_exhausted": "every loop is spent",
    "max_steps_exceeded": "every step is spent",
    "budget_exceeded": "the cap is reached",
    "rejected": "rejected",
    "interrupted": "by you",
    "model_failed": "no answer",
    "needs_approval": "nobody was there to ask",
    "question_unanswered": "nobody answered",
    "failed": "it could not be done",
}


@dataclass(frozen=True, slots=True)
class ReportItem:
    """A turn's end, with the verdicts that its edits got."""

    ended: TurnEnded
    accepted: int = 0
    rejected: int = 0
    sought: bool = True
    """Whether checks were looked for: an undo is followed by none."""
    gap: bool = True
    focusable: bool = False

    def height_hint(self, _width: int) -> int:
        """Guess the rows."""
        return self.gap + 1 + len(self.ended.report.checks)

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        """Draw the verdict, the checks, and what was changed."""
        rows = [blank_row(sheet)] if self.gap else []
        report = self.ended.report
        lost = [_lost(one, sheet) for one in report.lost]
        if self.ended.reason == "done" and report.intent != "code_change" and not report.checks:
            return [*rows, _quiet(self.ended, sheet), *lost]
        rows.append(_verdict(self.ended, sheet))
        # What failed in the model stands right above.
        if self.ended.detail and self.ended.reason not in {"model_failed", "interrupted"}:
            rows += paragraph(sheet, [sheet.span(self.ended.detail, "text-2")], indent=TEXT)
        rows += [_check(check, sheet) for check in report.checks]
        if report.intent == "code_change" and not report.checks and self.ended.reason == "done":
            words = f"No check was {'found' if self.sought else 'run'}."
            rows += paragraph(sheet, [sheet.span(words, "text-3")], indent=TEXT)
        rows += lost
        for title in report.denied:
            left = [(" " * TEXT, sheet.ink()), (sheet.glyphs.denied, sheet.ink("removed"))]
            left += [(" ", sheet.ink()), sheet.span(title, "text-2")]
            rows.append(make_row(sheet, left, [sheet.span("not allowed ", "removed")], start=TEXT))
        if report.files and report.verified:
            rows.append(self._changes(sheet))
        return rows

    def _changes(self, sheet: Sheet) -> Row:
        files = self.ended.report.files
        added, removed = sum(file.added for file in files), sum(file.removed for file in files)
        left: list[Span] = [
            (" " * TEXT, sheet.ink()),
            sheet.span(count(len(files), "file"), "text-3"),
        ]
        left += [("  ", sheet.ink()), *counts(added, removed, sheet)]
        if self.accepted or self.rejected:
            words = f"{count(self.accepted, 'hunk')} accepted"
            words += f", {self.rejected} rejected" if self.rejected else ""
            left += [("   ", sheet.ink()), sheet.span(words, "text-3")]
        return make_row(sheet, left, [(" ", sheet.ink())], start=TEXT)


def _lost(sentence: str, sheet: Sheet) -> Row:
    left = [(" " * TEXT, sheet.ink()), (sheet.glyphs.warning, sheet.ink("warning"))]
    return make_row(sheet, [*left, sheet.span(f" without: {sentence}", "text-2")], start=TEXT)


def _quiet(ended: TurnEnded, sheet: Sheet) -> Row:
    report = ended.report
    word = "answered" if report.intent == "question" else "done"
    words = [word, count(report.steps, "step")]
    if report.usage.cost_usd is not None:
        words.append(dollars(report.usage.cost_usd))
    left = [(" " * TEXT, sheet.ink()), sheet.span("  ".join(words), "text-3")]
    return make_row(sheet, left, start=TEXT)


def _verdict(ended: TurnEnded, sheet: Sheet) -> Row:
    report, glyphs = ended.report, sheet.glyphs
    if ended.reason == "done" and report.verified:
        sign, role, words = glyphs.done, "added", "Done, verified"
        words += f" on tree {short_tree(report.tree)}" if report.tree else ""
    elif ended.reason == "done":
        sign, role, words = glyphs.warning, "warning", "Done, unverified"
    else:
        sign, role = glyphs.failed, "removed"
        words = f"Stopped, {_STOPPED.get(ended.reason, ended.reason)}"
    facts = [duration(report.seconds)] if report.seconds else []
    if report.usage.cost_usd is not None:
        facts.append(dollars(report.usage.cost_usd))
    left = [(" ", sheet.ink()), (sign, sheet.ink(role)), (" ", sheet.ink())]
    right = [sheet.span("  ".join(facts), "text-3"), (" ", sheet.ink())]
    if TEXT + len(words) + BETWEEN + width_of(right) > sheet.width and report.tree:
        words = words.replace(" on tree ", ", ")  # A part of a tree's name says nothing.
    return make_row(sheet, [*left, sheet.span(words, "text bold")], right, start=TEXT)


def _check(check: CheckResult, sheet: Sheet) -> Row:
    glyphs = sheet.glyphs
    sign, role = {
        "passed": (glyphs.done, "added"),
        "failed": (glyphs.failed, "removed"),
        "stale": (glyphs.stale, "warning"),
        "not_run": (glyphs.queued, "text-3"),
    }[check.status]
    right = [*_check_words(check, sheet), (" ", sheet.ink())]
    left = [(" " * TEXT, sheet.ink()), (sign, sheet.ink(role)), (" ", sheet.ink())]
    return make_row(sheet, [*left, sheet.span(check.command, "text-2")], right, start=TEXT)


def _check_words(check: CheckResult, sheet: Sheet) -> list[Span]:
    if check.status == "passed":
        return [sheet.span(check.summary or "passed", "text-2")]
    if check.status == "stale":
        return [sheet.span("stale", "warning"), sheet.span(", edited since", "text-3")]
    if check.status == "not_run":
        return [sheet.span(check.summary or "never run", "text-3")]
    first, comma, rest = (check.summary or f"exit {check.exit_code}").partition(",")
    return [sheet.span(first, "removed"), sheet.span(comma + rest, "text-2")]
