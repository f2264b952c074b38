"""The workspace as the core asks for it; each question is answered by a module of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from tui_agent.adapters.git_facts import GitFacts, git_facts
from tui_agent.adapters.git_workspace import (
    commit,
    links,
    listing,
    ripgrep,
    searching,
    unpacking,
)
from tui_agent.adapters.git_workspace.attachments import Attachments
from tui_agent.adapters.git_workspace.checks import detect_checks
from tui_agent.adapters.git_workspace.instructions import Gathering, read_instructions
from tui_agent.adapters.git_workspace.marks import marks_of
from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.adapters.git_workspace.repository_map import facts_text
from tui_agent.adapters.git_workspace.secrets_below import secret_below
from tui_agent.adapters.runner.environment import command_environment, own_path, search_path
from tui_agent.core.blob import Blob
from tui_agent.core.confines import Confines
from tui_agent.core.events import Check, InstructionsLoaded, PlannedWrite
from tui_agent.core.lookup import Found, Listing, LookupFailedError, Search
from tui_agent.core.messages import Attachment
from tui_agent.core.patch import FileChange, describe
from tui_agent.core.ports import Blobs
from tui_agent.core.proposal import FileEffect, Mark

GATHER_SECONDS = 3.0
"""The longest that the first request waits for the map of the repository."""
NAMESAKES = 5
LOOKED_AT = 20_000
"""Entries that the search for namesakes looks at; it is only for a hint."""
UNINTERESTING = {".git", "node_modules", ".venv", "venv", "__pycache__", ".tox", "target", "dist"}


class GitWorkspace:
    """A folder, usually a git work tree; works without git, too."""

    def __init__(
        self,
        root: Path,
        *,
        blobs: Blobs,
        environ: Mapping[str, str],
        checks: Sequence[Check] = (),
        gathering: Gathering | None = None,
        confines: Confines | None = None,
    ) -> None:
        """Work in `root`; `checks` come from settings, `gathering` says what the model is told."""
        self._files = Confined(root, confines)
        self._blobs = blobs
        self._environ = environ
        self._checks = tuple(checks)
        self._gathering = gathering or Gathering()

    @property
    def root(self) -> str:
        return self._files.root

    def locate(self, path: str) -> str:
        return self._files.locate(path)

    def read(self, path: str) -> bytes | None:
        return self._files.read(path)

    def mode(self, path: str) -> int | None:
        return self._files.mode(path)

    def is_there(self, path: str) -> bool:
        return path == "." or self._files.status(path) is not None

    def locate_link(self, path: str) -> str:
        return links.locate_link(self._files, path)

    def link(self, path: str) -> bytes | None:
        return links.read_link(self._files, path)

    def leads_inside(self, path: str, target: bytes) -> bool:
        return links.leads_inside(self._files, path, target)

    def marks(self, path: str) -> tuple[Mark, ...]:
        return marks_of(path)

    def secret_below(self, path: str, *, hidden: bool) -> str:
        return secret_below(
            self.root, path, is_secret=lambda one: "secret" in marks_of(one), hidden=hidden
        )

    def namesakes(self, path: str) -> tuple[str, ...]:
        wanted = os.path.basename(path)
        found: list[str] = []
        looked_at = 0
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in UNINTERESTING)
            looked_at += len(files) + len(folders)
            if wanted in files:
                found.append(os.path.relpath(os.path.join(folder, wanted), self.root))
            if len(found) > NAMESAKES or looked_at > LOOKED_AT:
                break
        known = (name for name in found if name != path and self._files.confines.may_read(name))
        return tuple(known)[:NAMESAKES]

    async def list_files(self, path: str = ".", *, depth: int | None = None) -> Listing:
        name = self._folder(path)
        names = await listing.list_names(self._files, name, self._own_environment())
        return listing.below(names, name, depth)

    async def search(self, query: Search) -> Found:
        name = self._files.locate(query.path)
        if name != "." and self._files.status(name) is None:
            message = f"{query.path} does not exist in the workspace."
            raise LookupFailedError(message)
        if not self._files.is_folder(name) and self._files.mode(name) is None:
            message = f"{query.path} is no regular file."
            raise LookupFailedError(message)
        return await searching.search(self._files, query, self._own_environment())

    def commit(
        self, writes: Sequence[PlannedWrite], load: Callable[[str], bytes]
    ) -> tuple[FileEffect, ...]:
        commit.commit(self._files, writes, load)
        return tuple(_effect(write, load) for write in writes)

    def unpack(self, packed: bytes) -> int:
        return unpacking.unpack(self._files, packed)

    def recover(
        self, writes: Sequence[PlannedWrite], load: Callable[[str], bytes]
    ) -> Literal["applied", "unchanged", "torn"]:
        return commit.recover(self._files, writes, load)

    async def attach(self, text: str) -> tuple[Attachment, ...]:
        return await Attachments(files=self._files, put=self._put, list_files=self.list_files).of(
            text
        )

    def branch(self) -> str:
        return _branch_of(git_facts(Path(self.root)))

    async def gather(self, *, trusted: bool) -> InstructionsLoaded:
        read = read_instructions(self._files, self._gathering, trusted=trusted)
        names = await self._names_in_time()
        tokens = self._gathering.limits.map_tokens
        git = git_facts(Path(self.root))
        facts = facts_text(self.root, git, await self.checks(), names, tokens)
        return InstructionsLoaded(
            files=read.files,
            text=read.text,
            facts=facts,
            left_out=read.left_out,
            branch=_branch_of(git),
        )

    async def _names_in_time(self) -> list[str] | None:
        """List the files for the map; a home folder with a million of them gets none."""
        environ = self._own_environment()
        try:
            return await listing.list_names(self._files, ".", environ, seconds=GATHER_SECONDS)
        except LookupFailedError:
            return None

    async def checks(self) -> tuple[Check, ...]:
        if self._checks:
            return self._checks
        path = search_path(Path(self.root), self._environ)
        return await asyncio.to_thread(detect_checks, self._files, path)

    def _folder(self, path: str) -> str:
        name = self._files.locate(path)
        if name != "." and self._files.status(name) is None:
            message = f"{path} does not exist in the workspace."
            raise LookupFailedError(message)
        if not self._files.is_folder(name):
            message = f"{path} is no folder."
            raise LookupFailedError(message)
        return name

    def _own_environment(self) -> dict[str, str]:
        """Return what the programs that we start for ourselves get: no project folder in PATH."""
        root = Path(self.root)
        environ = command_environment(root, self._environ, allowed=(ripgrep.CHOSEN,))
        return environ | {"PATH": own_path(root, self._environ)}

    def _put(self, data: bytes, mime: str) -> Blob:
        return self._blobs.put(data, mime=mime)


def _branch_of(git: GitFacts | None) -> str:
    return (git.branch if git is not None else None) or ""


def _effect(write: PlannedWrite, load: Callable[[str], bytes]) -> FileEffect:
    before = load(write.before.sha) if write.before else None
    after = load(write.after.sha) if write.after else None
    change = describe(
        FileChange(path=write.path, before=before, after=after),
        lambda data: Blob(sha="", size=len(data)),
    )
    return FileEffect(
        path=write.path,
        sha_before=commit.sha_of(before),
        sha_after=commit.sha_of(after),
        added=change.plus,
        removed=change.minus,
    )
