"""What the checks say of the accepted hunks of an open review: rows of the strip, and notes."""

from __future__ import annotations

from collections.abc import Iterator

from tui_agent.core.blob import preview_of
from tui_agent.core.events import Check, CheckFinished
from tui_agent.core.patch import HunkDecision
from tui_agent.core.state.of_trials import Trial
from tui_agent.ui.clean import clean, plain_output
from tui_agent.ui.tui.notes_items import Fact
from tui_agent.ui.tui.paper import Row, Sheet, Span, cut, make_row, padded
from tui_agent.ui.tui.review_model import Review
from tui_agent.ui.tui.words import duration

COMMAND, SUMMARY, TIME = 28, 26, 8
"""Cells of a check's command, of what it said, and of its time."""


WHERE = "on the accepted hunks, in a copy"
NONE_FOUND = "No check of this project was found; settings can name them."


def accepted_so_far(review: Review) -> tuple[HunkDecision, ...]:
    """Return the verdicts that take something, as they stand."""
    return tuple(one for spot in review.spots for one in spot.decisions if one.verdict != "reject")


def trial_rows(sheet: Sheet, trial: Trial, review: Review | None, rows: int) -> list[Row]:
    """Return at most so many rows: where the checks ran, how each ended, the end of a failure."""
    title: list[Span] = [sheet.span("  Checks", "text bold")]
    title.append(sheet.span(f"   {WHERE}", "text-2"))
    if trial.tree:
        title.append(sheet.span(f", tree {trial.tree[:7]}", "text-3"))
    changed = review is not None and accepted_so_far(review) != trial.hunks
    right: list[Span] = []
    if changed:
        right = [
            sheet.span(f"{sheet.glyphs.stale} ", "warning"),
            sheet.span("other hunks by now: ", "text-2"),
        ]
    right += [sheet.span("c", "text bold"), sheet.span(" runs them again  ", "text-3")]
    drawn = [make_row(sheet, title, right)]
    drawn += [_check_row(sheet, trial, check) for check in trial.checks]
    if not trial.checks:
        drawn.append(make_row(sheet, [sheet.span(f"    {NONE_FOUND}", "text-2")]))
    failed = next((one for one in trial.results if not one.passed), None)
    if failed is not None:
        drawn += list(_last_lines(sheet, failed, rows - len(drawn)))
    return drawn[:rows]


def _check_row(sheet: Sheet, trial: Trial, check: Check) -> Row:
    sign, ink, said, seconds = _said(sheet, trial, check)
    spans: list[Span] = [
        sheet.span(f"  {sign} ", ink),
        sheet.span(padded(check.command, COMMAND, sheet.glyphs.cut), "text"),
        sheet.span(padded(said, SUMMARY, sheet.glyphs.cut), "text-2"),
    ]
    if seconds is not None:
        spans.append(sheet.span(duration(seconds).rjust(TIME), "text-3"))
    return make_row(sheet, spans)


def _said(sheet: Sheet, trial: Trial, check: Check) -> tuple[str, str, str, float | None]:
    """Return a check's sign with its ink, what it said, and how long it took."""
    glyphs, ended = sheet.glyphs, trial.result(check.name)
    if ended is not None:
        sign, ink = (glyphs.done, "added") if ended.passed else (glyphs.failed, "removed")
        return sign, ink, in_words(ended), ended.seconds
    if trial.current == check:
        return glyphs.running, "accent", "runs", None
    return glyphs.queued, "text-3", "waits" if trial.runs else "not run", None


def in_words(ended: CheckFinished) -> str:
    """Say how a check ended."""
    if ended.summary:
        return ended.summary
    return "passed" if ended.passed else f"exit {ended.exit_code}"


def _last_lines(sheet: Sheet, failed: CheckFinished, room: int) -> Iterator[Row]:
    text = clean(plain_output(preview_of(failed.output)))
    lines = [line for line in text.split("\n") if line.strip()]
    for line in lines[-room:] if room > 0 else ():
        shown = cut(line, sheet.width - 8, sheet.glyphs.cut)
        yield make_row(
            sheet, [sheet.span(f"    {sheet.glyphs.output} ", "line"), sheet.span(shown, "text-3")]
        )


def trial_facts(trial: Trial | None) -> tuple[Fact, ...]:
    """Say in a sentence a check how it stands, for a pane without a strip."""
    if trial is None:
        return ()
    found: list[Fact] = [] if trial.checks else [("warning", "warning", NONE_FOUND)]
    for check in trial.checks:
        ended = trial.result(check.name)
        if ended is not None:
            glyph, ink = ("done", "added") if ended.passed else ("failed", "removed")
            found.append((glyph, ink, f"{check.command}: {in_words(ended)}, {WHERE}"))
        elif trial.current == check:
            found.append(("running", "accent", f"{check.command} runs {WHERE}"))
    return tuple(found)
