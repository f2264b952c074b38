"""What commands did to symbolic links and to modes goes back; what a person did since stays."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, shell
from tests.agent.test_undo_of_hunks_and_commands import FREE, accepted, run
from tests.support.agent_at_work import AgentAtWork, Setting
from tests.support.repository import Repository, make_repository
from tests.support.workspace import picture
from tui_agent.core.commands import Undo
from tui_agent.core.events import ApprovalRequested, TurnEnded

COMMANDS = {
    "new": "ln -s a.txt new",
    "later": "ln -s comes/later later",
    "led": "ln -sfn b.txt led",
    "gone": "rm gone",
    "filed": "rm filed && echo no link any more > filed",
    "linked": "rm linked && ln -s a.txt linked",
    "moved": "mv moved other",
    "run": "chmod +x run",
    "still": "chmod -x still && echo more >> still",
    "folder/in": "ln -sfn ../b.txt folder/in",
}
"""What a command does, by the name that it does it to."""
PERSON = {
    "led": "ln -sfn c.txt led",
    "new": "rm -f new; echo mine > new",
    "run": "echo mine >> run",
    "still": "chmod go-r still",
    "a.txt": "echo mine >> a.txt",
    "gone": "ln -sfn c.txt gone",
    "own": "ln -s c.txt own",
}
"""What a person does since."""
CONFLICTING = {"led", "new", "gone"}
"""A link that both changed stays as the person has it."""


def laid_out(folder: Path, mode: int) -> Repository:
    repository = make_repository(folder)
    for name in ("a.txt", "b.txt", "c.txt", "linked", "run", "still"):
        repository.write(name, f"{name}\n" + "line\n" * 9)
        (repository.root / name).chmod(mode)
    (repository.root / "still").chmod(mode | (mode & 0o444) >> 2)
    for name in ("led", "gone", "filed", "moved"):
        (repository.root / name).symlink_to("a.txt")
    (repository.root / "folder").mkdir()
    (repository.root / "folder" / "in").symlink_to("../a.txt")
    repository.commit()
    return repository


def by_hand(root: Path, names: set[str]) -> dict[str, tuple[int, bytes]]:
    """Do what a person does, in this folder; return what is there then."""
    for name in sorted(names):
        subprocess.run(["sh", "-c", PERSON[name]], cwd=root, check=True)
    return picture(root)


def told(work: AgentAtWork) -> str:
    """What the last undo said of files that it left as they are."""
    return str(work.events(ApprovalRequested)[-1].proposal.notes) + work.last(TurnEnded).detail


@pytest.mark.capability("S0.19", part="undo of what commands did")
@pytest.mark.timeout(60)
@settings(max_examples=8, deadline=None)
@given(
    command=st.sets(st.sampled_from(sorted(COMMANDS)), min_size=1),
    person=st.sets(st.sampled_from(sorted(PERSON))),
    mode=st.sampled_from([0o644, 0o600, 0o664]),
)
def test_links_and_modes_go_back_and_what_a_person_did_since_stays(
    tmp_path_factory: pytest.TempPathFactory, command: set[str], person: set[str], mode: int
) -> None:
    asyncio.run(_goes_back(tmp_path_factory.mktemp("links"), command, person, mode))


async def _goes_back(folder: Path, command: set[str], person: set[str], mode: int) -> None:
    repository = laid_out(folder / "repository", mode)
    path = folder / "script.toml"
    path.write_text(shell("; ".join(COMMANDS[name] for name in sorted(command))) + DONE)
    setting = Setting(repository=repository, state=folder / "state", script=path)
    kept = person & command & CONFLICTING
    shutil.copytree(repository.root, folder / "never", symlinks=True)
    expected = by_hand(folder / "never", person)
    async with setting.opened(manner=FREE) as work:
        await run(work)
        now = by_hand(repository.root, person)
        await accepted(work, Undo())
        after = picture(repository.root)
        assert {name: after.get(name) for name in kept} == {name: now.get(name) for name in kept}
        if command - kept:
            assert all(f"{name} " in told(work) for name in kept)
        assert _without(after, kept) == _without(expected, kept)
        if command - kept:
            await accepted(work, Undo(turn=2))
            assert picture(repository.root) == now
    assert_whole(records_of(setting.folder))


def _without(found: dict[str, tuple[int, bytes]], names: set[str]) -> dict[str, tuple[int, bytes]]:
    """Leave these out; of what the command changed it is known only whether it may be run."""
    return {
        name: (mode & 0o700, data) if name in ("linked", "still") else (mode, data)
        for name, (mode, data) in found.items()
        if name not in names
    }


async def test_what_would_lead_out_or_took_a_folders_place_is_named_and_left_as_it_is(
    repository: Repository, script: Script
) -> None:
    repository.write("folder/a.txt", "inner\n")
    repository.write("b.txt", "b\n")
    repository.write("c.txt", "c\n")
    (repository.root / "way out").symlink_to("/etc/hostname")
    repository.commit()
    command = "rm 'way out'; mv folder away; ln -s away folder; chmod +x b.txt"
    again = shell("echo more >> away/a.txt; chmod +x c.txt")
    async with script(shell(command) + DONE + again + DONE).opened(manner=FREE) as work:
        await run(work)
        await run(work)
        await accepted(work, Undo())
        assert repository.read("away/a.txt") == b"inner\n"
        assert not (repository.root / "c.txt").stat().st_mode & 0o111
        await accepted(work, Undo())
        assert "way out would be a symbolic link out of the workspace" in told(work)
        assert "away/a.txt holds what folder/a.txt held" in told(work)
        assert "folder: a folder and a file or link folder took each other's place" in told(work)
    assert not os.path.lexists(repository.root / "way out")
    assert (repository.root / "folder").readlink() == Path("away")
    assert not (repository.root / "b.txt").stat().st_mode & 0o111
    assert repository.read("folder/a.txt") == b"inner\n"


async def test_an_edit_whose_file_is_a_link_by_now_is_left_alone(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    repository.write("b.txt", "two\n")
    repository.commit()
    async with script(shell("echo more >> a.txt") + DONE).opened(manner=FREE) as work:
        await run(work)
        (repository.root / "a.txt").unlink()
        (repository.root / "a.txt").symlink_to("b.txt")
        await accepted(work, Undo())
        assert "a.txt is a symbolic link now" in work.last(TurnEnded).detail
    assert repository.read("b.txt") == b"two\n"
