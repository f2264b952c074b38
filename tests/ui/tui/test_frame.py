"""The frame: who has the focus, when an answer counts, and what a frame costs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic

import pytest
from textual import events

from tests.ui.desk import Desk, at_desk
from tests.ui.stories import approval_waiting, edit_waiting, reported, streaming
from tests.ui.story import Story
from tui_agent.core.commands import Decide
from tui_agent.core.events import Notice, SessionStarted
from tui_agent.core.proposal import Decision
from tui_agent.ui.tui.chrome import ActivityRow
from tui_agent.ui.tui.highlight import _by_language
from tui_agent.ui.tui.live import PAUSE_SECONDS, QUIET_SECONDS
from tui_agent.ui.tui.shell import Doors


async def test_a_request_takes_the_focus_of_an_empty_prompt() -> None:
    async with at_desk(approval_waiting()) as desk:
        assert desk.frame.focus == "approval"
        assert "F6 to write" in desk.text()


async def test_a_prompt_with_text_keeps_the_focus_until_f6() -> None:
    story = approval_waiting()
    asked = story.records.pop()
    async with at_desk(story) as desk:
        await desk.pilot.press(*"and ")
        story.records.append(asked)
        desk.client.tell()
        await desk.until(lambda: bool(desk.frame.state.waiting))
        await desk.pilot.press("y")
        assert desk.commands == []
        assert desk.shell.prompt.text == "and y"
        await desk.pilot.press("f6")
        assert desk.frame.focus == "approval"
        assert desk.shell.prompt.text == "and y"


@pytest.mark.case(17)
async def test_letters_that_come_before_the_rest_are_text_and_approve_nothing() -> None:
    story = approval_waiting()
    asked = story.records.pop()
    async with at_desk(story) as desk:
        desk.frame.arming.rest = 60
        story.records.append(asked)
        await desk.drawn()
        assert desk.frame.focus == "approval"
        await desk.pilot.press("y", "e", "s")
        assert desk.commands == []
        assert desk.shell.prompt.text == "yes"


@pytest.mark.case(17)
async def test_a_lone_early_key_answers_nothing_says_so_and_leaves_the_card_its_focus() -> None:
    story = approval_waiting()
    asked = story.records.pop()
    async with at_desk(story) as desk:
        desk.frame.arming.rest = 60
        story.records.append(asked)
        await desk.drawn()
        await desk.pilot.press("y")
        assert desk.commands == []
        await desk.armed()
        await desk.until(lambda: "y came too early to be an answer" in desk.text())
        assert desk.shell.prompt.text == ""
        assert desk.frame.focus == "approval"
        await desk.pilot.press("y")
        [command] = desk.commands
        assert isinstance(command, Decide)


async def test_a_lone_early_letter_that_no_request_knows_is_the_begin_of_a_message() -> None:
    story = approval_waiting()
    asked = story.records.pop()
    async with at_desk(story) as desk:
        desk.frame.arming.rest = 60
        story.records.append(asked)
        await desk.drawn()
        await desk.pilot.press("w")
        await desk.armed()
        await desk.until(lambda: desk.shell.prompt.text == "w")
        assert desk.frame.focus == "prompt"


async def test_after_a_rest_one_key_answers() -> None:
    async with at_desk(approval_waiting()) as desk:
        await desk.armed()
        await desk.pilot.press("y")
        [command] = desk.commands
        assert isinstance(command, Decide)
        assert command.decision == Decision(verdict="once")


async def test_enter_answers_no_approval() -> None:
    async with at_desk(approval_waiting()) as desk:
        await desk.armed()
        await desk.pilot.press("enter", "space")
        assert desk.commands == []


async def test_escape_in_a_pane_goes_back_to_the_prompt_and_the_request_stays_open() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.armed()
        await desk.pilot.press("escape")
        assert desk.frame.prompt_focused
        assert desk.commands == []
        assert desk.frame.state.waiting


async def test_f6_goes_round_the_panes_and_back_to_the_prompt() -> None:
    async with at_desk(reported()) as desk:
        seen = []
        for _ in range(5):
            await desk.pilot.press("f6")
            seen.append(desk.frame.focus)
        assert seen == ["conversation", "plan", "review", "output", "prompt"]


async def test_the_focus_goes_back_when_the_question_is_answered_elsewhere() -> None:
    story = approval_waiting()
    async with at_desk(story) as desk:
        request = next(iter(desk.frame.state.waiting))
        from tui_agent.core.events import ApprovalDecided

        call = desk.frame.state.waiting[request].call_id
        decision = Decision(verdict="reject")
        story.emit(ApprovalDecided(call_id=call, request_id=request, decision=decision))
        await desk.drawn()
        assert desk.frame.prompt_focused


async def test_under_a_hundred_columns_there_are_tabs_and_the_focus_is_not_taken() -> None:
    async with at_desk(edit_waiting(), size=(80, 24)) as desk:
        assert desk.rows()[1].split() == [
            "Conversation",
            "Plan",
            "Changes",
            "◆",
            "4",
            "Output",
        ] or ("Conversation" in desk.rows()[1] and "Changes ◆ 4" in desk.rows()[1])
        assert desk.frame.prompt_focused
        await desk.pilot.press("f6")
        assert desk.frame.focus == "review"
        assert "_redirect_headers" in desk.text()


@pytest.mark.parametrize("size", [(120, 40), (100, 30), (80, 24), (40, 20), (200, 60)])
async def test_every_size_shows_the_conversation_the_prompt_and_the_keys(
    size: tuple[int, int],
) -> None:
    async with at_desk(streaming(), size=size) as desk:
        assert all(len(row) <= size[0] for row in desk.rows())
        text = desk.text()
        assert "Proxy-Authorization" in text
        assert "Ask, or" in text
        assert "? keys" in desk.rows()[-1]


@pytest.mark.case(28)
async def test_that_there_is_no_sandbox_stands_on_the_screen_at_every_size() -> None:
    story = streaming()
    begun = story.records[0].event
    assert isinstance(begun, SessionStarted)
    story.records[0] = replace(story.records[0], event=replace(begun, sandbox="none"))
    async with at_desk(story) as desk:
        for width, height in ((120, 40), (60, 20), (40, 20)):
            await desk.pilot.resize_terminal(width, height)
            await desk.pilot.pause()
            words = "NO SANDBOX" if width >= 60 else desk.shell.glyphs.warning
            assert words in desk.rows()[0], width
    async with at_desk(streaming()) as desk:
        assert "NO SANDBOX" not in desk.rows()[0]


async def test_the_screen_follows_the_terminal_from_wide_to_narrow_and_back() -> None:
    async with at_desk(streaming()) as desk:
        before = desk.rows()
        await desk.pilot.resize_terminal(60, 24)
        await desk.pilot.pause()
        await desk.pilot.resize_terminal(120, 40)
        await desk.pilot.pause()
        await desk.pilot.pause()
        assert desk.rows()[:30] == before[:30]


async def test_a_stream_draws_at_most_twenty_frames_a_second() -> None:
    story = streaming()
    async with at_desk(story) as desk:
        frames = desk.frame.live.frames
        for _ in range(50):
            story.stream(" word", seconds=0)
            desk.client.tell()
            await asyncio.sleep(0.005)
        assert desk.frame.live.frames - frames <= 12


async def test_a_frame_waits_for_a_key_but_not_for_ever() -> None:
    story = streaming()
    async with at_desk(story) as desk:
        frames = desk.frame.live.frames
        for _ in range(30):
            await asyncio.sleep(0.01)
            desk.frame.live.last_key = asyncio.get_running_loop().time()
            story.stream("x", seconds=0)
            desk.client.tell()
        assert desk.frame.live.frames > frames


async def test_nothing_runs_while_nobody_does_anything() -> None:
    async with at_desk(reported()) as desk:
        frames = desk.frame.live.frames
        await asyncio.sleep(0.4)
        assert desk.frame.live.frames == frames
        assert desk.frame.pulse.since_ms == 0


async def test_a_token_draws_only_the_last_block() -> None:
    story = streaming()
    async with at_desk(story) as desk:
        transcript = desk.frame.transcript
        transcript.scroll_rows(-len(desk.rows()))
        drawn = [transcript.rows_of(index) for index in range(len(transcript.items))]
        story.stream(" too", seconds=0)
        await desk.drawn()
        same = [transcript.rows_of(index) is rows for index, rows in enumerate(drawn)]
        assert same == [True] * (len(drawn) - 1) + [False]


async def test_text_that_streams_in_leaves_the_row_of_the_activity_to_its_beat() -> None:
    story = streaming()
    async with at_desk(story) as desk:
        row = desk.shell.query_one("#activity", ActivityRow)
        told, beat, frames = row.told, desk.frame.pulse.beat, desk.frame.live.frames
        story.stream(" more", seconds=0)
        await desk.drawn()
        assert desk.frame.live.frames > frames
        assert desk.frame.pulse.beat > beat or row.told is told
        await desk.until(lambda: row.told is not told)


async def test_code_that_streams_in_has_its_lexer_before_it_is_whole() -> None:
    story = streaming()
    async with at_desk(story) as desk:
        story.stream("\n\n```brainfuck\n+[", seconds=0)
        await desk.drawn()
        lexer = await asyncio.to_thread(_by_language, "brainfuck")
        await desk.until(lambda: "_tokens" in vars(type(lexer)))


async def test_the_same_state_gives_the_same_picture_from_any_earlier_one() -> None:
    async with at_desk(reported()) as desk:
        from tui_agent.core.state import fold

        before = desk.rows()
        records = desk.client.story.records
        for count in (5, 20, len(records) - 3):
            desk.frame.draw(fold(records[:count]))
            await desk.pilot.pause()
        desk.frame.draw(fold(records))
        await desk.pilot.pause()
        assert desk.rows()[:35] == before[:35]


async def test_foreign_text_reaches_no_terminal_unclean() -> None:
    story = Story().start()
    evil = "\x1b]52;c;aGFjaw==\x07 \x1b[2J \u202eback [red]no markup[/nope]"
    story.user(evil)
    call = story.call("shell", '{"command": "' + "x\x9b31m" + '"}')
    story.model("`" + evil + "`\n\n- " + evil, call)
    story.run(call, evil, "s\x1b", evil)
    story.emit(Notice(text=evil))
    async with at_desk(story) as desk:
        await desk.pilot.press("ctrl+o")
        text = desk.text()
        assert "␛]52;c;aGFjaw==␇" in text
        assert "[red]no markup[/nope]" in text
        assert not [c for c in text if ord(c) < 32 and c != "\n"]
        assert "\u202e" not in text


async def test_a_palette_command_is_done_and_the_palette_closes() -> None:
    async with at_desk(reported()) as desk:
        await desk.pilot.press("ctrl+p", *"unfold or fold the plan", "enter")
        await desk.pilot.pause()
        assert desk.frame.side.folded
        assert desk.frame.prompt_focused


async def test_help_shows_every_action() -> None:
    from tui_agent.ui.tui.help_sheet import help_sections
    from tui_agent.ui.tui.keys_table import ACTIONS

    async with at_desk(reported()) as desk:
        await desk.pilot.press("?")
        await desk.until(lambda: "Open the command palette." in desk.text())
        shown = {words for one in help_sections(desk.shell.keymap) for _, words in one.lines}
        assert shown >= {action.description for action in ACTIONS}
        await desk.pilot.press("escape")
        await desk.until(lambda: "Open the command palette." not in desk.text())


async def test_the_split_is_kept_as_the_user_left_it() -> None:
    kept: list[object] = []

    async def connect() -> None:
        return None

    doors = Doors(connect=connect, layout={"share": 55}, keep_layout=kept.append)
    async with at_desk(reported(), doors=doors) as desk:
        assert desk.shell.query_one("#talk").size.width == 66
        await desk.pilot.press("alt+left")
        await desk.pilot.pause()
        assert kept == [{"share": 52, "bias": 0}]


async def test_what_is_left_for_quiet_moments_waits_for_the_end_of_a_turn_and_of_typing() -> None:
    done: list[str] = []

    async def connect() -> None:
        """Stand where the desk puts its own."""

    doors = Doors(
        connect=connect, loaded=lambda: done.append("loaded"), quiet=lambda: done.append("quiet")
    )
    async with at_desk(reported(), doors=doors) as desk:
        await desk.until(lambda: bool(done))
        assert done == ["loaded"]
        await desk.pilot.press("x")
        await desk.until(lambda: done == ["loaded", "quiet"])
        assert monotonic() - desk.frame.live.last_key >= QUIET_SECONDS


async def test_where_somebody_types_on_and_on_a_pause_between_two_keys_is_quiet_enough() -> None:
    done: list[str] = []

    async def connect() -> None:
        """Stand where the desk puts its own."""

    doors = Doors(connect=connect, quiet=lambda: done.append("quiet"))
    async with at_desk(streaming(), doors=doors) as desk:
        desk.frame.live.patience = 0.0
        desk.frame.live.when_quiet(doors.quiet)
        keys = 0
        while not done and keys < 30:
            keys += 1
            await desk.pilot.press("x")
            await asyncio.sleep(2 * PAUSE_SECONDS)
        assert done == ["quiet"]
        assert keys > 1


async def drag(desk: Desk, *places: tuple[int, int]) -> None:
    """Press the left button at the first place, take it along the others, and let go."""
    kinds = [events.MouseDown, *(events.MouseMove for _ in places[1:]), events.MouseUp]
    for kind, (x, y) in zip(kinds, [*places, places[-1]], strict=True):
        desk.shell.post_message(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
        await desk.pilot.pause()


async def test_the_edge_between_two_panes_is_dragged_with_the_mouse_and_kept() -> None:
    kept: list[Mapping[str, int]] = []

    async def connect() -> None:
        return None

    doors = Doors(connect=connect, keep_layout=kept.append)
    async with at_desk(reported(), doors=doors) as desk:
        column = desk.shell.query_one("#column").region
        await drag(desk, (column.x - 1, 20), (65, 20), (71, 20))
        await desk.until(lambda: desk.shell.query_one("#column").region.x == 72)
        assert kept[-1]["share"] == 60
        header = desk.frame.side.slots[-1].header.region
        await drag(desk, (80, header.y), (80, header.y + 3))
        await desk.until(lambda: desk.frame.side.slots[-1].header.region.y == header.y + 3)
        assert kept[-1]["bias"] == 3
        focus = desk.shell.focused
        await drag(desk, (20, 20), (30, 22))
        assert desk.shell.focused is not focus


async def test_a_folded_plan_unfolds_for_whoever_goes_to_it() -> None:
    async with at_desk(streaming()) as desk:
        await desk.pilot.press("ctrl+t")
        await desk.until(lambda: "add a test for a redirect" not in desk.text())
        await desk.pilot.press(*"/plan", "enter")
        await desk.until(lambda: "add a test for a redirect" in desk.text())
        assert desk.frame.focus == "plan"
