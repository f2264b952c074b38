"""Several requests wait: the screen says which of them it shows."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.story import Story
from tui_agent.core.proposal import Reason

SECRET = Reason(rule="protect.secret", text="it may hold a secret")


def three_secrets() -> Story:
    story = Story().start().user("look")
    calls = [story.call("read", f'{{"path": "{name}.env"}}') for name in ("one", "two", "three")]
    story.model("I look.", *calls)
    for call, name in zip(calls, ("one", "two", "three"), strict=True):
        story.ask(story.propose(call, f"{name}.env", "read"), SECRET)
    return story


async def test_the_activity_row_says_the_place_of_the_request_that_is_shown() -> None:
    async with at_desk(three_secrets()) as desk:
        assert any("1 of 3" in row for row in desk.rows()[-4:])
