"""Keeping what a command may throw away: recorded before it, compared after it, and said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_agent.agent.effects import snapshot
from tui_agent.core.holding import throws_away
from tui_agent.core.proposal import Proposal, in_copy

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.stash import Deep
    from tui_agent.core.state import Call

NAMED = 3
"""How many are named before they are counted."""


def may_lose(proposal: Proposal) -> bool:
    """Return whether a call's command is one of those that throw uncommitted work away."""
    if proposal.command is None or in_copy(proposal):
        return False
    return throws_away(proposal.command.text) is not None


def say_what_is_not_kept(engine: Engine, proposal: Proposal) -> None:
    """Tell the person what a command may throw away that was not recorded before it."""
    deep, command = engine.agent.deep, proposal.command
    losses = throws_away(command.text) if command is not None else None
    if deep is None or losses is None or not losses.ignored or not deep.left_out:
        return
    more = len(deep.left_out) - NAMED
    named = [*deep.left_out[:NAMED], *([f"{more} more"] if more > 0 else [])]
    text = f"Before {proposal.title} the files were recorded, but not {'; '.join(named)}."
    engine.notice(text, "warning")


async def record_cut_off(engine: Engine) -> None:
    """Record what commands did that were ended in the midst of it, so that it can be taken back."""
    for agent in list(engine.live.state.agents.values()):
        own = replace(engine, agent_id=agent.id)
        for call in list(agent.turn.calls.values()) if agent.turn is not None else ():
            started = call.status == "running" and call.started is not None
            if started and call.proposal is not None and may_lose(call.proposal):
                before = own.agent.deep
                await snapshot(own, call.id, deep=True)
                say_what_is_kept(own, call.id, before)


def say_what_is_kept(engine: Engine, call_id: str, before: Deep | None) -> None:
    """Tell the person what went and comes back with an undo, and what was not kept.

    `before` is what was recorded before it.
    """
    turn, after = engine.agent.turn, engine.agent.deep
    call = turn.calls.get(call_id) if turn is not None else None
    if call is None or call.proposal is None or not may_lose(call.proposal):
        return
    _say_what_is_gone(engine, before, after)
    if not _lost(call):
        return
    entries = [f"stash entry {one.message or one.commit[:8]}" for one in call.dropped]
    said = f"What {call.proposal.title} changed is kept"
    if entries:
        said += f", with {', '.join(entries[:NAMED])}"
    said += ": an undo brings it back."
    if call.head_before:
        said += f" HEAD stood at {call.head_before[:12]}."
    engine.notice(said)


def _say_what_is_gone(engine: Engine, before: Deep | None, after: Deep | None) -> None:
    gone = [one for one in before.inner if one not in after.inner] if before and after else []
    if gone:
        more = [f"{len(gone) - NAMED} more"] if len(gone) > NAMED else []
        names = ", ".join([*gone[:NAMED], *more])
        was = "was a repository of its own" if len(gone) == 1 else "were repositories of their own"
        engine.notice(f"Not kept: {names}, which {was}. No undo brings that back.", "warning")


def _lost(call: Call) -> bool:
    before, after = call.trees
    return bool(call.dropped) or (before != after and bool(before and after))
