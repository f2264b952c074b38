"""Several questions at once in line mode: how many there are is said, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from io import StringIO

import pytest

from tests.ui.story import Story
from tests.ui.test_line_review import Typed
from tests.ui.told_client import ToldClient
from tui_agent.core.commands import Close, Decide
from tui_agent.core.proposal import Decision
from tui_agent.ui.line import LineMode, LineSetup
from tui_agent.ui.text import Paper


class Slow(Typed):
    """A person who answers when they are told to, and who leaves in the end."""

    strict = False

    def __init__(self, *answers: str) -> None:
        super().__init__(*answers)
        self.ready = asyncio.Event()

    async def key(self, prompt: str, keys: Collection[str]) -> str:
        await self.ready.wait()
        return await super().key(prompt, keys)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise AssertionError


async def test_a_question_that_comes_behind_another_is_announced_and_has_its_place() -> None:
    story = Story().start().user("Look.")
    calls = [story.call("read", f'{{"path": "{name}"}}') for name in ("a", "b")]
    story.model("", *calls)
    first, second = (story.propose(call, call.arguments) for call in calls)
    request = story.ask(first)
    client, person, out = ToldClient(story), Slow("y", "n"), StringIO()
    setup = LineSetup(past=len(story.records))
    mode = LineMode(client, Paper({"NO_COLOR": "1"}, out), person, setup)
    talk = asyncio.create_task(mode.run())
    await until(lambda: "waits: " in out.getvalue())
    other = story.ask(second)
    client.tell()
    await until(lambda: "Another question waits behind this one: 2 in all." in out.getvalue())
    person.ready.set()
    await until(lambda: len(client.commands) == 1)
    story.decide(first, request, Decision(verdict="once"))
    client.tell()
    await until(lambda: len(client.commands) == 2)
    assert "2 of 2" in out.getvalue()
    story.decide(second, other, Decision(verdict="reject"))
    client.tell()
    client.close()
    assert await talk == 0
    decided = [one.request_id for one in client.commands if isinstance(one, Decide)]
    assert decided == [request, other]
    assert client.commands[-1] == Close()


class Silent(Slow):
    """A person who types nothing."""

    async def line(self, prompt: str, *, hold: bool = True, start: str = "") -> str | None:
        del prompt, hold, start
        await asyncio.Event().wait()
        return None


@pytest.mark.parametrize("away", [True, False])
async def test_who_has_typed_nothing_for_a_while_is_told_by_the_way_that_the_settings_name(
    away: bool,
) -> None:
    story = Story().start().user("Look.")
    client, out = ToldClient(story), StringIO()
    setup = LineSetup(
        past=len(story.records), notice="<{}>".format, away_after=0.0 if away else 60.0
    )
    mode = LineMode(client, Paper({"NO_COLOR": "1"}, out), Silent(), setup)
    talk = asyncio.create_task(mode.run())
    call = story.call("read", '{"path": "a"}')
    story.model("", call)
    proposal = story.propose(call, call.arguments)
    story.decide(proposal, story.ask(proposal), Decision(verdict="once"))
    story.end("failed")
    client.tell()
    await until(lambda: "Stopped" in out.getvalue())
    assert ("<A question waits>" in out.getvalue()) is away
    assert ("<Stopped" in out.getvalue()) is away
    talk.cancel()
    client.close()
    with pytest.raises(asyncio.CancelledError):
        await talk
