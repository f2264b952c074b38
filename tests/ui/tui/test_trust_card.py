"""The card that asks about a folder: what it shows, which keys answer, and when it keeps away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.stories import reported
from tests.ui.told_client import ToldClient
from tui_agent.core.ports import Client
from tui_agent.core.trust import BehaviourChange, TrustQuestion
from tui_agent.ui.tui.arming import REST_SECONDS
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme
from tui_agent.ui.tui.trust_card import TrustCard

EVIL = "be \u202ekind\u200b [/nope]\x1b]52;c;eA==\x07"
QUESTION = TrustQuestion(
    folder="/home/ada/project",
    trusted_at="2026-11-20T10:00:00Z",
    changes=(
        BehaviourChange(
            path=".agentrc", kind="changed", before=b'mode = "plan"\n', after=b'mode = "auto"\n'
        ),
        BehaviourChange(path="AGENTS.md", kind="new", after=EVIL.encode() + b"\n"),
        BehaviourChange(path=".env", kind="changed", hidden="it may hold secrets"),
    ),
)


class Seat:
    """A screen that begins with the question."""

    def __init__(self, shell: Shell, pilot: Pilot[int]) -> None:
        self.shell, self.pilot = shell, pilot
        self.trusted: list[bool] = []

    @property
    def card(self) -> TrustCard | None:
        return self.shell.screen if isinstance(self.shell.screen, TrustCard) else None

    @property
    def text(self) -> str:
        return "\n".join(text_of(self.shell))

    async def until_card(self, *, there: bool) -> None:
        for _ in range(500):
            if (self.card is not None) == there and (there or self.shell.rest is not None):
                await self.pilot.pause()
                return
            await asyncio.sleep(0.01)
        raise AssertionError(self.text)


@asynccontextmanager
async def seated(typed: str = "") -> AsyncIterator[Seat]:
    """Open the screen; `typed` stands in the prompt before anything is loaded."""
    seat: Seat
    connected: list[bool] = []

    async def connect() -> Client | None:
        connected.append(bool(seat.trusted))
        return ToldClient(reported())

    doors = Doors(
        connect=connect, trust_question=lambda: QUESTION, trust=lambda: seat.trusted.append(True)
    )
    shell = Shell(doors, choose_theme("dark", TRUE_COLOUR))
    async with shell.run_test(size=(100, 36)) as pilot:
        seat = Seat(shell, pilot)
        if typed:
            shell.prompt.write(typed)
        yield seat


@pytest.mark.case(57, 58)
async def test_it_shows_what_changed_line_by_line_and_clean() -> None:
    async with seated() as seat:
        await seat.until_card(there=True)
        assert "Trust this folder again?" in seat.text
        assert "Since then: .agentrc, AGENTS.md, .env." in seat.text
        assert '-mode = "plan"' in seat.text
        assert '+mode = "auto"' in seat.text
        assert "be ‹202e›kind‹200b› [/nope]␛]52;c;eA==␇" in seat.text
        assert "it may hold secrets" in seat.text
        assert "t trust, until they change" in seat.text
        assert seat.trusted == []


async def test_one_key_trusts_after_a_rest_and_the_session_opens() -> None:
    async with seated() as seat:
        await seat.until_card(there=True)
        await asyncio.sleep(REST_SECONDS + 0.1)
        await seat.pilot.press("t")
        await seat.until_card(there=False)
        assert seat.trusted == [True]


@pytest.mark.parametrize("key", ["escape", "enter", "n"])
async def test_the_answer_is_no_unless_it_is_given(key: str) -> None:
    async with seated() as seat:
        await seat.until_card(there=True)
        await seat.pilot.press(key)
        await seat.until_card(there=False)
        assert seat.trusted == []


async def test_typing_trusts_nothing() -> None:
    async with seated() as seat:
        await seat.until_card(there=True)
        await seat.pilot.press(*"fix the test")
        assert seat.card is not None
        assert seat.trusted == []


async def test_who_writes_already_is_not_interrupted() -> None:
    async with seated(typed="fix the test") as seat:
        await seat.until_card(there=False)
        assert seat.trusted == []
        assert seat.shell.prompt.text == "fix the test"
