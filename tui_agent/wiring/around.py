"""What the command line's commands ask for, built from the world: fills `ui.commands.contract`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tui_agent.wiring.world import Wiring

if TYPE_CHECKING:
    from tui_agent.adapters.models.router import LocalServer
    from tui_agent.adapters.project_memory import ProjectMemory
    from tui_agent.adapters.runner.git_rooms import GitRooms
    from tui_agent.adapters.session_log import StoredSession, Summary
    from tui_agent.adapters.snapshots.recorded import TreeChange
    from tui_agent.adapters.trust import TrustedFolder
    from tui_agent.core.blame import Blamed
    from tui_agent.core.commands import Rewind, Undo
    from tui_agent.core.events import InstructionsLoaded
    from tui_agent.core.policy import Circumstances, Outcome
    from tui_agent.core.proposal import Proposal
    from tui_agent.ui.commands.branch_contract import Branched, BranchWish, Compared
    from tui_agent.ui.commands.contract import (
        CallResult,
        Finding,
        Forked,
        ListedHunk,
        UndoDone,
        UndoPreview,
    )
    from tui_agent.ui.commands.contract import StoredSession as SeenSession
    from tui_agent.ui.commands.mcp_serve import ServeWish
    from tui_agent.ui.commands.models_contract import Provider
    from tui_agent.ui.tui.outlets import Outlets
    from tui_agent.wiring.exchange import Outlet
    from tui_agent.wiring.keys import Keys
    from tui_agent.wiring.models import Models
    from tui_agent.wiring.prompts import Prompt
    from tui_agent.wiring.rerun import Reruns
    from tui_agent.wiring.servers import ServersAround
    from tui_agent.wiring.sessions import Sessions

LOOK_SECONDS = 1.0
"""How long a list may read logs that changed; of the others it says what their ends tell."""


class Around(Wiring):
    """A run's wiring as its commands see it."""

    branched = ""
    """The session that a replay branched into."""

    @cached_property
    def sessions(self) -> Sessions:
        """The sessions as a whole: listed, searched, cleared away."""
        from tui_agent.wiring.sessions import Sessions

        return Sessions(self.shelf, self.state.path, lambda: self.rooms)

    @cached_property
    def servers(self) -> ServersAround:
        """The servers of tools."""
        from tui_agent.wiring.servers import ServersAround

        return ServersAround(self)

    @cached_property
    def memory(self) -> ProjectMemory:
        """What the user asked to remember about this project."""
        from tui_agent.wiring.remembering import memory_of

        return memory_of(self)

    @cached_property
    def exchange(self) -> Outlet:
        """Sessions on their way out and in."""
        from tui_agent.wiring.exchange import Outlet

        return Outlet(self)

    def summaries(self, *, all_repositories: bool) -> Sequence[Summary]:
        """List sessions, the latest first."""
        return self.sessions.look(everywhere=all_repositories, seconds=LOOK_SECONDS).summaries

    @cached_property
    def reruns(self) -> Reruns:
        """Re-execution, bundles and what-if questions."""
        from tui_agent.wiring.rerun import Reruns

        return Reruns(self)

    def stored(self, name: str) -> StoredSession:
        """Read a session, or a bundle of one. Raises SessionNotFoundError, OSError."""
        from tui_agent.adapters.session_log import StoredSession

        if name.endswith(".agentz"):
            return self.reruns.bundled(name)
        return StoredSession(self.shelf.find(name))

    @property
    def own_themes(self) -> Path | None:
        """The folder of the user's own themes; None where there is no place for settings."""
        from tui_agent.wiring.looks import own_themes

        return own_themes(self)

    def trusted_folders(self) -> Sequence[TrustedFolder]:
        """List every folder that is trusted."""
        from tui_agent.adapters.trust import trusted_folders

        return trusted_folders(self.state.path)

    async def gathered(self) -> InstructionsLoaded:
        """Read the instructions and facts of this folder."""
        from tui_agent.adapters.session_log import MemoryLog

        return await self.world(MemoryLog()).workspace.gather(trusted=self.trusted)

    async def at_the_gate(self, command: str) -> tuple[Proposal, Circumstances, Outcome]:
        """Return what a command would do, what holds here, and what the gate says to it."""
        from tui_agent.wiring.at_the_gate import at_the_gate

        return await at_the_gate(self, command)

    def tree_changes(self, workspace: str, old: str, new: str) -> Sequence[TreeChange]:
        """Compare two recorded trees. Raises UnknownTreeError, OSError."""
        from tui_agent.adapters.snapshots.recorded import changes_in, tree_changes
        from tui_agent.adapters.snapshots.shadow import Shadow

        bare = self.reruns.trees_at_hand if "reruns" in self.__dict__ else None
        if bare is not None:
            shadow = Shadow(git_dir=bare, root=bare, index=bare / "index")
            return changes_in(shadow, old, new, self.rooms)
        return tree_changes(self.state.path, Path(workspace), old, new, self.rooms)

    @cached_property
    def keys(self) -> Keys:
        """The user's keys."""
        from tui_agent.wiring.keys import Keys

        return Keys(self)

    @property
    def prompts(self) -> Mapping[str, Prompt]:
        """What the model is told, by name. Raises SettingsError."""
        from tui_agent.wiring.prompts import prompts_of

        return prompts_of(self.environ)

    @cached_property
    def models(self) -> Models:
        """The models that could be used."""
        from tui_agent.wiring.models import Models

        return Models(self)

    def providers(self) -> Sequence[Provider]:
        """List providers: those we know, and those of the settings."""
        from tui_agent.ui.commands.models_contract import Provider

        there = {one.provider for one in self.keys.states() if one.sources}
        return [
            Provider(
                name=one.name,
                variable=one.key_variable,
                found=one.name in there,
                keyless=one.keyless,
                default_model=one.default_model,
            )
            for one in self.endpoints.all
        ]

    async def local_servers(self) -> Sequence[LocalServer]:
        """Ask the usual ports of this machine, through a model host of its own."""
        from tui_agent.adapters.models.keys import strip_key_variables
        from tui_agent.adapters.models.start import start_host

        if "direct" not in self.hosts:
            self.hosts = {"direct": start_host("direct", strip_key_variables(self.environ))}
        return await self.model.local_servers()

    def findings(self) -> AsyncIterator[Finding]:
        """Look at everything that a session needs."""
        from tui_agent.wiring.doctor import findings

        return findings(self)

    def rewind_wish(self, name: str, place: str, *, conversation: bool, files: bool) -> Rewind:
        """Return what goes back to a step. Raises UnknownPlaceError, OSError."""
        from tui_agent.wiring.undo import rewind_wish

        return rewind_wish(self, name, place, (conversation, files))

    async def undo_preview(self, name: str, wish: Undo | Rewind) -> UndoPreview:
        """Show what an undo would do. Raises NothingToUndoError, SessionNotFoundError, OSError."""
        from tui_agent.wiring.undo import undo_preview

        return await undo_preview(self, name, wish)

    def outlets(self, stored: SeenSession) -> Outlets:
        """Return the ways out of a recorded session."""
        from tui_agent.wiring.outlets import outlets_of

        return outlets_of(self, stored)

    def blame(self, path: str) -> Blamed:
        """Say of each line of a file where it comes from. Raises UsageError."""
        from tui_agent.wiring.blaming import blame_file

        return blame_file(self, path)

    def blame_commit(self) -> Sequence[Blamed]:
        """Blame the files that HEAD changed. Raises OSError."""
        from tui_agent.wiring.blaming import blame_commit

        return blame_commit(self)

    def blame_staged(self) -> Sequence[Blamed]:
        """Blame what is staged. Raises OSError."""
        from tui_agent.wiring.blaming import blame_staged

        return blame_staged(self)

    def write_note(self, text: str) -> str:
        """Put a git note on HEAD; return the commit. Raises OSError."""
        from tui_agent.adapters.users_repository import write_note

        return write_note(self.root, text, self.rooms)

    async def branch(self, name: str, place: str, wish: BranchWish) -> Branched:
        """Let a session go on otherwise. Raises UsageError, LookupError, OSError."""
        from tui_agent.wiring.branching import branch

        return await branch(self, name, place, wish)

    def compared(self, name: str) -> Compared:
        """Return a session's figures and changes. Raises SessionNotFoundError, OSError."""
        from tui_agent.wiring.branching import compared

        return compared(self, name)

    def fork_at(self, name: str, place: str) -> Forked:
        """Begin a new session with another's records up to a step.

        Raises UsageError, LookupError, OSError.
        """
        from tui_agent.wiring.forking import fork_at

        return fork_at(self, name, place)

    def undo_hunks(self, name: str, wish: Undo) -> Sequence[ListedHunk]:
        """List the hunks that an undo may name. Raises NothingToUndoError, OSError."""
        from tui_agent.wiring.undo import undo_hunks

        return undo_hunks(self, name, wish)

    async def undo(self, name: str, wish: Undo | Rewind, *, approve: bool) -> UndoDone:
        """Take edits of a session back. Raises SessionNotFoundError, OSError."""
        from tui_agent.wiring.undo import undo

        return await undo(self, name, wish, approve=approve)

    async def call_tool(self, name: str, arguments: str, *, approve: bool) -> CallResult:
        """Make one call through the gate of a session that is kept nowhere."""
        from tui_agent.adapters.session_log import MemoryLog
        from tui_agent.agent.agent import Agent
        from tui_agent.agent.manner import Manner
        from tui_agent.agent.tool_call import perform
        from tui_agent.core.events import SessionStarted, ToolCalled, TurnStarted
        from tui_agent.core.proposal import ToolOutput
        from tui_agent.core.servers import is_served
        from tui_agent.ui.commands.contract import CallResult

        world = self.world(MemoryLog())
        manner = Manner(
            attended=False,
            answer="approve" if approve else "",
            unconfined=self.options.no_sandbox or self.settings.sandbox == "none",
            trusted=self.trusted,
        )
        agent = Agent(world, self.settings, manner)
        engine = agent.engine
        await world.runner.begin()
        if is_served(name) and world.servers is not None:
            await world.servers.ready()
        engine.emit(
            SessionStarted(
                session_id="one-call",
                program="agent tool",
                cwd=str(self.cwd),
                workspace=str(self.workspace),
                mode=self.settings.mode,
                sandbox=world.runner.tier,
            )
        )
        engine.emit(TurnStarted(text=f"agent tool {name}", mode=self.settings.mode))
        engine.emit(ToolCalled(call_id="call-1", tool=name, arguments=arguments))
        await perform(engine, "call-1")
        output = engine.agent.turns[-1].calls["call-1"].output or ToolOutput(ok=False)
        text = engine.loaded(output.text)
        await agent.close()
        return CallResult(output=output, text=text)

    @cached_property
    def rooms(self) -> GitRooms:
        """Where git of ours runs apart from a session's commands."""
        from tui_agent.wiring.sandbox import rooms_for

        return rooms_for(self)

    async def serve_tools(self, wish: ServeWish) -> int:
        """Offer our tools over MCP until the other side leaves. Raises SettingsError, OSError."""
        from tui_agent.wiring.serving import serve_tools

        return await serve_tools(self, wish)

    async def close(self) -> None:
        """End the model hosts and git's rooms, and throw away what was unfolded of bundles."""
        if "rooms" in self.__dict__:
            await self.rooms.close()
        if "reruns" in self.__dict__:
            self.reruns.close()
        await super().close()
