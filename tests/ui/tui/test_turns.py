"""Keys that come at once, as they do on a busy machine: each is heard where a person meant it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from textual import events

from tests.ui.desk import Desk, at_desk
from tests.ui.more_stories import plan_waiting
from tests.ui.stories import approval_waiting, edit_waiting, reported
from tui_agent.core.commands import Decide, DraftVerdicts, Label, Submit
from tui_agent.core.ports import Client
from tui_agent.ui.tui.choices import SessionLine
from tui_agent.ui.tui.help_sheet import HelpSheet
from tui_agent.ui.tui.screens.review import ReviewScreen
from tui_agent.ui.tui.shell import Doors


async def at_once(desk: Desk, *typed: str | events.Paste) -> None:
    """Press keys as if all had been read from the terminal together; wait for what they do."""
    for one in typed:
        letter = one if isinstance(one, str) and len(one) == 1 else None
        desk.shell.post_message(events.Key(one, letter) if isinstance(one, str) else one)
    taken = asyncio.Event()  # Before the first one is taken nothing is being done, either.
    desk.shell.call_later(taken.set)
    await taken.wait()
    await desk.until(lambda: desk.shell.turns.at_rest)


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        (("?", "escape", *"abc"), "abc"),
        (("f1", "q", *"abc"), "abc"),
        (("ctrl+p", "escape", *"abc"), "abc"),
        ((*"ab", "ctrl+p", *"xyz", "backspace", "escape", *"c"), "abc"),
        (("ctrl+r", *"fix", "enter", *" more"), "fix it more"),
        (("ctrl+p", *"theme light", "enter", *"abc"), "abc"),
        (("f6", *"jjk", "escape", *"abc"), "abc"),
        ((*"/he", "enter"), "/help "),
        ((*"/budg", "tab", *"2"), "/budget 2"),
    ],
)
async def test_what_is_typed_behind_a_key_that_opens_or_closes_something_finds_its_place(
    typed: tuple[str, ...], left: str
) -> None:
    async with at_desk(reported()) as desk:
        desk.shell.prompt.remember(["fix it", "make it"])
        await at_once(desk, *typed)
        assert desk.shell.prompt.text == left
        assert desk.shell.focused is desk.shell.prompt
        assert not desk.commands


async def test_words_behind_a_command_from_the_palette_go_with_it() -> None:
    async with at_desk(reported()) as desk:
        await at_once(desk, "ctrl+p", *"label", "enter", *"done", "enter", *"next")
        assert desk.commands == [Label(text="done")]
        assert desk.shell.prompt.text == "next"


async def test_verdicts_behind_a_reason_on_the_full_screen_go_to_the_hunks_that_follow() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.armed()
        await at_once(desk, "f", "r", *"yes and no", "enter", "y", "n")
        screen = desk.shell.screen
        assert isinstance(screen, ReviewScreen)
        assert screen.review is not None
        assert [(one.verdict, one.reason) for one in screen.review.spots] == [
            ("rejected", "yes and no"), ("accepted", ""), ("rejected", ""), ("undecided", ""),
        ]  # fmt: skip
        assert not any(isinstance(one, Decide) for one in desk.commands)


async def test_an_editor_that_is_left_has_no_letter_of_what_comes_behind() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.armed()
        await at_once(desk, "e", *"# y", "ctrl+s", "y", "n")
        await desk.until(lambda: bool(desk.commands))
        kept = desk.commands[-1]
        assert isinstance(kept, DraftVerdicts)
        assert [one.verdict for one in kept.hunks] == ["edit", "accept", "reject"]
        assert (kept.hunks[0].text or "").startswith("# y# Headers")


async def test_a_plan_is_approved_as_it_was_edited_and_once() -> None:
    async with at_desk(plan_waiting()) as desk:
        await desk.armed()
        await at_once(desk, "e", *"yes ", "ctrl+s", *"yy")
        (sent,) = desk.commands
        assert isinstance(sent, Decide)
        assert sent.decision.plan is not None
        assert sent.decision.plan.steps[0].text.startswith("yes read how")
        assert desk.shell.prompt.text == "y"


async def test_a_call_is_answered_once_and_what_comes_behind_is_text() -> None:
    async with at_desk(approval_waiting()) as desk:
        await desk.armed()
        await at_once(desk, "p", "escape", "n", *"yes")
        assert [one.decision.verdict for one in desk.commands if isinstance(one, Decide)] == [
            "reject"
        ]
        assert desk.shell.prompt.text == "yes"


async def test_enter_sends_what_stands_before_it_though_a_paste_comes_right_behind() -> None:
    async with at_desk(reported()) as desk:
        await at_once(desk, *"one", "enter", events.Paste("two"), "enter", *"x")
        assert desk.commands == [Submit(text="one")]
        assert desk.shell.prompt.text == "two\nx"


async def test_a_list_that_looks_for_long_can_be_closed_meanwhile() -> None:
    never = asyncio.Event()

    async def connect() -> Client | None:
        return None

    async def sessions(query: str) -> Sequence[SessionLine]:
        if query:
            await never.wait()
        return []

    doors = Doors(connect=connect, sessions=sessions)
    async with at_desk(reported(), doors=doors) as desk:
        await at_once(desk, "ctrl+p")
        desk.shell.turns.patience = 0.0
        for key in ("a", "b", "escape"):
            desk.shell.post_message(events.Key(key, key if key != "escape" else None))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if len(desk.shell.screen_stack) == 1:
                break
        never.set()
        assert len(desk.shell.screen_stack) == 1


async def test_a_key_for_a_sheet_that_does_not_stand_yet_waits_for_it() -> None:
    async with at_desk(reported()) as desk:
        desk.shell.push_screen(HelpSheet(contexts=["prompt"]))
        await at_once(desk, "escape", *"abc")
        assert desk.shell.prompt.text == "abc"
