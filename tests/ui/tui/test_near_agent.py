"""The screen over an agent of the same process: one state, which can be ahead of what was told."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.stories import approval_waiting
from tests.ui.story import Story
from tui_agent.core.events import ApprovalRequested
from tui_agent.core.proposal import Decision


async def test_of_an_agent_that_is_near_the_state_is_shown_as_it_is_and_not_kept_twice() -> None:
    story = Story().start().user("Is it there?").model("It is **there**.").end()
    async with at_desk(story, near=True) as desk:
        assert desk.frame.live.state is desk.client.state
        assert len(desk.frame.state.main.turns) == 1
        assert desk.shows("It is there.")
        story.user("And now?").model("Gone again.").end()
        await desk.drawn()
        assert desk.shows("Gone again.")
        assert len(desk.frame.state.main.turns) == 2


async def test_a_question_that_is_answered_before_the_screen_hears_of_it_asks_nobody() -> None:
    story = approval_waiting()
    asked = story.records.pop()
    async with at_desk(story, near=True) as desk:
        story.records.append(asked)
        assert isinstance(asked.event, ApprovalRequested)
        story.decide(asked.event.proposal, asked.event.request_id, Decision(verdict="reject"))
        await desk.drawn()
        assert not desk.frame.state.waiting
        assert desk.frame.focus == "prompt"
