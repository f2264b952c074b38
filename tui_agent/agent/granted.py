"""What a person allowed for the session, taken back again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_agent.core.events import GrantRevoked

if TYPE_CHECKING:
    from tui_agent.agent.engine import Engine
    from tui_agent.core.commands import Revoke


def revoke(engine: Engine, command: Revoke) -> None:
    """Take one approval back, or every one, and say what is asked about again."""
    known = engine.live.state.grants
    names = tuple(known) if not command.grant_id else (command.grant_id,)
    if not names or not set(names) <= set(known):
        engine.notice("There is no such approval for this session.", "warning")
        return
    taken = [known[name] for name in names]
    engine.emit(GrantRevoked(grant_ids=names))
    for grant in taken:
        still = " It still stands in your settings." if grant.scope == "user" else ""
        engine.notice(f"Taken back: {grant.text}.{still}")
