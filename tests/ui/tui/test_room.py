"""What room the panes have, and how the keys and a paste find their way between them."""

from __future__ import annotations

from textual import events

from tests.ui.desk import at_desk
from tests.ui.stories import edit_waiting, reported


async def test_the_panes_are_whole_again_after_a_terminal_of_one_cell() -> None:
    async with at_desk(reported()) as desk:
        before = desk.rows()
        for size in ((40, 20), (1, 1), (120, 40)):
            await desk.pilot.resize_terminal(*size)
            await desk.pilot.pause()
        assert desk.rows()[:36] == before[:36]


async def test_a_prompt_that_grows_hides_no_end_of_the_output() -> None:
    async with at_desk(reported()) as desk:
        body = desk.shell.query_one("#body")
        high = body.region.height
        await desk.pilot.press(*["x", "ctrl+j"] * 4)
        await desk.pilot.pause()
        assert body.region.height == high - 4
        assert desk.frame.side.slots[-1].region.bottom <= body.region.bottom


async def test_f6_does_what_the_rows_below_say_of_it() -> None:
    async with at_desk(edit_waiting()) as desk:
        assert "F6 to write" in desk.text()
        await desk.pilot.press("shift+f6")
        assert desk.frame.focus == "conversation"
        assert "F6 Changes" in desk.text()
        assert "Esc to write" in desk.text()
        await desk.pilot.press("f6")
        assert desk.frame.focus == "review"
        await desk.pilot.press("f6")
        assert desk.frame.prompt_focused


async def test_a_paste_into_a_pane_goes_into_the_prompt() -> None:
    async with at_desk(edit_waiting()) as desk:
        desk.shell.post_message(events.Paste("yes\nA"))
        await desk.until(lambda: desk.shell.prompt.text == "yes\nA")
        assert desk.frame.prompt_focused
        assert desk.commands == []
