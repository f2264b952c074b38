"""What the core asks of the world, and the one boundary that front ends see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from tui_agent.core.agents import Agents
    from tui_agent.core.blob import Blob
    from tui_agent.core.commands import Command as AgentCommand
    from tui_agent.core.copies import CopyChanges, LaidFile
    from tui_agent.core.edits import Files
    from tui_agent.core.events import Check, InstructionsLoaded, PlannedWrite, Record
    from tui_agent.core.lookup import Found, Listing, Search
    from tui_agent.core.messages import (
        Attachment,
        ModelFacts,
        ModelPiece,
        ModelRequest,
        ToolSpec,
    )
    from tui_agent.core.patch import FileChange, Settled
    from tui_agent.core.proposal import (
        Approved,
        Command,
        FileEffect,
        Mark,
        Proposal,
        SeenFile,
        ToolOutput,
    )
    from tui_agent.core.stash import Deep
    from tui_agent.core.state import Session


class Client(Protocol):
    """All that a front end sees of an agent, near or far."""

    @property
    def state(self) -> Session | None:
        """The fold of all records, live and only to be read; None where it is far away.

        It can be ahead of the records that were given, by those that wait to be taken.
        """

    def send(self, command: AgentCommand) -> None:
        """Ask for something; the answer comes as events."""

    def events(self) -> AsyncIterator[Record]:
        """Give the past, then one delta with all text of an open response, then the live."""

    async def blob(self, sha: str) -> bytes:
        """Load a payload that an event names. Raises KeyError where it is missing."""


class Model(Protocol):
    """A language model, wherever it runs."""

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelPiece]:
        """Send a request; the last piece is `Responded`.

        Closing the iterator ends the call and its connection within 200 ms. Raises ModelError once
        every retry is spent.
        """
        ...

    async def facts(self, model: str) -> ModelFacts:
        """What is known of a model; unknown figures are None. Never raises."""
        ...


class Blobs(Protocol):
    """Payloads by their hash."""

    def put(self, data: bytes, *, mime: str = "text/plain") -> Blob:
        """Store a payload durably; the same bytes twice are one payload."""

    def get(self, sha: str) -> bytes:
        """Load a payload. Raises KeyError where it is missing."""
        ...


class SessionLog(Blobs, Protocol):
    """The append-only log of one session, with its blobs. One writer at a time."""

    def append(self, record: Record, *, sync: bool) -> Record:
        """Write one line and return the record with its hash. OSError: nothing was logged."""
        ...

    def aside(self, data: bytes) -> Callable[[], bytes]:
        """Keep bytes that this process alone may want again; return what gives them back."""
        ...

    def close(self) -> None:
        """Give the log up to other writers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What `prepare` may look at."""

    call_id: str
    agent_id: str
    seen: Mapping[str, SeenFile]
    """What the model has seen of each file, by path."""
    files: Files
    """The workspace as the edit engine reads it, `seen` texts included."""
    workspace: Workspace
    put: Callable[[bytes], Blob]
    load: Callable[[str], bytes]
    """Load a payload of the session. Raises KeyError where it is missing."""
    cwd: str = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What `run` may use."""

    call_id: str
    agent_id: str
    workspace: Workspace
    runner: Runner
    blobs: Blobs
    on_output: Callable[[str], None]
    """Show a piece of output while the call runs."""
    settled: tuple[Settled, ...] = ()
    """For a patch: each file with its decisions worked in."""
    writes: tuple[PlannedWrite, ...] = ()
    """For a patch: what ToolStarted announced, to be committed."""
    seen: Mapping[str, SeenFile] = field(default_factory=dict)
    """What the model has seen of each file, by path."""
    agents: Agents | None = None
    """None where no child can be sent out."""
    snapshots: Snapshots | None = None
    sees_images: bool = False
    """Whether the model is known to see images, so that a result may have some."""
    redact: Callable[[str], str] = str
    """Mask secrets, for a text that is to be cut: of one cut in two nobody would know the half."""


class ArgumentsError(ValueError):
    """A call's arguments are not what the tool's schema says; the message helps to mend them."""


class Tool(Protocol):
    """One tool. It proposes and runs; the core decides and asks, so that no tool can forget to."""

    @property
    def spec(self) -> ToolSpec:
        """Name, description and schema, as the model is told."""
        ...

    @property
    def reads_only(self) -> bool:
        """Whether calls of one step may run beside each other: they change nothing."""
        ...

    async def prepare(self, arguments: str, view: View) -> Proposal:
        """Say what the call would do; only read.

        Raises:
            ArgumentsError: broken JSON, a missing or an unknown argument.
            EditError: an edit that finds no place.
        """
        ...

    async def run(self, approved: Approved, context: RunContext) -> ToolOutput | Proposal:
        """Do what was approved and nothing else. Cancelling the task ends it without survivors.

        A Proposal asks for a second round: what a command changed in its disposable copy.
        """
        ...


