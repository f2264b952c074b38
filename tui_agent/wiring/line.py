"""A session in line mode: the agent, the terminal, the editor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tui_agent.ui.line import LineMode, LineSetup
from tui_agent.ui.line_input import DumbInput, Input, Left, TerminalInput
from tui_agent.wiring.blaming import blame_door
from tui_agent.wiring.editing import editor_of
from tui_agent.wiring.trusting import ask_in_lines

if TYPE_CHECKING:
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.world import Opened


def line_mode(around: Around) -> int:
    """Talk in lines until the person leaves; return the exit status."""
    return asyncio.run(_run(around))


async def _run(around: Around) -> int:
    given: Input = DumbInput() if around.paper.plain else TerminalInput()
    try:
        await ask_in_lines(around, given)
        opened = await around.open(attended=True)
        setup = LineSetup(
            prompt=around.options.prompt,
            first=around.first,
            past=opened.past,
            edit_text=editor_of(around),
            blame=blame_door(around),
            greeting=_greeting(opened),
        )
        try:
            return await LineMode(opened.agent, around.paper, given, setup).run()
        finally:
            await opened.agent.close()
    except Left:
        return 0
    finally:
        await around.close()


def _greeting(opened: Opened) -> tuple[str, ...]:
    state = opened.agent.state
    place = state.started.repository if state.started is not None else ""
    facts = f"model {state.model}, mode {state.mode}, sandbox {state.sandbox}"
    return (
        f"agent in {place}: {facts}. /help lists the commands, Ctrl-D leaves.",
        *(f"! {notice}" for notice in opened.notices),
    )
