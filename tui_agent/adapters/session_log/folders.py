"""Where sessions lie: one shelf a repository, found again after it has moved; look-up by prefix."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui_agent.adapters.git_facts import GitFacts, git_facts
from tui_agent.adapters.session_log.chain import EVENTS_FILE
from tui_agent.adapters.session_log.summary import Summary, summarise

REPOSITORY_FILE = "repository.json"
GOING = ".going"
"""Ends the name of a folder that is being removed: no list shows it."""
_HEAD = re.compile("[0-9a-f]{40}([0-9a-f]{24})?")
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


class SessionNotFoundError(LookupError):
    """No session, or more than one, answers to what the user typed."""


def new_session_id(milliseconds: int, randomness: bytes | None = None) -> str:
    """Return a ULID in lower case: 48 bits of time, then 80 of chance, in Crockford's base 32."""
    chance = secrets.token_bytes(10) if randomness is None else randomness
    number = milliseconds << 80 | int.from_bytes(chance, "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def new_session_folder(shelf: Path, now: str) -> tuple[Path, str]:
    """Return the folder of a new session, not yet made, and its id. `now`: UTC, ISO 8601."""
    moment = datetime.fromisoformat(now)
    session_id = new_session_id(int(moment.timestamp() * 1000))
    return shelf / f"{moment:%Y%m%dT%H%M%S}-{session_id}", session_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The sessions of one repository, among those of all."""

    sessions: Path
    """The folder of all repositories."""
    folder: Path
    """The folder of this one; it need not exist."""
    key: dict[str, str]
    """What this repository is known by."""
    root: Path
    """The workspace: one of the repository's work trees."""

    @classmethod
    def of(cls, state: Path, cwd: Path) -> Shelf:
        """Find the shelf for a working folder; makes nothing.

        A repository is known by its common git folder, so that its work trees share a shelf. Where
        that is new, a shelf whose repository is gone from its place, and whose commit this one
        holds, is its own from before it moved.
        """
        sessions = state / "sessions"
        facts = git_facts(cwd)
        place = facts.common_dir if facts else cwd.resolve()
        name = facts.name if facts else place.name
        key = {"place": str(place), "head": (facts.head or "") if facts else ""}
        folder = sessions / _shelf_name(name, key["place"])
        if not folder.exists() and facts is not None:
            folder = _from_before_a_move(sessions, facts) or folder
        return cls(sessions=sessions, folder=folder, key=key, root=cwd)

    def make(self) -> Path:
        """Make the shelf and note what its repository is known by. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = self.folder / REPOSITORY_FILE
        if _known(self.folder).get("place") != self.key["place"]:
            temporary = known.with_suffix(f".{os.getpid()}.tmp")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(self.key, file)
            temporary.rename(known)
        return self.folder

    def here(self) -> list[Path]:
        """Return the session folders of this repository, the latest first."""
        return _session_folders(self.folder)

    def everywhere(self) -> list[Path]:
        """Return the session folders of all repositories, the latest first."""
        found = [one for shelf in _folders(self.sessions) for one in _session_folders(shelf)]
        return sorted(found, key=lambda path: path.name, reverse=True)

    def find(self, text: str) -> Path:
        """Return the session that `text` names: `last`, a path, an id or its beginning.

        Raises:
            SessionNotFoundError: none or several answer to it.
        """
        if text == "last":
            return self._last()
        path = Path(text)
        if os.sep in text or path.suffix == ".jsonl":
            return _by_path(path, text)
        found = _matching(self.here(), text) or _matching(self.everywhere(), text)
        if len(found) == 1:
            return found[0]
        if not found:
            message = f"no session begins with '{text}'; we looked in {self.sessions}"
            raise SessionNotFoundError(message)
        names = ", ".join(one.name.rpartition("-")[2] for one in found[:5])
        message = f"'{text}' could be any of {len(found)} sessions: {names}"
        raise SessionNotFoundError(message)

    def summaries(self, *, all_repositories: bool = False) -> list[Summary]:
        """Return the sessions' summaries, the latest first."""
        return [summarise(one) for one in (self.everywhere() if all_repositories else self.here())]

    def _last(self) -> Path:
        ours = (
            one for one in self.here() if (one / EVENTS_FILE).stat().st_size and self._is_ours(one)
        )
        latest = None
        for folder in ours:
            # One that was left before anything was said is nobody's last session.
            if summarise(folder).turns:
                return folder
            latest = latest or folder
        if latest is not None:
            return latest
        message = f"there is no session of this folder yet; we looked in {self.folder}"
        raise SessionNotFoundError(message)

    def _is_ours(self, folder: Path) -> bool:
        """Whether a session belongs to this work tree, or to one that is gone."""
        workspace = summarise(folder).workspace
        place = Path(workspace)
        return not workspace or place.is_relative_to(self.root) or not place.exists()


def _by_path(path: Path, text: str) -> Path:
    folder = path if path.is_dir() else path.parent
    if not (folder / EVENTS_FILE).exists() or not path.exists():
        message = f"{text} is not a session: there is no {EVENTS_FILE}"
        raise SessionNotFoundError(message)
    return folder


def _matching(folders: list[Path], text: str) -> list[Path]:
    wanted = text.lower()
    return [
        one
        for one in folders
        if one.name.rpartition("-")[2].startswith(wanted) or one.name.lower().startswith(wanted)
    ]


def _session_folders(shelf: Path) -> list[Path]:
    found = [
        one
        for one in _folders(shelf)
        if not one.name.endswith(GOING) and (one / EVENTS_FILE).exists()
    ]
    return sorted(found, key=lambda path: path.name, reverse=True)


def _folders(parent: Path) -> list[Path]:
    try:
        return [one for one in parent.iterdir() if one.is_dir()]
    except OSError:
        return []


def _shelf_name(name: str, place: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name)[:60] or "root"
    return f"{plain}-{hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def _known(shelf: Path) -> dict[str, str]:
    try:
        known = json.loads((shelf / REPOSITORY_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict) or not all(isinstance(one, str) for one in known.values()):
        return {}
    return known if _HEAD.fullmatch(known.get("head", "")) else {**known, "head": ""}


def _from_before_a_move(sessions: Path, facts: GitFacts) -> Path | None:
    moved = None
    for shelf in _folders(sessions):
        known = _known(shelf)
        place, head = known.get("place", ""), known.get("head", "")
        if place == str(facts.common_dir):
            return shelf
        if place and head and not Path(place).exists() and facts.has_commit(head):
            moved = shelf
    return moved
