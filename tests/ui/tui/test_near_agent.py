"""What a screen keeps of a long session: one state with the agent's, an answer's text once."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.stories import approval_waiting
from tests.ui.story import Story
from tui_agent.core.events import ApprovalRequested
from tui_agent.core.proposal import Decision
from tui_agent.ui.tui.talk_items import TextItem


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


async def test_the_blocks_of_an_answer_are_parts_of_its_text_once_it_is_whole() -> None:
    said = "First.\n\n- a\n- b\n\nFirst.\n\n```python\nx = 1\n\ny = 2\n```\n\nLast."
    story = Story().start().user("Tell me.").request().stream(said)
    async with at_desk(story, near=True) as desk:

        def blocks() -> list[TextItem]:
            return [one for one in desk.frame.transcript.items if isinstance(one, TextItem)]

        await desk.until(lambda: len(blocks()) == 5)
        growing = [one.source for one in blocks()]
        assert all(len(one.answer) == len(one.source) for one in blocks())
        rows = desk.rows()
        story.model(said)
        await desk.drawn()
        assert [one.source for one in blocks()] == growing
        assert len({id(one.answer) for one in blocks()[:-1]}) == 1
        assert [one.begin for one in blocks()[:-1]] == sorted(one.begin for one in blocks()[:-1])
        assert [row for row in desk.rows() if "First" in row] == [r for r in rows if "First" in r]
