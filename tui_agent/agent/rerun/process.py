"""One recorded process over today's code: its engine, its open turn, what it has made so far."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_agent.agent.approvals import Approvals
from tui_agent.agent.compaction import compact
from tui_agent.agent.engine import Engine
from tui_agent.agent.rerun.real import RealSnapshots, RealWorkspace
from tui_agent.agent.rerun.recorded import (
    AgainLog,
    RecordedClock,
    RecordedModel,
    RecordedNames,
    RecordedRunner,
    RecordedSnapshots,
)
from tui_agent.agent.rerun.recorded_servers import RecordedServers
from tui_agent.agent.rerun.recorded_stops import RecordedStops
from tui_agent.agent.rerun.recorded_tools import RealTool, RecordedTool, ServedTool, is_served
from tui_agent.agent.rerun.recorded_workspace import RecordedWorkspace
from tui_agent.agent.session import LiveSession
from tui_agent.agent.setup import settings_of
from tui_agent.agent.turn import run_turn
from tui_agent.core.blob import Text
from tui_agent.core.codec import CodecError
from tui_agent.core.compaction import words_in
from tui_agent.core.events import (
    MAIN_AGENT,
    ModelRequested,
    Record,
    Rewound,
    SessionResumed,
    SessionStarted,
    Setup,
)
from tui_agent.core.patch.modes import is_link
from tui_agent.core.ports import Runner, Snapshots, Tool, Workspace
from tui_agent.core.prompt import PROMPTS
from tui_agent.core.servers import is_served as by_server
from tui_agent.core.undo.past import succeeded
from tui_agent.core.world import World

if TYPE_CHECKING:
    from tui_agent.agent.rerun.mailbox import Mailbox
    from tui_agent.agent.rerun.stage import Stage
    from tui_agent.core.replay.calls import RecordedCall
    from tui_agent.core.settings import Settings


class Process:
    """What runs between a session's start, or its being taken up, and the process's end."""

    def __init__(
        self,
        stage: Stage,
        mailbox: Mailbox,
        records: Sequence[Record],
        calls: Mapping[str, RecordedCall],
    ) -> None:
        """Stand at the beginning of these records."""
        self.stage, self.mailbox = stage, mailbox
        self.records, self.calls = records, calls
        self.as_recorded: Callable[[], bool] = lambda: True
        """Whether nothing has differed from the record so far."""
        self.clock = RecordedClock()
        self.made: list[Record] = []
        self.log = AgainLog(stage.blobs, stage.payload, self._told)
        self.files: RecordedWorkspace | None = None
        self.trees: RecordedSnapshots | None = None
        self.task: asyncio.Task[object] | None = None
        self.engine: Engine | None = None
        self.live = self._live(0)

    def _told(self, record: Record) -> None:
        self.mailbox.moves += 1
        self.made.append(record)

    def _live(self, index: int) -> LiveSession:
        past = self.records[:index]
        self.clock.mono_ms = past[-1].mono_ms if past else 0
        return LiveSession(self.log, self.clock, lambda text: (text, ()), past)

    async def stand_at(self, index: int) -> None:
        """Take the record's word for everything before this place."""
        await self.stop()
        setup = _setup_before(self.records, index)
        self.live = self._live(index)
        self.begin(setup, index)
        self._learn_of_open_calls()

    def _learn_of_open_calls(self) -> None:
        turn, files = self.live.state.main.turn, self.files
        if turn is None or files is None:
            return
        for call in turn.calls.values():
            known = self.calls.get(call.id)
            if call.status != "finished" and call.proposal is not None and known is not None:
                files.learn_of(known, call.proposal)

    def begin(self, setup: Setup | None, index: int) -> None:
        """Let a process begin: its engine decides under what was recorded of it."""
        started = next(
            (one.event for one in self.records if isinstance(one.event, SessionStarted)), None
        )
        settings = self._settings(setup)
        root = started.workspace if started is not None else "/"
        self.files = RecordedWorkspace(root, self.mailbox, self.log, self.stage.marks)
        self.trees = RecordedSnapshots(mailbox=self.mailbox, went_back=self._went_back)
        tier = setup.tier if setup is not None else self.live.state.sandbox
        self.engine = Engine(
            world=self._world(settings, setup, tier, index),
            live=self.live,
            approvals=Approvals(),
            settings=settings,
            agent_id=MAIN_AGENT,
            attended=setup.attended if setup is not None else True,
            answer=setup.answer if setup is not None else "",
            unconfined=setup.unconfined if setup is not None else False,
            trusted=started.trusted if started is not None else False,
            past=(),
            told_stop=RecordedStops(self.records[index:], self._whole),
        )

    def _settings(self, setup: Setup | None) -> Settings:
        if setup is None:
            return self.stage.usual
        try:
            return settings_of(setup)
        except CodecError:
            return self.stage.usual

    def _world(self, settings: Settings, setup: Setup | None, tier: str, index: int) -> World:
        ground = self.stage.ground
        toolbox = self.stage.toolbox(settings)
        workspace: Workspace | None = self.files
        snapshots: Snapshots | None = self.trees
        runner: Runner = RecordedRunner(tier=tier)
        if ground is not None:
            runner = ground.runner(tier)
            workspace = RealWorkspace(ground.workspace(self.log), self.mailbox)
            snapshots = RealSnapshots(ground.snapshots(), self.mailbox)
        if workspace is None or snapshots is None:
            message = "a process begins before it has a world"
            raise RuntimeError(message)
        ours = self._wrapped(toolbox.tools)
        return World(
            model=RecordedModel(self.mailbox, self._whole),
            tools=ours | self._served(_of_the_main_agent(self.records)),
            child_tools=lambda: ours | self._served(self.records),
            withheld=self._wrapped(toolbox.withheld),
            own_tools=self._wrapped(toolbox.own),
            workspace=workspace,
            runner=runner,
            snapshots=snapshots,
            log=self.log,
            clock=self.clock,
            ids=RecordedNames(_of_the_main_agent(self.records[index:])),
            gate=self.stage.gate,
            prompts=PROMPTS | (setup.prompts if setup is not None else {}),
            servers=RecordedServers(
                self.records,
                {name: one for name, one in self._served(self.records).items() if by_server(name)},
                self.mailbox,
                lambda: self.live.records,
            ),
        )

    def _served(self, records: Sequence[Record]) -> dict[str, Tool]:
        """Return the tools that these records know and that are not ours to run again."""
        specs = {
            spec.name: spec
            for record in records
            if isinstance(record.event, ModelRequested)
            for spec in record.event.tools
            if is_served(spec.name)
        }
        return {
            name: ServedTool(spec, self.calls, self.mailbox, self.files)
            for name, spec in specs.items()
        }

    def _went_back(self) -> tuple[str, ...] | None:
        """Return which files differed, in a turn that goes back and has taken back its files."""
        turn = self.live.state.main.turn
        if turn is None or turn.kind != "rewind" or not any(map(succeeded, turn.calls.values())):
            return None
        return next(
            (
                one.event.changed_files
                for one in self.records
                if isinstance(one.event, Rewound) and one.turn == turn.number
            ),
            (),
        )

    def _wrapped(self, tools: Mapping[str, Tool]) -> dict[str, Tool]:
        return {name: self._wrap(tool) for name, tool in tools.items() if not is_served(name)}

    def _wrap(self, tool: Tool) -> Tool:
        if self.stage.ground is not None or self.files is None:
            return RealTool(tool, self.mailbox, self._lay_bases)
        return RecordedTool(tool, self.calls, self.mailbox, self.files)

    async def _lay_bases(self, call_id: str) -> None:
        """Write the files that a recorded edit was made from, where they are others here.

        As long as all is as it was recorded, it was somebody outside of the session who had changed
        them. Once anything differs, it may be ours, and nothing is laid over it.
        """
        known, engine, ground = self.calls.get(call_id), self.engine, self.stage.ground
        proposal = known.proposal if known is not None else None
        if proposal is None or proposal.patch is None or engine is None or ground is None:
            return
        for file in proposal.patch.files if self.as_recorded() else ():
            if is_link(file.old_mode) or is_link(file.new_mode):
                continue
            data = None if file.before is None else self.log.get(file.before.sha)
            try:
                same = engine.world.workspace.read(file.path) == data
            except ValueError:
                continue
            if not same:
                await ground.put(file.path, data, file.old_mode)

    def _whole(self, text: Text) -> str:
        if isinstance(text, str):
            return text
        return self.log.get(text.sha).decode("utf-8", "surrogatepass")

    def go(self) -> None:
        """Let the open turn run."""
        if self.engine is not None:
            self.task = asyncio.create_task(run_turn(self.engine))

    def go_compact(self, asked: Text) -> None:
        """Have the conversation summarised, as the user wished."""
        if self.engine is not None:
            words = words_in(self._whole(asked))
            self.task = asyncio.create_task(compact(self.engine, "user", words))

    async def stop(self) -> None:
        """Cut off what runs, as an end of the process does."""
        task, self.task = self.task, None
        if task is not None and not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(task, return_exceptions=True)

    def fault(self) -> BaseException | None:
        """Return what went wrong inside of today's code; None where nothing did."""
        task = self.task
        if task is None or not task.done() or task.cancelled():
            return None
        error = task.exception()
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        return error


def _of_the_main_agent(records: Sequence[Record]) -> list[Record]:
    return [one for one in records if one.agent_id == MAIN_AGENT]


def _setup_before(records: Sequence[Record], index: int) -> Setup | None:
    """Return under what the process decided that stands at this place."""
    found: Setup | None = None
    for record in records[: index + 1]:
        if isinstance(record.event, SessionStarted | SessionResumed):
            found = record.event.setup or found
    return found
