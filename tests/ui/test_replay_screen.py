"""A recorded session on the screen, forwards and backwards."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.core.patch.making import fastest
from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.stories import children_at_work, reported
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.events import Labelled
from tui_agent.ui.tui.screens.replay import ReplayApp, Start
from tui_agent.ui.tui.theme import choose_theme

PANES = slice(0, 31)
"""The rows above the timeline: what a live session shows, too."""


def replay_of(story: Story, **start: object) -> ReplayApp:
    return ReplayApp(
        story.records,
        load=ToldClient(story).blob,
        look=choose_theme("dark", TRUE_COLOUR),
        start=Start(**start),  # type: ignore[arg-type]
    )


async def after(*keys: str, story: Story | None = None, size: tuple[int, int] = (120, 40)) -> str:
    app = replay_of(story or reported())
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await app.workers.wait_for_complete()
        await pilot.pause()
        return "\n".join(text_of(app))


async def walk(*steps: Sequence[str], story: Story | None = None) -> list[str]:
    """Press the keys of each step in turn; return what the screen then says, step by step."""
    app = replay_of(story or reported())
    said: list[str] = []
    async with app.run_test(size=(120, 40)) as pilot:
        for keys in steps:
            await pilot.press(*keys)
            await pilot.pause()
            said.append("\n".join(text_of(app)))
    return said


@pytest.mark.capability("K.3", part="equal panes forwards and backwards")
async def test_every_step_shows_the_same_panes_forwards_and_backwards() -> None:
    app = replay_of(reported())
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.replay_screen
        count = len(screen.replay.stops)

        async def picture() -> list[str]:
            await app.workers.wait_for_complete()
            await pilot.pause()
            return text_of(app)

        forwards = [await picture()]
        for _ in range(count - 1):
            screen.act("replay.next")
            forwards.append(await picture())
        backwards = [await picture()]
        for _ in range(count - 1):
            screen.act("replay.previous")
            backwards.append(await picture())
        for place in range(count):
            assert forwards[place] == backwards[count - 1 - place], f"step {place + 1}"
        screen.act("replay.last")
        assert (await picture())[PANES] == forwards[-1][PANES]


async def test_the_first_screen_says_what_it_is_and_what_can_be_done() -> None:
    text = await after()
    assert " REPLAY " in text
    assert "nothing runs" in text
    assert "step 1 of 21" in text
    assert "space play" in text


async def test_keys_lead_to_the_next_decision_edit_turn_and_end() -> None:
    said = await walk("a", "e", "H", "L", "$", "0")
    assert "4 hunks accepted, 1 rejected" in said[0]
    assert "✓ ✓ ✗ ✓   4 decided" in said[1]
    assert "turn 2 of 3" in said[2]
    assert "turn 3 of 3" in said[3]
    assert "step 21 of 21" in said[4]
    assert "step 1 of 21" in said[5]


async def test_a_key_that_leads_nowhere_says_so() -> None:
    first, label, failure = await walk("h", "c", "f")
    assert "This is the first step." in first
    assert "There is no label after this step." in label
    assert "There is no failure after this step." in failure


async def test_every_key_is_shown_from_wherever_one_is() -> None:
    for keys in (("?",), ("f1",), ("/", "f1"), ("f6", "?")):
        assert "where you are" in await after(*keys), keys


async def test_words_places_and_labels_are_gone_to() -> None:
    story = reported()
    story.emit(Labelled(text="ci green"))
    said = await walk(
        ("/", *"keeps", "enter"),
        (":", "7", "enter"),
        (":", *"ci", "enter"),
        (":", *"99", "enter"),
        ("0", "/", *"keeps", "escape"),
        story=story,
    )
    assert "step 5 of 21" in said[0]
    assert "step 7 of 21" in said[1]
    assert "step 21 of 21" in said[2]
    assert "There is no step 99" in said[3]
    assert "step 1 of 21" in said[4]


async def test_speed_filter_idle_and_facts_are_shown() -> None:
    speed, only, idle, facts = await walk("+", "t", "s", ("t", "t", "t", "t", "t", "$", "i"))
    assert "2×" in speed
    assert "only approvals" in only
    assert "Waits as it was." in idle
    assert "$0.24" in facts
    assert "tokens in" in facts


async def test_playing_goes_on_by_itself_and_holds_at_the_end() -> None:
    app = replay_of(reported(), at="19", speed=16, max_pause=0.05)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("space")
        for _ in range(200):
            await pilot.pause(0.02)
            if not app.replay_screen.replay.playing:
                break
        assert app.replay_screen.replay.index == 20
        await pilot.press("q")
    assert app.return_value == 0


async def test_a_click_on_the_line_goes_there() -> None:
    app = replay_of(reported())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.click("#timeline", offset=(3 + 5 * 9 + 1, 2))
        await pilot.pause()
        assert app.replay_screen.replay.index == 9


async def test_a_small_terminal_shows_one_pane_at_a_time() -> None:
    text = await after("a", "tab", "tab", size=(80, 24))
    assert "Conversation" in text
    assert "_redirect_headers" in text
    assert "step" in await after(size=(40, 12))


async def test_a_session_without_steps_is_no_error() -> None:
    empty = Story(at="13:58:00")
    assert "This session has no steps." in await after(story=empty)
    assert "This is the last step." in await after("a", "space", "l", story=empty)


async def test_ten_thousand_records_open_within_a_second_and_step_at_once() -> None:
    story = Story(at="13:58:00").start()
    for number in range(900):
        story.user(f"question {number}")
        read = story.call("read")
        story.model("I look.", read)
        story.run(read, "a.py", "lines 1-40", "text")
        story.model("Done.")
        story.end()
    assert len(story.records) > 9000
    gc.freeze()  # a program of its own has not the tests' whole heap to look through
    opened = fastest(lambda: replay_of(story), rounds=2)
    gc.unfreeze()
    app = replay_of(story)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("$")
        began = time.process_time()
        for _ in range(10):
            app.replay_screen.act("replay.previous")
        stepped = (time.process_time() - began) / 10
    assert opened < 1.5
    assert stepped < 0.1


@dataclass(frozen=True)
class FileOfTree:
    path: str = "a.py"
    kind: str = "changed"
    added: int = 1
    removed: int = 1
    lines: Sequence[tuple[str, str]] = (("@", "@@ -1 +1 @@"), ("-", "old()"), ("+", "new()"))


async def test_what_changed_on_disk_is_shown_for_a_step_since_the_start_and_to_the_end() -> None:
    asked: list[tuple[str, str]] = []

    def compare(old: str, new: str) -> list[FileOfTree]:
        asked.append((old[:4], new[:4]))
        return [FileOfTree()]

    app = replay_of(reported(), at="10", compare=compare)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("d")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "Nothing changed on disk." in "\n".join(text_of(app)) or asked == []
        await pilot.press("d", "d")
        await app.workers.wait_for_complete()
        await pilot.pause()
        text = "\n".join(text_of(app))
        assert asked[-1] == ("9be0", "4be9")
        assert "− old()" in text
        assert "+ new()" in text
        await pilot.press("escape")
        await pilot.pause()
        assert "step 10 of 21" in "\n".join(text_of(app))


async def test_where_trees_are_not_at_hand_that_is_said() -> None:
    assert "not at hand" in await after("d")


async def test_enter_opens_a_childs_conversation_and_esc_goes_back_from_it() -> None:
    said = await walk(
        ("$", "tab", "k", "enter"), ("escape",), ("escape",), story=children_at_work()
    )
    assert "Esc back" in said[0]
    assert "I read it first" in said[0]
    assert "I send somebody to each" in said[1]
    assert "space play" not in said[1]
    assert "space play" in said[2]
