"""Answers that are long past take few items, and look and read as before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.desk import Desk, at_desk
from tests.ui.story import Story
from tui_agent.ui.tui.column import Column
from tui_agent.ui.tui.glyphs import UNICODE
from tui_agent.ui.tui.markdown import Blocks
from tui_agent.ui.tui.paper import Sheet
from tui_agent.ui.tui.passages import LONGEST, Passage, passages
from tui_agent.ui.tui.talk_items import NoteItem, TextItem, ThoughtItem, blocks_of
from tui_agent.ui.tui.theme import choose_theme
from tui_agent.ui.tui.transcript import RECENT_TURNS, Transcript

ANSWER = "Number {0}.\n\n- a\n- b\n\n```python\nx = {0}\n\ny = 2\n```\n\nLast of {0}."
SHEET = Sheet(width=60, theme=choose_theme("dark"), glyphs=UNICODE, plane="canvas")


def told(turns: int) -> Story:
    story = Story().start()
    for number in range(turns):
        story.user(f"Question {number}").model(ANSWER.format(number)).end()
    return story


def seen(pane: Transcript) -> list[str]:
    return [row.text for index in range(len(pane.items)) for row in pane.rows_of(index)]


def heights_fit(pane: Transcript) -> bool:
    drawn = [len(pane.rows_of(at)) for at in range(len(pane.items))]
    return [pane.top_of(at + 1) - pane.top_of(at) for at in range(len(drawn))] == drawn


def answers(pane: Transcript) -> list[str]:
    """Return the first and last rows of all answers, in order."""
    return [row.strip() for row in seen(pane) if row.strip().startswith(("Number", "Last of"))]


def in_order(*words: object) -> list[str]:
    return [row for word in words for row in (f"Number {word}.", f"Last of {word}.")]


async def another_turn(desk: Desk, story: Story, words: str) -> None:
    story.user(words).model(ANSWER.format(words)).end()
    await desk.drawn()


async def test_of_answers_long_past_an_item_is_left_and_every_row_of_them() -> None:
    async with at_desk(told(RECENT_TURNS + 30), near=True) as desk:
        pane = desk.frame.transcript
        found = [item for item in pane.items if isinstance(item, Passage)]
        assert len(found) == 29, "all but the last fifty, and the one that may go on"
        assert answers(pane) == in_order(*range(RECENT_TURNS + 30))
        assert heights_fit(pane)


async def test_nothing_moves_while_a_turn_that_is_read_becomes_long_past() -> None:
    story = told(RECENT_TURNS + 5)
    async with at_desk(story, near=True) as desk:
        pane = desk.frame.transcript
        pane.go_to_row(pane.top_of(12))
        before, rows = len(pane.items), desk.rows()
        for number in range(8):
            story.user(f"And {number}").model(ANSWER.format(number)).end()
        await desk.drawn()
        assert [row[:60] for row in desk.rows()[1:30]] == [row[:60] for row in rows[1:30]]
        assert len(pane.items) < before + 8 * 6
        assert heights_fit(pane)
        pane.go_to_end()
        await desk.until(lambda: desk.shows("Last of 7."))


async def test_the_cursor_stays_on_its_thought_and_folds_it_where_it_is() -> None:
    story = told(3)
    story.user("Think").model("Thought of it.", reasoning="Deep in thought.").end()
    for number in range(RECENT_TURNS + 1):
        story.user(f"Then {number}").model(ANSWER.format(number)).end()
    async with at_desk(story, near=True) as desk:
        pane = desk.frame.transcript
        pane.move_cursor(-1)
        assert pane.cursor is not None
        assert isinstance(pane.items[pane.cursor], ThoughtItem)
        await another_turn(desk, story, "this")
        assert isinstance(pane.items[pane.cursor], ThoughtItem)
        pane.act("conversation.unfold")
        assert isinstance(pane.items[pane.cursor], ThoughtItem)
        assert "Deep in thought." in [row.text for row in pane.rows_of(pane.cursor)]
        assert heights_fit(pane)
        assert answers(pane) == in_order(*range(3), *range(RECENT_TURNS + 1), "this")


ORDER = st.lists(st.integers(0, 3), max_size=40)


@given(ORDER)
def test_passages_stand_for_the_same_rows_in_the_same_order(kinds: list[int]) -> None:
    texts = ["\n\n".join(["word " * 30, "- a\n- b", "end"]), "x", "y\n\n" * 90, "```\na\n\nb\n```"]
    items = []
    for kind in kinds:
        text = texts[kind] + "\n\n"
        blocks = Blocks()
        blocks.feed(text + "more of it")
        items += list(blocks_of(blocks.done, text, ended=True))
    column = Column()
    column.splice(0, items)
    rows = [row.text for at in range(len(items)) for row in column.rows_of(at, SHEET)]
    tops = set(column.tops)
    runs = passages(items)
    assert sum(many for many, _ in runs) == len(items)
    column.gather(0, runs)
    again = [row.text for at in range(len(runs)) for row in column.rows_of(at, SHEET)]
    assert again == rows
    assert set(column.tops) <= tops
    assert column.tops[-1] == len(rows)
    for _, item in runs:
        if isinstance(item, Passage):
            assert item.bounds[-1] - item.bounds[0] <= LONGEST + 2 * len(item.bounds)


def test_what_grows_or_is_no_text_stays_an_item() -> None:
    text = "one\n\ntwo"
    note = NoteItem.__new__(NoteItem)
    growing = TextItem(text, 5, 8, finished=False, caret=True)
    runs = passages([TextItem(text, 0, 3), growing, note, TextItem(text, 0, 3)])
    assert [many for many, _ in runs] == [1, 1, 1, 1]
