"""The right-hand column and the replay as pictures: they look as they looked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.ui.stage import text_of
from tests.ui.stories import approval_waiting, budget_pause, edit_waiting, reported
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.day import Today
from tui_agent.core.messages import Usage
from tui_agent.core.ports import Client
from tui_agent.core.settings import BudgetSettings
from tui_agent.core.spending import Spend
from tui_agent.core.state import Session
from tui_agent.ui.cost_lines import cost_lines
from tui_agent.ui.text import Line
from tui_agent.ui.tui.chrome import WIDE
from tui_agent.ui.tui.frame import Frame
from tui_agent.ui.tui.glyphs import ASCII, UNICODE, Glyphs
from tui_agent.ui.tui.keyed_app import KeyedApp
from tui_agent.ui.tui.screens.replay import ReplayApp, Start
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import Theme, choose_theme
from tui_agent.ui.tui.widgets.changes import ChangesPane

Compare = Callable[..., bool]
"""The fixture `snap_compare`: an application, keys, a size, and what happens before."""

TRUE = {"COLORTERM": "truecolor", "TERM": "xterm-256color"}
LOOKS: dict[str, tuple[Theme, Glyphs]] = {
    "dark": (choose_theme("dark", TRUE), UNICODE),
    "light": (choose_theme("light", TRUE), UNICODE),
    "high-contrast": (choose_theme("high-contrast", TRUE), UNICODE),
    "ansi16": (choose_theme("ansi16", TRUE), UNICODE),
    "ascii": (choose_theme("ansi16", TRUE), ASCII),
    "dark-256": (choose_theme("dark", {"TERM": "xterm-256color"}), UNICODE),
}


def screen_of(story: Story, look: str = "dark") -> Shell:
    client = ToldClient(story)

    async def connect() -> Client:
        return client

    theme, glyphs = LOOKS[look]
    return Shell(Doors(connect=connect), theme, glyphs=glyphs)


def once(words: str, *keys: str, decided: bool = False) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Wait until these words are on the screen, press keys, and wait until the request is armed.

    `decided`: with the first hunk accepted, the third rejected, and the cursor on the second.
    """

    async def before(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, KeyedApp)
        for _ in range(400):
            await pilot.pause(0.02)
            seen = any(words in row for row in text_of(app))
            if seen and (is_armed(app) or app.size.width < WIDE):
                break
        else:
            raise AssertionError("\n".join(text_of(app)))
        if decided:
            decide(app.query_one(ChangesPane))
        for key in keys:
            await pilot.press(key)
        while not is_armed(app):
            await pilot.pause(0.02)
        await pilot.pause()
        await pilot.pause()

    return before


def is_armed(app: KeyedApp) -> bool:
    rest = getattr(app, "rest", None)
    return not isinstance(app, Shell) or (isinstance(rest, Frame) and rest.arming.armed)


def decide(pane: ChangesPane) -> None:
    review = pane.review
    assert review is not None
    review.accept()
    review.go(2)
    review.reject("a 307 must resend the body")
    review.go(0)
    pane.after_verdict()
    review.go(1)
    pane.after_verdict()


@pytest.mark.parametrize("look", list(LOOKS))
def test_an_edit_waits_in_every_theme(snap_compare: Compare, look: str) -> None:
    assert snap_compare(
        screen_of(edit_waiting(), look),
        terminal_size=(120, 40),
        run_before=once("hunk 1 of 4", decided=True),
    )


def test_a_review_side_by_side_takes_the_whole_screen(snap_compare: Compare) -> None:
    assert snap_compare(
        screen_of(edit_waiting()),
        terminal_size=(160, 50),
        run_before=once("hunk 1 of 4", "f", decided=True),
    )


def test_a_hunk_is_edited_in_its_place(snap_compare: Compare) -> None:
    typing = ("down", "end", *" Cookie")
    assert snap_compare(
        screen_of(edit_waiting()),
        terminal_size=(100, 30),
        run_before=once("hunk 1 of 4", "f", "e", *typing, decided=True),
    )


@pytest.mark.capability("K.1", part="the panes as pictures")
def test_a_command_waits_for_approval(snap_compare: Compare) -> None:
    assert snap_compare(
        screen_of(approval_waiting()), terminal_size=(120, 40), run_before=once("allow once")
    )


def test_a_replay_stands_at_a_decision(snap_compare: Compare) -> None:
    story = reported()
    theme, glyphs = LOOKS["dark"]
    app = ReplayApp(
        story.records,
        load=ToldClient(story).blob,
        look=theme,
        glyphs=glyphs,
        start=Start(at="10"),
    )
    assert snap_compare(app, terminal_size=(120, 40), run_before=once("4 decided"))


def test_changes_are_a_tab_in_a_small_terminal(snap_compare: Compare) -> None:
    assert snap_compare(
        screen_of(edit_waiting()),
        terminal_size=(80, 24),
        run_before=once("undecided", "f6", decided=True),
    )


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 20)])
def test_the_budget_pause_shows_where_the_money_went(
    snap_compare: Compare, size: tuple[int, int]
) -> None:
    before = once("Where it went") if size[0] > 100 else once("paused", "f6")
    assert snap_compare(screen_of(budget_pause()), terminal_size=size, run_before=before)


def test_what_was_spent_is_a_sheet_over_the_screen(snap_compare: Compare) -> None:
    story = Story().start().user("which headers follow a redirect?", at="14:02")
    used = Usage(input_tokens=41_200, cached_tokens=38_900, output_tokens=812, cost_usd=0.18)
    story.model("All three of them.", usage=used)
    story.end(seconds=3, cost=0.18, intent="question")
    client = ToldClient(story)
    budget = BudgetSettings(turn=0.2, day=5.0, session=1.0)
    today = Today(day="2026-11-21", spend=Spend(usd=2.31, unpriced=1))

    async def connect() -> Client:
        return client

    async def cost(state: Session) -> Sequence[Line]:
        return cost_lines(state, budget, today)

    doors = Doors(connect=connect, cost=cost)
    theme, glyphs = LOOKS["dark"]
    shell = Shell(doors, theme, glyphs=glyphs)

    async def typed(pilot: Pilot[Any]) -> None:
        for words, keys in (("All three of", "/cost"), ("/cost", "\r"), ("By model", "")):
            for _ in range(400):
                await pilot.pause(0.02)
                if any(words in row for row in text_of(shell)):
                    break
            await pilot.press(*("enter" if key == "\r" else key for key in keys))
        await pilot.pause()

    assert snap_compare(shell, terminal_size=(120, 40), run_before=typed)
