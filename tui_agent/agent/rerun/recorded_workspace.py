"""The workspace as far as a log knows its bytes: edits are prepared and written in memory."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from tui_agent.agent.rerun.recorded import CHECKS, GATHER
from tui_agent.agent.results import APART, IN_A_COPY
from tui_agent.core.blob import preview_of
from tui_agent.core.edits import EditError
from tui_agent.core.events import ChecksFound, InstructionsLoaded
from tui_agent.core.lookup import Found, Listing, LookupFailedError, Search
from tui_agent.core.patch import FileChange, describe
from tui_agent.core.patch.modes import is_link
from tui_agent.core.proposal import FileEffect, Mark, Proposal

if TYPE_CHECKING:
    from tui_agent.agent.rerun.mailbox import Mailbox
    from tui_agent.agent.rerun.recorded import AgainLog
    from tui_agent.core.events import Check, PlannedWrite
    from tui_agent.core.messages import Attachment
    from tui_agent.core.replay.calls import RecordedCall

USUAL_MODE = 0o644


class RecordedWorkspace:
    """Implements `ports.Workspace` over what the log holds; nothing on disk is looked at.

    `asked_unknown` says that somebody asked for what no record holds.
    """

    def __init__(
        self,
        root: str,
        mailbox: Mailbox,
        blobs: AgainLog,
        marks: Callable[[str], tuple[Mark, ...]],
    ) -> None:
        """Know no file yet."""
        self.root = root
        self.asked_unknown = False
        self.stands_at = ""
        """The branch that was recorded as the session was taken up again."""
        self.recovered: Literal["applied", "unchanged", "torn"] = "applied"
        """How the next half-done edit was found when the session was taken up again."""
        self._mailbox, self._blobs, self._marks = mailbox, blobs, marks
        self._files: dict[str, bytes | None] = {}
        self._modes: dict[str, int] = {}
        self._stale: dict[str, str] = {}
        self._secrets: set[str] = set()

    def learn(self, path: str, sha: str | None) -> None:
        """Take note of what stands in a file; None: there is none."""
        try:
            self._files[path] = None if sha is None else self._blobs.peek(sha)
        except KeyError:
            self._files.pop(path, None)

    def learn_from(self, proposal: Proposal) -> None:
        """Take note of the bytes that a recorded patch was made from, and of secrets on its way."""
        self._secrets = {one.path for one in proposal.targets if "secret" in one.marks}
        for file in proposal.patch.files if proposal.patch is not None else ():
            self.learn(file.path, file.before.sha if file.before is not None else None)
            if file.old_mode is not None:
                self._modes[file.path] = file.old_mode
            if file.new_path is not None:
                self._files.setdefault(file.new_path, None)

    def learn_of(self, call: RecordedCall, proposal: Proposal) -> None:
        """Take note of what a call finds when it is carried out: files may have changed by then."""
        self.learn_from(proposal)
        output = call.finished.output if call.finished is not None else None
        if output is not None and output.error == "stale" and proposal.patch is not None:
            said = preview_of(output.text)
            for lead in (IN_A_COPY, APART):
                said = said.partition(f"{lead} ")[2] or said
            self._stale = {file.path: said for file in proposal.patch.files}
        else:
            self._stale = {}

    def settle(self) -> None:
        """Another call begins: what was said of the last one holds no more."""
        self._stale.clear()

    def forget(self, paths: Sequence[str] | None = None) -> None:
        """Something else has changed these files, or any: they are not known any more."""
        for path in [*self._files] if paths is None else paths:
            self._files.pop(path, None)
        self._stale.clear()

    def locate(self, path: str) -> str:
        """Give a path's one name; links are not followed, for none are recorded."""
        if not path or "\0" in path:
            raise EditError("malformed", f"{path!r} is no path.")
        name = posixpath.normpath(posixpath.join(self.root, path))
        if name == self.root:
            return "."
        if not name.startswith(self.root.rstrip("/") + "/"):
            raise EditError("outside-workspace", f"{path} lies outside of the workspace.")
        name = posixpath.relpath(name, self.root)
        if ".git" in name.casefold().split("/"):
            message = f"{path} lies inside .git, which belongs to git alone."
            raise EditError("outside-workspace", message)
        return name

    def is_there(self, path: str) -> bool:
        """Tell it of the files that are known."""
        return path == "." or any(f"{one}/".startswith(f"{path}/") for one in self._files)

    def locate_link(self, path: str) -> str:
        """Give a path's one name."""
        return self.locate(path)

    def link(self, path: str) -> bytes | None:
        """Give where a recorded link leads; None where none is known. Raises as `read`."""
        if path in self._stale:
            raise EditError("stale", self._stale[path])
        return self._files.get(path) if is_link(self._modes.get(path)) else None

    def leads_inside(self, path: str, target: bytes) -> bool:
        """Tell by the names alone."""
        try:
            self.locate(posixpath.join(posixpath.dirname(path), target.decode("utf-8", "replace")))
        except EditError:
            return False
        return True

    def unpack(self, packed: bytes) -> int:
        """Write nothing: what can be made again is not looked at."""
        del packed
        return 0

    def read(self, path: str) -> bytes | None:
        """Give a file's bytes as far as they are known."""
        if path in self._stale:
            raise EditError("stale", self._stale[path])
        if path not in self._files:
            self.asked_unknown = True
            return None
        return self._files[path]

    def mode(self, path: str) -> int | None:
        """Give recorded permission bits, or the usual ones."""
        return self._modes.get(path, USUAL_MODE) if self.read(path) is not None else None

    def marks(self, path: str) -> tuple[Mark, ...]:
        """Tell a path's marks by today's rules."""
        return self._marks(path)

    def secret_below(self, path: str, *, hidden: bool) -> str:
        """Name the one that the recorded call came upon."""
        del hidden
        below = "" if path == "." else f"{path}/"
        return next((one for one in sorted(self._secrets) if one.startswith(below)), "")

    def namesakes(self, path: str) -> tuple[str, ...]:
        """Know of none."""
        del path
        self.asked_unknown = True
        return ()

    async def list_files(self, path: str = ".", *, depth: int | None = None) -> Listing:
        """Raise LookupFailedError: what a folder held is only in the results."""
        del depth
        self.asked_unknown = True
        message = f"what {path} held is not recorded"
        raise LookupFailedError(message)

    async def search(self, query: Search) -> Found:
        """Raise LookupFailedError: what was found is only in the results."""
        del query
        self.asked_unknown = True
        message = "what was found is only in the recorded results"
        raise LookupFailedError(message)

    def commit(
        self, writes: Sequence[PlannedWrite], load: Callable[[str], bytes]
    ) -> tuple[FileEffect, ...]:
        """Write in memory. Raises EditError `stale` where the record says so."""
        for write in writes:
            if write.path in self._stale:
                raise EditError("stale", self._stale[write.path])
        return tuple(self._written(write, load) for write in writes)

    def _written(self, write: PlannedWrite, load: Callable[[str], bytes]) -> FileEffect:
        before = None if write.before is None else load(write.before.sha)
        after = None if write.after is None else load(write.after.sha)
        self._files[write.path] = after
        if before is None and after is None:
            return FileEffect(path=write.path, sha_before=None, sha_after=None)
        change = describe(FileChange(path=write.path, before=before, after=after), self._blobs.put)
        return FileEffect(
            path=write.path,
            sha_before=_sha(before),
            sha_after=_sha(after),
            added=change.plus,
            removed=change.minus,
        )

    def recover(
        self, writes: Sequence[PlannedWrite], load: Callable[[str], bytes]
    ) -> Literal["applied", "unchanged", "torn"]:
        """Say what was found then."""
        if self.recovered != "torn":
            self.commit(writes, load)
        return self.recovered

    async def attach(self, text: str) -> tuple[Attachment, ...]:
        """Add nothing: a message is put in with what was attached."""
        del text
        return ()

    def branch(self) -> str:
        """As it was recorded."""
        return self.stands_at

    async def gather(self, *, trusted: bool) -> InstructionsLoaded:
        """Give the recorded instructions."""
        del trusted
        answer = await self._mailbox.take(GATHER)
        return answer if isinstance(answer, InstructionsLoaded) else InstructionsLoaded()

    async def checks(self) -> tuple[Check, ...]:
        """Give the recorded checks."""
        answer = await self._mailbox.take(CHECKS)
        return answer.checks if isinstance(answer, ChecksFound) else ()


def _sha(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()
