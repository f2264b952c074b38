"""What a copy cannot hold back, and what may be thrown away, by the words of a command."""

from __future__ import annotations

import pytest

from tui_agent.core.holding import Losses, not_held_back, throws_away, writes_git

ROOT = "/home/me/work"


@pytest.mark.parametrize(
    ("command", "named"),
    [
        ("pytest -q", ()),
        ("sed -i -e 's/( a/(a/; s/b )/b)/' app.py", ()),
        ("make > /dev/null 2>&1", ()),
        ("/usr/bin/env python x.py", ()),
        ("npm install left-pad", ("npm install reaches the network",)),
        ("FOO=1 python -m pip install x", ("pip install reaches the network",)),
        ("cat a | curl -d @- http://x", ("curl reaches the network",)),
        ("grep curl notes.txt", ()),
        ("bash -c 'wget http://x'", ("wget reaches the network",)),
        ("echo x > /tmp/y", ("/tmp/y lies outside of the workspace",)),
        ("cp a ../b", ("../b lies outside of the workspace",)),
        ("sh -c 'cat ~/.ssh/id'", ("~/.ssh/id lies outside of the workspace",)),
        (f"touch {ROOT}/a", (f"{ROOT}/a names the workspace itself",)),
        ("kill 12", ("kill works outside of the workspace",)),
        ("git commit -m x", ("git commit writes git's own data; in a copy that is lost",)),
        ("git status", ()),
        ("echo 'no end", ()),
    ],
)
def test_what_a_copy_does_not_hold_back_is_named(command: str, named: tuple[str, ...]) -> None:
    assert not_held_back(command, ROOT) == named


def test_what_the_sandbox_holds_is_not_named() -> None:
    command = "git commit -m x && npm install && echo x > /tmp/y"
    git = ("git commit writes git's own data; in a copy that is lost",)
    assert not_held_back(command, ROOT, "workspace") == git
    assert not_held_back(command, ROOT, "network") == (*git, "npm install reaches the network")


@pytest.mark.parametrize(
    "command",
    ["git add a", "cd x && git -C . commit", "git restore --staged a", "bash -c 'git stash'"],
)
def test_commands_that_write_gits_own_data_are_known(command: str) -> None:
    assert writes_git(command)


@pytest.mark.parametrize("command", ["git status", "git restore a", "git stash list", "ls", ""])
def test_commands_that_leave_gits_own_data_alone_are_known(command: str) -> None:
    assert not writes_git(command)


PLAIN, IGNORED, STASH = Losses(), Losses(ignored=True), Losses(stash=True)


@pytest.mark.parametrize(
    ("command", "losses"),
    [
        ("git reset --hard HEAD~1", PLAIN),
        ("git reset HEAD a", None),
        ("git checkout -- .", PLAIN),
        ("git checkout -b new", None),
        ("git -C sub restore a", PLAIN),
        ("git clean -fd", PLAIN),
        ("git clean -fdx", IGNORED),
        ("git stash drop", STASH),
        ("git stash pop", STASH),
        ("git switch -f main", PLAIN),
        ("rm -rf build", IGNORED),
        ("bash -c 'rm -rf build'", IGNORED),
        ("find . -name x | xargs rm", IGNORED),
        ("find . -delete", IGNORED),
        ("git stash; rm x", Losses(ignored=True, stash=True)),
        ("pytest", None),
        ("git log", None),
    ],
)
def test_what_may_be_thrown_away_is_known(command: str, losses: Losses | None) -> None:
    assert throws_away(command) == losses


def test_a_hostile_command_is_read_in_time() -> None:
    assert throws_away("git " * 25_000) is None
    assert not_held_back("sudo " * 20_000, ROOT)
