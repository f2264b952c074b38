"""After any number of snapshots, undos and rewinds, between random edits of a person: the person's
lines are all there, and index, HEAD, stash, hooks, dirty and staged files are byte for byte theirs.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, call, shell
from tests.agent.test_undo import whole_git
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.repository import Repository, make_repository
from tui_agent.agent.manner import Manner
from tui_agent.core.commands import Command, Rewind, Undo
from tui_agent.core.proposal import Decision
from tui_agent.core.undo import rewind_points

Act = tuple[Literal["agent", "person", "undo", "hunk", "rewind", "stage"], int]
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["agent", "person", "undo", "hunk", "rewind", "stage"]),
        st.integers(0, 39),
    ),
    min_size=3,
    max_size=8,
)
LINES = [f"line {n}\n" for n in range(40)]


def turns() -> str:
    """Edits of two places, each in a turn of its own, and a command that changes another file."""
    text = ""
    for number in range(9):
        first, second = (number * 4) % 40, (number * 4 + 20) % 40
        new = [f"AGENT {number} {one}\n" for one in (first, second)]
        old = [f"line {one}\n" for one in (first, second)]
        chunks = "".join(f"@@\n-{o}+{n}" for o, n in zip(old, new, strict=True))
        patch = f"*** Begin Patch\n*** Update File: a.txt\n{chunks}*** End Patch"
        text += call("read", '{ path = "a.txt" }')
        text += call("apply_patch", f"{{ patch = {json.dumps(patch)} }}")
        text += shell(f"echo {number} >> made.txt") + DONE
    return text


@dataclass(slots=True)
class Person:
    """Somebody who writes in the same folder."""

    repository: Repository
    written: list[str] = field(default_factory=list)

    def write(self, place: int) -> None:
        lines = self.repository.read("a.txt").decode().split("\n")
        mine = f"PERSON {len(self.written)}"
        lines.insert(min(place, len(lines) - 1), mine)
        self.written.append(mine)
        self.repository.write("a.txt", "\n".join(lines))

    def stage(self, place: int) -> None:
        self.repository.write(f"staged-{place}.txt", f"{place}\n")
        self.repository.git("add", f"staged-{place}.txt")


@pytest.mark.timeout(120)
@settings(max_examples=3, deadline=None)
@given(acts=ACTS)
def test_nothing_of_a_persons_is_ever_lost(
    tmp_path_factory: pytest.TempPathFactory, acts: list[Act]
) -> None:
    asyncio.run(_played(tmp_path_factory.mktemp("work"), acts))


async def _played(folder: Path, acts: list[Act]) -> None:
    repository = _prepared(folder)
    script = folder / "script.toml"
    script.write_text(turns())
    setting = Setting(repository=repository, state=folder / "state", script=script)
    person = Person(repository)
    async with setting.opened(manner=Manner(unconfined=True, trusted=True)) as work:
        for kind, place in acts:
            if kind == "person":
                person.write(place)
            elif kind == "stage":
                person.stage(place)
            else:
                await _agents(work, kind, place)
            _all_there(repository, person)
    assert_whole(records_of(setting.folder))


def _prepared(folder: Path) -> Repository:
    repository = make_repository(folder / "repository")
    repository.write("a.txt", "".join(LINES))
    repository.write("b.txt", "b\n")
    repository.commit()
    repository.write("b.txt", "put by\n")
    repository.git("stash")
    repository.write("b.txt", "staged\n")
    repository.git("add", "b.txt")
    repository.write("b.txt", "staged, and dirty\n")
    hook = repository.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    return repository


async def _agents(work: AgentAtWork, kind: str, place: int) -> None:
    """Do what is not the person's own writing; git must not notice."""
    before = whole_git(work.repository)
    points = rewind_points(work.state.main)
    wishes: dict[str, Command] = {"undo": Undo(), "hunk": Undo(hunks=(str(place % 3 + 1),))}
    if points:
        point = points[place % len(points)]
        wishes["rewind"] = Rewind(to_seq=point.to_seq, conversation=place % 2 == 0)
    if kind == "agent":
        work.send_text("go on")
    elif kind in wishes:
        work.send(wishes[kind])
    ended = asyncio.ensure_future(work.agent.wait_idle())
    while not ended.done():
        await work.until(lambda state: state.waiting or ended.done())
        if work.state.waiting:
            await work.decide(Decision(verdict="once"))
    await ended
    assert whole_git(work.repository) == before


def _all_there(repository: Repository, person: Person) -> None:
    lines = repository.read("a.txt").decode().split("\n")
    assert [one for one in person.written if one not in lines] == []
    assert repository.read("b.txt") == b"staged, and dirty\n"
    assert repository.git("show", ":b.txt") == "staged\n"
    assert repository.git("stash", "show", "-p", "stash@{0}").count("+put by") == 1
    assert not (repository.root / "ran").exists()
    assert not [one for one in lines if "<<<<" in one]
