"""Stories of commands that throw uncommitted work away, and of the undo that brings it back."""

from __future__ import annotations

import pytest

from tests.agent.conftest import Script
from tests.agent.invariants import assert_whole, records_of
from tests.agent.scripts import DONE, call, shell
from tests.support.agent_at_work import AgentAtWork
from tests.support.repository import Repository
from tui_agent.core.commands import Interrupt, RunShell, Undo
from tui_agent.core.events import Notice, SnapshotTaken
from tui_agent.core.proposal import Decision

YES = Decision(verdict="once")

TREE = {
    "kept.txt": "committed and changed\n",
    "staged.txt": "staged\n",
    "new/untracked.txt": "untracked\n",
    "local.cfg": "ignored\n",
    "data/big.bin": "b" * (6 << 20),
}


def precious(repository: Repository) -> None:
    """A work tree full of work that git would throw away without a word."""
    repository.write(".gitignore", "local.cfg\n.env\nnode_modules/\n")
    repository.write("kept.txt", "committed\n")
    repository.commit()
    for path, content in TREE.items():
        repository.write(path, content)
    repository.git("add", "staged.txt")
    repository.write("node_modules/x.js", "made again\n")


def lost(repository: Repository) -> set[str]:
    return {
        path
        for path, content in TREE.items()
        if not (repository.root / path).exists() or repository.read(path) != content.encode()
    }


async def undone(work: AgentAtWork) -> None:
    """Take the last turn back, whatever it asks."""
    turns = len(work.state.main.turns)
    work.send(Undo())
    await work.until(lambda state: len(state.main.turns) > turns)
    await work.until(lambda state: state.waiting or state.main.turns[-1].ended)
    if work.state.waiting:
        await work.decide(YES)
    await work.ended()


BY_COMMAND = {
    "git reset --hard -q": {"kept.txt", "staged.txt"},
    "git checkout -q -- .": {"kept.txt"},
    "git restore kept.txt": {"kept.txt"},
    "git clean -fdxq": {"new/untracked.txt", "local.cfg", "data/big.bin"},
    "rm -r new data local.cfg": {"new/untracked.txt", "local.cfg", "data/big.bin"},
}


@pytest.mark.parametrize(
    ("command", "mode"),
    [*((command, "ask") for command in BY_COMMAND), ("git clean -fdxq", "auto")],
)
async def test_what_git_would_throw_away_comes_back_with_an_undo(
    repository: Repository, script: Script, command: str, mode: str
) -> None:
    precious(repository)
    setting = script(shell(command) + DONE).with_mode(mode=mode, verify=False)
    async with setting.opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.ended()
        assert lost(repository) == BY_COMMAND[command]
        assert any("an undo brings it back" in one.text for one in work.events(Notice))
        await undone(work)
        assert lost(repository) == set()
    assert_whole(records_of(setting.folder))


@pytest.mark.parametrize("command", ["git stash drop", "git stash clear", "git stash pop -q"])
async def test_entries_of_the_stash_come_back_in_their_order(
    repository: Repository, script: Script, command: str
) -> None:
    repository.write("a.txt", "one\n")
    repository.commit()
    repository.git("config", "user.name", "A")
    repository.git("config", "user.email", "a@example.invalid")
    for text in ("two", "three"):
        repository.write("a.txt", f"{text}\n")
        repository.git("stash", "push", "--quiet", "--message", f"as {text}")
    before = repository.git("stash", "list")
    async with script(shell(command) + DONE).opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.ended()
        assert repository.git("stash", "list") != before
        await undone(work)
        assert repository.git("stash", "list") == before
        assert repository.read("a.txt") == b"one\n"


