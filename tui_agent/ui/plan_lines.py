"""A plan as plain lines, for every front end without a screen."""

from __future__ import annotations

from tui_agent.core.plan import Plan
from tui_agent.ui.text import Line, Span


def plan_lines(plan: Plan) -> list[Line]:
    """Return a plan, a line a step, its state as a sign and, unless it is open, as a word."""
    signs = {"to_do": "○", "current": "▶", "done": "✓", "failed": "✗", "dropped": "∅"}
    words = {"current": "  (now)", "done": "  (done)", "failed": "  (failed)"}
    lines: list[Line] = [[("bold", "Plan")]]
    for number, step in enumerate(plan.steps, 1):
        word = words.get(step.state, "  (dropped)" if step.state == "dropped" else "")
        sign: Span = ("dim", f"  {signs[step.state]} ")
        lines.append([sign, ("", f"{number} {step.text}"), ("dim", word)])
    return lines
