from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tui_agent.adapters.snapshots.git_snapshots import GitSnapshots


def _snapshots(root: Path, state: Path) -> GitSnapshots:
    return GitSnapshots(state, root, secret=lambda path: path == ".env", path=os.environ["PATH"])


@pytest.fixture
def project(repository: Repository) -> Repository:
    for path in ("a.py", "a/b.py", "a-b/c.py", "a/deep/er/d.py", "z/é ü.py", "run.sh"):
        repository.write(path, f"{path}\n")
    repository.write(".gitignore", "*.log\n")
    repository.commit()
    return repository


STEPS: list[dict[str, str | None]] = [
    {"a.py": "2\n"},
    {"a/b.py": "2\n", "a-b/c.py": "2\n", "z/é ü.py": ""},
    {"a/deep/er/d.py": None},
    {"a/b.py": None, "a.py": "3\n"},
    {"new/one.py": "new\n"},
    {"new/one.py": "2\n", "a.py": None},
    {"noise.log": "ignored\n"},
    {".env": "KEY=1\n"},
    {"a-b/c.py": None, "z/é ü.py": None, "run.sh": None},
]


async def test_after_each_edit_the_tree_is_the_one_that_git_would_make(
    project: Repository, tmp_path: Path
) -> None:
    edited = _snapshots(project.root, tmp_path / "edited")
    await edited.take()
    for number, step in enumerate(STEPS):
        for path, content in step.items():
            if content is None:
                (project.root / path).unlink()
            else:
                project.write(path, content)
        after_edit = await edited.take(list(step))
        by_git = await _snapshots(project.root, tmp_path / f"whole-{number}").take()
        assert after_edit.tree == by_git.tree, step


async def test_a_command_between_two_edits_is_not_forgotten(
    project: Repository, tmp_path: Path
) -> None:
    edited = _snapshots(project.root, tmp_path / "edited")
    await edited.take()
    project.write("a.py", "edit\n")
    await edited.take(["a.py"])
    project.write("a/b.py", "command\n")
    await edited.take()
    project.write("a-b/c.py", "edit\n")
    last = await edited.take(["a-b/c.py"])
    assert last.tree == (await _snapshots(project.root, tmp_path / "whole").take()).tree


async def test_a_script_keeps_its_mode_in_the_tree(project: Repository, tmp_path: Path) -> None:
    edited = _snapshots(project.root, tmp_path / "edited")
    first = await edited.take()
    (project.root / "run.sh").chmod(0o755)
    second = await edited.take(["run.sh"])
    assert second.tree == (await _snapshots(project.root, tmp_path / "whole").take()).tree
    assert "old mode 100644\nnew mode 100755" in await edited.diff(first.tree, second.tree)


@pytest.mark.slow
async def test_an_edit_is_recorded_quickly_in_a_large_repository(
    repository: Repository, tmp_path: Path
) -> None:
    for number in range(3000):
        repository.write(f"p{number // 100}/m{number}.py", f"x = {number}\n" * 10)
    repository.commit()
    snapshots = _snapshots(repository.root, tmp_path / "state")
    await snapshots.take()
    times = []
    for number in range(6):
        repository.write("p3/m301.py", f"changed {number}\n")
        begun = time.perf_counter()
        await snapshots.take(["p3/m301.py"])
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.02
