"""Earlier sessions on the screen: found by title and by any word, looked into, and more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.core.patch.making import fastest
from tests.ui.desk import Desk, at_desk
from tests.ui.stories import reported
from tests.ui.story import Story
from tui_agent.core.overview import Overview, overview_of
from tui_agent.core.ports import Client
from tui_agent.ui.tui.choices import SessionLine
from tui_agent.ui.tui.outlets import Prepared
from tui_agent.ui.tui.session_picker import SessionPicker
from tui_agent.ui.tui.shell import Doors
from tui_agent.ui.tui.virtual_lines import VirtualLines


def line(number: int, title: str, *, found: tuple[str, str, str] | tuple[()] = ()) -> SessionLine:
    return SessionLine(
        id=f"01kses{number:04}",
        day="today",
        time="14:02",
        title=title,
        turns=2,
        outcome="answered",
        found=found,
        step=12 if found else 0,
        kind="output" if found else "",
    )


@dataclass
class Shelf:
    """Sessions, and what was asked of them."""

    lines: Sequence[SessionLine]
    asked: list[tuple[str, ...]] = field(default_factory=list)
    unread: bool = False

    def doors(self) -> Doors:
        return Doors(
            connect=self.connect,
            sessions=self.sessions,
            search_sessions=self.search,
            read_sessions=self.read,
            preview_session=self.preview,
            export_session=self.export,
            label_session=self.label,
        )

    async def connect(self) -> Client | None:
        return None

    async def sessions(self, query: str) -> Sequence[SessionLine]:
        return [one for one in self.lines if query in one.title]

    async def search(self, query: str) -> Sequence[SessionLine]:
        self.asked.append(("search", query))
        return [line(7, "quite another title", found=("it says: ", query, " in use"))]

    async def read(self) -> bool:
        was, self.unread = self.unread, False
        if was:
            self.lines = [*self.lines, line(99, "read later")]
        return was

    async def preview(self, session_id: str) -> Overview | None:
        self.asked.append(("preview", session_id))
        return overview_of(reported().records)

    async def export(self, session_id: str, form: str, step: int) -> Prepared:
        self.asked.append(("export", session_id, form, str(step)))
        return Prepared(findings=(), write=lambda: f"agent.{form}")

    def label(self, session_id: str, text: str) -> str:
        self.asked.append(("label", session_id, text))
        return ""


THREE = (line(1, "fix the redirect"), line(2, "update the docs"), line(3, "redirect loop"))


@asynccontextmanager
async def picking(
    shelf: Shelf, *, size: tuple[int, int] = (120, 40), command: str = "/sessions"
) -> AsyncIterator[Desk]:
    """Open the picker."""
    async with at_desk(Story().start(), size=size, doors=shelf.doors()) as desk:
        await desk.pilot.press(*command, "enter")
        await desk.until(lambda: "sessions" in desk.text() and ("preview" in str(shelf.asked)))
        yield desk


async def press(desk: Desk, *keys: str) -> str:
    for key in keys:
        await desk.pilot.press(key)
        await desk.pilot.pause()
    before = ""
    while before != desk.text():
        before = desk.text()
        await desk.pilot.pause(0.05)
    return before


async def test_typing_narrows_and_the_chosen_one_is_looked_into() -> None:
    shelf = Shelf(THREE)
    async with picking(shelf) as desk:
        text = await press(desk, *"redirect")
        assert "2 of 3 sessions" in text
        assert "update the docs" not in text
        assert "main at 9be0c41   3 turns, 21 steps" in text
        assert "verified   on tree 4be91c7" in text
        assert "2 files   httpx/_client.py" in text
        await press(desk, "down")
        assert shelf.asked[-1] == ("preview", "01kses0003")
        await press(desk, "enter")
    assert desk.shell.then == ("resume", "01kses0003")


async def test_any_word_of_a_session_is_found_with_the_place_where_it_stands() -> None:
    shelf = Shelf(THREE)
    async with picking(shelf) as desk:
        text = await press(desk, "ctrl+f", *"address")
        assert ("search", "address") in shelf.asked
        assert "quite another title" in text
        assert "@12 output  it says: address in use" in text
        await press(desk, "tab", "enter")
    assert desk.shell.then == ("replay", "01kses0007@12")


async def test_more_can_be_done_with_a_session_than_to_go_on_with_it() -> None:
    for keys, then in (
        (("b",), ("fork", "01kses0001", "")),
        (("r", "e", "p"), ("replay", "01kses0001")),
    ):
        async with picking(Shelf(THREE)) as desk:
            await press(desk, "tab", *keys, "enter")
        assert desk.shell.then == then


async def test_a_session_is_exported_and_labelled_from_the_list() -> None:
    shelf = Shelf(THREE)
    async with picking(shelf) as desk:
        text = await press(desk, "tab", *"exp", "enter", "m", "a", "enter")
        assert ("export", "01kses0001", "md", "0") in shelf.asked
        assert "Exported to agent.md" in text
    async with picking(shelf) as desk:
        text = await press(desk, "tab", *"lab", "enter", *"green", "enter")
        assert ("label", "01kses0001", "green") in shelf.asked
        assert "It is now called green" in text


async def test_the_open_session_is_exported_by_a_command() -> None:
    shelf = Shelf(THREE)
    async with at_desk(Story().start(), doors=shelf.doors()) as desk:
        text = await press(desk, *"/export patch", "enter")
        assert ("export", "7f3a", "patch", "0") in shelf.asked
        assert "Exported to agent.patch" in text
        assert "Formats are html, md" in await press(desk, *"/export docx", "enter")


async def test_logs_that_there_was_no_time_for_come_in_later() -> None:
    shelf = Shelf(THREE, unread=True)
    async with picking(shelf) as desk:
        await desk.until(lambda: "read later" in desk.text())
        assert "4 of 4 sessions" in desk.text()


async def test_sessions_that_come_in_between_two_looks_are_counted() -> None:
    class Growing(Shelf):
        async def sessions(self, query: str) -> Sequence[SessionLine]:
            self.lines = [*self.lines, line(len(self.lines) + 1, "one more")]
            return await super().sessions(query)

    async with picking(Growing(THREE)) as desk:
        assert "5 of 5 sessions" in desk.text()


@dataclass
class SlowShelf(Shelf):
    """Sessions of which the whole list takes its time once all are read."""

    listed: asyncio.Event = field(default_factory=asyncio.Event)
    slow: bool = False

    async def read(self) -> bool:
        self.slow = await super().read()
        return self.slow

    async def sessions(self, query: str) -> Sequence[SessionLine]:
        if self.slow and not query:
            await self.listed.wait()
        return await super().sessions(query)


async def test_what_is_typed_and_chosen_while_logs_come_in_stays() -> None:
    shelf = SlowShelf(THREE, unread=True)
    async with picking(shelf) as desk:
        await press(desk, *"redirect", "down")
        shelf.listed.set()
        await desk.until(lambda: "2 of 4 sessions" in desk.text())
        await press(desk, "enter")
    assert desk.shell.then == ("resume", "01kses0003")


async def test_it_stays_usable_on_small_screens() -> None:
    for size in ((80, 24), (40, 20)):
        async with picking(Shelf(THREE), size=size) as desk:
            text = await press(desk, "down")
            assert "update the docs" in text
            assert "› run the checks" in text
            assert "Enter resume" in text


async def test_five_thousand_sessions_are_drawn_at_once() -> None:
    shelf = Shelf([line(number, f"session number {number}") for number in range(5000)])
    async with picking(shelf) as desk:
        picker = desk.shell.screen
        assert isinstance(picker, SessionPicker)
        assert "5000 of 5,000 sessions" in desk.text()
        picker.lines = shelf.lines

        def shown() -> None:
            picker.query_one("#list", VirtualLines).set_items(picker.items())
            picker.list_rows()

        assert fastest(shown) < 0.2
