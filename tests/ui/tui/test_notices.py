"""What is to be mended about a session stays under the status."""

from __future__ import annotations

from tests.ui.desk import at_desk
from tests.ui.stories import reported
from tui_agent.core.ports import Client
from tui_agent.ui.tui.shell import Doors


async def connect() -> Client | None:
    """Stand where the desk puts its own."""
    return None


async def test_what_is_to_be_mended_stands_under_the_status() -> None:
    notices = ("This folder is not trusted: its instructions are not read.", "Another.")
    doors = Doors(connect=connect, notices=lambda: notices)
    async with at_desk(reported(), doors=doors) as desk:
        row = desk.rows()[1]
        assert "This folder is not trusted" in row
        assert "And 1 more." in row


async def test_where_nothing_is_amiss_there_is_no_such_row() -> None:
    async with at_desk(reported()) as desk:
        assert "trusted" not in "".join(desk.rows()[:3])
