"""The keys of a replay that lead out of it, on the screen; and the whole table of keys."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.stories import reported
from tests.ui.told_client import ToldClient
from tui_agent.ui.tui.keymap import build_keymap
from tui_agent.ui.tui.outlets import Outlets, Prepared
from tui_agent.ui.tui.screens.replay import ReplayApp, Start
from tui_agent.ui.tui.theme import choose_theme

TABLE = {
    "play": "space", "next": "l right", "previous": "h left", "next_turn": "L",
    "previous_turn": "H", "first": "0", "last": "$", "approval": "a", "approval_before": "A",
    "edit": "e", "edit_before": "E", "failure": "f", "failure_before": "F", "model": "m",
    "model_before": "M", "label": "c", "label_before": "C", "faster": "+", "slower": "-",
    "idle": "s", "search": "/", "match": "n", "match_before": "N", "go": ":", "diff": "d",
    "filter": "t", "record": "v", "facts": "i", "worktree": "w", "branch": "b", "export": "x",
    "copy": "y", "verify": "V", "close": "q",
}  # fmt: skip
"""What each key of a replay is promised to do."""


@dataclass
class World:
    """Keeps what it was asked for."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    problems: Sequence[str] = ()
    findings: tuple[str, ...] = ()
    fails: bool = False

    def outlets(self) -> Outlets:
        return Outlets(files=self.files, branch=self.branch, export=self.export, verify=self.verify)

    async def files(self, tree: str, step: int) -> str:
        if self.fails:
            raise OSError("The tree is not recorded any more.")
        self.asked.append(("files", tree, str(step)))
        return f"/state/worktrees/7f3a-{step}"

    async def branch(self, step: int) -> str:
        self.asked.append(("branch", str(step)))
        return "01kbranched"

    async def export(self, form: str, step: int) -> Prepared:
        self.asked.append(("export", form, str(step)))

        def write() -> str:
            self.asked.append(("written",))
            return f"agent-7f3a.{form}"

        return Prepared(findings=self.findings, write=write)

    async def verify(self) -> Sequence[str]:
        return self.problems


class Seat:
    """A replay with its world, and what was copied."""

    def __init__(self, world: World | None, *, at: str = "10") -> None:
        story = reported()
        self.world = world
        self.app = ReplayApp(
            story.records,
            load=ToldClient(story).blob,
            look=choose_theme("dark", TRUE_COLOUR),
            start=Start(at=at, outlets=world.outlets() if world is not None else None),
        )

    async def press(self, *keys: str, size: tuple[int, int] = (120, 40)) -> str:
        """Press keys one after the other; return the screen."""
        async with self.app.run_test(size=size) as pilot:
            for key in keys:
                await pilot.press(key)
                await self.app.workers.wait_for_complete()
                await pilot.pause()
            await asyncio.sleep(0)
            return "\n".join(text_of(self.app))

    @property
    def copied(self) -> str:
        return self.app.clipboard


@pytest.mark.parametrize(("action", "keys"), TABLE.items(), ids=TABLE)
def test_every_key_that_a_replay_promises_is_bound(action: str, keys: str) -> None:
    keymap = build_keymap()
    for key in keys.split():
        assert key in keymap.actions[f"replay.{action}"].keys


async def test_every_action_of_the_table_means_something_on_the_screen() -> None:
    seat = Seat(World())
    async with seat.app.run_test(size=(120, 40)):
        for action in TABLE:
            if action not in {"close", "search", "go", "diff", "export", "record"}:
                assert seat.app.replay_screen.act(f"replay.{action}"), action


async def test_files_of_a_step_are_written_and_their_folder_is_copied() -> None:
    world = World()
    seat = Seat(world, at="21")
    assert "The files of step 21 are in /state/worktrees/7f3a-21" in await seat.press("w")
    [(_, tree, step)] = world.asked
    assert (tree[:4], step) == ("4be9", "21")
    assert seat.copied == "/state/worktrees/7f3a-21"
    assert "not recorded any more" in await Seat(World(fails=True), at="21").press("w")
    assert "No tree of files was recorded" in await Seat(World(), at="2").press("w")


async def test_a_branch_begins_at_the_step_and_says_how_to_go_on() -> None:
    world = World()
    assert "Branched at step 10 into branched" in await Seat(world).press("b")
    assert world.asked == [("branch", "10")]


async def test_an_export_is_chosen_and_written_at_once_where_nothing_is_masked() -> None:
    world = World()
    seat = Seat(world)
    assert "Exported to agent-7f3a.md" in await seat.press("x", "m", "a", "enter")
    assert world.asked == [("export", "md", "10"), ("written",)]


async def test_secrets_are_shown_before_an_export_is_written() -> None:
    world = World(findings=("2 github in config.py",))
    shown = await Seat(world).press("x", "enter")
    assert "2 github in config.py" in shown
    assert ("written",) not in world.asked
    agreed = await Seat(world).press("x", "enter", "enter")
    assert "Exported to agent-7f3a.html" in agreed
    refused = World(findings=("2 github in config.py",))
    assert "Nothing was written." in await Seat(refused).press("x", "enter", "escape")
    assert ("written",) not in refused.asked


async def test_a_check_says_that_all_is_sound_or_what_is_not() -> None:
    assert "Sound: " in await Seat(World()).press("V")
    broken = World(problems=("line 7 does not continue the chain", "another"))
    told = await Seat(broken).press("V")
    assert "Not sound: line 7 does not continue the chain, and 1 more" in told


async def test_what_a_step_is_about_is_copied_whole() -> None:
    diff = Seat(World(), at="10")
    assert "of step 10" in await diff.press("y")
    assert "-                headers.pop" in diff.copied
    assert "--- a/httpx/_client.py\n" in diff.copied
    said = Seat(World(), at="5")
    await said.press("y")
    assert said.copied == "fix the redirect that keeps the Cookie header when the host changes"


async def test_the_raw_records_of_a_step_are_shown_and_copied() -> None:
    shown = await Seat(World()).press("v")
    assert '"ApprovalDecided"' in shown
    seat = Seat(World())
    await seat.press("v", "y")
    assert '"type": "ApprovalDecided"' in seat.copied
    assert "step 10 of 21" in await Seat(World()).press("v", "escape")


async def test_where_there_is_no_way_out_that_is_said() -> None:
    for key in ("b", "x", "V"):
        assert "There is no way out" in await Seat(None).press(key)


async def test_a_drag_over_the_timeline_scrubs() -> None:
    seat = Seat(World())
    async with seat.app.run_test(size=(120, 40)) as pilot:
        await pilot.mouse_down("#timeline", offset=(4, 2))
        await pilot.hover("#timeline", offset=(60, 2))
        await pilot.pause()
        middle = seat.app.replay_screen.replay.index
        await pilot.hover("#timeline", offset=(110, 2))
        await pilot.mouse_up("#timeline", offset=(110, 2))
        await pilot.pause()
        assert 0 < middle < seat.app.replay_screen.replay.index
