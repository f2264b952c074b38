"""What was queued comes back into the prompt, whole."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.stories import streaming
from tests.ui.story import Story
from tui_agent.core.blob import Blob
from tui_agent.core.commands import Interrupt, Recall, Submit
from tui_agent.core.events import MessageQueued, Notice
from tui_agent.core.messages import NOT_SENT, Attachment

SHOT = Attachment(name="shot.png", mime="image/png", content=Blob(sha="5" * 64, size=4, preview=""))


async def test_stopping_the_turn_stops_what_was_queued_behind_it_and_gives_it_back() -> None:
    story = streaming()
    story.emit(MessageQueued(message_id="m-1", text="and the docs"))
    story.emit(MessageQueued(message_id="m-2", text="then commit"))
    async with at_desk(story) as desk:
        await desk.pilot.press(*"hm", "escape")
        assert desk.commands == [
            Recall(message_id="m-1"),
            Recall(message_id="m-2"),
            Interrupt(),
        ]
        assert desk.shell.prompt.text == "and the docs\n\nthen commit\n\nhm"


async def test_a_command_of_ones_own_stays_in_the_prompt_while_a_turn_is_open() -> None:
    async with at_desk(streaming()) as desk:
        await desk.pilot.press(*"!git log", "enter")
        assert desk.commands == []
        assert desk.shell.prompt.text == "!git log"
        assert "once it has ended" in desk.text()


async def test_a_long_message_comes_back_whole_and_an_image_with_its_own() -> None:
    story = streaming()
    long = "line of a long paste\n" * 2000
    story.blobs["a" * 64] = long.encode()
    text = Blob(sha="a" * 64, size=len(long), preview=long[:200])
    story.emit(MessageQueued(message_id="m-1", text=text))
    story.emit(MessageQueued(message_id="m-2", text="see [image shot.png]", attachments=(SHOT,)))
    async with at_desk(story) as desk:
        await desk.pilot.press("up")
        assert desk.shell.prompt.text == "see [image shot.png]"
        await desk.pilot.press("ctrl+c")
        await desk.until(lambda: "pasted" in desk.shell.prompt.text)
        assert long in desk.shell.prompt.whole
        desk.commands.clear()
        await desk.pilot.press("enter")
        (sent,) = desk.commands
        assert isinstance(sent, Submit)
        assert sent.text.startswith(long.strip()[:100])
        assert len(sent.text) > len(long)
        assert SHOT in sent.attachments


async def test_a_message_that_was_not_sent_is_in_the_prompt_again() -> None:
    story = Story().start()
    async with at_desk(story) as desk:
        await desk.pilot.press(*"see @gone.txt", "enter")
        assert desk.shell.prompt.empty
        story.emit(Notice(text=f"@gone.txt is not there. {NOT_SENT}.", level="error"))
        await desk.drawn()
        assert desk.shell.prompt.text == "see @gone.txt"
