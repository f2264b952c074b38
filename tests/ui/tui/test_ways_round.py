"""The key that shows every key is named wherever one is."""

from __future__ import annotations

from textual import events

from tests.ui.desk import at_desk
from tests.ui.stories import edit_waiting
from tui_agent.ui.tui.picker import Picker, PlainRows


async def test_the_footer_names_the_key_that_shows_all_keys_wherever_one_writes() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.armed()
        for opens in ("e", "r"):
            await desk.pilot.press(opens)
            await desk.until(lambda: "F1 keys" in desk.rows()[-1])
            await desk.pilot.press("f1")
            await desk.until(lambda: "where you are" in desk.text())
            await desk.pilot.press("escape")
            await desk.until(lambda: "where you are" not in desk.text())
            await desk.pilot.press("escape")
            await desk.until(lambda: "? keys" in desk.rows()[-1])
        await desk.pilot.press("escape", *"why")
        await desk.until(lambda: "F1 keys" in desk.rows()[-1])


async def test_a_list_goes_by_pages_and_takes_a_paste() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.pilot.press("escape", "ctrl+p")
        await desk.until(lambda: isinstance(desk.shell.screen, Picker))
        picker = desk.shell.screen
        assert isinstance(picker, Picker)
        await desk.until(lambda: picker.chosen() is not None)
        first = picker.chosen()
        await desk.pilot.press("pagedown")
        cursor = picker.query_one("#list", PlainRows).cursor
        assert cursor is not None
        assert cursor > 5
        await desk.pilot.press("pageup", "pageup")
        assert picker.chosen() == first
        desk.shell.post_message(events.Paste("change the cap\nand more"))
        await desk.until(lambda: picker.query_text == "change the cap")
        await desk.until(lambda: getattr(picker.chosen(), "label", "") == "Change the cap")
