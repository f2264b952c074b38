"""The screen as it is to look, state by state, at the sizes of the design."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from textual import events
from textual.app import App
from textual.pilot import Pilot

from tests.ui import more_stories, stories
from tests.ui.stage import TRUE_COLOUR, text_of
from tests.ui.story import Story
from tests.ui.told_client import ToldClient
from tui_agent.core.finding import Names
from tui_agent.core.overview import Overview, overview_of
from tui_agent.core.ports import Client
from tui_agent.ui.tui.choices import Fact, FirstRun, ModelFound, SessionLine
from tui_agent.ui.tui.frame import Frame
from tui_agent.ui.tui.keyed_app import TOGETHER_SECONDS
from tui_agent.ui.tui.shell import Doors, Shell
from tui_agent.ui.tui.theme import choose_theme

Compare = Callable[..., bool]
Run = Callable[[Pilot[int]], Awaitable[None]]

FOUND = FirstRun(
    version="0.1.0",
    models=(
        ModelFound(
            model="claude-sonnet-4.5", source="ANTHROPIC_API_KEY", where="in your environment"
        ),
        ModelFound(model="gpt-5.1", source="OPENAI_API_KEY", where="in your environment"),
        ModelFound(model="qwen3-coder:30b", source="Ollama, port 11434", where="on this machine"),
    ),
    looked="No answer on ports 1234 (LM Studio), 8080 (llama.cpp), 8000 (vLLM).",
    folder=(
        Fact(sign="done", role="added", name="~/src/httpx", detail="git, branch main, clean"),
        Fact(
            sign="waiting",
            role="pending",
            name="not trusted yet",
            detail="AGENTS.md waits until you say so",
        ),
    ),
    trusted=False,
    ring="Secret Service",
)


def _line(day: str, at: str, title: str, outcome: str, **more: object) -> SessionLine:
    base = SessionLine(
        id=title[:4],
        day=day,
        time=at,
        title=title,
        turns=3,
        outcome=outcome,
    )
    from dataclasses import replace

    return replace(base, **more)  # type: ignore[arg-type]


SESSIONS = (
    _line("today", "14:02", "fix the redirect that keeps the Cookie header when the host changes",
          "verified", role="added", added=21, removed=4, cost=0.41),
    _line("today", "11:40", "why does a redirect to http lose the port", "answered", cost=0.05),
    _line("yesterday", "18:22", "follow at most 20 redirects, and say which", "unverified",
          sign="warning", role="warning", added=41, removed=12, cost=0.38),
    _line("12 Nov", "09:31", "review: redirect history keeps responses", "stopped at $1.00",
          sign="denied", role="removed", cost=None),
)  # fmt: skip


async def _sessions(query: str) -> Sequence[SessionLine]:
    return [one for one in SESSIONS if query in one.title]


async def _preview(_session_id: str) -> Overview | None:
    return overview_of(stories.reported().records)


async def _files(typed: str) -> AsyncIterator[Sequence[str]]:
    yield Names(FILES).find(typed)


async def _first_run() -> FirstRun:
    return FOUND


PASTE = "a paste"
COLOURS_256 = {"TERM": "xterm-256color"}
STILL = {stories.streaming, stories.reported, more_stories.empty, more_stories.stopped}
"""Stories in which nothing waits for the person."""
SENT = (
    "why does a redirect to http lose the port",
    "follow at most 20 redirects, and say which",
    "fix the redirect that keeps the Cookie header when the host changes\nand test it",
    "run the checks",
)
FILES = (
    "README.md",
    "docs/redirects.md",
    "httpx/_client.py",
    "httpx/_redirects.py",
    "tests/client/test_redirects.py",
    "tests/client/redirect cases.json",
)


@dataclass(frozen=True)
class Picture:
    name: str
    story: Callable[[], Story] | None
    size: tuple[int, int] = (120, 40)
    keys: tuple[str, ...] = ()
    theme: str = "dark"
    environ: Mapping[str, str] = field(default_factory=lambda: TRUE_COLOUR)


PICTURES = (
    Picture("streaming", stories.streaming, keys=("ctrl+o",)),
    Picture("wide", stories.streaming, size=(160, 50)),
    Picture("empty", more_stories.empty, size=(100, 30)),
    Picture("edit_waits", stories.edit_waiting),
    Picture("no_colour", stories.edit_waiting, theme="mono"),
    Picture("light_256", stories.reported, theme="light", environ=COLOURS_256),
    Picture("plan_waits", more_stories.plan_waiting, size=(100, 30)),
    Picture("question_waits", more_stories.question_waiting, size=(100, 30)),
    Picture("stopped", more_stories.stopped, size=(100, 30)),
    Picture("files_offered", stories.reported, size=(100, 30), keys=(*"look at @red",)),
    Picture("pasted", more_stories.empty, size=(100, 30), keys=(PASTE, *" why")),
    Picture("history", stories.reported, size=(100, 30), keys=("ctrl+r", *"the")),
    Picture("themes", stories.reported, size=(100, 30), keys=(*"/theme", "enter", "down")),
    Picture("approval_while_typing", stories.approval_waiting, keys=("escape", *"and mention")),
    Picture("a_rule_is_chosen", stories.approval_waiting, keys=("p", "2", "t")),
    Picture("first_run", None, size=(100, 30)),
    Picture("keep_key", None, size=(100, 30), keys=("k", *"sk-made-up", "enter")),
    Picture("palette", stories.streaming, keys=("ctrl+p", "r", "e")),
    Picture("sessions", stories.streaming, keys=(*"/sessions", "enter", *"redirect")),
    Picture("sessions_narrow", stories.streaming, size=(80, 24), keys=(*"/sessions", "enter")),
    Picture("sessions_smallest", stories.streaming, size=(40, 20), keys=(*"/sessions", "enter")),
    Picture("narrow", stories.edit_waiting, size=(80, 24)),
    Picture("smallest", stories.edit_waiting, size=(40, 20)),
    Picture("report", stories.reported),
    Picture("help", stories.edit_waiting, size=(100, 30), keys=("f1",)),
)


def _shell(picture: Picture) -> Shell:
    client = ToldClient(picture.story()) if picture.story is not None else None

    async def connect() -> Client | None:
        return client

    doors = Doors(
        connect=connect,
        sessions=_sessions,
        preview_session=_preview,
        first_run=_first_run,
        files=_files,
        history=lambda: SENT,
        keep_key=lambda _: "OPENAI_API_KEY",
    )
    shell = Shell(doors, choose_theme(picture.theme, picture.environ))
    shell.animation_level = "none"
    return shell


async def _until(seen: Callable[[], bool]) -> None:
    for _ in range(500):
        if seen():
            return
        await asyncio.sleep(0.01)


async def _settled(shell: Shell, pilot: Pilot[int]) -> None:
    """Wait until the screen has not changed for a while."""
    before: list[str] = []
    for _ in range(50):
        await pilot.pause(0.04)
        now = text_of(shell)
        if now == before:
            return
        before = now


def _before(picture: Picture) -> Run:
    async def run(pilot: Pilot[int]) -> None:
        shell = pilot.app
        assert isinstance(shell, Shell)

        def ready() -> bool:
            if picture.story is None:
                return len(shell.screen_stack) > 1
            frame = shell.rest
            waits = picture.story not in STILL
            return (
                isinstance(frame, Frame)
                and frame.live.frames > 0
                and isinstance(frame.client, ToldClient)
                and frame.client.heard == len(frame.client.story.records)
                and (frame.arming.armed or not waits)
            )

        await _until(ready)
        for key in ("", *picture.keys):
            if key == PASTE:
                shell.post_message(events.Paste("a line of a log\n" * 239 + "its end"))
                # A key that was read together with a paste belongs to it.
                await asyncio.sleep(2 * TOGETHER_SECONDS)
            elif key:
                await pilot.press(key)
            if key in {"ctrl+p", "ctrl+r", "f1", "enter"}:
                await _until(lambda: len(shell.screen_stack) > 1)
            await _settled(shell, pilot)

    return run


@pytest.mark.slow
@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_the_screen_looks_as_it_did(picture: Picture, snap_compare: Compare) -> None:
    time.tzset()
    shell: App[int] = _shell(picture)
    assert snap_compare(shell, terminal_size=picture.size, run_before=_before(picture))
