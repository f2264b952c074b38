"""Esc Esc on an empty and idle prompt: where to go back to, and what of it."""

from __future__ import annotations

import pytest

from tests.ui.desk import at_desk
from tests.ui.stories import edit_waiting, reported
from tui_agent.core.commands import Rewind
from tui_agent.core.undo import rewind_points


@pytest.mark.capability("S0.19", part="rewind by Esc Esc")
async def test_esc_twice_offers_the_places_and_enter_twice_goes_back() -> None:
    async with at_desk(reported()) as desk:
        [*_, first] = rewind_points(desk.frame.state.main)
        await desk.pilot.press("escape")
        await desk.until(lambda: "Esc again goes back" in desk.text())
        await desk.pilot.press("escape")
        await desk.until(lambda: "places" in desk.text())
        for _ in rewind_points(desk.frame.state.main):
            await desk.pilot.press("down")
        await desk.until(lambda: "ran since" in desk.text())
        await desk.pilot.press("enter")
        await desk.until(lambda: "Conversation and files" in desk.text())
        await desk.pilot.press("enter")
        await desk.until(lambda: bool(desk.commands))
        assert desk.commands == [Rewind(to_seq=first.to_seq)]


async def test_the_files_alone_can_be_named_and_a_wrong_place_is_said() -> None:
    async with at_desk(reported()) as desk:
        await desk.pilot.press(*"/rewind 9", "enter")
        await desk.until(lambda: "no place" in desk.text())
        await desk.pilot.press("ctrl+c", *"/rewind 1 files", "enter")
        await desk.until(lambda: bool(desk.commands))
        [wish] = desk.commands
        assert isinstance(wish, Rewind)
        assert (wish.conversation, wish.files) == (False, True)


async def test_while_something_waits_esc_goes_nowhere() -> None:
    async with at_desk(edit_waiting()) as desk:
        desk.frame.to_prompt()
        await desk.pilot.press("escape", "escape")
        await desk.until(lambda: "F6 answers" in desk.text())
        assert len(desk.shell.screen_stack) == 1
