"""A pane of any length draws only what is seen, and copies what was meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from rich.cells import cell_len

from tests.ui.stage import Stage, text_of
from tui_agent.ui.tui.column import KEPT_ROWS, Column
from tui_agent.ui.tui.paper import Row, Sheet, cut_middle, joined, paragraph
from tui_agent.ui.tui.theme import choose_theme
from tui_agent.ui.tui.virtual_lines import VirtualLines

drawn: list[str] = []


@dataclass(frozen=True)
class Block:
    text: str
    focusable: bool = True

    def rows(self, sheet: Sheet) -> Sequence[Row]:
        drawn.append(self.text)
        return paragraph(sheet, [sheet.span(self.text)], indent=2)

    def height_hint(self, width: int) -> int:
        return 1 + len(self.text) // width


def blocks(count: int) -> list[Block]:
    return [Block(f"block {number}") for number in range(count)]


async def test_only_what_is_near_the_view_is_drawn_of_five_thousand_blocks() -> None:
    pane = VirtualLines(follow=True)
    app = Stage(pane)
    async with app.run_test(size=(40, 10)) as pilot:
        drawn.clear()
        pane.set_items(blocks(5000))
        await pilot.pause()
        assert text_of(app)[-1].strip(" ▐") == "block 4999"
        assert len(drawn) < 50


async def test_an_appended_block_draws_itself_alone() -> None:
    pane = VirtualLines(follow=True)
    async with Stage(pane).run_test(size=(40, 10)) as pilot:
        pane.set_items(blocks(100))
        await pilot.pause()
        drawn.clear()
        pane.splice(100, [Block("the new one")])
        await pilot.pause()
        assert drawn == ["the new one"]


async def test_a_reader_who_scrolled_up_stays_where_they_are() -> None:
    pane = VirtualLines(follow=True)
    app = Stage(pane)
    async with app.run_test(size=(40, 10)) as pilot:
        pane.set_items(blocks(100))
        await pilot.pause()
        pane.scroll_rows(-40)
        await pilot.pause()
        before = text_of(app)
        pane.splice(100, blocks(20))
        await pilot.pause()
        assert [row.strip(" ▐") for row in text_of(app)] == [row.strip(" ▐") for row in before]


async def test_a_new_width_keeps_the_end_in_view() -> None:
    pane = VirtualLines(follow=True)
    app = Stage(pane)
    async with app.run_test(size=(80, 10)) as pilot:
        pane.set_items([Block(f"{number} " + "word " * 30) for number in range(40)])
        await pilot.pause()
        await pilot.resize_terminal(30, 10)
        await pilot.pause()
        assert pane.at_end
        assert "word" in text_of(app)[-1]


async def test_dragging_copies_logical_text_not_the_layout() -> None:
    pane = VirtualLines()
    app = Stage(pane)
    async with app.run_test(size=(20, 10)) as pilot:
        pane.set_items([Block("a sentence that is wrapped over rows"), Block("end")])
        await pilot.pause()
        await pilot.mouse_down(offset=(2, 0))
        await pilot.hover(offset=(10, 2))
        await pilot.mouse_up(offset=(10, 2))
        assert app.clipboard == "a sentence that is wrapped over rows"


async def test_the_cursor_visits_what_can_be_focused() -> None:
    pane = VirtualLines()
    async with Stage(pane).run_test(size=(20, 10)):
        pane.set_items([Block("one"), Block("two", focusable=False), Block("three")])
        assert pane.move_cursor(1)
        assert pane.move_cursor(1)
        assert pane.cursor == 2
        assert not pane.move_cursor(1)
        assert pane.copied_text() == "three"


@pytest.mark.parametrize("width", [10, 11])
def test_signs_of_two_cells_are_neither_lost_nor_halved_where_a_line_ends(width: int) -> None:
    sheet = Sheet(width=width, theme=choose_theme("dark", {}))
    text = "これは全角文字の折り返し👍🏽👍🏽👍🏽👍🏽を確認する"
    rows = paragraph(sheet, [sheet.span(text)])
    assert "".join(row.strip.text.rstrip() for row in rows) == text
    assert joined([(row, 0, None) for row in rows]) == text
    assert width - 2 <= cell_len(cut_middle(text, width)) <= width
    assert cut_middle(text, width).endswith("する")


def test_what_is_marked_in_cells_is_copied_by_cells() -> None:
    sheet = Sheet(width=30, theme=choose_theme("dark", {}))
    [row] = paragraph(sheet, [sheet.span("日本語 text")])
    assert joined([(row, 2, 6)]) == "本語"
    assert joined([(row, 7, 40)]) == "text"


def test_a_long_word_breaks_and_copies_whole() -> None:
    sheet = Sheet(width=12, theme=choose_theme("dark", {}))
    rows = paragraph(sheet, [sheet.span("x" * 25 + " end")], indent=1)
    assert [row.strip.text.strip() for row in rows] == ["x" * 10, "x" * 10, "x" * 5 + " end"]
    assert joined([(row, 0, None) for row in rows]) == "x" * 25 + " end"


def test_paths_are_cut_in_the_middle() -> None:
    assert cut_middle("tests/client/test_redirects.py", 25) == "tests/…/test_redirects.py"
    assert cut_middle("tests/client/test_redirects.py", 17) == "test_redirects.py"


def test_a_line_feed_in_a_text_begins_a_row_and_never_reaches_the_terminal() -> None:
    sheet = Sheet(width=30, theme=choose_theme("dark", {}))
    rows = paragraph(sheet, [sheet.span("one\ntwo"), sheet.span(" more\n\nend")], indent=1)
    assert [row.strip.text.strip() for row in rows] == ["one", "two more", "", "end"]
    assert joined([(row, 0, None) for row in rows]) == "one\ntwo more\n\nend"


def test_of_a_long_way_back_some_screens_stay_drawn_and_every_height() -> None:
    sheet = Sheet(width=40, theme=choose_theme("dark", {}))
    column = Column()
    column.splice(0, [Block(f"block {number} " + "word " * 20) for number in range(3_000)])
    for index in range(3_000):
        column.rows_of(index, sheet)
    heights = list(column.tops)
    assert 0 < column.kept <= KEPT_ROWS

    drawn.clear()
    column.rows_of(2_999, sheet)
    column.rows_of(0, sheet)
    assert len(drawn) == 1
    column.splice(3_000, [Block("one more")])
    assert list(column.tops[:-1]) == heights


def test_two_endless_items_side_by_side_are_each_drawn_once() -> None:
    sheet = Sheet(width=40, theme=choose_theme("dark", {}))
    column = Column()
    column.splice(0, [Block(f"{number} " + "word " * 20 * KEPT_ROWS) for number in range(2)])
    drawn.clear()
    for index in (0, 1, 0, 1):
        assert len(column.rows_of(index, sheet)) > KEPT_ROWS
    assert len(drawn) == 2
