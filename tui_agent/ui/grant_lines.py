"""The approvals for the session in words, for every front end."""

from __future__ import annotations

from tui_agent.core.state import Session
from tui_agent.ui.moments import clock
from tui_agent.ui.text import Line

NONE = "Nothing is allowed for the session."


def grant_lines(state: Session) -> list[Line]:
    """Return one line for each approval: its number, what it allows, since when, how often used."""
    if not state.grants:
        return [[("", NONE)]]
    lines: list[Line] = []
    for number, grant in enumerate(state.grants.values(), 1):
        used = state.used.get(grant.id, 0)
        facts = [f"since {clock(grant.ts)}", f"used {used} times"]
        if grant.scope == "user":
            facts.append("also in your settings")
        if grant.agent_id != "main":
            facts.append(f"agent {grant.agent_id}")
        lines.append(
            [("bold", f"{number:>3}  "), ("", grant.text), ("dim", f"  {', '.join(facts)}")]
        )
    return lines
