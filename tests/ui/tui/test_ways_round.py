"""The key that shows every key is named wherever one is."""

from __future__ import annotations

from textual import events

from tests.ui.desk import WIDE, Desk, at_desk
from tests.ui.stage import TRUE_COLOUR
from tests.ui.stories import edit_waiting, reported
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.events import Notice
from tui_agent.core.ports import Client
from tui_agent.ui.exit_status import INTERRUPTED
from tui_agent.ui.tui.choices import FirstRun
from tui_agent.ui.tui.first_run import FirstCard
from tui_agent.ui.tui.picker import Picker, PlainRows
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme


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


async def test_the_first_card_shows_its_keys_as_its_footer_says() -> None:
    async def nobody() -> Client | None:
        return None

    async def first_run() -> FirstRun:
        return FirstRun(version="0.1.0")

    shell = Shell(Doors(connect=nobody, first_run=first_run), choose_theme("dark", TRUE_COLOUR))
    async with shell.run_test(size=WIDE) as pilot:
        desk = Desk(shell, pilot, ToldClient(Story()))
        await desk.until(lambda: isinstance(shell.screen, FirstCard))
        await pilot.press("?")
        await desk.until(lambda: "First card, where you are" in desk.text())
        await pilot.press("escape")
        await desk.until(lambda: isinstance(shell.screen, FirstCard))
        await pilot.press("k", *"sk", "ctrl+c")
        assert shell.return_value is None
        await pilot.press("ctrl+c")
        assert shell.return_value == INTERRUPTED


async def test_control_c_leaves_a_line_that_is_typed_and_control_q_leaves_nothing() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.armed()
        await desk.pilot.press("r", *"why", "ctrl+c")
        await desk.until(lambda: desk.frame.focus == "review")
        await desk.pilot.press("ctrl+q")
        assert desk.commands == []
        assert desk.shell.is_running


async def test_the_footer_is_right_after_something_was_told_under_an_open_sheet() -> None:
    story = reported()
    async with at_desk(story) as desk:
        below = desk.rows()[-1]
        await desk.pilot.press("f1")
        await desk.until(lambda: "where you are" in desk.text())
        story.emit(Notice(text="Something happened meanwhile."))
        await desk.drawn()
        desk.frame.redraw()
        await desk.pilot.press("escape")
        await desk.until(lambda: "where you are" not in desk.text())
        assert desk.rows()[-1] == below
