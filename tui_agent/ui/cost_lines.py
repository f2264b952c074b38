"""What was spent, in lines: the turn, the session and the day, by agent and by model; a pause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui_agent.core.budget import caps_of, cost_a_hunk, spent, turn_spent
from tui_agent.core.day import Today
from tui_agent.core.messages import NO_USAGE, Usage
from tui_agent.core.settings import BudgetSettings
from tui_agent.core.spending import NOTHING, Pause, Scope, Spend
from tui_agent.core.state import Session
from tui_agent.core.state.lineage import tree_turns
from tui_agent.core.stats import usage_of
from tui_agent.ui.figures import money, plural, tokens
from tui_agent.ui.text import Line, Style

NEAR, FULL = 0.8, 1.0
"""Shares of a cap from which on the amount is marked, and marked as passed."""
NAMES = 20
AMOUNTS = 16


def cost_lines(state: Session, budget: BudgetSettings, today: Today) -> list[Line]:
    """Return the spending of a session, and of the day over all sessions."""
    caps = caps_of(state, budget, today.day)
    turn = state.main.turn or (state.main.turns[-1] if state.main.turns else None)
    used = NO_USAGE
    for one in tree_turns(state, turn) if turn is not None else ():
        used = used.plus(one.usage)
    which = "this turn" if state.main.turn is not None else "the last turn"
    lines = [
        _row(which, turn_spent(state, turn), caps.get("turn"), used),
        _row("this session", spent(state), caps.get("session"), usage_of(state)),
    ]
    if today.spend is not None:
        lines.append(_row("today, all sessions", today.spend, caps.get("day")))
    else:
        lines.append([("", f"  {'today, all sessions':<{NAMES}}  "), ("dim", "unknown")])
    a_hunk = cost_a_hunk(state)
    if a_hunk is not None:
        lines.append([("", f"  {'each accepted hunk':<{NAMES}}  "), ("", money(a_hunk))])
    return [*lines, *_by_agent(state), *_by_model(state)]


def _by_agent(state: Session) -> Iterator[Line]:
    if len(state.agents) == 1:
        return
    yield [("bold", "By agent")]
    width = _column(agent.name or agent.id for agent in state.agents.values())
    for agent in state.agents.values():
        yield _row(agent.name or agent.id, agent.spend, None, agent.usage, width=width)


def _by_model(state: Session) -> Iterator[Line]:
    found: dict[str, Spend] = {}
    for agent in state.agents.values():
        for name, spend in agent.by_model.items():
            found[name] = found.get(name, NOTHING).plus(spend)
    if found:
        yield [("bold", "By model")]
    width = _column(found)
    for name, spend in sorted(found.items(), key=lambda one: -one[1].usd):
        yield _row(name or "unknown", spend, None, width=width)


def _column(names: Iterable[str]) -> int:
    """Return how wide the names of one block are: models have long ones."""
    return max(NAMES, *map(len, names))


def _row(
    name: str, spend: Spend, cap: float | None, usage: Usage | None = None, *, width: int = NAMES
) -> Line:
    style, amount = amount_of(spend, cap)
    said = tokens(usage) if usage is not None and usage != NO_USAGE else ""
    return [("", f"  {name:<{width}}  "), (style, f"{amount:<{AMOUNTS}}"), ("dim", f"  {said}")]


def amount_of(spend: Spend, cap: float | None) -> tuple[Style, str]:
    """Return an amount of its cap, marked where it is near it; what is unknown is said."""
    text = money(spend.usd)
    if spend.unpriced:
        answers = plural(spend.unpriced, "answer")
        known = f"{text} and " if spend.usd else ""
        text = f"{known}{answers} of unknown price"
    share = spend.usd / cap if cap else 0.0
    if cap:
        text += f" of {money(cap)}"
    if share > FULL:
        return "danger", f"! {text}"
    return ("warning", f"! {text}") if share >= NEAR else ("", text)


def meter_words(state: Session) -> Line:
    """Return how full the context is and what the session has cost, for the end of a turn."""
    main = state.main
    started = state.started
    window = main.window or (started.context_tokens if started is not None else None)
    parts: list[tuple[Style, str]] = []
    if window and main.context_used is not None:
        share = main.context_used / window
        style: Style = "danger" if share > FULL else "warning" if share >= NEAR else "dim"
        sign = "! " if share >= NEAR else ""
        parts.append((style, f"{sign}context {round(share * 100)} % full"))
    if main.asked is not None and (spent(state) != NOTHING or state.budget_usd):
        style, amount = amount_of(spent(state), state.budget_usd)
        parts += [("dim", ", ")] if parts else []
        parts.append((style or "dim", f"session {amount}"))
    return parts


_CAPS: dict[Scope, str] = {"turn": "this turn", "session": "this session", "day": "today"}


def pause_lines(pause: Pause) -> list[Line]:
    """Return what the call that waits would take."""
    one = pause.next
    if not one.model:
        return []
    cached = f" ({one.cached_tokens:,} cached)" if one.cached_tokens else ""
    after = "unknown" if one.cost_usd is None else f"about {money(pause.spent.usd + one.cost_usd)}"
    used = amount_of(pause.spent, pause.cap)
    return [
        [("dim", f"  spent, {_CAPS[pause.scope]}: "), used],
        [
            ("dim", "  the next call: "),
            ("", "unknown" if one.cost_usd is None else f"about {money(one.cost_usd)}"),
            ("dim", f"  {one.model}, about {one.input_tokens:,} tokens in{cached}, "),
            ("dim", f"{one.output_tokens:,} out"),
        ],
        [("dim", "  after it: "), ("", after)],
    ]
