"""The container tier's own part, with an engine in the place of the real one that only mounts."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tui_agent.adapters.runner.container import ContainerRunner
from tui_agent.adapters.runner.git_rooms import GitRooms
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.sandboxed import Choosing
from tui_agent.adapters.runner.views import Views
from tui_agent.adapters.snapshots.git_snapshots import GitSnapshots
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.core.copies import LaidFile
from tui_agent.core.proposal import Command

ENGINE = """\
#!{python}
import os, sys
words = sys.argv[1:]
if words[0] == "version":
    print("1.0")
    sys.exit(0)
binds = []
for flag, value in zip(words, words[1:]):
    if flag == "--mount":
        parts = dict(part.partition("=")[::2] for part in value.split(","))
        how = "--ro-bind" if "readonly" in parts else "--bind"
        binds += [how, parts["source"], parts["target"]]
place = words[words.index("--workdir") + 1]
system = [w for d in ("/usr", "/bin", "/lib", "/lib64") for w in ("--ro-bind-try", d, d)]
os.execvp("bwrap", ["bwrap", "--dev", "/dev", *system, *binds, "--chdir", place, *words[-3:]])
"""


@pytest.mark.capability("S3.22", part="commands in the tree and in a copy")
async def test_a_container_sees_the_workspace_or_a_copy_whose_changes_come_back(
    repository: Repository, tmp_path: Path
) -> None:
    if shutil.which("bwrap") is None:
        pytest.skip("nothing here can stand in for an engine")
    repository.write("a.txt", "a\n")
    repository.commit()
    programs = tmp_path / "programs"
    programs.mkdir()
    engine = programs / "docker"
    engine.write_text(ENGINE.format(python=sys.executable))
    engine.chmod(0o755)
    environ = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    launching = Launching(root=repository.root, environ=environ)
    state = tmp_path / "state"
    runner = ContainerRunner(
        launching,
        "an/image",
        Views(tmp_path / "views", repository.root, layers=False),
        GitRooms(Choosing(), repository.root, environ),
        Shadow.of(state, repository.root).git_dir,
    )
    try:
        await runner.begin()
        tree = Command(text=f"echo b > b.txt; ls {tmp_path}/state; pwd")
        done = await runner.run(tree, lambda _: None)
        assert repository.read("b.txt") == b"b\n"
        assert "No such file" in done.output
        assert str(repository.root) in done.output

        over = (LaidFile(path="laid.txt", content=b"laid\n"),)
        copy = Command(text="cat laid.txt; echo more >> a.txt; git log --oneline", view="copy")
        done = await runner.run(copy, lambda _: None, over)
        assert done.output.startswith("laid\n")
        assert done.exit_code == 0, done.output
        assert done.changes is not None
        assert [one.path for one in done.changes.files] == ["a.txt"]
        assert repository.read("a.txt") == b"a\n"

        snapshots = GitSnapshots(
            state, repository.root, secret=lambda _: False, path=environ["PATH"], run=runner.capture
        )
        assert (await snapshots.take()).tree
    finally:
        await runner.close()
