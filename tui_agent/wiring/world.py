"""Builds what a run needs, each thing once, from options, settings and environment."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent import __version__
from tui_agent.wiring.hosts import DEFAULT_MODEL

if TYPE_CHECKING:
    from tui_agent.adapters.models.endpoints import Endpoints
    from tui_agent.adapters.models.router import RoutedModel
    from tui_agent.adapters.models.start import HostHandle
    from tui_agent.adapters.places import StatePlace
    from tui_agent.adapters.redaction import Redactor
    from tui_agent.adapters.session_log import FileLog, MemoryLog, Shelf
    from tui_agent.adapters.settings import Loaded
    from tui_agent.adapters.trust import FolderTrust
    from tui_agent.agent.agent import Agent
    from tui_agent.core.agents import AgentDefinition
    from tui_agent.core.commands import Command
    from tui_agent.core.events import Record, SessionStarted
    from tui_agent.core.ports import Runner, Tool
    from tui_agent.core.settings import Settings
    from tui_agent.core.sink import Sink
    from tui_agent.core.toolsets import Toolset
    from tui_agent.core.world import World
    from tui_agent.ui.commands.typed import Options
    from tui_agent.ui.text import Paper
    from tui_agent.wiring.feeding import Feeding

HELD_SECONDS = 3.0
"""How long the model hosts may take to say what is to be masked."""
PROGRAM = f"agent {__version__}"


class NoModelError(Exception):
    """No model was named, and no key suggests one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An open session."""

    agent: Agent
    past: int
    """The number of the last record that was there before; 0 in a new session."""
    folder: Path | None
    """None where nothing is recorded."""
    notices: tuple[str, ...] = ()


class Wiring:
    """Builds what a run needs, each thing once and only when it is asked for."""

    def __init__(
        self,
        options: Options,
        environ: Mapping[str, str],
        paper: Paper,
        *,
        cwd: Path,
        hosts: Mapping[str, HostHandle] | None = None,
    ) -> None:
        self.options = options
        self.environ = environ
        self.paper = paper
        self.cwd = cwd
        self.hosts = dict(hosts or {})
        self._asks_through_another = False
        self._taken_from: Path | None = None
        self.child_problems: tuple[str, ...] = ()
        self.said_of_models: tuple[str, ...] = ()
        self._feeding: Feeding | None = None
        self.first: Command | None = None
        """What a front end sends first, in the place of a message; it needs no model."""
        self.modelless = False
        """Whether a new session needs no model: its calls are another program's."""

    @cached_property
    def root(self) -> Path:
        """The workspace: the work tree that the folder lies in, or the folder itself."""
        from tui_agent.adapters.git_workspace.root import workspace_root

        return workspace_root(self.cwd)

    @cached_property
    def state(self) -> StatePlace:
        """Where sessions and snapshots are kept."""
        from tui_agent.adapters.places import usable_state

        return usable_state(self.environ)

    @cached_property
    def shelf(self) -> Shelf:
        """The sessions of this repository."""
        from tui_agent.adapters.session_log import Shelf

        return Shelf.of(self.state.path, self.root)

    @cached_property
    def folder(self) -> FolderTrust:
        """This folder and what the user has said of it."""
        from tui_agent.wiring.trusting import folder_of

        return folder_of(self)

    @property
    def trusted(self) -> bool:
        """Whether the project's own settings and instructions count."""
        return self.folder.trusted

    def trust(self) -> None:
        """Remember that the user trusts this folder as it was shown. Raises OSError."""
        self.folder.trust()
        for name in ("loaded", "toolsets", "endpoints", "tools", "toolbox"):
            self.__dict__.pop(name, None)

    @cached_property
    def loaded(self) -> Loaded:
        """The settings with their origins. Raises SettingsError."""
        from tui_agent.wiring.loading import load

        return load(self, with_project=True)

    @cached_property
    def users_settings(self) -> Settings:
        """The settings without the project's: what the first paint needs. Raises SettingsError."""
        from tui_agent.wiring.loading import load

        return load(self, with_project=False).settings

    def choose_model(self, name: str) -> None:
        """Use this model from now on, as if it had been typed."""
        others = tuple(one for one in self.options.settings if one[0] != "model")
        self.options = replace(self.options, settings=(*others, ("model", "--model", name)))
        self.__dict__.pop("loaded", None)

    @cached_property
    def toolsets(self) -> tuple[Toolset, ...]:
        """The sets of tools that were chosen. Raises SettingsError."""
        from tui_agent.adapters.settings import SettingsError
        from tui_agent.core.toolsets import chosen_sets

        try:
            return chosen_sets(self.loaded.settings.toolsets)
        except ValueError as error:
            raise SettingsError(str(error)) from None

    @property
    def settings(self) -> Settings:
        """The settings alone."""
        return self.loaded.settings

    @property
    def workspace(self) -> Path:
        """Where paths begin: the root, or the working folder where the toolsets say so."""
        from tui_agent.core.toolsets import rooted_in_cwd

        return self._taken_from or (self.cwd if rooted_in_cwd(self.toolsets) else self.root)

    @cached_property
    def endpoints(self) -> Endpoints:
        """The servers that a model's name may mean."""
        from tui_agent.wiring.modelling import endpoints_of

        return endpoints_of(self)

    @cached_property
    def model(self) -> RoutedModel:
        """Everything that answers as a model."""
        from tui_agent.wiring.modelling import routed_model

        return routed_model(self)

    def ask_through(self, other: Wiring) -> None:
        """Have the model hosts of another run answer; they stay that one's to end."""
        self._asks_through_another = True
        self.model, self.redact = other.model, other.redact

    @cached_property
    def tools(self) -> dict[str, Tool]:
        """The tools that may be used, by name, in the order in which a model is told of them."""
        from tui_agent.core.toolsets import available

        return {name: self.toolbox[name] for name in available(self.toolsets, self.toolbox)}

    @cached_property
    def toolbox(self) -> dict[str, Tool]:
        """Every tool by name, whether the chosen toolsets have it or not."""
        from tui_agent.wiring.toolbox import toolbox

        return toolbox(self.settings, self.children)

    @cached_property
    def children(self) -> dict[str, AgentDefinition]:
        """The kinds of child agents; the project's only where it is trusted."""
        from tui_agent.adapters.agent_files import read_definitions
        from tui_agent.adapters.settings.load import user_file

        user = user_file(self.environ)
        project = self.root if self.trusted else None
        folder = user.parent if user else None
        found, self.child_problems = read_definitions(folder, project, self.folder.accepts)
        return found

    def child_tools(self) -> dict[str, Tool]:
        """Make the tools that a child may be given: its own, and none that this run leaves out."""
        from tui_agent.core.toolsets import available
        from tui_agent.wiring.toolbox import toolbox

        made = toolbox(self.settings, self.children)
        return {name: made[name] for name in available(self.toolsets, made)}

    @property
    def model_name(self) -> str:
        """The model to use: of the settings, or the first that a key is there for.

        Raises:
            NoModelError: there is neither.
        """
        name = self.settings.model or self.environ.get(DEFAULT_MODEL, "")
        if not name:
            message = "no model is chosen and no key was found"
            raise NoModelError(message)
        return name

    def world(self, log: FileLog | MemoryLog, runner: Runner | None = None) -> World:
        """Build the world of one agent, around a runner where there is one already."""
        from tui_agent.wiring.outfit import world_of

        return world_of(self, log, runner)

    @cached_property
    def redact(self) -> Redactor:
        """What masks secrets: those that the model hosts hold, and known forms of tokens."""
        from tui_agent.adapters.redaction import Redactor

        return Redactor()

    async def open(self, *, attended: bool, needed: Sequence[str] = ()) -> Opened:
        """Open the session that the options ask for, a new one or one of before.

        `needed` names modules that the front end imports next.

        Raises:
            NoModelError: a new session without a model.
            SessionNotFoundError: there is none to take up.
            OSError: the log cannot be written, or another process writes it.
        """
        from tui_agent.wiring.ahead import sandbox_begun, secure
        from tui_agent.wiring.beginning import first_record, new_log
        from tui_agent.wiring.faults import fault_keeper
        from tui_agent.wiring.notices import notices_of
        from tui_agent.wiring.sandbox import made_ready
        from tui_agent.wiring.taking_up import taken_up

        asyncio.get_running_loop().set_exception_handler(fault_keeper(self))
        await asyncio.to_thread(secure, self)

        sinks = self._sinks()
        past: list[Record] = []
        folder: Path | None = None
        started: SessionStarted | None = None
        log: FileLog | MemoryLog
        if self.options.continue_last or self.options.resume:
            folder, log, past = taken_up(
                self.shelf, self.options.resume or "last", self.resumable_places
            )
            self.work_where(past)
        else:
            if self.first is None and self.settings.need:
                from tui_agent.wiring.models import choose_by_need

                self.said_of_models = await choose_by_need(self)
            started = first_record(self, PROGRAM)
        async with sandbox_begun(self, *needed) as runner:
            if started is not None:
                folder, log, started = new_log(self, started)
            agent = self._agent(self.world(log, runner), past, attended=attended)
            await self.model.wake(started.model if started is not None else agent.state.model)
            tier, said = await made_ready(self, agent, self._learn_held())
        await agent.open(replace(started, sandbox=tier) if started is not None else None)
        last = past[-1].seq if past else 0
        self._feed(sinks, agent, last)
        self._apply_typed(agent, resumed=started is None)
        notices = (*said, *notices_of(self))
        return Opened(agent=agent, past=last, folder=folder, notices=notices)

    def _feed(self, sinks: list[Sink], agent: Agent, past: int) -> None:
        """Send the agent's events to what the settings name."""
        if sinks:
            from tui_agent.wiring.feeding import Feeding

            self._feeding = Feeding(sinks, agent, past)

    def _sinks(self) -> list[Sink]:
        """Make what the settings send events to. Raises SettingsError."""
        if not (self.settings.log.file or self.settings.log.sinks):
            return []
        from tui_agent.wiring.feeding import sinks_of

        return sinks_of(self.settings.log)

    @property
    def resumable_places(self) -> tuple[Path, ...]:
        """The workspaces that a session may have that is taken up from here."""
        return (self.cwd,) if self.workspace == self.cwd else (self.root, self.cwd)

    def work_where(self, past: list[Record]) -> None:
        """Work in the folder that a session was in last, if that is one of those here."""
        from tui_agent.wiring.taking_up import workspace_of

        self._taken_from = workspace_of(past, self.resumable_places)

    def _agent(self, world: World, past: list[Record], *, attended: bool) -> Agent:
        from tui_agent.agent.agent import Agent
        from tui_agent.agent.manner import Manner

        options = self.options
        manner = Manner(
            attended=attended,
            answer="approve" if options.approve_all else ("reject" if options.reject_all else ""),
            unconfined=options.no_sandbox or self.settings.sandbox == "none",
            trusted=self.trusted,
            program=PROGRAM,
            argv=options.argv,
        )
        return Agent(world, self.settings, manner, past)

    def model_if_any(self) -> str:
        """Return the model to use, or nothing where none is chosen: a review needs none."""
        try:
            return self.model_name
        except NoModelError:
            return ""

    def _apply_typed(self, agent: Agent, *, resumed: bool) -> None:
        """Let what was typed hold in a session that was begun with something else."""
        from tui_agent.core.commands import SetBudget, SetMode, SetModel

        if not resumed:
            return
        typed, mode = self.options.setting("model"), self.options.setting("mode")
        model = typed or ("" if agent.state.model else self.model_if_any())
        budget = self.options.setting("budget.session")
        if model:
            agent.send(SetModel(model=str(model)))
        if mode:
            agent.send(SetMode(mode=str(mode)))
        if isinstance(budget, int | float):
            agent.send(SetBudget(usd=float(budget) or None))

    async def _learn_held(self) -> None:
        """Learn what is to be masked before anything is logged, unless a host is too late."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HELD_SECONDS):
                self.redact.hold(await self.model.held_values())

    async def close(self) -> None:
        """End the model hosts that are ours; safe where none was started."""
        if self._feeding is not None:
            await self._feeding.end()
        if self._asks_through_another:
            return
        if "model" in self.__dict__:
            await self.model.close()
        else:
            for handle in self.hosts.values():
                handle.end()
