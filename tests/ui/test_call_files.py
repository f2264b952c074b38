"""A call over many files takes a screen's rows, not a thousand, until it is unfolded."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.more_stories import edit_stale
from tests.ui.stories import edit_waiting
from tests.ui.test_changes_pane import run
from tui_agent.core.state import Call, fold
from tui_agent.ui.tui.call_files import MOST_FILES
from tui_agent.ui.tui.call_line import CallItem
from tui_agent.ui.tui.glyphs import UNICODE
from tui_agent.ui.tui.paper import Sheet
from tui_agent.ui.tui.review_header import folded_fact, header_of, short_header
from tui_agent.ui.tui.theme import choose_theme


def over(number: int) -> Call:
    calls = fold(edit_waiting().records).main.turns[-1].calls.values()
    call = next(one for one in calls if one.proposal is not None and one.proposal.patch)
    assert call.proposal is not None
    assert call.proposal.patch is not None
    first = call.proposal.patch.files[0]
    names = [f"f{place}.py" for place in range(number)]
    files = tuple(replace(first, path=name, new_path=name) for name in names)
    patch = replace(call.proposal.patch, files=files)
    return replace(call, proposal=replace(call.proposal, patch=patch))


def rows_of(call: Call, *, unfolded: bool = False) -> str:
    sheet = Sheet(width=60, theme=choose_theme("dark", {}))
    rows = CallItem(call, unfolded=unfolded).rows(sheet)
    return "\n".join(row.strip.text.rstrip() for row in rows)


def test_of_many_files_the_first_are_shown_with_how_many_more_there_are() -> None:
    text = rows_of(over(1000))
    assert f"… {1000 - MOST_FILES + 1} more files" in text
    assert text.count(".py") == MOST_FILES - 1
    assert "f999.py" in rows_of(over(1000), unfolded=True)


def test_as_many_files_as_there_is_room_for_are_all_shown() -> None:
    text = rows_of(over(MOST_FILES))
    assert text.count(".py") == MOST_FILES
    assert "more" not in text


def test_of_an_edit_that_was_not_written_no_hunk_counts_as_taken() -> None:
    call = fold(edit_stale().records).main.turns[-1].calls
    text = rows_of(next(one for one in call.values() if one.ended == "failed"))
    assert text.count("✗") == 1 + 4
    assert "✓" not in text
    assert "+" not in text


async def test_the_pane_says_of_it_that_nothing_was_written() -> None:
    desk = await run(story=edit_stale())
    text = "\n".join(desk.rows)
    assert "not written" in text
    assert "accepted" not in text
    for header in (header_of, short_header, folded_fact):
        sides = header(desk.pane.review, desk.pane.subject, UNICODE)
        said = "".join(words for side in sides for words, _ in side)
        assert "nothing was written" in said
        assert "✓" not in said