async def test_entries_come_back_even_where_git_has_thrown_their_objects_away(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    repository.commit()
    repository.git("config", "user.name", "A")
    repository.git("config", "user.email", "a@example.invalid")
    repository.write("a.txt", "two\n")
    repository.write("new.txt", "new\n")
    repository.git("stash", "push", "--quiet", "--include-untracked", "--message", "mine")
    entry = repository.git("rev-parse", "stash@{0}").strip()
    before = repository.git("stash", "list")
    async with script(shell("git stash drop; git gc -q --prune=now") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.ended()
        with pytest.raises(RuntimeError, match="cat-file"):
            repository.git("cat-file", "-e", entry)
        await undone(work)
    assert repository.git("stash", "list") == before
    repository.git("stash", "pop", "--quiet")
    assert repository.read("a.txt") == b"two\n"
    assert repository.read("new.txt") == b"new\n"
    repository.git("fsck", "--strict")


async def test_a_repository_inside_that_goes_is_said_not_to_be_kept(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    repository.commit()
    repository.write("inner/mine.txt", "mine\n")
    repository.git("init", "--quiet", "inner")
    command = shell("rm -r new.txt; true") + shell("rm -rf inner")
    async with script(command + DONE).opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.until(lambda state: not state.waiting)
        assert not [one for one in work.events(Notice) if "Not kept" in one.text]
        await work.decide(YES)
        await work.ended()
        [said] = [one.text for one in work.events(Notice) if "Not kept" in one.text]
    assert said == "Not kept: inner, which was a repository of its own. No undo brings that back."


async def test_the_users_own_command_is_no_exception(
    repository: Repository, script: Script
) -> None:
    precious(repository)
    async with script(DONE).opened() as work:
        work.send(RunShell(command="git clean -fdxq"))
        await work.ended()
        assert "local.cfg" in lost(repository)
        await undone(work)
        assert lost(repository) == set()


async def test_a_command_that_is_stopped_in_its_midst_is_taken_back_as_far_as_it_came(
    repository: Repository, script: Script
) -> None:
    precious(repository)
    async with script(shell("rm local.cfg; echo gone; sleep 60") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.until(lambda _: not (repository.root / "local.cfg").exists())
        work.send(Interrupt())
        await work.until(lambda state: state.main.turns[-1].ended)
        await undone(work)
        assert lost(repository) == set()


async def test_a_secret_is_not_kept_and_what_is_made_again_is_not_either(
    repository: Repository, script: Script
) -> None:
    precious(repository)
    repository.write(".env", "KEY=1\n")
    async with script(shell("git clean -fdxq") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.ended()
        deep = next(one.deep for one in work.events(SnapshotTaken) if one.deep is not None)
        assert deep.left_out == (".env: may hold a secret",)
        assert any("but not .env: may hold a secret" in one.text for one in work.events(Notice))
        await undone(work)
        assert not (repository.root / "node_modules").exists()


async def test_where_head_stood_is_said(repository: Repository, script: Script) -> None:
    repository.write("a.txt", "one\n")
    repository.commit()
    repository.write("a.txt", "two\n")
    head = repository.commit()
    async with script(shell("git reset --hard -q HEAD~1") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.ended()
        assert any(f"HEAD stood at {head[:12]}" in one.text for one in work.events(Notice))


async def test_a_plain_command_is_recorded_as_before(
    repository: Repository, script: Script
) -> None:
    precious(repository)
    async with script(shell("echo x > kept.txt") + DONE).opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.ended()
        assert all(one.deep is None for one in work.events(SnapshotTaken))


async def test_an_edit_and_a_command_that_throws_nothing_away_say_nothing(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", "one\n")
    edit = call("edit", '{ path = "a.txt", edits = [{ old = "one", new = "two" }] }')
    setting = script(edit + shell("echo more >> a.txt") + DONE)
    async with setting.with_mode(mode="edit").opened() as work:
        work.send_text("go")
        await work.decide(YES)
        await work.ended()
        assert repository.read("a.txt") == b"two\nmore\n"
        assert not [one.text for one in work.events(Notice) if "is kept" in one.text]
