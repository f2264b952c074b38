"""The world of a re-execution that really runs: real files and trees, recorded context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui_agent.agent.rerun.recorded import CHECKS, GATHER
from tui_agent.core.events import ChecksFound, InstructionsLoaded

if TYPE_CHECKING:
    from tui_agent.agent.rerun.mailbox import Mailbox
    from tui_agent.core.copies import LaidFile
    from tui_agent.core.events import Check, PlannedWrite
    from tui_agent.core.lookup import Found, Listing, Search
    from tui_agent.core.messages import Attachment
    from tui_agent.core.patch import FileChange
    from tui_agent.core.ports import Snapshot, Snapshots, Workspace
    from tui_agent.core.proposal import FileEffect, Mark
    from tui_agent.core.stash import Deep


@dataclass(frozen=True, slots=True)
class RealWorkspace:
    """A folder's own files, with the instructions and checks that were recorded."""

    files: Workspace
    mailbox: Mailbox

    @property
    def root(self) -> str:
        """Absolute path."""
        return self.files.root

    def locate(self, path: str) -> str:
        """As the folder has it."""
        return self.files.locate(path)

    def read(self, path: str) -> bytes | None:
        """As the folder has it."""
        return self.files.read(path)

    def mode(self, path: str) -> int | None:
        """As the folder has it."""
        return self.files.mode(path)

    def is_there(self, path: str) -> bool:
        """As the folder has it."""
        return self.files.is_there(path)

    def locate_link(self, path: str) -> str:
        """As the folder has it."""
        return self.files.locate_link(path)

    def link(self, path: str) -> bytes | None:
        """As the folder has it."""
        return self.files.link(path)

    def leads_inside(self, path: str, target: bytes) -> bool:
        """As the folder has it."""
        return self.files.leads_inside(path, target)

    def marks(self, path: str) -> tuple[Mark, ...]:
        """As the folder has it."""
        return self.files.marks(path)

    def secret_below(self, path: str, *, hidden: bool) -> str:
        """As the folder has it."""
        return self.files.secret_below(path, hidden=hidden)

    def namesakes(self, path: str) -> tuple[str, ...]:
        """As the folder has it."""
        return self.files.namesakes(path)

    async def list_files(self, path: str = ".", *, depth: int | None = None) -> Listing:
        """As the folder has it."""
        return await self.files.list_files(path, depth=depth)

    async def search(self, query: Search) -> Found:
        """As the folder has it."""
        return await self.files.search(query)

    def commit(
        self, writes: Sequence[PlannedWrite], load: Callable[[str], bytes]
    ) -> tuple[FileEffect, ...]:
        """Write for real."""
        return self.files.commit(writes, load)

    def unpack(self, packed: bytes) -> int:
        """Write for real."""
        return self.files.unpack(packed)

    def recover(
        self, writes: Sequence[PlannedWrite], load: Callable[[str], bytes]
    ) -> Literal["applied", "unchanged", "torn"]:
        """As the folder is found."""
        return self.files.recover(writes, load)

    async def attach(self, text: str) -> tuple[Attachment, ...]:
        """Add nothing: a message is put in with what was attached."""
        del text
        return ()

    def branch(self) -> str:
        """As the folder stands."""
        return self.files.branch()

    async def gather(self, *, trusted: bool) -> InstructionsLoaded:
        """Give the recorded instructions: the model's answers are recorded, too."""
        del trusted
        answer = await self.mailbox.take(GATHER)
        return answer if isinstance(answer, InstructionsLoaded) else InstructionsLoaded()

    async def checks(self) -> tuple[Check, ...]:
        """Give the recorded checks."""
        answer = await self.mailbox.take(CHECKS)
        return answer.checks if isinstance(answer, ChecksFound) else ()


@dataclass(frozen=True, slots=True)
class RealSnapshots:
    """Real trees; while one is taken, the re-execution waits."""

    trees: Snapshots
    mailbox: Mailbox

    async def take(self, changed: Sequence[str] | None = None) -> Snapshot:
        """Record the folder."""
        with self.mailbox.at_work():
            return await self.trees.take(changed)

    async def deep(self) -> Deep:
        """Record what else is there."""
        with self.mailbox.at_work():
            return await self.trees.deep()

    async def give_back(self, commit: str) -> None:
        """Put back what a stash entry consists of."""
        with self.mailbox.at_work():
            await self.trees.give_back(commit)

    async def diff(self, old: str, new: str) -> str:
        """Compare two trees."""
        with self.mailbox.at_work():
            return await self.trees.diff(old, new)

    async def changed(self, old: str, new: str) -> tuple[str, ...]:
        """Name what differs between two trees."""
        with self.mailbox.at_work():
            return await self.trees.changed(old, new)

    async def imagined(self, files: Sequence[LaidFile]) -> str:
        """Make a tree with these files in it."""
        with self.mailbox.at_work():
            return await self.trees.imagined(files)

    async def keep(self) -> None:
        """Keep nothing: the folder is thrown away."""

    async def changes(self, old: str, new: str) -> tuple[FileChange, ...]:
        """Tell what differs between two trees."""
        with self.mailbox.at_work():
            return await self.trees.changes(old, new)
