"""What the terminal itself is told, and when."""

from __future__ import annotations

import asyncio
import base64

import pytest

from tests.ui.desk import at_desk
from tests.ui.stories import approval_waiting, reported
from tests.ui.story import Story
from tui_agent.core.events import TurnEnded
from tui_agent.core.ports import Client
from tui_agent.core.state import Session, apply
from tui_agent.ui.tui import terminal
from tui_agent.ui.tui.outside import Outside
from tui_agent.ui.tui.shell import SOON_SECONDS, Doors
from tui_agent.ui.tui.terminal import Signals


@pytest.mark.parametrize(
    ("environ", "way"),
    [
        ({"TERM": "xterm-kitty"}, "osc99"),
        ({"TERM_PROGRAM": "WezTerm"}, "osc9"),
        ({"TERM": "foot-extra"}, "osc777"),
        ({"VTE_VERSION": "7600"}, "osc777"),
        ({"TERM": "xterm"}, "bell"),
    ],
)
def test_a_notification_is_spoken_as_the_terminal_understands_it(
    environ: dict[str, str], way: str
) -> None:
    assert terminal.way_of(environ) == way


def test_nothing_in_a_text_ends_its_sequence() -> None:
    said = terminal.notification("a;b", "x\x1b]2;no\a\x9d\ny", "osc777", {})
    assert said == "\x1b]777;notify;a,b;x ]2,no y\a"
    assert terminal.title("a\x1b\\b\u202ec") == "\x1b]2;a \\b c\a"
    assert len(terminal.plain("x" * 500)) == terminal.LONGEST


def test_a_copy_passes_tmux_and_screen() -> None:
    data = base64.b64encode("ü".encode()).decode()
    plain = f"\x1b]52;c;{data}\a"
    assert terminal.clipboard("ü", {}) == plain
    doubled = plain.replace("\x1b", "\x1b\x1b")
    assert terminal.clipboard("ü", {"TMUX": "x"}) == f"{plain}\x1bPtmux;{doubled}\x1b\\"
    assert terminal.clipboard("ü", {"TMUX": "x"}, buffer=False) == f"\x1bPtmux;{doubled}\x1b\\"
    assert terminal.clipboard("ü", {}, buffer=False) == plain
    long = terminal.clipboard("y" * 2000, {"STY": "1"})
    pieces = long.split("\x1b\\")[:-1]
    assert all(len(one) <= 702 and one.startswith("\x1bP") for one in pieces)
    assert "".join(one[2:] for one in pieces) == terminal.clipboard("y" * 2000, {})


def test_only_plain_addresses_become_links() -> None:
    assert terminal.is_address("https://example.org/a?b=c")
    assert not terminal.is_address("https://example.org/\x1b]8;;")
    assert not terminal.is_address("file:///etc/passwd")
    assert not terminal.is_address("javascript:alert(1)")


def seen_by(outside: Outside, story: Story) -> Session:
    """Show a story record by record, as the screen does."""
    state = Session()
    for record in story.records:
        apply(state, record)
        outside.show(state)
    return state


def test_a_question_is_told_only_where_nobody_looks() -> None:
    kept: list[str] = []
    outside = Outside(Signals(title=True, notify="osc9"), kept.append, ascii_only=False)
    seen_by(outside, approval_waiting())
    assert not [one for one in kept if "]9;" in one]
    kept.clear()
    away = Outside(Signals(notify="osc9"), kept.append, ascii_only=False)
    away.here = False
    seen_by(away, approval_waiting())
    assert kept[-1] == "\x1b]9;agent httpx: your approval, 4 commands\a"


def test_the_end_of_a_turn_is_told() -> None:
    kept: list[str] = []
    away = Outside(Signals(notify="osc777"), kept.append, ascii_only=False)
    story = reported()
    state = seen_by(away, story)
    [*_, end] = [one.event for one in story.records if isinstance(one.event, TurnEnded)]
    away.here = False
    away.ended(state, end)
    assert kept == ["\x1b]777;notify;agent httpx;Done, verified on tree 4be91c7d00\a"]


def test_the_title_says_what_is_done_and_is_given_back() -> None:
    kept: list[str] = []
    outside = Outside(Signals(title=True), kept.append, ascii_only=False)
    seen_by(outside, approval_waiting())
    assert kept[0] == terminal.KEEP_TITLE
    assert kept[-1].startswith("\x1b]2;◆ httpx: format it")
    outside.left()
    assert kept[-1] == terminal.GIVE_TITLE_BACK
    outside.came_back()
    assert kept[-2:] == [terminal.KEEP_TITLE, kept[-4]]


async def test_the_focus_stays_where_it_is_while_the_person_looks_elsewhere() -> None:
    async with at_desk(approval_waiting()) as desk:
        await desk.armed()
        desk.shell.app_focus = False
        await desk.pilot.pause()
        assert desk.frame.focus == "approval"


async def test_a_copy_that_xterm_may_have_ignored_is_not_called_done() -> None:
    signals = Signals(environ={"XTERM_VERSION": "XTerm(379)"})
    doors = Doors(connect=nobody, signals=lambda: signals)
    async with at_desk(reported(), doors=doors) as desk:
        desk.shell.copy_to_clipboard("text")
        await desk.until(lambda: "xterm wants allowWindowOps" in desk.text())


async def test_a_copy_that_a_program_took_is_left_at_that() -> None:
    taken: list[str] = []

    async def take(text: str) -> bool:
        taken.append(text)
        return True

    signals = Signals(environ={"XTERM_VERSION": "XTerm(379)"}, copy=take)
    doors = Doors(connect=nobody, signals=lambda: signals)
    async with at_desk(reported(), doors=doors) as desk:
        desk.shell.copy_to_clipboard("text")
        await desk.until(lambda: taken == ["text"])
        await asyncio.sleep(2 * SOON_SECONDS)
        assert "allowWindowOps" not in desk.text()


async def nobody() -> Client | None:
    return None
