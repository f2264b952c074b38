from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.git_ignore import Ignored
from tui_agent.adapters.git_index import index_entries
from tui_agent.adapters.git_workspace.instructions import Gathering, read_instructions
from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.adapters.plain_file import plain_bytes, plain_text
from tui_agent.adapters.project_memory import ProjectMemory
from tui_agent.adapters.runner.environment import own_path
from tui_agent.adapters.runner.git_rooms import lenders
from tui_agent.adapters.snapshots.shadow import Shadow

pytestmark = pytest.mark.timeout(10)


def test_a_plain_file_is_read_and_nothing_else_is_waited_for(tmp_path: Path) -> None:
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.write_bytes(b"one\r\ntwo \xff\n")
    os.mkfifo(pipe)
    assert plain_text(file) == "one\ntwo \N{REPLACEMENT CHARACTER}\n"
    assert plain_bytes(file, 3) == b"one"
    for other in (pipe, tmp_path, tmp_path / "none", "a\0b"):
        with pytest.raises(OSError, match=r"regular|directory|No such|null"):
            plain_bytes(other)


GITS_OWN = (
    *("HEAD", "refs/heads/main", "packed-refs", "commondir", "index"),
    *("objects/info/alternates", "info/exclude", "logs/refs/stash"),
)


@pytest.mark.parametrize("name", GITS_OWN)
def test_a_pipe_among_gits_own_files_holds_nobody_up(
    repository: Repository, tmp_path: Path, name: str
) -> None:
    repository.write("a.txt", "a\n")
    repository.commit()
    place = repository.root / ".git" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    os.mkfifo(repository.root / ".gitignore")
    git_facts(repository.root)
    Shadow.of(tmp_path / "state", repository.root).prepare()
    assert lenders(repository.root) == []
    own_path(repository.root, {"PATH": f"{repository.root}/.venv/bin:/usr/bin"})
    Ignored(repository.root, {}, place).top("a.txt")
    if name == "index":
        with pytest.raises(OSError, match="no regular file"):
            index_entries(place)


def test_a_head_with_a_nul_in_it_names_no_commit(repository: Repository) -> None:
    repository.write("a.txt", "a\n")
    repository.commit()
    (repository.root / ".git" / "HEAD").write_bytes(b"ref: refs/heads/a\0b\n")
    facts = git_facts(repository.root)
    assert facts is not None
    assert facts.head is None


@pytest.mark.parametrize("named", [b"a\0b", b"a" * 300, b"circle"])
@pytest.mark.parametrize("file", [".git", ".git/commondir"])
def test_a_repository_that_lies_where_no_folder_can_is_none(
    tmp_path: Path, file: str, named: bytes
) -> None:
    (tmp_path / "circle").symlink_to("circle")
    if file != ".git":
        for name in ("objects", "refs"):
            (tmp_path / ".git" / name).mkdir(parents=True)
        (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        (tmp_path / ".git" / "circle").symlink_to("circle")
    (tmp_path / file).write_bytes((b"gitdir: " if file == ".git" else b"") + named)
    assert git_facts(tmp_path) is None


def test_what_the_user_wrote_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "AGENTS.md")
    memory = ProjectMemory(tmp_path / "AGENTS.md", "project", str)
    asked = Gathering(user_folder=tmp_path, memory=tmp_path / "AGENTS.md")
    assert read_instructions(Confined(tmp_path), asked, trusted=False).files == ()
    with pytest.raises(OSError, match="no regular file"):
        memory.entries()


@pytest.mark.parametrize(
    ("rules", "name", "top"),
    [
        ("*a" * 14 + "*b\n", "a" * 60, ""),
        ("*" * 60 + "a\n", "b" * 60, ""),
        ("**/a/" * 30 + "b\n", "a/" * 60 + "c", ""),
        ("\\\n!\n[\n[z-a]\nbuild\n", "build/x", "build"),
        ("*.py[co]\n!keep*.pyc\n", "a/keep.pyc", ""),
        ("a*b*c*d\n", "axxbbccd/e", "axxbbccd"),
        ("[!b]x*y*\n", "a/xyz", ""),
        ("\ufeffbuild\n", "build/x", "build"),
    ],
)
def test_ignore_rules_are_held_against_names_in_no_time(
    tmp_path: Path, rules: str, name: str, top: str
) -> None:
    (tmp_path / ".gitignore").write_text(rules)
    assert Ignored(tmp_path, {}, None).top(name) == top
