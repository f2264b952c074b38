"""The Changes pane while the bytes of an edit are still read."""

from __future__ import annotations

import asyncio

from tests.ui.story import ASK_WRITE, Story
from tests.ui.test_changes_pane import Desk
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.state import fold
from tui_agent.ui.tui.widgets.changes import ChangesPane


async def test_an_edit_that_is_still_being_read_is_not_decided_by_the_one_before() -> None:
    story, read = Story().start().user("change both"), asyncio.Event()
    read.set()

    async def load(sha: str) -> bytes:
        await read.wait()
        return story.blobs[sha]

    def offer(path: str) -> Proposal:
        call = story.call("edit")
        story.model("", call)
        return story.edit(call, {path: (f"{path} 1\n", f"{path} 2\n")})

    desk = Desk(ChangesPane(load=load))
    async with desk.run_test(size=(68, 32)) as pilot:
        first = offer("a")
        request = story.ask(first, ASK_WRITE)
        desk.pane.show(fold(story.records))
        await desk.workers.wait_for_complete()
        story.decide(first, request, Decision(verdict="reject"))
        story.ask(offer("b"), ASK_WRITE)
        read.clear()
        desk.pane.show(fold(story.records))
        await pilot.press("y", "enter")
        assert desk.decided == []
        read.set()
        await desk.workers.wait_for_complete()
        await pilot.press("y", "enter")
        await pilot.pause()
        ((_, decision),) = desk.decided
        assert [one.path for one in decision.hunks] == ["b"]
