"""From the review, a rule that allows more edits of the kind."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.desk import at_desk
from tests.ui.stories import edit_waiting
from tests.ui.story import Story
from tui_agent.core.commands import Decide
from tui_agent.core.events import ApprovalRequested
from tui_agent.core.prefixes import offers
from tui_agent.core.proposal import Decision
from tui_agent.core.settings import RuleSettings


def waiting() -> Story:
    story = edit_waiting()
    asked = story.records[-1].event
    assert isinstance(asked, ApprovalRequested)
    offered = replace(asked, offers=offers(asked.proposal))
    story.records[-1] = replace(story.records[-1], event=offered)
    return story


async def test_p_offers_rules_and_taking_one_accepts_the_edit_with_it() -> None:
    async with at_desk(waiting()) as desk:
        await desk.armed()
        await desk.pilot.press("p")
        await desk.until(lambda: "edits of **/*.py" in desk.text())
        assert desk.commands == []
        await desk.pilot.press("escape")
        await desk.pilot.pause()
        assert desk.commands == []
        await desk.pilot.press("p", "enter")
        await desk.until(lambda: bool(desk.commands))
        [command] = desk.commands
        assert isinstance(command, Decide)
        rule = RuleSettings(action="allow", tool="edit", path="**/*.py")
        assert command.decision == Decision(verdict="rule", rule=rule)


async def test_where_no_rule_is_offered_that_is_said() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.armed()
        await desk.pilot.press("p")
        await desk.until(lambda: "No rule is offered for this edit" in desk.text())
        assert desk.commands == []
