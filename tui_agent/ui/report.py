"""A turn's report in plain lines: how it ended, what changed, what was checked, what it cost."""

from __future__ import annotations

from tui_agent.core.events import CheckResult, EndReason, Report, TurnEnded
from tui_agent.core.state import Session, Turn
from tui_agent.ui.cost_lines import meter_words
from tui_agent.ui.figures import counts, duration, money, plural, tokens
from tui_agent.ui.text import Line, Style

STOPPED: dict[EndReason, str] = {
    "checks_failed": "the checks fail",
    "max_loops_exhausted": "the loops are spent and the checks still fail",
    "max_steps_exceeded": "the turn's steps are spent",
    "budget_exceeded": "the budget is spent",
    "rejected": "you rejected it; say what to do instead",
    "interrupted": "interrupted",
    "model_failed": "the model did not answer",
    "needs_approval": "approval was needed and nobody was there",
    "question_unanswered": "a question was left unanswered",
    "failed": "it could not be done",
}
_CHECKS: dict[str, tuple[str, Style]] = {
    "passed": ("✓", "added"),
    "failed": ("✗", "removed"),
    "stale": ("≠", "warning"),
    "not_run": ("·", "dim"),
}


def report_lines(ended: TurnEnded, state: Session, turn: Turn | None) -> list[Line]:
    """Return what to say at the end of a turn."""
    report = ended.report
    lines: list[Line] = [_headline(ended)]
    lines += [[("", f"  {one.path}  {counts(one.added, one.removed)}")] for one in report.files]
    if report.commands:
        ran = plural(report.commands, "command")
        lines.append([("", f"  what {ran} changed: agent sessions diff shows it")])
    lines += [_check_line(one) for one in report.checks]
    if report.denied:
        lines.append([("removed", f"∅ Denied: {plural(len(report.denied), 'call')}")])
        lines += [[("", f"  {title}")] for title in report.denied]
    lines += [[("warning", f"! Without: {one}")] for one in report.lost]
    lines.append([("dim", _figures(report))])
    if turn is not None and turn.number > 1:
        lines[-1] = [("dim", f"{_figures(report)}, turn {turn.number}")]
    meters = meter_words(state)
    if meters:
        lines.append(meters)
    return lines


def ending(ended: TurnEnded) -> tuple[str, str]:
    """Return how a turn ended: a word or two, and what is to be said of it."""
    report = ended.report
    if ended.reason != "done":
        why = ended.detail or STOPPED.get(ended.reason, ended.reason)
        return "Stopped", f", {why.rstrip('.')}"
    if not report.changed:
        return "Done", ", nothing was changed"
    if report.verified:
        return "Done", f", verified on tree {report.tree[:10]}" if report.tree else ", verified"
    return "Done, unverified", ""


def _headline(ended: TurnEnded) -> Line:
    words, rest = ending(ended)
    if ended.reason != "done":
        return [("danger", f"✗ {words}"), ("", rest)]
    return [("added", f"✓ {words}"), ("", rest)] if rest else [("warning", f"! {words}")]


def _check_line(check: CheckResult) -> Line:
    sign, style = _CHECKS[check.status]
    words = check.status.replace("_", " ")
    how = f"  {check.summary}" if check.summary else ""
    took = f"  {duration(check.seconds)}" if check.seconds and not check.summary else ""
    return [(style, f"{sign} {check.name}"), ("", f"  {check.command}  {words}{how}{took}")]


def _figures(report: Report) -> str:
    usage = report.usage
    parts = [
        plural(report.steps, "step"),
        plural(report.calls, "call"),
        duration(report.seconds),
        tokens(usage),
        money(usage.cost_usd),
    ]
    return ", ".join(parts)
