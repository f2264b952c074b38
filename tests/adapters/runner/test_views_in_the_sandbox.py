"""Views inside the sandbox that this machine has: over a layer, and in a copy."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tui_agent.adapters.runner.environment import search_path
from tui_agent.adapters.runner.git_parts import git_parts
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.sandbox_view import SandboxView
from tui_agent.adapters.runner.sandboxed import Choosing, SandboxedRunner
from tui_agent.adapters.runner.toolchains import toolchains
from tui_agent.adapters.runner.trials import Confined
from tui_agent.adapters.runner.views import Views
from tui_agent.core.copies import CopyChanges
from tui_agent.core.proposal import Command


@pytest.fixture(params=[("A", True), ("A", False), ("B", False)], ids=str)
async def runner(
    request: pytest.FixtureRequest, repository: Repository, tmp_path: Path
) -> AsyncIterator[SandboxedRunner]:
    tier: Confined = request.param[0]
    environ = dict(os.environ)
    launching = Launching(root=repository.root, environ=environ)

    def view(root: Path) -> SandboxView:
        path = search_path(root, environ)
        shown = toolchains(path, root=root, home=Path("/nowhere"))
        return SandboxView(root=str(root), writes=(str(root),), git=git_parts(root), readable=shown)

    views = Views(tmp_path / "views", repository.root, layers=request.param[1])
    plain = PlainRunner(launching, views)
    made = SandboxedRunner(launching, view, plain, views, Choosing(tiers=(tier,)))
    await made.begin()
    if made.tier != tier:
        pytest.skip(f"tier {tier} cannot be had here: {made.reason}")
    yield made
    await made.close()


async def changes(runner: SandboxedRunner, text: str) -> tuple[str, CopyChanges]:
    done = await runner.run(Command(text=text, view="copy"), lambda _: None)
    assert done.exit_code == 0, done.output
    assert done.changes is not None
    return done.output, done.changes


async def test_what_a_command_changes_in_the_sandbox_comes_back(
    repository: Repository, runner: SandboxedRunner
) -> None:
    repository.write("a.txt", "one\n")
    repository.write("gone.txt", "bye\n")
    repository.commit()
    printed, found = await changes(
        runner, "echo two > a.txt; rm gone.txt; mkdir n; echo x > n/b; git status --short | sort"
    )
    assert printed.split("\n")[:3] == [" D gone.txt", " M a.txt", "?? n/"]
    assert {one.path: one.after for one in found.files} == {
        "a.txt": b"two\n",
        "gone.txt": None,
        "n/b": b"x\n",
    }
    assert repository.read("a.txt") == b"one\n"
    assert (repository.root / "gone.txt").exists()


async def test_a_command_in_a_view_reaches_neither_the_workspace_nor_the_records(
    repository: Repository, runner: SandboxedRunner, tmp_path: Path
) -> None:
    repository.write("a.txt", "one\n")
    outside = tmp_path / "outside.txt"
    outside.write_text("mine\n")
    text = f"ls {tmp_path} 2>/dev/null; (echo evil > {outside}) 2>/dev/null; true"
    printed, _ = await changes(runner, text)
    assert outside.read_text() == "mine\n"
    assert "outside.txt" not in printed
    assert repository.read("a.txt") == b"one\n"


async def test_a_commit_in_the_sandbox_goes_with_the_copy(
    repository: Repository, runner: SandboxedRunner
) -> None:
    repository.write("a.txt", "one\n")
    repository.git("config", "user.name", "A")
    repository.git("config", "user.email", "a@example.invalid")
    head = repository.commit()
    printed, found = await changes(
        runner, "echo two > a.txt; git commit -qam two; git log --format=%s -1"
    )
    assert printed == "two\n"
    assert repository.git("rev-parse", "HEAD").strip() == head
    assert any("git's own data changed in the copy" in one for one in found.left)
