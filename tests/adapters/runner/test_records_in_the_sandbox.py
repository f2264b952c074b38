"""Git that keeps our records of a workspace runs in a sandbox: it reads there, and writes here."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.sandboxed import Choosing, SandboxedRunner
from tui_agent.adapters.runner.session_view import Wishes, session_view
from tui_agent.adapters.runner.trials import Confined
from tui_agent.adapters.runner.views import Views
from tui_agent.adapters.snapshots.git_snapshots import GitSnapshots
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.core.proposal import Command


@pytest.fixture(params=["A", "B"])
async def runner(
    request: pytest.FixtureRequest, repository: Repository, tmp_path: Path
) -> AsyncIterator[SandboxedRunner]:
    tier: Confined = request.param
    environ = dict(os.environ)
    launching = Launching(root=repository.root, environ=environ)
    views = Views(tmp_path / "views", repository.root)
    made = SandboxedRunner(
        launching,
        lambda root: session_view(root, environ, Wishes(records=tmp_path / "state")),
        PlainRunner(launching, views),
        views,
        Choosing(tiers=(tier,)),
        Shadow.of(tmp_path / "state", repository.root).git_dir,
    )
    await made.begin()
    if made.tier != tier:
        pytest.skip(f"tier {tier} cannot be had here: {made.reason}")
    yield made
    await made.close()


@pytest.fixture
def snapshots(repository: Repository, runner: SandboxedRunner, tmp_path: Path) -> GitSnapshots:
    return GitSnapshots(
        tmp_path / "state",
        repository.root,
        secret=lambda _: False,
        path=os.environ["PATH"],
        run=runner.capture,
    )


@pytest.mark.case(69)
async def test_a_snapshot_is_taken_in_there_and_what_differs_is_told(
    repository: Repository, snapshots: GitSnapshots, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    evil = repository.root / "evil.sh"
    evil.write_text(f"#!/bin/sh\ntouch {marker}\ncat\n")
    evil.chmod(0o755)
    repository.write(".gitattributes", "* filter=evil diff=evil\n")
    repository.write("a.txt", "one\n")
    repository.commit()
    for key in ("core.fsmonitor", "filter.evil.clean", "diff.evil.textconv"):
        repository.git("config", key, str(evil))
    first = await snapshots.take()
    (repository.root / "a.txt").write_text("two\n")
    (repository.root / "large.txt").write_text("line\n" * 200_000)
    second = await snapshots.take()
    assert await snapshots.changed(first.tree, second.tree) == ("a.txt", "large.txt")
    diff = await snapshots.diff(first.tree, second.tree)
    assert "-one\n+two\n" in diff
    assert len(diff) > 1_000_000
    (repository.root / "a.txt").write_text("three\n")
    third = await snapshots.take(["a.txt"])
    assert await snapshots.changed(second.tree, third.tree) == ("a.txt",)
    assert not marker.exists()


async def test_git_can_write_neither_in_the_workspace_nor_beside_it(
    repository: Repository, runner: SandboxedRunner, tmp_path: Path
) -> None:
    environ = {"PATH": os.environ["PATH"]}
    for place in (repository.root / "new", tmp_path / "new"):
        writing = ("sh", "-c", f"echo x > {place}")
        await runner.capture(writing, cwd=str(repository.root), environ=environ)
    assert not (repository.root / "new").exists()
    assert not (tmp_path / "new").exists()
    echoed = await runner.capture(("cat",), cwd="/", environ=environ, stdin=b"\0given\xff")
    assert echoed.out == b"\0given\xff"
    with pytest.raises(ProgramError, match="did not end within"):
        await runner.capture(("sleep", "9"), cwd="/", environ=environ, seconds=0.2)
    with pytest.raises(ProgramError, match="not on PATH"):
        await runner.capture(("no-such-program",), cwd="/", environ=environ)


async def test_no_command_can_touch_the_records(
    snapshots: GitSnapshots, runner: SandboxedRunner, repository: Repository, tmp_path: Path
) -> None:
    repository.write("a.txt", "one\n")
    await snapshots.take()
    git_dir = Shadow.of(tmp_path / "state", repository.root).git_dir
    before = sorted((one.name, one.stat().st_mtime_ns) for one in git_dir.rglob("*"))
    text = f"rm -rf {git_dir}; echo x > {git_dir}/config; ls {git_dir}"
    done = await runner.run(Command(text=text), lambda _: None)
    assert done.exit_code != 0
    assert sorted((one.name, one.stat().st_mtime_ns) for one in git_dir.rglob("*")) == before
