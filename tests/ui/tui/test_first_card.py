"""The first card, with keys."""

from __future__ import annotations

import asyncio

import pytest

from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.stories import reported
from tests.ui.told_client import ToldClient
from tui_agent.core.ports import Client
from tui_agent.ui.tui.arming import REST_SECONDS
from tui_agent.ui.tui.choices import FirstRun, ModelFound
from tui_agent.ui.tui.first_run import FirstCard
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme

SERVER = ModelFound(model="ollama/qwen3", source="ollama", where="on this machine")


async def test_enter_looks_again_for_a_server_that_was_started_meanwhile() -> None:
    seen = [FirstRun(version="0"), FirstRun(version="0", models=(SERVER,))]
    taken: list[str] = []

    async def connect() -> Client | None:
        return ToldClient(reported()) if taken else None

    async def look() -> FirstRun:
        return seen.pop(0)

    doors = Doors(connect=connect, first_run=look, take_model=taken.append)
    shell = Shell(doors, choose_theme("dark", TRUE_COLOUR))
    async with shell.run_test(size=(100, 30)) as pilot:
        while "No model found" not in "\n".join(text_of(shell)):
            await pilot.pause(0.02)
        assert "Enter look again" in text_of(shell)[-1]
        await pilot.press("enter")
        while "Enter use ollama/qwen3" not in text_of(shell)[-1]:
            await pilot.pause(0.02)
        await pilot.press("enter")  # too close behind the first one: what it takes came after it
        assert not taken
        await asyncio.sleep(REST_SECONDS)
        await pilot.press("enter")
        while shell.rest is None:
            await pilot.pause(0.02)
    assert taken == ["ollama/qwen3"]


@pytest.mark.parametrize("typed", ["do it", "try 1", "k"])
async def test_a_message_that_is_being_typed_when_the_card_comes_chooses_nothing(
    typed: str,
) -> None:
    ready = asyncio.Event()

    async def connect() -> Client | None:
        return None

    async def look() -> FirstRun:
        await ready.wait()
        return FirstRun(version="0", models=(SERVER,))

    taken: list[str] = []
    doors = Doors(connect=connect, first_run=look, take_model=taken.append)
    shell = Shell(doors, choose_theme("dark", TRUE_COLOUR))
    async with shell.run_test(size=(100, 30)) as pilot:
        await pilot.press(*"Please ")
        ready.set()
        while not isinstance(shell.screen, FirstCard):
            await pilot.pause(0.01)
        await pilot.press(*typed, "enter")
        assert isinstance(shell.screen, FirstCard)
        assert not shell.screen.query_one("#key").display
        assert not taken
        assert not shell.then
