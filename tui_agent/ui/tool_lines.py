"""One line a tool call: sign, verb, object, result; and what was decided of its hunks."""

from __future__ import annotations

import json

from tui_agent.core.blob import Text, preview_of
from tui_agent.core.state import Call, title_of
from tui_agent.ui.figures import duration
from tui_agent.ui.text import Line, Style

SUBJECTS = ("path", "command", "pattern", "question")
"""Arguments that name what a call is about, the first that is there."""
VERB = 8
A_SECOND = 1000
"""Milliseconds; a shorter call needs no time told."""
_SIGNS: dict[str, tuple[str, Style]] = {
    "finished": ("✓", "dim"),
    "denied": ("∅", "removed"),
    "cancelled": ("∅", "dim"),
    "unknown": ("!", "warning"),
    "failed": ("✗", "removed"),
    "not_run": ("∅", "dim"),
    "": ("●", "accent"),
}


def tool_line(call: Call) -> Line:
    """Return the line of a call, open or ended."""
    sign, style = _SIGNS[call.ended]
    output = call.output
    if call.ended == "finished" and output is not None and not output.ok:
        sign, style = "✗", "removed"
    if call.status == "asked":
        sign, style = "◆", "pending"
    subject = title_of(call) if call.proposal is not None else named(call.arguments)
    verb = "check" if call.origin == "check" else call.tool
    line: list[tuple[Style, str]] = [(style, f"{sign} "), ("", f"{verb:<{VERB}} {subject}")]
    result = output.summary if output is not None else ""
    if result and not subject.endswith(result):
        line.append((style if style != "accent" else "", f"  {result}"))
    told = output is not None and output.exit_code is not None  # its summary has the time
    if call.ms >= A_SECOND and not told:
        line.append(("dim", f"  {duration(call.ms / 1000)}"))
    return line


def named(arguments: Text) -> str:
    """Return what a call that came to no proposal was about; empty where none is named."""
    try:
        given = json.loads(preview_of(arguments))
    except ValueError:
        return ""
    found = (given.get(name) for name in SUBJECTS) if isinstance(given, dict) else ()
    return next((one for one in found if isinstance(one, str)), "")


def ledger_lines(call: Call) -> list[Line]:
    """Return why a call was denied, or what was decided of each file's changes."""
    lines: list[Line] = []
    if call.ended == "denied" and call.reason is not None and not _by_user(call):
        lines.append([("dim", f"    {call.reason.rule}: {call.reason.text}")])
    if call.decision is None or not _by_user(call):
        return lines
    words = {"accept": "accepted", "reject": "rejected", "edit": "edited"}
    if all(hunk.verdict == "accept" for hunk in call.decision.hunks):
        return lines
    for hunk in call.decision.hunks:
        reason = f"  “{hunk.reason}”" if hunk.reason else ""
        lines.append([("dim", f"    {words[hunk.verdict]} {hunk.path}{reason}")])
    if call.decision.feedback:
        lines.append([("dim", f"    “{call.decision.feedback}”")])
    return lines


def _by_user(call: Call) -> bool:
    return call.decision is not None and call.decision.by == "user"
