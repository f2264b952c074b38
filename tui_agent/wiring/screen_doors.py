"""What the screen asks of the world: the session, files, the editor, other sessions, models."""

from __future__ import annotations

import asyncio
import gc
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui_agent.ui.tui.shell import Doors
from tui_agent.wiring.editing import editor_of
from tui_agent.wiring.screen import preload
from tui_agent.wiring.trusting import question_for_screen

if TYPE_CHECKING:
    from tui_agent.core.ports import Client
    from tui_agent.ui.text import Line
    from tui_agent.ui.tui.choices import FirstRun, SessionLine
    from tui_agent.wiring.around import Around
    from tui_agent.wiring.world import Opened

MOST_FILES, MOST_SESSIONS = 50, 200
LAYOUT_FILE = "layout.json"
FAR = 60
"""How like a path must be to what was typed, of 100."""


class Opening:
    """One session's way to the screen."""

    def __init__(self, around: Around) -> None:
        """Open nothing yet."""
        self.around = around
        self.opened: Opened | None = None
        self.failure: BaseException | None = None
        """What kept the session from being opened; the command line explains it."""
        self._names: list[str] | None = None

    def doors(self) -> Doors:
        """Return what the screen may ask for."""
        return Doors(
            connect=self.connect,
            preload=preload,
            loaded=_loaded,
            quiet=gc.collect,
            files=self.files,
            edit=editor_of(self.around),
            sessions=self.sessions,
            blame=self.blame,
            first_run=self.first_run,
            take_model=self.around.choose_model,
            keep_key=keep_key,
            trust_question=lambda: question_for_screen(self.around),
            trust=self.around.trust,
            history=self.history,
            notices=lambda: self.opened.notices if self.opened is not None else (),
            opening=self.around.options.prompt,
            layout=self._layout(),
            keep_layout=self._keep_layout,
        )

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
            if self.around.first is not None:
                self.opened.agent.send(self.around.first)
                self.around.first = None
            return self.opened.agent
        if isinstance(failure, NoModelError):
            return None
        self.failure = failure
        raise CannotOpenError

    async def close(self) -> None:
        """Close the session; an open turn is suspended."""
        if self.opened is not None:
            await self.opened.agent.close()

    # Files

    async def files(self, typed: str) -> Sequence[str]:
        """Return the paths that are most like what was typed."""
        if self._names is None or not typed:
            from tui_agent.adapters.git_workspace.listing import list_names
            from tui_agent.adapters.git_workspace.paths import Confined
            from tui_agent.core.confines import confines_of

            files = Confined(self.around.workspace, confines_of(self.around.settings))
            self._names = await list_names(files, ".", self.around.environ)
        return await asyncio.to_thread(_most_like, typed, self._names)

    # Sessions

    async def sessions(self, query: str) -> Sequence[SessionLine]:
        """Return the sessions of this repository whose first message holds the query."""
        lines = await asyncio.to_thread(self._lines)
        words = query.lower()
        return [line for line in lines if words in line.title.lower()]

    def _lines(self) -> list[SessionLine]:
        from tui_agent.ui.tui.choices import SessionLine

        lines = []
        for one in list(self.around.summaries(all_repositories=False))[:MOST_SESSIONS]:
            if one.status in {"empty", "unreadable"}:
                continue
            day, time = _day_and_time(one.last or one.started)
            sign, role, outcome = _STATES.get(one.status, ("queued", "text-3", one.status))
            lines.append(
                SessionLine(
                    id=one.id,
                    day=day,
                    time=time,
                    title=one.title,
                    turns=one.turns,
                    sign=sign,
                    role=role,
                    outcome=outcome,
                    facts=f"{one.repository}   {one.model}",
                )
            )
        return lines

    def history(self) -> Sequence[str]:
        """Return what earlier sessions began with, oldest first."""
        found = list(self.around.summaries(all_repositories=False))[:MOST_SESSIONS]
        return [one.title for one in reversed(found) if one.title]

    def blame(self, path: str) -> Sequence[Line]:
        """Return a file's lines, each with the step that made it. Raises UsageError."""
        from tui_agent.wiring.blaming import blame_door

        return blame_door(self.around)(path)

    # The first card

    async def first_run(self) -> FirstRun:
        """Look for keys and for servers of one's own."""
        from tui_agent import __version__
        from tui_agent.ui.tui.choices import Fact, FirstRun, ModelFound

        models = [
            ModelFound(model=one.default_model, source=one.variable, where="in your environment")
            for one in self.around.providers()
            if one.found and one.default_model
        ]
        servers = await self.around.local_servers()
        models += [
            ModelFound(model=model, source=one.name, where="on this machine")
            for one in servers
            for model in one.models[:3]
        ]
        ports = "" if servers else "No answer on ports 11434 (Ollama), 1234, 8080, 8000."
        trusted = self.around.trusted
        folder = [Fact(sign="done", role="added", name=_short(self.around), detail="this folder")]
        if not trusted:
            detail = f"{', '.join(self.around.folder.names)} wait until you say so"
            folder.append(
                Fact(sign="waiting", role="pending", name="not trusted yet", detail=detail)
            )
        return FirstRun(
            version=__version__,
            models=tuple(models),
            looked=ports,
            folder=tuple(folder),
            trusted=trusted,
            question=self.around.folder.question(),
        )

    # The panes' sizes

    def _layout(self) -> Mapping[str, int]:
        try:
            kept = json.loads((self.around.state.path / LAYOUT_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(kept, dict):
            return {}
        return {str(name): size for name, size in kept.items() if isinstance(size, int)}

    def _keep_layout(self, layout: Mapping[str, int]) -> None:
        import contextlib

        with contextlib.suppress(OSError):
            file = self.around.state.path / LAYOUT_FILE
            file.write_text(json.dumps(dict(layout)), encoding="utf-8")


def _loaded() -> None:
    from tui_agent.wiring import cycles

    cycles.begin()


_STATES = {
    "running": ("running", "accent", "running"),
    "closed": ("done", "text-3", "closed"),
    "suspended": ("waiting", "pending", "waits for you"),
    "interrupted": ("warning", "warning", "interrupted"),
}


_KEYS = (
    ("sk-ant-", "ANTHROPIC_API_KEY"),
    ("sk-or-", "OPENROUTER_API_KEY"),
    ("AIza", "GEMINI_API_KEY"),
    ("gsk_", "GROQ_API_KEY"),
    ("xai-", "XAI_API_KEY"),
    ("sk-", "OPENAI_API_KEY"),
)


def keep_key(key: str) -> str:
    """Put a pasted key where the model hosts look when they are started; say under which name.

    They are started at once with the program itself, which is then without it.
    """
    variable = next((name for begin, name in _KEYS if key.startswith(begin)), "")
    if variable:
        os.environ[variable] = key
    return variable


def _most_like(typed: str, names: Sequence[str]) -> list[str]:
    if not typed:
        return list(names[:MOST_FILES])
    from rapidfuzz import fuzz, process

    small = typed.lower()
    begins = [name for name in names if name.rpartition("/")[2].lower().startswith(small)]
    holds = [name for name in names if small in name.lower()]
    found = list(dict.fromkeys([*begins, *holds]))
    if len(found) < MOST_FILES:
        near = process.extract(
            typed, names, scorer=fuzz.partial_ratio, limit=MOST_FILES, score_cutoff=FAR
        )
        found = list(dict.fromkeys([*found, *(name for name, _, _ in near)]))
    return found[:MOST_FILES]


def _day_and_time(ts: str) -> tuple[str, str]:
    try:
        moment = datetime.fromisoformat(ts).astimezone()
    except ValueError:
        return "", ""
    days = (datetime.now(UTC).astimezone().date() - moment.date()).days
    names = {0: "today", 1: "yesterday"}
    return names.get(days, moment.strftime("%-d %b")), moment.strftime("%H:%M")


def _short(around: Around) -> str:
    home, root = around.environ.get("HOME", ""), str(around.root)
    return "~" + root.removeprefix(home) if home and root.startswith(home + "/") else root
