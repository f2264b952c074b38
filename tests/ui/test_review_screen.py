"""The full-screen review."""

from __future__ import annotations

from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.stories import edit_waiting
from tests.ui.story import ToldClient
from tui_agent.core.commands import Decide
from tui_agent.core.ports import Client
from tui_agent.ui.tui.screens.review import ReviewScreen
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme


class Told:
    """The application over the session of the pictures, and what it has sent."""

    def __init__(self) -> None:
        self.client = ToldClient(edit_waiting())
        self.app = Shell(Doors(connect=self.connect), choose_theme("dark", TRUE_COLOUR))
        self.rows: list[str] = []
        self.screens: list[object] = []

    async def connect(self) -> Client:
        return self.client

    async def press(self, *keys: str, size: tuple[int, int] = (160, 50)) -> Told:
        async with self.app.run_test(size=size) as pilot:
            for _ in range(50):
                await pilot.pause(0.05)
                if any("waits" in row or "undecided" in row for row in text_of(self.app)):
                    break
            await pilot.pause(0.6)
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await pilot.pause()
            self.rows = text_of(self.app)
            self.screens = list(self.app.screen_stack)
        return self

    def decisions(self) -> list[str]:
        return [
            hunk.verdict
            for command in self.client.commands
            if isinstance(command, Decide)
            for hunk in command.decision.hunks
        ]


async def test_tree_diff_and_figures_are_shown_together() -> None:
    told = await Told().press("f", "y")
    text = "\n".join(told.rows)
    assert "Review" in text
    assert "4 hunks, 2 files" in text
    assert "1 accepted" in text
    assert "3 undecided" in text
    assert "Checks" in text
    assert isinstance(told.screens[-1], ReviewScreen)


async def test_verdicts_given_there_stand_in_the_pane_as_well() -> None:
    told = await Told().press("f", "y", "n", "f")
    assert not isinstance(told.screens[-1], ReviewScreen)
    text = "\n".join(told.rows)
    assert "2 of 4 hunks undecided" in text
    assert "hunk 3 of 4" in text


async def test_enter_sends_what_was_decided_and_goes_back() -> None:
    told = await Told().press("f", "y", "n", "A", "enter")
    assert told.decisions() == ["accept", "reject", "accept", "accept"]
    assert not isinstance(told.screens[-1], ReviewScreen)


async def test_escape_goes_back_to_the_prompt_and_sends_nothing() -> None:
    told = await Told().press("f", "y", "escape", *"hi")
    assert told.decisions() == []
    assert any(row.startswith(" › hi") for row in told.rows)


async def test_unified_and_side_by_side_take_turns() -> None:
    side_by_side = await Told().press("f")
    unified = await Told().press("f", "v")
    assert side_by_side.rows != unified.rows
    assert any("57   57" in row for row in unified.rows)


async def test_without_room_the_tree_goes() -> None:
    told = await Told().press("f", size=(100, 30))
    assert told.rows[1].startswith("  Review  httpx/_client.py")
    assert not any("4 hunks, 2 files" in row for row in told.rows)
