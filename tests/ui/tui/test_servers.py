"""Servers of tools in the app and in lines: commands, prompts behind a slash, resources after @."""

from __future__ import annotations

from io import StringIO

import pytest

from tests.ui.desk import at_desk
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.commands import AskServers, Submit
from tui_agent.core.events import ServerReported
from tui_agent.core.served import OfferedPrompt, OfferedResource
from tui_agent.ui.line_commands import SlashCommands
from tui_agent.ui.line_doors import Others
from tui_agent.ui.text import Paper
from tui_agent.ui.transcript import Detail, Transcript

REPORTED = ServerReported(
    server="docs",
    prompts=(OfferedPrompt(name="explain it", description="Explains.", arguments=("topic",)),),
    resources=(
        OfferedResource(uri="note://one", name="One"),
        OfferedResource(uri="note://two", name="Two"),
    ),
)


def with_server() -> Story:
    story = Story().start()
    story.emit(REPORTED)
    return story


async def test_a_prompt_of_a_server_is_completed_and_sent_with_its_words() -> None:
    async with at_desk(with_server()) as desk:
        await desk.pilot.press(*"/expl", "tab", *"bees", "enter")
        assert desk.commands == [
            AskServers(what="prompt", name="mcp__docs__explain_it", rest="bees")
        ]


async def test_a_resource_of_a_server_is_completed_behind_its_name() -> None:
    async with at_desk(with_server()) as desk:
        await desk.pilot.press(*"see @docs:tw", "tab", "enter")
        assert desk.commands == [Submit(text="see @docs:note://two")]


async def as_it_is(text: str) -> str:
    return text


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("/mcp", AskServers()),
        ("/mcp restart docs", AskServers(what="restart", name="docs")),
        ("/mcp__docs__it a b", AskServers(what="prompt", name="mcp__docs__it", rest="a b")),
    ],
)
async def test_the_same_is_typed_in_the_app_and_in_lines(typed: str, wish: AskServers) -> None:
    async with at_desk(with_server()) as desk:
        await desk.pilot.press(*typed, "enter")
        assert desk.commands == [wish]
    client = ToldClient(with_server())
    told = Transcript(client.blob, Detail(users=True))
    await SlashCommands(client, Paper({}, StringIO()), told, as_it_is, Others()).run(typed)
    assert client.commands == [wish]
