"""What line mode shows of a server's tool that waits: its arguments, its reach, its changes."""

from __future__ import annotations

import json

from tui_agent.core.proposal import Proposal
from tui_agent.ui.text import Line, Style

_STYLES: dict[str, Style] = {"+": "added", "-": "removed"}


def served_lines(proposal: Proposal) -> list[Line]:
    """Return the lines of a server's call; none for a tool of ours."""
    served = proposal.served
    if served is None:
        return []
    lines: list[Line] = [[("bold", f"    {served.tool}"), ("dim", f"  of {served.server}")]]
    lines += [[("", f"      {name} = {_shown(value)}")] for name, value in _given(proposal).items()]
    lines.append(
        [("warning" if "the network" in served.reaches else "dim", f"    {served.reaches}")]
    )
    if served.changed:
        lines.append([("warning", "    it has changed since you allowed it:")])
        for line in served.changed.rstrip("\n").split("\n"):
            if not line.startswith(("---", "+++")):
                lines.append([(_STYLES.get(line[:1], "dim"), f"      {line}")])
    return lines


def _given(proposal: Proposal) -> dict[str, object]:
    given = json.loads(proposal.arguments or "{}")
    return dict(given) if isinstance(given, dict) else {}


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
