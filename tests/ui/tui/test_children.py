"""Child agents on the screen: one line each, their own conversation, and who asks."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.stories import children_at_work


async def test_a_child_is_one_line_with_its_state_its_steps_and_its_cost() -> None:
    async with at_desk(children_at_work(), size=(160, 40)) as desk:
        left, right = (row for row in desk.rows() if " task " in row)
        assert "left: Translate a.txt" in left
        assert "waits for you" in left
        assert "right: Translate b.txt" in right
        assert "working" in right
        assert "2 steps · $0.01" in right
        assert "I read it first" not in desk.text()


async def test_a_request_says_which_child_asks_and_how_many_wait() -> None:
    async with at_desk(children_at_work()) as desk:
        assert "asked by left" in desk.text()
        assert desk.frame.focus == "review"


async def test_enter_opens_a_childs_conversation_and_esc_goes_back_to_its_line() -> None:
    story = children_at_work()
    async with at_desk(story, size=(160, 40)) as desk:
        await desk.armed()
        await desk.pilot.press("escape")
        transcript = desk.frame.transcript
        desk.shell.set_focus(transcript)
        transcript.set_cursor(len(transcript.items) - 1)
        await desk.pilot.press("enter")
        shown = desk.text()
        assert "asked by the agent" in shown
        assert "I read it first" in shown
        assert "send somebody to each" not in shown
        with story.of(transcript.agent_id):
            story.model("Ready: two is due.")
        await desk.drawn()
        assert "Ready: two is due." in desk.text()
        await desk.pilot.press("escape")
        assert "send somebody to each" in desk.text()
        assert "Ready: two is due." not in desk.text()
        assert transcript.cursor == len(transcript.items) - 1
        assert desk.frame.focus == "conversation"
        await desk.pilot.press("escape")
        assert desk.frame.prompt_focused


async def test_what_children_cost_counts_in_the_status_row() -> None:
    async with at_desk(children_at_work()) as desk:
        assert "$0.03" in desk.rows()[0]
