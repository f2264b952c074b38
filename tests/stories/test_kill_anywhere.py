"""SIGKILL at any moment of a session with edits, commands and a person's answers.

AGENT_KILLS=1000 kills so many sessions; a usual run only a few. A session that is taken up again
may be killed again.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from tests.agent.invariants import assert_whole, records_of
from tests.stories.killing import LINES, setting, turns
from tests.stories.program import ROOT
from tests.support.repository import Repository, make_repository
from tui_agent.adapters.git_workspace.marks import marks_of
from tui_agent.adapters.session_log import StoredSession
from tui_agent.adapters.session_log.chain import parse
from tui_agent.adapters.snapshots.git_snapshots import GitSnapshots
from tui_agent.core.events import (
    ApprovalDecided,
    EditApplied,
    Record,
    SessionResumed,
    SnapshotTaken,
    ToolFinished,
    ToolStarted,
)
from tui_agent.core.state import fold

KILLS = int(os.environ.get("AGENT_KILLS", "4"))
LONGEST = 1.2
"""Seconds that an undisturbed session takes, about."""


class Server:
    """Forks the sessions."""

    def __init__(self) -> None:
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.killing"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, folder: Path, seed: int) -> int:
        """Begin a session, or take it up again; return its process."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"folder": str(folder), "seed": seed}) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def status(self) -> int:
        """Return how the session ended."""
        return int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def end(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.end()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What was there when the session had been killed."""

    whole: bytes
    """The lines of the log that were whole."""
    tree: str
    """The tree as it was then."""


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.capability("S0.2", part="the same state after every kill")
@pytest.mark.parametrize("seed", range(KILLS))
def test_a_session_killed_anywhere_goes_on_and_nothing_is_lost_or_done_twice(
    server: Server, tmp_path: Path, seed: int
) -> None:
    made = prepared(tmp_path / "run")
    dice = random.Random(seed)
    times = 1 + (dice.random() < 0.3)
    cuts = [cut(made) for _ in range(times) if killed(server, made, seed, dice)]
    begun = server.begin(made, seed)
    assert begun
    status = server.status()
    fault = made / "fault.txt"
    assert status == 0, fault.read_text() if fault.exists() else status
    check(made, cuts)
    shutil.rmtree(made)


def prepared(folder: Path) -> Path:
    """Make the repository and the script of one run."""
    repository = make_repository(folder / "repository")
    repository.write("one.py", "".join(LINES))
    repository.write("two.py", "".join(LINES))
    repository.commit()
    (folder / "script.json").write_text(json.dumps({"turn": turns()}))
    return folder


def killed(server: Server, folder: Path, seed: int, dice: random.Random) -> bool:
    """Begin the session and kill it at a random moment; return whether it was still running."""
    log = setting(folder).folder / "events.jsonl"
    begun = log.read_bytes().count(b"\n") if log.exists() else 0
    process = server.begin(folder, seed)
    after = begun + dice.randint(0, 90)
    end = time.monotonic() + dice.uniform(0, LONGEST)
    while time.monotonic() < end:
        if dice.random() < 0.7 and log.exists() and log.read_bytes().count(b"\n") >= after:
            time.sleep(dice.uniform(0, 0.012))
            break
        time.sleep(0.001)
    with suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    status = server.status()
    assert status in (0, signal.SIGKILL), (folder / "fault.txt").read_text()
    return status != 0 and log.exists()


def cut(folder: Path) -> Cut:
    """Look at what a killed session has left, once its commands have ended, too."""
    time.sleep(0.05)
    data = (setting(folder).folder / "events.jsonl").read_bytes()
    return Cut(whole=data[: data.rfind(b"\n") + 1], tree=tree_of(folder))


def tree_of(folder: Path) -> str:
    return asyncio.run(_snapshots(folder).take()).tree


def _snapshots(folder: Path) -> GitSnapshots:
    return GitSnapshots(
        folder / "look",
        folder / "repository",
        secret=lambda path: "secret" in marks_of(path),
        path=os.environ["PATH"],
    )


def check(folder: Path, cuts: list[Cut]) -> None:
    here = setting(folder)
    log = (here.folder / "events.jsonl").read_bytes()
    for one in cuts:
        assert log.startswith(one.whole), "what had been recorded is no longer there"
    assert StoredSession(here.folder).verify() == ()
    records = records_of(here.folder)
    assert_whole(records)
    check_decisions(records)
    check_effects(here.repository, records)
    check_named(folder, records, cuts)
    state = fold(records)
    assert state.tree_edits == 0 or not state.tree
    assert state.tree in ("", tree_of(folder)), "the tree is not the recorded one"


def check_decisions(records: list[Record]) -> None:
    """Each request that a person answered is answered once, and its call ended by that answer."""
    decided = [one.event for one in records if isinstance(one.event, ApprovalDecided)]
    counted = Counter(one.request_id for one in decided if one.request_id)
    assert set(counted.values()) <= {1}


def check_effects(repository: Repository, records: list[Record]) -> None:
    """Each edit was applied once and its bytes are there; each command ran once at most."""
    applied = Counter(one.event.call_id for one in records if isinstance(one.event, EditApplied))
    assert set(applied.values()) <= {1}
    started = Counter(one.event.call_id for one in records if isinstance(one.event, ToolStarted))
    assert set(started.values()) <= {1}
    ended = {one.event.call_id: one.event for one in records if isinstance(one.event, ToolFinished)}
    unknown = [one for one in ended.values() if one.status == "unknown"]
    marks = repository.root / "marks.txt"
    lines = marks.read_text().split() if marks.exists() else []
    assert max(Counter(lines).values(), default=0) <= 1
    if not unknown:
        last: dict[str, str | None] = {}
        for record in records:
            if isinstance(record.event, ToolStarted) and record.event.call_id in applied:
                for write in record.event.writes:
                    last[write.path] = write.after.sha if write.after is not None else None
        last.pop("new.py", None)  # a command writes in it, too
        last.pop("marks.txt", None)
        for path, sha in last.items():
            place = repository.root / path
            assert (sha256(place.read_bytes()).hexdigest() if place.exists() else None) == sha


def check_named(folder: Path, records: list[Record], cuts: list[Cut]) -> None:
    """What the tree differed by when the session was taken up is named, or was ours."""
    resumed = [one.event for one in records if isinstance(one.event, SessionResumed)]
    for one, event in zip(cuts, resumed, strict=False):
        past = parse(one.whole).records
        state = fold(past)
        if not state.tree or state.tree == one.tree:
            continue
        ours = {
            write.path
            for record in past
            if isinstance(record.event, ToolStarted)
            for write in record.event.writes
            if record.seq > last_snapshot(past)
        }
        differing = asyncio.run(changed(folder, state.tree, one.tree))
        assert set(differing) <= {*event.changed_files, *ours}


def last_snapshot(past: list[Record]) -> int:
    return max((one.seq for one in past if isinstance(one.event, SnapshotTaken)), default=0)


async def changed(folder: Path, old: str, new: str) -> tuple[str, ...]:
    """Compare two trees, one from each of the places where they are kept."""
    [mine] = (folder / "look" / "repos").glob("*.git")
    [theirs] = (folder / "state" / "repos").glob("*.git")
    alternates = mine / "objects" / "info" / "alternates"
    known = alternates.read_text()
    if str(theirs) not in known:
        alternates.write_text(f"{known}{theirs / 'objects'}\n")
    return await _snapshots(folder).changed(old, new)
