"""A whole agent over a real repository: scripted model, real tools, real files, a log on disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from tests.support.clock import CountedIds
from tests.support.repository import Repository
from tui_agent.adapters.bash_reader import BashReader
from tui_agent.adapters.child_copies import KeptCopies
from tui_agent.adapters.foreign_diff import read_diff
from tui_agent.adapters.git_workspace.marks import marks_of
from tui_agent.adapters.git_workspace.workspace import GitWorkspace
from tui_agent.adapters.models.care import Care
from tui_agent.adapters.models.endpoints import Endpoints
from tui_agent.adapters.models.router import RoutedModel
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.views import Views
from tui_agent.adapters.session_log import FileLog
from tui_agent.adapters.snapshots.git_snapshots import GitSnapshots
from tui_agent.agent.agent import Agent
from tui_agent.agent.manner import Manner
from tui_agent.core.agents import AgentDefinition
from tui_agent.core.clock import Clock
from tui_agent.core.commands import Command, Decide, Submit
from tui_agent.core.day import DayBook
from tui_agent.core.events import Check, Record, SessionStarted
from tui_agent.core.gate_means import GateMeans
from tui_agent.core.ports import Runner, Snapshots, Tool, Workspace
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.served import ToolServers
from tui_agent.core.settings import Settings
from tui_agent.core.state import Call, Session, Waiting
from tui_agent.core.world import World
from tui_agent.tools.apply_patch import ApplyPatch
from tui_agent.tools.ask import Ask
from tui_agent.tools.edit import Edit
from tui_agent.tools.list import List
from tui_agent.tools.plan import SetPlan
from tui_agent.tools.read import Read
from tui_agent.tools.review import Review
from tui_agent.tools.search import Search
from tui_agent.tools.shell import Shell
from tui_agent.tools.task import Task
from tui_agent.tools.undo import Undo
from tui_agent.tools.write import Write

E = TypeVar("E")
SECONDS = 8.0
"""How long a story waits for something to happen."""


class WallClock:
    """The time as it is: these stories run real processes."""

    def now(self) -> str:
        from datetime import UTC, datetime

        year = os.environ.get("STORY_YEAR", "%Y")  # a story whose clock jumps
        return datetime.now(UTC).strftime(f"{year}-%m-%dT%H:%M:%S.000Z")

    def monotonic(self) -> float:
        import time

        return time.monotonic()


def all_tools(children: Mapping[str, AgentDefinition] | None = None) -> dict[str, Tool]:
    made: list[Tool] = [
        Read(), List(), Search(), Edit(), Write(), ApplyPatch(),
        Shell(classifier=BashReader()), SetPlan(), Ask()
    ]  # fmt: skip
    if children:
        made.append(Task(children))
    return {tool.spec.name: tool for tool in made}


@dataclass(slots=True, kw_only=True)
class AgentAtWork:
    """One session that a story drives and looks at."""

    agent: Agent
    repository: Repository
    records: list[Record] = field(default_factory=list)

    @property
    def state(self) -> Session:
        return self.agent.state

    def events(self, kind: type[E]) -> list[E]:
        return [one.event for one in self.records if isinstance(one.event, kind)]

    def send(self, command: Command) -> None:
        self.agent.send(command)

    def send_text(self, text: str) -> None:
        self.send(Submit(text=text))

    async def until(self, what: Callable[[Session], object]) -> None:
        async with asyncio.timeout(SECONDS):
            while not what(self.state):  # noqa: ASYNC110 - any state, not one event
                await asyncio.sleep(0.002)

    async def asked(self) -> tuple[Waiting, Call, Proposal]:
        """Wait for an open request; return it with its call and proposal."""
        await self.until(lambda state: state.waiting)
        waiting = next(iter(self.state.waiting.values()))
        call = self.state.call(waiting)
        assert call.proposal is not None
        return waiting, call, call.proposal

    async def decide(self, decision: Decision) -> Proposal:
        """Answer the open request."""
        waiting, _, proposal = await self.asked()
        self.send(Decide(request_id=waiting.request_id, decision=decision))
        return proposal

    async def say(self, text: str) -> None:
        """Send a message and wait until the turn has ended."""
        self.send_text(text)
        await self.ended()

    async def ended(self) -> None:
        async with asyncio.timeout(SECONDS):
            await self.agent.wait_idle()
        await self.until(lambda state: self.records and self.records[-1].seq >= state.seq)

    def shown(self) -> list[str]:
        """The names of the events so far, without the ephemeral ones."""
        return [type(one.event).__name__ for one in self.records if one.h]

    def last(self, kind: type[E]) -> E:
        return self.events(kind)[-1]


@dataclass(slots=True, kw_only=True)
class Setting:
    """Where a story plays: it can be opened again, as another process would."""

    repository: Repository
    state: Path
    script: Path
    settings: Settings = field(default_factory=Settings)
    checks: tuple[Check, ...] = ()
    commands_before: tuple[str, ...] = ()
    """What earlier sessions of the repository ran."""
    children: Mapping[str, AgentDefinition] = field(default_factory=dict)
    child_tools: Callable[[], Mapping[str, Tool]] | None = None
    layers: bool = False
    """Whether commands may run over a layer, rather than in a copy."""
    care: Care = field(default_factory=Care)
    clock: Clock = field(default_factory=WallClock)
    redact: Callable[[str], tuple[str, tuple[str, ...]]] = lambda text: (text, ())
    day_book: DayBook | None = None
    servers: Callable[[], ToolServers | None] = lambda: None

    @property
    def folder(self) -> Path:
        return self.state / "sessions" / "story"

    @asynccontextmanager
    async def opened(
        self, *, again: bool = False, manner: Manner | None = None
    ) -> AsyncIterator[AgentAtWork]:
        """Open the session; leaving closes it, which suspends an open turn."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        past: list[Record] = []
        if again:
            log, past = FileLog.open(self.folder, now="2026-01-02T03:04:05.000Z")
        else:
            log = FileLog.create(self.folder)
        world = self._world(log)
        agent = Agent(world, self.settings, manner or Manner(trusted=True), past)
        started = SessionStarted(
            session_id="story",
            program="agent test",
            cwd=str(self.repository.root),
            workspace=str(self.repository.root),
            model=f"script:{self.script}",
            mode=self.settings.mode,
            budget_usd=self.settings.budget.session or None,
        )
        at_work = AgentAtWork(agent=agent, repository=self.repository)
        await agent.open(None if again else started)
        listening = asyncio.create_task(_listen(at_work))
        try:
            yield at_work
        finally:
            await agent.close()
            await listening

    def _world(self, log: FileLog) -> World:
        root = self.repository.root
        workspace, runner, snapshots = self._place(log, root)
        return World(
            model=RoutedModel({}, Endpoints.of({}), folder=root, care=self.care),
            tools=all_tools(self.children),
            children=self.children,
            child_tools=self.child_tools or (lambda: all_tools(self.children)),
            own_tools={"review": Review(read_diff), "undo": Undo()},
            workspace=workspace,
            gate=GateMeans(classifier=BashReader(), commands_before=lambda: self.commands_before),
            runner=runner,
            snapshots=snapshots,
            copies=KeptCopies(root, self.state / "copies", partial(self._place, log)),
            log=log,
            clock=self.clock,
            ids=_NewIds(log),
            redact=self.redact,
            day_book=self.day_book,
            servers=self.servers(),
        )

    def _place(
        self, log: FileLog, root: Path, _lent: tuple[str, ...] = ()
    ) -> tuple[Workspace, Runner, Snapshots]:
        environ = dict(os.environ)
        return (
            GitWorkspace(root, blobs=log, environ=environ, checks=self.checks),
            PlainRunner(
                Launching(root=root, environ=environ),
                Views(self.state / "views", root, layers=self.layers),
            ),
            GitSnapshots(
                self.state,
                root,
                secret=lambda path: "secret" in marks_of(path),
                path=environ["PATH"],
            ),
        )

    def with_mode(self, **changes: object) -> Setting:
        """The same place under other settings."""
        return replace(self, settings=replace(self.settings, **changes))  # type: ignore[arg-type]


class _NewIds:
    """Ids that no earlier process of the same story has given."""

    def __init__(self, log: FileLog) -> None:
        self._counted = CountedIds()
        self._process = f"{os.getpid():x}{id(log):x}"

    def __call__(self, kind: str) -> str:
        return f"{self._counted(kind)}-{self._process}"


async def _listen(at_work: AgentAtWork) -> None:
    async for record in at_work.agent.events():
        at_work.records.append(record)
