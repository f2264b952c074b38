"""What `/budget` was followed by, as the command that it means."""

from __future__ import annotations

from tui_agent.core.commands import SetBudget
from tui_agent.core.spending import Scope

HELP = (
    "/budget 2.50 sets the session's cap in dollars; /budget turn 1 and /budget day 20 the others; "
    "/budget off lifts it."
)


def budget_wish(text: str) -> SetBudget:
    """Return the command. Raises ValueError with what can be typed."""
    words = text.split()
    scope: Scope = "session"
    if words and words[0] in ("turn", "session", "day"):
        scope = "turn" if words[0] == "turn" else "day" if words[0] == "day" else "session"
        words = words[1:]
    if words in (["off"], ["none"]):
        return SetBudget(usd=None, scope=scope)
    try:
        (amount,) = words
        usd = float(amount.lstrip("$"))
    except ValueError:
        raise ValueError(HELP) from None
    if not 0 <= usd < float("inf"):
        raise ValueError(HELP)
    return SetBudget(usd=usd or None, scope=scope)
