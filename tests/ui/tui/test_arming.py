"""Nothing is approved that nobody could have seen: what comes while a key is on its way."""

from __future__ import annotations

import time

from textual import events

from tests.ui.desk import at_desk
from tests.ui.gate_story import ask_about_a_command
from tests.ui.stories import approval_waiting, edit_waiting
from tui_agent.core.commands import Decide
from tui_agent.ui.tui.arming import REST_SECONDS, STALL_SECONDS


def decided(commands: object) -> list[str]:
    assert isinstance(commands, list)
    return [one.request_id for one in commands if isinstance(one, Decide)]


async def test_a_key_for_one_request_answers_no_other_that_has_taken_its_place() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.armed()
        call = desk.client.story.call("shell")
        desk.client.story.model("", call)
        ask_about_a_command(desk.client.story, call, "rm -rf build")
        await desk.drawn()
        assert desk.shows("rm -rf build")
        await desk.pilot.press("y")
        assert not decided(desk.commands)
        await desk.armed()
        await desk.pilot.press("y")
        assert decided(desk.commands) == ["ask-7"]


async def test_in_a_small_terminal_a_request_must_have_been_in_sight() -> None:
    async with at_desk(approval_waiting(), size=(80, 24)) as desk:
        await desk.pilot.pause(REST_SECONDS + 0.1)
        await desk.pilot.press("f6", "y")
        assert not decided(desk.commands)
        await desk.armed()
        await desk.pilot.press("y")
        assert decided(desk.commands) == ["ask-10"]


async def test_a_request_behind_an_overlay_or_another_program_has_not_been_in_sight() -> None:
    story = edit_waiting()
    request = story.records.pop()
    async with at_desk(story) as desk:
        await desk.pilot.press("ctrl+p")
        story.records.append(request)
        await desk.drawn()
        await desk.pilot.pause(REST_SECONDS + 0.1)
        await desk.pilot.press("escape", "f6", *"yyyy", "enter")
        assert not decided(desk.commands)
        await desk.pilot.press("escape")
        await desk.armed()
        desk.frame.on_shown(shown=False)
        desk.frame.on_shown(shown=True)
        assert not desk.frame.arming.armed
        await desk.armed()


async def test_a_key_that_was_read_before_the_rest_was_over_answers_nothing() -> None:
    async with at_desk(approval_waiting()) as desk:
        key = events.Key("y", "y")
        await desk.armed()
        desk.shell.post_message(key)
        await desk.pilot.pause()
        assert not decided(desk.commands)


def stand_still() -> None:
    time.sleep(REST_SECONDS + 2 * STALL_SECONDS)


async def test_a_rest_in_which_the_machine_stood_still_is_none() -> None:
    async with at_desk(approval_waiting()) as desk:
        desk.frame.arming.again()
        stand_still()
        await desk.pilot.press("y")
        assert not decided(desk.commands)
        await desk.armed()


async def test_a_rest_that_ends_with_the_program_ends_nothing_else() -> None:
    async with at_desk(approval_waiting()) as desk:
        frame = desk.frame
    frame.arming.again()
    assert not frame.arming.armed
