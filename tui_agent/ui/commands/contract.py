"""What the command line's commands ask of the program round them; `wiring` fills it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui_agent.core.blame import Blamed
    from tui_agent.core.blob import Text
    from tui_agent.core.commands import Rewind, Undo
    from tui_agent.core.events import InstructionsLoaded, Record, TurnEnded
    from tui_agent.core.memory import Memory
    from tui_agent.core.patch import FileView
    from tui_agent.core.policy import Circumstances, Outcome
    from tui_agent.core.ports import Tool
    from tui_agent.core.proposal import Proposal, ToolOutput
    from tui_agent.core.settings import Settings
    from tui_agent.core.toolsets import Toolset
    from tui_agent.core.trust import TrustQuestion
    from tui_agent.ui.commands.branch_contract import Branched, BranchWish, Compared
    from tui_agent.ui.commands.exchange_contract import Exchange
    from tui_agent.ui.commands.keys_contract import KeyWork
    from tui_agent.ui.commands.models_contract import ModelWork, Prompt, Provider, Server
    from tui_agent.ui.commands.rerun_contract import Reruns
    from tui_agent.ui.commands.session_contract import SessionSummary, SessionWork
    from tui_agent.ui.commands.typed import Options
    from tui_agent.ui.text import Paper
    from tui_agent.ui.tui.outlets import Outlets


class Given(Protocol):
    """A value that some source gave for a setting."""

    @property
    def value(self) -> object: ...

    @property
    def origin(self) -> str: ...

    @property
    def ignored(self) -> str: ...


class LoadedSettings(Protocol):
    """The settings and where they come from."""

    @property
    def settings(self) -> Settings: ...

    @property
    def given(self) -> Mapping[str, Sequence[Given]]: ...

    @property
    def warnings(self) -> Sequence[str]: ...

    @property
    def files(self) -> Sequence[str]: ...

    @property
    def unread(self) -> Sequence[str]: ...

    @property
    def profiles(self) -> Sequence[str]: ...


class StoredSession(Protocol):
    """A session read from disk, to be looked at and not continued."""

    @property
    def folder(self) -> Path: ...

    @property
    def records(self) -> Sequence[Record]: ...

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong with the log, in sentences."""
        ...

    async def blob(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError."""
        ...

    def payload(self, sha: str) -> bytes:
        """Load a payload, for one who cannot wait. Raises KeyError."""
        ...

    def verify(self) -> Sequence[str]:
        """Check chain, payloads and recorded decisions; return what does not hold."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """What one call gave back."""

    output: ToolOutput
    text: Text
    """What the model would be told, whole."""


class TreeChange(Protocol):
    """One file that differs between two recorded trees."""

    @property
    def path(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def old_path(self) -> str: ...

    @property
    def added(self) -> int: ...

    @property
    def removed(self) -> int: ...

    @property
    def lines(self) -> Sequence[tuple[str, str]]:
        """The diff: each line's kind (`@`, `+`, `-` or blank) and its text."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `agent doctor`."""

    name: str
    state: str
    """`ok`, `note` or `missing`."""
    text: str
    mend: str = ""
    """The one command that mends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPreview:
    """What taking edits back would do."""

    what: str
    """Which edits: `turn 3`."""
    views: tuple[FileView, ...]
    left_out: tuple[str, ...]
    """The files that stay as they are, in sentences."""
    notes: tuple[str, ...]
    """All there is to say besides, `left_out` included."""
    alone: bool = False
    """Whether the conversation goes back without the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedHunk:
    """One hunk that an undo may name."""

    number: int
    path: str
    where: str
    """`lines 12-14`, or what the change of the file is."""
    section: str
    plus: int
    minus: int
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoDone:
    """What came of an undo."""

    session: str
    turn: int
    """Its own turn, by which it can be taken back."""
    ended: TurnEnded | None
    """None where no turn began; `notice` then says why."""
    notice: str = ""


class TrustedFolder(Protocol):
    """A folder that is trusted."""

    @property
    def root(self) -> str: ...

    @property
    def at(self) -> str: ...

    @property
    def files(self) -> Mapping[str, object]: ...


class FolderTrust(Protocol):
    """This folder, and the user's word about it."""

    @property
    def names(self) -> Sequence[str]:
        """The files that count, or would."""
        ...

    def question(self) -> TrustQuestion | None:
        """Return what there is to be decided; None where nothing is."""
        ...

    def distrust(self) -> bool:
        """Forget that the folder is trusted; return whether it was. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Forked:
    """A new session, begun with the records of another one."""

    id: str
    folder: Path
    source: str
    """The id of the session that was copied."""
    seq: int
    """The last record that was copied."""
    step: int
    """The last step of it."""


class Surroundings(Protocol):
    """What a command may use."""

    @property
    def options(self) -> Options: ...

    @property
    def paper(self) -> Paper: ...

    @property
    def environ(self) -> Mapping[str, str]: ...

    @property
    def loaded(self) -> LoadedSettings:
        """Raises ValueError where a file, variable or flag cannot be used."""
        ...

    @property
    def settings(self) -> Settings:
        """The settings alone. Raises as `loaded`."""
        ...

    @property
    def toolsets(self) -> Sequence[Toolset]:
        """The chosen sets of tools. Raises ValueError where there is no such set."""
        ...

    @property
    def tools(self) -> Mapping[str, Tool]: ...

    @property
    def own_themes(self) -> Path | None:
        """The folder of the user's own themes."""
        ...

    @property
    def sessions(self) -> SessionWork:
        """The sessions as a whole."""
        ...

    @property
    def memory(self) -> Memory: ...

    @property
    def folder(self) -> FolderTrust: ...

    def trust(self) -> None:
        """Trust this folder as it was shown. Raises OSError."""
        ...

    def trusted_folders(self) -> Sequence[TrustedFolder]:
        """List every folder that is trusted."""
        ...

    @property
    def exchange(self) -> Exchange:
        """Sessions on their way out and in."""
        ...

    def summaries(self, *, all_repositories: bool) -> Sequence[SessionSummary]:
        """List sessions, the latest first."""
        ...

    def stored(self, name: str) -> StoredSession:
        """Read a session by `last`, id, prefix or path. Raises LookupError, OSError."""
        ...

    async def gathered(self) -> InstructionsLoaded:
        """Read the instructions and facts of this folder, as a session would."""
        ...

    def tree_changes(self, workspace: str, old: str, new: str) -> Sequence[TreeChange]:
        """Compare two recorded trees of a workspace. Raises LookupError, OSError."""
        ...

    @property
    def reruns(self) -> Reruns:
        """Re-execution, bundles and what-if questions."""
        ...

    @property
    def keys(self) -> KeyWork:
        """The user's keys."""
        ...

    @property
    def prompts(self) -> Mapping[str, Prompt]:
        """What the model is told, by name. Raises ValueError for a file that cannot be used."""
        ...

    @property
    def models(self) -> ModelWork:
        """The models that could be used."""
        ...

    def providers(self) -> Sequence[Provider]:
        """List the providers we know and those of the settings."""
        ...

    async def local_servers(self) -> Sequence[Server]:
        """Ask the usual ports of this machine; takes a quarter of a second."""
        ...

    def findings(self) -> AsyncIterator[Finding]:
        """Look at everything that a session needs."""
        ...

    def rewind_wish(self, name: str, place: str, *, conversation: bool, files: bool) -> Rewind:
        """Return what goes back to a step. Raises UnknownPlaceError, LookupError, OSError."""
        ...

    async def undo_preview(self, name: str, wish: Undo | Rewind) -> UndoPreview:
        """Show what an undo would do. Raises NothingToUndoError, LookupError, OSError."""
        ...

    @property
    def branched(self) -> str:
        """The session that a replay branched into; empty where it did not."""
        ...

    def outlets(self, stored: StoredSession) -> Outlets:
        """Return the ways out of a recorded session."""
        ...

    def blame(self, path: str) -> Blamed:
        """Say of each line of a file where it comes from. Raises UsageError."""
        ...

    def blame_commit(self) -> Sequence[Blamed]:
        """Blame the files that HEAD changed. Raises OSError."""
        ...

    def blame_staged(self) -> Sequence[Blamed]:
        """Blame what is staged. Raises OSError."""
        ...

    def write_note(self, text: str) -> str:
        """Put a git note on HEAD; return the commit. Raises OSError."""
        ...

    async def branch(self, name: str, place: str, wish: BranchWish) -> Branched:
        """Let a session go on otherwise, in a new work tree. Raises LookupError, OSError."""
        ...

    def compared(self, name: str) -> Compared:
        """Return a session's figures and changes. Raises LookupError, OSError."""
        ...

    def fork_at(self, name: str, place: str) -> Forked:
        """Begin a new session with another's records up to a step.

        Raises UsageError, LookupError, OSError.
        """
        ...

    def undo_hunks(self, name: str, wish: Undo) -> Sequence[ListedHunk]:
        """List the hunks that an undo may name. Raises NothingToUndoError, LookupError, OSError."""
        ...

    async def undo(self, name: str, wish: Undo | Rewind, *, approve: bool) -> UndoDone:
        """Take edits of a session back, through the gate. Raises LookupError, OSError."""
        ...

    async def at_the_gate(self, command: str) -> tuple[Proposal, Circumstances, Outcome]:
        """Return what a command would do, what holds here, and what the gate says to it."""
        ...

    async def call_tool(self, name: str, arguments: str, *, approve: bool) -> CallResult:
        """Make one call through the gate; nothing of it is recorded."""
        ...
