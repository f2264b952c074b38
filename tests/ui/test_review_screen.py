"""The full-screen review."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from tests.ui.desk import at_desk
from tests.ui.stories import edit_waiting, reported
from tui_agent.core.commands import Close, Command, Decide, DraftVerdicts, TryHunks, Undo
from tui_agent.core.proposal import Decision
from tui_agent.ui.tui.messages import Decided
from tui_agent.ui.tui.screens.review import ReviewScreen


@dataclass(frozen=True)
class Told:
    """What the screen showed, and what was sent."""

    rows: list[str]
    screens: list[object]
    commands: list[Command]

    def decisions(self) -> list[str]:
        return [
            hunk.verdict
            for command in self.commands
            if isinstance(command, Decide)
            for hunk in command.decision.hunks
        ]


async def press(*keys: str, size: tuple[int, int] = (160, 50)) -> Told:
    """Press keys on the edit of the pictures, once it hears them."""
    async with at_desk(edit_waiting(), size=size) as desk:
        await desk.until(lambda: "hunk 1 of 4" in desk.text())
        await desk.armed()
        for key in keys:
            await desk.pilot.press(key)
            await desk.pilot.pause()
        return Told(desk.rows(), list(desk.shell.screen_stack), desk.commands)


async def test_tree_diff_and_figures_are_shown_together() -> None:
    told = await press("f", "y")
    text = "\n".join(told.rows)
    assert "Review" in text
    assert "4 hunks, 2 files" in text
    assert "1 accepted" in text
    assert "3 undecided" in text
    assert "Checks" in text
    assert isinstance(told.screens[-1], ReviewScreen)


async def test_verdicts_given_there_stand_in_the_pane_as_well() -> None:
    told = await press("f", "y", "n", "f")
    assert not isinstance(told.screens[-1], ReviewScreen)
    text = "\n".join(told.rows)
    assert "2 of 4 hunks undecided" in text
    assert "hunk 3 of 4" in text


async def test_enter_sends_what_was_decided_and_goes_back() -> None:
    told = await press("f", "y", "n", "A", "enter")
    assert told.decisions() == ["accept", "reject", "accept", "accept"]
    assert not isinstance(told.screens[-1], ReviewScreen)


async def test_a_decision_goes_to_the_request_that_it_was_made_for() -> None:
    async with at_desk(edit_waiting(), size=(160, 50)) as desk:
        await desk.armed()
        await desk.pilot.press("f")
        made = Decided("ask-of-before", Decision(verdict="reject"))
        desk.shell.screen.post_message(made)
        await desk.until(lambda: bool(desk.commands))
        assert desk.commands == [Decide(request_id=made.request_id, decision=made.decision)]


async def test_escape_goes_back_to_the_prompt_and_sends_nothing() -> None:
    told = await press("f", "y", "escape", *"hi")
    assert told.decisions() == []
    assert any(row.startswith(" › hi") for row in told.rows)


async def test_unified_and_side_by_side_take_turns() -> None:
    side_by_side = await press("f")
    unified = await press("f", "v")
    assert side_by_side.rows != unified.rows
    assert any("57   57" in row for row in unified.rows)


async def test_without_room_the_tree_goes() -> None:
    told = await press("f", size=(100, 30))
    assert told.rows[1].startswith("  Review  httpx/_client.py")
    assert not any("4 hunks, 2 files" in row for row in told.rows)


async def test_once_applied_u_takes_the_hunk_back_there_as_well() -> None:
    async with at_desk(reported(), size=(160, 50)) as desk:
        assert desk.frame.to_pane("Changes")
        for key in ("f", "u", "U"):
            await desk.pilot.press(key)
            await desk.pilot.pause()
        assert isinstance(desk.shell.screen, ReviewScreen)
        one, whole = (command for command in desk.commands if isinstance(command, Undo))
        assert one.call_id == whole.call_id
        assert one.hunks
        assert not whole.hunks


async def test_the_strip_shows_the_checks_on_the_accepted_hunks_and_the_end_of_a_failure() -> None:
    story = edit_waiting()
    story.try_hunks(exit_code=1, output="E   1 == 2\n", summary="1 failed, 23 passed")
    async with at_desk(story, size=(160, 50)) as desk:
        await desk.until(lambda: "hunk 1 of 4" in desk.text())
        await desk.armed()
        await desk.pilot.press("f")
        await desk.until(lambda: "on the accepted hunks, in a copy, tree 0a1b2c3" in desk.text())
        assert "✗ pytest -q" in desk.text()
        assert "1 failed, 23 passed" in desk.text()
        assert "E   1 == 2" in desk.text()
        assert "other hunks by now" not in desk.text()
        await desk.pilot.press("y")
        await desk.until(lambda: "other hunks by now: c runs them again" in desk.text())
        await desk.pilot.press("c")
        await desk.until(lambda: any(isinstance(one, TryHunks) for one in desk.commands))


async def test_what_changes_behind_the_review_has_none_of_it_drawn_again() -> None:
    async with at_desk(edit_waiting(), size=(160, 50)) as desk:
        await desk.until(lambda: "hunk 1 of 4" in desk.text())
        behind = attrgetter("_background_screens")
        await desk.pilot.press("f1")
        await desk.pilot.pause()
        assert behind(desk.shell) == list(desk.shell.screen_stack[:-1])
        await desk.pilot.press("escape")
        await desk.armed()
        await desk.pilot.press("f")
        await desk.until(lambda: isinstance(desk.shell.screen, ReviewScreen))
        assert behind(desk.shell) == []
        before = desk.rows()
        desk.frame.transcript.refresh()
        await desk.pilot.press("escape")
        await desk.until(lambda: not isinstance(desk.shell.screen, ReviewScreen))
        assert desk.rows() != before


async def test_the_conversation_behind_the_review_learns_of_verdicts_when_it_is_seen_again() -> (
    None
):
    async with at_desk(edit_waiting(), size=(160, 50)) as desk:
        await desk.until(lambda: "hunk 1 of 4" in desk.text())
        await desk.armed()
        await desk.pilot.press("f")
        await desk.until(lambda: isinstance(desk.shell.screen, ReviewScreen))
        await desk.pilot.pause()
        before, drafts = desk.frame.live.frames, dict(desk.frame.drafts)
        for key in ("y", "]", "n"):
            await desk.pilot.press(key)
            await desk.pilot.pause()
        await desk.until(lambda: "2 undecided" in desk.text())
        assert (desk.frame.live.frames, desk.frame.drafts) == (before, drafts)

        await desk.pilot.press("f")
        await desk.until(lambda: desk.frame.drafts != drafts)
        (draft,) = desk.frame.drafts.values()
        assert [one.verdict for one in draft.decisions] == ["accept", "reject"]


async def test_verdicts_are_kept_once_the_keys_rest_and_before_one_leaves() -> None:
    async with at_desk(edit_waiting(), size=(160, 50)) as desk:

        def drafts() -> list[list[str]]:
            kept = [one for one in desk.commands if isinstance(one, DraftVerdicts)]
            return [[hunk.verdict for hunk in one.hunks] for one in kept]

        await desk.until(lambda: "hunk 1 of 4" in desk.text())
        await desk.armed()
        await desk.pilot.press("y", "]", "n")
        await desk.until(lambda: drafts() == [["accept", "reject"]])
        await desk.pilot.press("f", "y")
        await desk.until(lambda: drafts()[1:] == [["accept", "reject", "accept"]])
        await desk.pilot.press("f", "u")
        desk.frame.deeds.quit()
        assert isinstance(desk.commands[-1], Close)
        assert drafts()[2:] == [["accept", "reject"]]