class Workspace(Protocol):
    """The folder that the agent works in. Only `commit` writes."""

    @property
    def root(self) -> str:
        """Absolute path."""
        ...

    def locate(self, path: str) -> str:
        """Give a path's one name, relative to the root. Raises EditError `outside-workspace`."""
        ...

    def read(self, path: str) -> bytes | None:
        """Bytes of a regular file; None where there is none.

        Raises OSError where it cannot be read, and ValueError where it is not a regular file or
        larger than 5 MB.
        """
        ...

    def mode(self, path: str) -> int | None:
        """Permission bits; None where there is no file."""

    def is_there(self, path: str) -> bool:
        """Whether a file or a folder lies at a path's one name."""
        ...

    def locate_link(self, path: str) -> str:
        """Give a path's one name as `locate` does, but without following its last component."""
        ...

    def link(self, path: str) -> bytes | None:
        """Where the symbolic link of that name leads, as it is written; None if there is none."""
        ...

    def leads_inside(self, path: str, target: bytes) -> bool:
        """Whether a symbolic link of that name to there would stay in the workspace."""

    def marks(self, path: str) -> tuple[Mark, ...]:
        """Whether a path is secret or protected, so that it asks in every mode."""
        ...

    def secret_below(self, path: str, *, hidden: bool) -> str:
        """Name a secret file in a folder, in any depth, or what is too much to look through.

        Empty: there is none. Without `hidden`, names with a leading dot are passed over.
        """
        ...

    def namesakes(self, path: str) -> tuple[str, ...]:
        """Other files with the same last component."""
        ...

    async def list_files(self, path: str = ".", *, depth: int | None = None) -> Listing:
        """List the files below a folder, ignored ones left out, down to so many levels.

        Raises EditError `outside-workspace`, LookupFailedError where there is no such folder.
        """
        ...

    async def search(self, query: Search) -> Found:
        """Look for a regular expression, in ignored files only where one is named.

        Raises EditError `outside-workspace`, LookupFailedError for what is no regular expression.
        """
        ...

    def commit(
        self, writes: Sequence[PlannedWrite], load: Callable[[str], bytes]
    ) -> tuple[FileEffect, ...]:
        """Write all of it or nothing: bases checked again, temporary files, renames, deletes last.

        Raises EditError `stale` where a base has changed, OSError where writing failed; the tree is
        then as it was.
        """
        ...

    def unpack(self, packed: bytes) -> int:
        """Write what a command changed in its copy beside what was reviewed; return how many files.

        Not all or nothing: it holds what can be made again. Raises OSError, ValueError.
        """
        ...

    def recover(
        self, writes: Sequence[PlannedWrite], load: Callable[[str], bytes]
    ) -> Literal["applied", "unchanged", "torn"]:
        """After a crash: roll a half-done commit forward.

        `applied`: every file is now what it was to be. `unchanged`: none had been touched, and none
        is. `torn`: some file is neither, so nothing was written.
        """
        ...

    async def attach(self, text: str) -> tuple[Attachment, ...]:
        """Resolve the @files of a message. Raises FileNotFoundError, naming the missing one."""
        ...

    def branch(self) -> str:
        """Return the branch that the folder's repository stands at; empty for none."""
        ...

    async def gather(self, *, trusted: bool) -> InstructionsLoaded:
        """Read the instruction files and the facts of the repository, within their token cap."""

    async def checks(self) -> tuple[Check, ...]:
        """Find the project's checks by its files."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a command ended."""

    exit_code: int | None
    """None where it was ended by us: time-out or interrupt."""
    output: str
    """Head and tail of what it printed, both streams in the order they came."""
    truncated: bool = False
    omitted: int = 0
    """Bytes that were left out between head and tail."""
    timed_out: bool = False
    signal: int | None = None
    ms: int = 0
    held: Literal["", "network", "outside"] = ""
    """What the sandbox has kept it from, as far as its output tells; a guess, for an offer."""
    changes: CopyChanges | None = None
    """What it changed in its copy; None where it ran in the workspace itself."""


class Runner(Protocol):
    """Runs commands, confined as far as its tier says."""

    @property
    def tier(self) -> str:
        """`A`, `B`, `seatbelt` or `none`; sure once `begin` has ended."""

    async def begin(self) -> None:
        """Have it ready. Raises OSError where what the user requires cannot be had."""

    async def close(self) -> None:
        """End it, with all that its commands have left."""

    async def run(
        self,
        command: Command,
        on_output: Callable[[str], None],
        over: Sequence[LaidFile] = (),
    ) -> Exit:
        """Run a command to its end. Cancelling the task ends its whole process group.

        A command of `view` "copy" runs in a disposable copy of the workspace, over which `over` is
        laid first; its changes come with the exit, and nothing of the workspace is touched. Raises
        OSError where it cannot be started, or no copy can be made.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The workspace as a git tree."""

    tree: str
    left_out: tuple[str, ...] = ()
    came_in: tuple[str, ...] = ()
    """Files that are new in it, though they were there already at the last look."""
    ms: int = 0


class Snapshots(Protocol):
    """Records the workspace as trees, without touching the user's index, HEAD, stash or hooks."""

    async def take(self, changed: Sequence[str] | None = None) -> Snapshot:
        """Record the workspace; with `changed`, only those paths differ from the last snapshot."""

    async def deep(self) -> Deep:
        """Record what the last snapshot leaves out and a command may lose. Raises OSError."""

    async def give_back(self, commit: str) -> None:
        """Put what `deep` kept of a stash entry into the user's repository, where it is gone."""

    async def imagined(self, files: Sequence[LaidFile]) -> str:
        """The tree that the last snapshot would be with these files. Raises OSError."""

    async def diff(self, old: str, new: str) -> str:
        """Unified diff between two recorded trees."""

    async def changed(self, old: str, new: str) -> tuple[str, ...]:
        """Paths that differ between two recorded trees."""

    async def keep(self) -> None:
        """Make sure that what was recorded stays, whatever becomes of the user's repository.

        Raises OSError where it cannot be copied now; the next call tries again.
        """

    async def changes(self, old: str, new: str) -> tuple[FileChange, ...]:
        """What differs between two recorded trees, with the bytes; no renames, no links.

        Raises OSError where a tree is not recorded here.
        """
