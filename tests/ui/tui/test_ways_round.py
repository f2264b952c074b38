"""The key that shows every key is named wherever one is."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.stories import edit_waiting


async def test_the_footer_names_the_key_that_shows_all_keys_wherever_one_writes() -> None:
    async with at_desk(edit_waiting()) as desk:
        await desk.armed()
        for opens in ("e", "r"):
            await desk.pilot.press(opens)
            await desk.until(lambda: "F1 keys" in desk.rows()[-1])
            await desk.pilot.press("f1")
            await desk.until(lambda: "where you are" in desk.text())
            await desk.pilot.press("escape")
            await desk.until(lambda: "where you are" not in desk.text())
            await desk.pilot.press("escape")
            await desk.until(lambda: "? keys" in desk.rows()[-1])
        await desk.pilot.press("escape", *"why")
        await desk.until(lambda: "F1 keys" in desk.rows()[-1])
