"""What is to be mended about a session stays under the status."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.stories import reported
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.events import Notice
from tui_agent.core.ports import Client
from tui_agent.ui.transcript import Detail, Transcript
from tui_agent.ui.tui.shell import Doors


async def connect() -> Client | None:
    """Stand where the desk puts its own."""
    return None


async def test_what_is_to_be_mended_stands_under_the_status() -> None:
    notices = ("This folder is not trusted: its instructions are not read.", "Another.")
    doors = Doors(connect=connect, notices=lambda: notices)
    async with at_desk(reported(), doors=doors) as desk:
        row = desk.rows()[1]
        assert "This folder is not trusted" in row
        assert "And 1 more." in row


async def test_where_nothing_is_amiss_there_is_no_such_row() -> None:
    async with at_desk(reported()) as desk:
        assert "trusted" not in "".join(desk.rows()[:3])


async def test_a_warning_that_each_call_of_a_turn_repeats_is_said_once_a_turn() -> None:
    story = Story().start()
    for text in ("first", "second"):
        story.user(text)
        for disk in ("A", "A", "B", "A"):
            story.emit(Notice(text=f"Disk {disk} is full.", level="warning"))
        story.end()
    client = ToldClient(story)
    transcript = Transcript(client.blob, Detail())
    told = [line for record in story.records for line in (await transcript.tell(record)).aside]
    assert "".join(text for line in told for _, text in line).count("Disk A is full.") == 2
    async with at_desk(story) as desk:
        assert desk.text().count("Disk A is full.") == 2
        assert desk.text().count("Disk B is full.") == 2


async def test_a_word_said_behind_an_overlay_is_not_the_last_one() -> None:
    async with at_desk(Story().start()) as desk:
        await desk.pilot.press("ctrl+p")
        desk.frame.notices.toast("Checks pass")
        await desk.pilot.pause()
        await desk.pilot.press("escape")
        await desk.until(lambda: desk.shows("Checks pass"))
        desk.frame.notices.toast("Copied")
        await desk.until(lambda: desk.shows("Copied"))
