"""What a key did is drawn as soon as it is done, and once; not at the library's next beat."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from tests.ui.desk import at_desk
from tests.ui.stage import Stage
from tests.ui.stories import streaming
from tui_agent.ui.tui.keyed_app import HURRY_SECONDS, AtOnce, Hearing

TURNS = 40
"""Turns of the loop in which a key is drawn; they take a millisecond or two, a beat has sixteen."""


class Letters(Hearing, Widget, can_focus=True):
    """Shows what was typed, and knows what was drawn."""

    DEFAULT_CSS = "Letters { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.typed = ""
        self.drawn: list[str] = []

    def on_key(self, event: events.Key) -> None:
        self.typed += event.key
        self.refresh()

    def render_line(self, y: int) -> Strip:
        del y
        self.drawn.append(self.typed)
        return Strip.blank(self.size.width)


class Above(AtOnce, Screen[None]):
    """A screen that lies over the first one."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


async def turns(app: Stage, key: str) -> None:
    """Press a key, and let the loop turn without waiting for any time to pass."""
    app.post_message(events.Key(key, key))
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.mark.parametrize("above", [False, True])
async def test_keys_right_behind_one_another_are_each_drawn_at_once_and_once(
    *, above: bool
) -> None:
    letters = Letters()
    app = Stage(Widget() if above else letters)
    async with app.run_test(size=Size(20, 2)) as pilot:
        if above:
            await app.push_screen(Above(letters))
        letters.focus()
        await pilot.pause()
        letters.drawn.clear()
        for key in "abc":
            await turns(app, key)
        assert letters.drawn == ["a", "ab", "abc"]


async def test_a_frame_hurries_too_and_what_comes_later_waits_for_its_beat() -> None:
    async with at_desk(streaming()) as desk:
        await asyncio.sleep(HURRY_SECONDS)
        assert not desk.shell.hurries
        desk.frame.draw(desk.frame.state)
        assert desk.shell.hurries
