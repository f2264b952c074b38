"""What a person goes on to after a session: its replay, a copy, another one, a new one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around


async def goes_on(around: Around, then: tuple[str, ...], *, plain: bool = False) -> bool:
    """Set the options for what comes next; return whether anything does."""
    match then:
        case ("replay", session):
            from tui_agent.ui.commands.replay import run

            await run(["--plain", session] if plain else [session], around)
            session, around.branched = around.branched or session, ""
            around.options = replace(around.options, resume=session, continue_last=False, prompt="")
        case ("fork", session, place):
            forked = around.fork_at(session, place)
            around.options = replace(
                around.options, resume=forked.id, continue_last=False, prompt=""
            )
        case ("resume", session):
            around.options = replace(around.options, resume=session, continue_last=False, prompt="")
        case ("new",):
            around.options = replace(around.options, resume="", continue_last=False, prompt="")
        case _:
            return False
    return True
