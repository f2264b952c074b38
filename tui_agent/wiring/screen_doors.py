"""What the screen asks of the world: the session, files, the editor, other sessions, models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from tui_agent.ui.tui.shell import Doors
from tui_agent.wiring.appearance import appearance_of
from tui_agent.wiring.looks import signals, theme_doors
from tui_agent.wiring.screen import preload

if TYPE_CHECKING:
    from tui_agent.adapters.git_workspace.finder import Finder
    from tui_agent.core.messages import Attachment
    from tui_agent.core.overview import Overview
    from tui_agent.core.ports import Client
    from tui_agent.core.state import Session
    from tui_agent.core.trust import TrustQuestion
    from tui_agent.ui.text import Line
    from tui_agent.ui.tui.choices import FirstRun, SessionLine
    from tui_agent.ui.tui.outlets import Prepared
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.session_doors import SessionDoors
    from tui_agent.wiring.world import Opened

LAYOUT_FILE = "layout.json"
NOBODY = "-"
"""The model of what is open while a session is chosen; nothing is ever sent to it."""


class Opening:
    """One session's way to the screen."""

    def __init__(self, around: Around) -> None:
        """Open nothing yet."""
        self.around = around
        self.opened: Opened | None = None
        self.failure: BaseException | None = None
        """What kept the session from being opened; the command line explains it."""
        self._chosen = ""
        """What is to be said of a model that was chosen on the first card."""

    @cached_property
    def shelf(self) -> SessionDoors:
        """Earlier sessions: loaded once somebody asks for them."""
        from tui_agent.wiring.session_doors import SessionDoors

        return SessionDoors(self.around)

    def doors(self) -> Doors:
        """Return what the screen may ask for."""
        return Doors(
            connect=self.connect,
            preload=lambda: preload(self.around),
            loaded=_loaded,
            quiet=_quiet,
            files=self.files,
            edit=self._editor(),
            attach=self.attach,
            blame=self.blame,
            cost=self.cost,
            memory=self.memory,
            sessions=self.sessions,
            search_sessions=self.search_sessions,
            read_sessions=self.read_sessions,
            preview_session=self.preview_session,
            export_session=self.export_session,
            label_session=self.label_session,
            first_run=self.first_run,
            take_model=self._take_model,
            keep_key=_keep_key,
            trust_question=self.trust_question,
            trust=self.around.trust,
            history=self.history,
            notices=lambda: self.opened.notices if self.opened is not None else (),
            picking=self.around.options.pick,
            opening="/sessions" if self.around.options.pick else self.around.options.prompt,
            layout=self._layout(),
            keep_layout=self._keep_layout,
            themes=lambda: theme_doors(self.around),
            signals=lambda: signals(self.around),
        )

    async def cost(self, state: Session) -> Sequence[Line]:
        """Return what a session has cost, and the day."""
        from tui_agent.wiring.spending import cost_door

        return await cost_door(self.around)(state)

    def memory(self, verb: str, text: str) -> Sequence[Line]:
        """Do what is asked of this project's memory. Raises ValueError."""
        from tui_agent.wiring.remembering import memory_door

        return memory_door(self.around)(verb, text)

    def _editor(self) -> Callable[..., Awaitable[str]] | None:
        environ = self.around.environ
        named = appearance_of(self.around).editor or environ.get("VISUAL") or environ.get("EDITOR")
        if not named:
            return None
        from tui_agent.wiring.editing import editor_of

        return editor_of(self.around)

    async def connect(self) -> Client | None:
        """Open the session; None where a model must be chosen first.

        Raises CannotOpenError, and keeps why for the command line.
        """
        from tui_agent.ui.tui.choices import CannotOpenError
        from tui_agent.wiring.world import NoModelError

        opening = asyncio.ensure_future(self.around.open(attended=True))
        await asyncio.wait({opening})
        failure = opening.exception()
        if failure is None:
            self.opened = opening.result()
            if self._chosen:
                self.opened.agent.engine.notice(self._chosen)
            if self.around.first is not None:
                self.opened.agent.send(self.around.first)
                self.around.first = None
            return self.opened.agent
        if isinstance(failure, NoModelError) and self.around.options.pick:
            self.around.choose_model(NOBODY)
            return await self.connect()
        if isinstance(failure, NoModelError):
            return None
        self.failure = failure
        raise CannotOpenError

    def trust_question(self) -> TrustQuestion | None:
        """Return what is to be asked about this folder before the session opens."""
        from tui_agent.wiring.trusting import question_for_screen

        return question_for_screen(self.around)

    async def close(self) -> None:
        """Close the session; an open turn is suspended."""
        if "finder" in self.__dict__:
            self.finder.close()
        if self.opened is not None:
            await self.opened.agent.close()

    # Files

    def files(self, typed: str) -> AsyncIterator[Sequence[str]]:
        """Give the paths that fit what was typed, again as more are known."""
        return self.finder.find(typed)

    @cached_property
    def finder(self) -> Finder:
        """The files of the workspace: listed once somebody asks for one."""
        from tui_agent.wiring.finding import finder_of

        return finder_of(self.around)

    async def attach(self, path: str) -> Attachment:
        """Read an image for a message. Raises OSError, ValueError with a sentence."""
        from tui_agent.wiring.attaching import attach_image

        if self.opened is None:
            message = "The session is not open yet"
            raise ValueError(message)
        return await asyncio.to_thread(attach_image, self.opened, path)

    def blame(self, path: str) -> Sequence[Line]:
        """Return a file's lines, each with the step that made it. Raises UsageError."""
        from tui_agent.wiring.blaming import blame_door

        return blame_door(self.around)(path)

    # Earlier sessions

    async def sessions(self, query: str) -> Sequence[SessionLine]:
        """Return the sessions whose title is like the query."""
        return await self.shelf.sessions(query)

    async def search_sessions(self, query: str) -> Sequence[SessionLine]:
        """Return the sessions in which the words stand."""
        return await self.shelf.search(query)

    async def read_sessions(self) -> bool:
        """Read the logs that there was no time for; return whether there were any."""
        return await self.shelf.catch_up()

    async def preview_session(self, session_id: str) -> Overview | None:
        """Return a session at a glance."""
        return await self.shelf.preview(session_id)

    async def export_session(self, session_id: str, form: str, step: int) -> Prepared:
        """Make an export. Raises LookupError, OSError."""
        return await self.shelf.export(session_id, form, step)

    def label_session(self, session_id: str, text: str) -> str:
        """Name the end of a session; return why that cannot be, or an empty string."""
        return self.shelf.label(session_id, text)

    def history(self) -> Sequence[str]:
        """Return what earlier sessions began with, oldest first."""
        return self.shelf.history()

    # The first card

    async def first_run(self) -> FirstRun:
        """Look for keys and for servers of one's own."""
        from tui_agent.wiring.first_card import first_run

        return await first_run(self.around)

    # The panes' sizes

    def _take_model(self, name: str) -> None:
        from tui_agent.wiring.model_chosen import take_model

        self._chosen = take_model(self.around, name)

    def _layout(self) -> Mapping[str, int]:
        try:
            text = (self.around.state.path / LAYOUT_FILE).read_text(encoding="utf-8")
            import json  # a millisecond of the first paint, where nothing is kept

            kept = json.loads(text)
        except (OSError, ValueError):
            return {}
        if not isinstance(kept, dict):
            return {}
        return {str(name): size for name, size in kept.items() if isinstance(size, int)}

    def _keep_layout(self, layout: Mapping[str, int]) -> None:
        import contextlib
        import json

        with contextlib.suppress(OSError):
            file = self.around.state.path / LAYOUT_FILE
            file.write_text(json.dumps(dict(layout)), encoding="utf-8")


def _loaded() -> None:
    from tui_agent.wiring import cycles

    cycles.begin()


def _quiet() -> None:
    from tui_agent.wiring import cycles

    cycles.tidy()


def _keep_key(key: str) -> str:
    from tui_agent.wiring.first_card import keep_key

    return keep_key(key)
