"""Whether a folder is trusted as it is: what it holds now, beside what it was trusted with.

The files are read once. Whoever trusts the folder trusts what was read then: a file that changes
after the question, or in the middle of a session, is not accepted.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tui_agent.adapters.trust import record
from tui_agent.adapters.trust.behaviour import BehaviourFile, behaviour_files, is_relevant
from tui_agent.adapters.trust.record import TrustedFile, TrustedFolder
from tui_agent.core.trust import BehaviourChange, TrustQuestion

NOT_SHOWN = "it may hold secrets, so its content is not shown"
NOT_KEPT = "what it held before was not kept"
UNREADABLE = "it cannot be read, so it will not count"


class FolderTrust:
    """One workspace, and the user's word about it."""

    def __init__(self, state: Path, root: Path, *, cwd: str = ".", granted: bool = False) -> None:
        """Read what steers the agent in `root/cwd`; `granted`: trusted for this run alone."""
        self._state = state
        self._root = root
        self._cwd = cwd
        self._granted = granted
        self._files = behaviour_files(root, cwd)
        self._before = record.load(state, root)

    @property
    def trusted(self) -> bool:
        """Whether the files count: nothing is there that would, or all is as it was trusted."""
        return self._granted or not self._asking or not self._changes

    @property
    def names(self) -> tuple[str, ...]:
        """The files that count, or would."""
        return tuple(path for path, one in self._files.items() if one.asks)

    def question(self) -> TrustQuestion | None:
        """Return what a person is to be asked; None where there is nothing to ask."""
        if self.trusted:
            return None
        at = self._before.at if self._before is not None else ""
        return TrustQuestion(folder=str(self._root), trusted_at=at, changes=tuple(self._changes))

    def content(self, path: str) -> bytes | None:
        """Return a file that counts as it was read; None where it does not count or is not there.

        Files outside of the ones that steer the agent, and env files, have none.
        """
        found = self._files.get(path)
        return found.data if found is not None and self.trusted else None

    def accepts(self, path: str, sha: str) -> bool:
        """Return whether a file with these bytes (SHA-256, hex) counts."""
        found = self._files.get(path)
        return self.trusted and found is not None and bool(sha) and found.sha == sha

    def trust(self) -> None:
        """Remember that the user trusts what was read. Raises OSError."""
        now = {path: TrustedFile(sha=one.sha, data=one.data) for path, one in self._files.items()}
        elsewhere = {
            path: one
            for path, one in (self._before.files if self._before is not None else {}).items()
            if not is_relevant(path, self._cwd)
        }
        trusted = TrustedFolder(
            root=os.path.realpath(self._root),
            place=record.place_of(self._root),
            at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            files=elsewhere | now,
        )
        record.keep(self._state, trusted)
        self._before = trusted

    def distrust(self) -> bool:
        """Forget it; return whether it was trusted. Raises OSError."""
        known = record.forget(self._state, self._root)
        self._before, self._granted = None, False
        return known

    @property
    def _asking(self) -> bool:
        """Whether there is, or was, anything to be asked about beside env files."""
        known = self._before.files if self._before is not None else {}
        return any(one.asks for one in self._files.values()) or bool(known)

    @property
    def _changes(self) -> list[BehaviourChange]:
        known = self._before.files if self._before is not None else {}
        relevant = {path: one for path, one in known.items() if is_relevant(path, self._cwd)}
        found = [
            _change(one, relevant.get(path))
            for path, one in self._files.items()
            if path not in relevant or relevant[path].sha != one.sha
        ]
        found += [_removal(path, relevant[path]) for path in relevant if path not in self._files]
        return found


def _change(now: BehaviourFile, before: TrustedFile | None) -> BehaviourChange:
    change = BehaviourChange(
        path=now.path,
        kind="new" if before is None else "changed",
        before=before.data if before is not None else None,
        after=now.data,
    )
    if not now.sha:
        return replace(change, hidden=UNREADABLE)
    if now.data is None:
        return replace(change, hidden=NOT_SHOWN)
    if before is not None and before.data is None:
        return replace(change, hidden=NOT_KEPT)
    return change


def _removal(path: str, before: TrustedFile) -> BehaviourChange:
    hidden = "" if before.data is not None else NOT_KEPT
    return BehaviourChange(path=path, kind="removed", before=before.data, hidden=hidden)
