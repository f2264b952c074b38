"""A session that answers its own questions, to be killed and taken up again; in a process forked
from one that has imported everything, so that a thousand of them are a matter of minutes.

`python -m tests.stories.killing` reads a run a line, as JSON: `{"folder": …, "seed": …}`. It forks,
answers with the child's process id, and once that has ended with its status.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.stories.program import call
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.repository import Repository
from tui_agent.agent.manner import Manner
from tui_agent.core.commands import Decide, Rewind, Submit, Undo
from tui_agent.core.patch import HunkDecision
from tui_agent.core.proposal import Decision, Proposal
from tui_agent.core.settings import Settings
from tui_agent.core.undo import rewind_points

LINES = [f"line {n}\n" for n in range(40)]
PLACES = (3, 18, 33)
WISHES = ("make it so", "and again")


def patch(path: str, word: str) -> str:
    """Spell an update of three places of a file."""
    chunks = "".join(f"@@\n-line {n}\n+{word} {n}\n" for n in PLACES)
    return f"*** Update File: {path}\n{chunks}"


def turns() -> list[dict[str, Any]]:
    """Return the script: edits of two files, commands, a new file, and a second turn."""
    both = f"*** Begin Patch\n{patch('one.py', 'ONE')}{patch('two.py', 'TWO')}*** End Patch\n"
    return [
        {"text": "Look.", "call": [call("read", path="one.py"), call("read", path="two.py")]},
        {"text": "Both. " * 20, "rate": 900, "call": [call("apply_patch", patch=both)]},
        {"text": "Mark.", "call": [call("shell", command="echo first >> marks.txt; sleep 0.02")]},
        {"text": "New.", "call": [call("write", path="new.py", content="new = 1\n" * 9)]},
        {"text": "Done."},
        {"text": "Again.", "call": [call("read", path="new.py"), call("read", path="one.py")]},
        {"call": [call("shell", command="echo second >> marks.txt; sed -i s/new/NEW/ new.py")]},
        {"text": "More.", "call": [call("edit", path="one.py", edits=[EDIT])]},
        {"text": "Done again."},
        {"text": "Nothing more.", "repeat": 9},
    ]


EDIT = {"old": "line 10\n", "new": "TEN\n"}


def setting(folder: Path) -> Setting:
    """Return where a run plays; it is made before."""
    return Setting(
        repository=Repository(folder / "repository"),
        state=folder / "state",
        script=folder / "script.json",
        settings=Settings(),
    )


def answer(proposal: Proposal, seed: int) -> Decision:
    """Decide as the seed says: always the same of the same change."""

    def dice(*parts: str) -> int:
        return hashlib.sha256("\0".join((str(seed), *parts)).encode()).digest()[0]

    if proposal.patch is None:
        if dice(proposal.title) < 50:
            return Decision(verdict="reject", feedback="not this one")
        return Decision(verdict="once")
    hunks = tuple(
        HunkDecision(path=file.path, runs=(run,), verdict="accept")
        if dice(file.path, run) < 190
        else HunkDecision(path=file.path, runs=(run,), verdict="reject", reason="leave it")
        for file in proposal.patch.files
        for run in file.run_ids
    )
    return Decision(verdict="once", hunks=hunks)


async def play(folder: Path, seed: int) -> None:
    """Bring the session to its end, from wherever it stands."""
    here = setting(folder)
    again = (here.folder / "events.jsonl").exists()
    async with here.opened(again=again, manner=Manner(trusted=True, unconfined=True)) as work:
        answering = asyncio.create_task(_answer(work, seed))
        await _ended(work)
        for wish in WISHES[_said(work, "message") :]:
            work.send(Submit(text=wish))
            await _ended(work)
        if _said(work, "undo") == 0:
            work.send(Undo(hunks=("1",)))
            await _ended(work)
        if _said(work, "rewind") == 0 and seed % 2:
            points = rewind_points(work.state.main)
            work.send(Rewind(to_seq=points[seed % len(points)].to_seq))
            await _ended(work)
        answering.cancel()


def _said(work: AgentAtWork, kind: str) -> int:
    return sum(turn.kind == kind for turn in work.state.main.turns)


async def _ended(work: AgentAtWork) -> None:
    await work.agent.wait_idle()


async def _answer(work: AgentAtWork, seed: int) -> None:
    while True:
        await asyncio.sleep(0.001)
        for waiting in list(work.state.waiting.values()):
            proposal = work.state.call(waiting).proposal
            if proposal is not None:
                decision = answer(proposal, seed)
                work.send(Decide(request_id=waiting.request_id, decision=decision))


class _Told:
    """Writes what went wrong where the test finds it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.status = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is not None:
            self.status = 1
            report = "".join(traceback.format_exception(kind, error, trace))
            (self._folder / "fault.txt").write_text(report)
        return True


def _child(folder: Path, seed: int) -> int:
    os.setpgid(0, 0)
    with _Told(folder) as told:
        asyncio.run(play(folder, seed))
    return told.status


def main(lines: Sequence[str] | None = None) -> None:
    """Serve runs until there are no more lines."""
    for line in lines if lines is not None else sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_child(Path(wanted["folder"]), wanted["seed"]))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
