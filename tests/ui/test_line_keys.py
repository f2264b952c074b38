"""The keys of line mode's questions on a capable terminal."""

from __future__ import annotations

import asyncio

from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input

from tui_agent.ui.line_input import ARMED_AFTER, TerminalInput
from tui_agent.ui.line_reading import Stops


async def test_a_key_typed_while_a_question_is_slow_to_appear_is_no_answer() -> None:
    with create_pipe_input() as keyboard, create_app_session(input=keyboard):
        given = TerminalInput(Stops(lambda: None), None, list)
        given.arm()
        await asyncio.sleep(ARMED_AFTER)
        keyboard.send_text("y")
        answer = asyncio.create_task(given.key("[y n] ", ["y", "n"]))
        await asyncio.sleep(ARMED_AFTER + 0.1)
        assert not answer.done()
        keyboard.send_text("n")
        assert await answer == "n"
