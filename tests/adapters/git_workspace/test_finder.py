"""Files are offered while they are still being listed, and later ones are found later."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tui_agent.adapters.git_workspace.finder import Finder
from tui_agent.adapters.git_workspace.paths import Confined
from tui_agent.core.confines import Confines


@asynccontextmanager
async def finder_in(folder: Path, **environ: str) -> AsyncIterator[Finder]:
    finder = Finder(Confined(folder, Confines()), {**os.environ, **environ})
    yield finder
    finder.close()


async def last(finder: Finder, typed: str) -> list[str]:
    return [list(some) async for some in finder.find(typed)][-1]


@pytest.mark.parametrize("without", [{}, {"AGENT_RIPGREP": ""}])
async def test_every_file_that_is_not_ignored_is_found(
    tmp_path: Path, without: dict[str, str]
) -> None:
    for name in (".gitignore", "a.py", "deep/er/ärger b.py", "out/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("out/\n" if name == ".gitignore" else "")
    async with finder_in(tmp_path, **without) as finder:
        assert await last(finder, "") == [".gitignore", "a.py", "deep/er/ärger b.py"]
        assert await last(finder, "rger") == ["deep/er/ärger b.py"]


async def test_the_first_answer_does_not_wait_for_the_whole_list(tmp_path: Path) -> None:
    for number in range(60):
        folder = tmp_path / f"{'x' * 120}_{number}"
        folder.mkdir()
        for other in range(40):
            (folder / f"{'y' * 60}_{other}.py").touch()
    async with finder_in(tmp_path) as finder:
        answers = [list(some) async for some in finder.find("y")]
        assert len(answers) > 1
        assert all(answers)


async def test_a_new_file_is_found_once_the_list_is_old(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    async with finder_in(tmp_path) as finder:
        assert await last(finder, "") == ["a.py"]
        (tmp_path / "b.py").touch()
        assert await last(finder, "") == ["a.py"]
        finder.fresh_seconds = 0
        assert await last(finder, "") == ["a.py", "b.py"]
