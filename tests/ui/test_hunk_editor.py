"""What stands beside the open editor of a hunk."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.stories import edit_waiting
from tests.ui.story import Story
from tests.ui.test_changes_pane import Desk, run


async def test_an_unchanged_line_that_is_taken_out_in_the_editor_stands_with_what_is_replaced() -> (
    None
):
    story = Story(at="13:58:00").start()
    story.user("change it", at="13:58")
    call = story.call("edit")
    story.model("", call)
    before = "top\none\nkept\ntwo\nkept\nthree\nend\n"
    story.ask(story.edit(call, {"a.txt": (before, "top\n1\nkept\n2\nkept\n3\nend\n")}))

    def beside(desk: Desk) -> list[str]:
        shown = [row.strip(" ┃▌╎▐") for row in desk.rows]
        return [
            row for row in shown if row.endswith(("one", "kept", "two", "three", "1", "2", "3"))
        ]

    desk = await run("e", story=story)
    whole = ["− one", "− two", "− three", "2 + 1", "3   kept", "4 + 2", "5   kept", "6 + 3"]
    assert beside(desk)[-8:] == whole
    desk = await run("e", "down", "shift+down", "delete", story=story)
    gone = ["− one", "− kept", "− two", "− three", "2 + 1", "3 + 2", "4   kept", "5 + 3"]
    assert beside(desk)[-8:] == gone


async def test_side_by_side_the_hunk_that_is_edited_is_drawn_around_its_editor() -> None:
    async with at_desk(edit_waiting(), size=(170, 50)) as desk:
        await desk.until(lambda: "hunk 1 of 4" in desk.text())
        await desk.armed()
        await desk.pilot.press("f", "]", "e")
        await desk.until(lambda: "You are editing what will replace lines" in desk.text())
        at = next(n for n, row in enumerate(desk.rows()) if "Strip credentials when" in row)
        assert "− " in desk.rows()[at - 1]
        assert "+         " in desk.rows()[at]
        assert "Strip Authorization" not in desk.rows()[at]
