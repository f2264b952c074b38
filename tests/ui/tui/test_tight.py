"""What gives way where there is little room, and what never does."""

from __future__ import annotations

from functools import partial

import pytest

from tests.ui.desk import at_desk
from tests.ui.stage import Stage, strips_of, text_of
from tests.ui.stories import edit_waiting, reported
from tests.ui.story import Story, question_proposal
from tui_agent.core.plan import PlanState
from tui_agent.core.proposal import Choice, Question
from tui_agent.ui.tui.chrome import Activity, ActivityRow, RowWidget, Status, StatusRow
from tui_agent.ui.tui.glyphs import ASCII
from tui_agent.ui.tui.pane_header import Header, PaneHeader
from tui_agent.ui.tui.theme import choose_theme

LONG = "feature/a-branch-name-that-is-much-longer-than-anybody-has-room-for"
STATUS = Status(
    repository="a-repository-with-a-long-name",
    branch=LONG,
    mode="auto",
    sandbox="none",
    model="claude-sonnet-4.5",
    context=0.42,
    spent=0.3,
    cap=1.0,
)


async def row_of(widget: RowWidget, told: object, width: int) -> str:
    async with Stage(widget).run_test(size=(width, 3)) as pilot:
        widget.tell(told)
        await pilot.pause()
        assert isinstance(pilot.app, Stage)
        return text_of(pilot.app)[0]


@pytest.mark.parametrize("width", [40, 80, 120])
async def test_the_mode_is_seen_however_long_a_branch_is_called(width: int) -> None:
    row = await row_of(StatusRow(), STATUS, width)
    assert "AUTO" in row
    assert "$0.30" in row
    assert "…" in row


async def test_what_happens_gives_way_to_the_key_that_stops_it() -> None:
    told = Activity(
        sign="waiting",
        what="your answer",
        facts=("a long question " * 9,),
        hints=(("Esc", "ends"),),
    )
    assert (await row_of(ActivityRow(), told, 100)).endswith("…  Esc ends")
    narrow = await row_of(ActivityRow(), told, 36)
    assert narrow.endswith("Esc ends")
    assert "long" not in narrow


PATH = (("packages/with/a/rather/long/path/to/", "text-2"), ("the_module.py", "text bold"))
FIGURES = (("◇ ◇ ◇", "pending"), ("   hunk 1 of 3", "text-2"))


@pytest.mark.parametrize(("width", "shown"), [(100, "hunk 1 of 3"), (60, "hunk 1 of 3"), (36, "◇")])
async def test_a_header_keeps_the_name_and_whole_figures(width: int, shown: str) -> None:
    row = await row_of(PaneHeader(), Header(title="Changes", left=PATH, right=FIGURES), width)
    assert "the_module.py" in row
    assert shown in row
    assert not row.endswith("…")


def asked(*choices: Choice) -> Story:
    story = Story().start().user("do it", at="13:59")
    call = story.call("ask")
    story.model("", call)
    story.ask(question_proposal(story, call, Question(text="Which?", choices=choices)))
    return story


async def test_a_long_choice_is_wrapped_and_its_key_stands_in_the_footer() -> None:
    words = "one word after the other, until there is no room in any pane for the last of them"
    async with at_desk(asked(Choice(key="1", label=words)), size=(100, 30)) as desk:
        await desk.until(lambda: "last of them" in desk.text())
        await desk.armed()
        assert desk.rows()[-1].startswith(" 1 choose  Enter own words")


async def test_nothing_but_ascii_is_drawn_where_that_is_asked_for() -> None:
    async with at_desk(edit_waiting(), theme="ansi16", glyphs=ASCII) as desk:
        await desk.until(lambda: "hunk 1 of 4" in desk.text())
        seen = desk.text()
        await desk.armed()
        for key, words in (("f", "Review"), ("ctrl+p", "commands"), ("escape", "Review")):
            await desk.pilot.press(key)
            await desk.until(partial(desk.shows, words))
            seen += desk.text()
        await desk.pilot.press("f1")
        await desk.until(partial(desk.shows, "where you are"))
        assert (seen + desk.text()).isascii()


async def test_signs_of_files_begin_in_one_column() -> None:
    async with at_desk(reported()) as desk:
        await desk.until(partial(desk.shows, "all decided"))
        rows = [
            row[52:] for row in desk.rows() if row[52:].lstrip().startswith(("httpx/", "tests/"))
        ]
        first, second = rows
        assert first.index("✓") == second.index("✓")


async def test_a_decided_edit_unfolds_for_who_comes_to_look_and_folds_again() -> None:
    async with at_desk(reported()) as desk:
        await desk.until(partial(desk.shows, "all decided"))
        desk.frame.to_pane("Changes")
        await desk.until(partial(desk.shows, "module level"))
        await desk.pilot.press("escape")
        await desk.until(lambda: not desk.shows("module level"))
        assert desk.shows("tests/client/test_redirects.py")


async def test_a_split_is_counted_alike_everywhere() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.until(partial(desk.shows, "hunk 1 of 4"))
        await desk.armed()
        await desk.pilot.press("]", "s", "y")
        await desk.until(partial(desk.shows, "hunk 3 of 5"))
        await desk.until(partial(desk.shows, "4 of 5 hunks undecided"))
        assert desk.shows("4 wait for you")
        assert desk.shows("2 files, 5 hunks")


async def test_a_banner_is_read_whole_in_a_narrow_terminal() -> None:
    async with at_desk(reported(), size=(60, 20)) as desk:
        words = "sea.toml, line 4: no colour of the form #rrggbb. The theme stays as it was."
        desk.frame.notices.banner(words, hints=(("/theme", "chooses"),))
        await desk.until(partial(desk.shows, "/theme chooses"))
        assert " ".join(" ".join(desk.rows()[1:3]).split()) == f"! {words} /theme chooses"
        desk.frame.notices.mended()
        await desk.until(lambda: "Conversation" in desk.rows()[1])


async def test_the_way_to_the_other_panes_is_told_where_one_is_seen_at_a_time() -> None:
    async with at_desk(reported(), size=(40, 20)) as desk:
        assert "F6 next pane" in desk.rows()[-1]


async def test_style_sheets_and_rows_draw_one_colour_where_there_are_256() -> None:
    widget = StatusRow()
    stage = Stage(widget)
    stage.dress(choose_theme("light", {"TERM": "xterm-256color"}))
    async with stage.run_test(size=(60, 4)) as pilot:
        stage.screen.styles.background = stage.look.colours["surface"]
        widget.tell(STATUS)
        await pilot.pause()
        strips = strips_of(stage)
        grounds = {one.style.bgcolor for row in (0, 2) for one in strips[row] if one.style}
        assert {ground.number for ground in grounds if ground} >= {255}
        assert all(ground is None or ground.triplet is None for ground in grounds)


async def test_a_long_plan_shows_the_step_that_it_has_come_to() -> None:
    story = Story().start().user("do it all", at="13:59")
    before: tuple[PlanState, ...] = ("done",) * 19
    after: tuple[PlanState, ...] = ("to_do",) * 5
    states: tuple[PlanState, ...] = (*before, "current", *after)
    story.plan(*((f"step number {at}", state) for at, state in enumerate(states, 1)))
    async with at_desk(story, size=(100, 24)) as desk:
        await desk.until(partial(desk.shows, "20 step number 20"))
        assert desk.shows("19 of 25 done")
