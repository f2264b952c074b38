"""Commands in a disposable view of a workspace: real files and git, over a layer and in a copy."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tui_agent.adapters.runner import view_overlay
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.plain import PlainRunner
from tui_agent.adapters.runner.view_changes import MET
from tui_agent.adapters.runner.views import Views
from tui_agent.core.copies import CopyChanges, LaidFile
from tui_agent.core.pack import unpack
from tui_agent.core.ports import Exit
from tui_agent.core.proposal import Command


@dataclass(frozen=True, slots=True)
class Bench:
    """A repository, and what runs commands in views of it."""

    repository: Repository
    place: Path
    layers: bool

    async def run(self, text: str, over: tuple[LaidFile, ...] = ()) -> Exit:
        views = Views(self.place, self.repository.root, layers=self.layers)
        runner = PlainRunner(Launching(root=self.repository.root, environ=dict(os.environ)), views)
        done = await runner.run(Command(text=text, view="copy"), lambda _: None, over)
        assert not list(self.place.iterdir())
        return done

    async def changes(self, text: str) -> CopyChanges:
        before = everything(self.repository.root)
        done = await self.run(text)
        assert done.exit_code == 0, done.output
        assert everything(self.repository.root) == before
        assert done.changes is not None
        return done.changes


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder, git's own data included, with its mode and bytes."""
    return {
        os.path.relpath(path, root): (
            path.lstat().st_mode,
            os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes(),
        )
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture(params=["copy", "layer"])
def bench(request: pytest.FixtureRequest, repository: Repository, tmp_path: Path) -> Bench:
    return Bench(repository, tmp_path / "views", request.param == "layer")


def shown(changes: CopyChanges) -> dict[str, tuple[bytes | None, bytes | None]]:
    return {one.path: (one.before, one.after) for one in changes.files}


async def test_every_kind_of_change_of_a_file_comes_back_and_the_tree_stays(bench: Bench) -> None:
    bench.repository.write("change.txt", "a\n")
    bench.repository.write("folder/gone.txt", "b\n")
    bench.repository.write("folder/other.txt", "c\n")
    bench.repository.write("move.txt", "moved\n" * 5)
    bench.repository.write("run.sh", "true\n")
    bench.repository.write("pixel.bin", b"\0\1\2")
    bench.repository.write("same.txt", "same\n")
    bench.repository.commit()
    changes = await bench.changes(
        "echo z >> change.txt; rm -r folder; mkdir folder; echo n > folder/new.txt;"
        "mv move.txt moved.txt; chmod +x run.sh; printf '\\0\\3' > pixel.bin;"
        "printf '' > empty; cp same.txt t && mv t same.txt; echo x > tool; chmod +x tool"
    )
    found = shown(changes)
    assert found["change.txt"] == (b"a\n", b"a\nz\n")
    assert found["folder/gone.txt"] == (b"b\n", None)
    assert found["folder/other.txt"] == (b"c\n", None)
    assert found["folder/new.txt"] == (None, b"n\n")
    assert found["pixel.bin"] == (b"\0\1\2", b"\0\3")
    assert found["empty"] == (None, b"")
    assert "same.txt" not in found
    by_path = {one.path: one for one in changes.files}
    assert by_path["move.txt"].new_path == "moved.txt"
    assert "moved.txt" not in found
    assert by_path["run.sh"].new_mode == (by_path["run.sh"].old_mode or 0) | 0o111
    assert (by_path["tool"].new_mode or 0) & stat.S_IXUSR
    assert changes.rest is None


async def test_a_command_that_changes_nothing_gives_no_change(bench: Bench) -> None:
    bench.repository.write("a.txt", "a\n")
    bench.repository.commit()
    assert await bench.changes("cat a.txt; touch a.txt; git status; git log -1") == CopyChanges()


async def test_what_git_ignores_is_one_thing_and_caches_are_dropped(bench: Bench) -> None:
    bench.repository.write(".gitignore", "node_modules/\n*.log\n!kept.log\n")
    bench.repository.write("node_modules/old/index.js", "old\n")
    bench.repository.write("src/a.py", "a = 1\n")
    bench.repository.commit()
    changes = await bench.changes(
        "mkdir -p node_modules/left-pad src/__pycache__; echo x > node_modules/left-pad/index.js;"
        "rm node_modules/old/index.js; echo l > run.log; echo k > kept.log;"
        "echo c > src/__pycache__/a.pyc; echo 'a = 2' > src/a.py"
    )
    assert sorted(shown(changes)) == ["kept.log", "src/a.py"]
    assert changes.rest is not None
    assert any("node_modules, made from other files" in line for line in changes.rest.what)
    packed = {one.path: one for one in unpack(changes.rest.packed)}
    assert packed["node_modules/left-pad/index.js"].data == b"x\n"
    assert packed["node_modules/old/index.js"].kind == "gone"
    assert packed["run.log"].data == b"l\n"
    assert any("src/__pycache__/a.pyc: caches" in line for line in changes.left)


async def test_links_come_with_the_rest_and_those_that_lead_out_stay(bench: Bench) -> None:
    bench.repository.write("v1/a.txt", "a\n")
    root = bench.repository.root
    (root / "current").symlink_to("v1")
    (root / "whole").symlink_to(root / "v1")
    bench.repository.commit()
    changes = await bench.changes(
        "mkdir v2; echo b > v2/a.txt; ln -sfn v2 current; ln -s /etc/passwd out;"
        "echo w >> whole/a.txt"
    )
    assert shown(changes) == {"v1/a.txt": (b"a\n", b"a\nw\n"), "v2/a.txt": (None, b"b\n")}
    assert changes.rest is not None
    assert [(one.path, one.data) for one in unpack(changes.rest.packed)] == [("current", b"v2")]
    assert any(line.startswith("left in the copy: out: links") for line in changes.left)


async def test_a_commit_in_a_copy_goes_with_it_and_is_said(bench: Bench) -> None:
    bench.repository.write("a.txt", "a\n")
    bench.repository.git("config", "user.name", "A")
    bench.repository.git("config", "user.email", "a@example.invalid")
    head = bench.repository.commit()
    changes = await bench.changes("echo b > a.txt; git commit -qam two; git log --oneline | wc -l")
    assert bench.repository.git("rev-parse", "HEAD").strip() == head
    said = "git's own data changed in the copy (branches, the index) and goes with it"
    assert any(said in one for one in changes.left)
    assert shown(changes) == {"a.txt": (b"a\n", b"b\n")}


async def test_a_hard_link_of_the_original_is_not_written_through(bench: Bench) -> None:
    bench.repository.write("a.txt", "a\n")
    os.link(bench.repository.root / "a.txt", bench.repository.root / "b.txt")
    changes = await bench.changes("echo more >> a.txt")
    assert bench.repository.read("b.txt") == b"a\n"
    assert shown(changes) == {"a.txt": (b"a\n", b"a\nmore\n")}


class Held:
    """What files held before a command ran."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def of(self, path: str) -> bytes | None:
        return self._files.get(path)

    async def close(self) -> None:
        """There is nothing to end."""


async def test_what_changes_in_the_workspace_meanwhile_is_merged_or_asked_about_as_a_whole(
    bench: Bench,
) -> None:
    before = {name: f"1 {name}\n2\n3\n4\n".encode() for name in ("a", "b", "c", "d", "e")}
    for name, data in before.items():
        bench.repository.write(name, data)
    root = bench.repository.root
    known = Held({name: data for name, data in before.items() if name != "d"})
    views = Views(bench.place, root, layers=bench.layers, bases=known)
    runner = PlainRunner(Launching(root=root, environ=dict(os.environ)), views)
    go_on = bench.place.parent / "go-on"

    def on_output(_: str) -> None:
        for name in ("b", "c", "d", "e"):
            old, new = (b"4", b"theirs") if name == "c" else (b"1", b"one")
            (root / name).write_bytes(before[name].replace(old, new))
        go_on.touch()

    change = "for one in a b c d; do sed -i s/4/ours/ $one; done; rm e; echo go;"
    text = f"{change} until [ -e {go_on} ]; do :; done"
    done = await runner.run(Command(text=text, view="copy"), on_output)
    changes = done.changes
    assert changes is not None
    assert shown(changes) == {
        "a": (before["a"], b"1 a\n2\n3\nours\n"),
        "b": (b"one b\n2\n3\n4\n", b"one b\n2\n3\nours\n"),
    }
    assert [bool(one.notes) for one in changes.files] == [False, True]
    assert changes.rest is not None
    assert changes.rest.what == (f"{MET}: c, d, 1 KB",)
    assert [(one.path, one.data) for one in unpack(changes.rest.packed)] == [
        ("c", b"1 c\n2\n3\nours\n"),
        ("d", b"1 d\n2\n3\nours\n"),
    ]
    assert any("e: changed in the workspace, too" in one for one in changes.left)
    assert (root / "c").read_bytes().endswith(b"theirs\n")


async def test_files_laid_over_a_view_are_what_the_command_finds(bench: Bench) -> None:
    bench.repository.write("a.txt", "old\n")
    bench.repository.write("gone.txt", "gone\n")
    bench.repository.write("in/kept.txt", "kept\n")
    over = (
        LaidFile(path="a.txt", content=b"new\n"),
        LaidFile(path="gone.txt", content=None),
        LaidFile(path="in/more.sh", content=b"echo more\n", mode=0o755),
    )
    done = await bench.run("cat a.txt; ls; cat in/kept.txt; in/more.sh", over)
    assert done.output.split() == ["new", "a.txt", "in", "kept", "more"]
    assert bench.repository.read("a.txt") == b"old\n"
    assert (bench.repository.root / "gone.txt").exists()


async def test_a_generator_of_a_thousand_files_is_reviewed_whole(bench: Bench) -> None:
    bench.repository.write("a.txt", "a\n")
    changes = await bench.changes("mkdir gen; for i in $(seq 1000); do echo $i > gen/$i.txt; done")
    assert len(changes.files) == 1000


async def test_large_files_come_with_the_rest_and_pipes_stay(bench: Bench) -> None:
    bench.repository.write("a.txt", "a\n")
    changes = await bench.changes("truncate -s 6M big.bin; truncate -s 70M huge.bin; mkfifo pipe")
    assert changes.files == ()
    assert changes.rest is None
    assert any("files over 5 MB: too large to be kept" in one for one in changes.left)
    assert any("pipe: no files" in one for one in changes.left)
    changes = await bench.changes("truncate -s 6M big.bin")
    assert changes.rest is not None
    assert changes.rest.what == ("files over 5 MB: big.bin, 6 MB",)


async def test_a_folder_that_becomes_a_file_and_back_is_named(bench: Bench) -> None:
    bench.repository.write("d/a.txt", "a\n")
    bench.repository.write("f", "f\n")
    changes = await bench.changes("rm -r d; echo now > d; rm f; mkdir f; echo in > f/b.txt")
    assert any("a file took the place of a folder" in one for one in changes.left)
    assert any("a folder took the place of a file" in one for one in changes.left)


async def test_pytest_in_a_copy_with_its_own_environment_judges_the_copys_sources(
    bench: Bench,
) -> None:
    root = bench.repository.root
    site = root / ".venv" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    (root / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (site / "__editable__.demo.pth").write_text(f"{root}/src\n")
    tool = root / ".venv" / "bin" / "show"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\ncat {root}/.venv/lib/python3.11/site-packages/*.pth\n")
    tool.chmod(0o755)
    bench.repository.write(".gitignore", ".venv\n")
    bench.repository.write("src/demo.py", "A = 1\n")
    bench.repository.commit()
    done = await bench.run('echo "A = 2" > src/demo.py; cat "$(show)/demo.py"')
    assert done.output == "A = 2\n"
    assert done.changes is not None
    assert done.changes.rest is None
    assert shown(done.changes) == {"src/demo.py": (b"A = 1\n", b"A = 2\n")}


async def test_an_environment_that_a_link_leads_to_stays_as_it_is(bench: Bench) -> None:
    root, outside = bench.repository.root, bench.place.parent / "environment"
    (outside / "bin").mkdir(parents=True)
    (outside / "pyvenv.cfg").write_text(f"prompt = {root}\n")
    (outside / "bin" / "show").write_text(f"#!/bin/sh\ncat {root}/x\n")
    before = [(outside / name).read_bytes() for name in ("pyvenv.cfg", "bin/show")]
    (root / ".venv").symlink_to(outside)
    await bench.changes("true")
    assert [(outside / name).read_bytes() for name in ("pyvenv.cfg", "bin/show")] == before


async def test_what_names_the_copy_is_made_to_name_the_workspace(bench: Bench) -> None:
    bench.repository.write("a.txt", "a\n")
    changes = await bench.changes("pwd > where.txt")
    assert changes.files[0].after == f"{bench.repository.root}\n".encode()


async def test_a_view_that_a_killed_process_left_is_removed_by_the_next(bench: Bench) -> None:
    bench.repository.write("a.txt", "a\n")
    left = bench.place / "view-left" / "work" / "work"
    left.mkdir(parents=True)
    left.chmod(0)
    await bench.changes("true")
    assert not list(bench.place.iterdir())


async def test_no_view_can_be_made_where_there_is_no_place(repository: Repository) -> None:
    runner = PlainRunner(Launching(root=repository.root, environ=dict(os.environ)))
    with pytest.raises(OSError, match="no place"):
        await runner.run(Command(text="true", view="copy"), lambda _: None)


async def test_a_copy_that_nobody_waits_for_is_given_up_and_removed(
    repository: Repository, tmp_path: Path
) -> None:
    for number in range(300):
        repository.write(f"n/{number}.txt", "x")
    place = tmp_path / "views"
    views = Views(place, repository.root, layers=False)
    runner = PlainRunner(Launching(root=repository.root, environ=dict(os.environ)), views)
    running = asyncio.create_task(runner.run(Command(text="true", view="copy"), lambda _: None))
    for _ in range(100_000):
        await asyncio.sleep(0)
        if place.exists() and list(place.glob("view-*/*/n")):
            break
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not list(place.iterdir())


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_plain_user_gets_a_layer_too_and_no_rights_from_it() -> None:
    python, other = shutil.which("python3", path="/usr/bin:/bin"), shutil.which("runuser")
    if python is None or other is None:
        pytest.skip("a Python of the system and runuser are needed")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        root, layer = place / "work", place / "layer"
        for folder in (root, layer):
            folder.mkdir()
            shutil.chown(folder, "nobody", "nogroup")
        entry = place / "over_layer.py"
        shutil.copy(view_overlay.ENTRY, entry)
        text = "echo mine > a; mkdir d; echo x > d/b"
        as_user = [other, "-u", "nobody", "--"]
        subprocess.run([*as_user, "sh", "-c", text], cwd=root, check=True)
        subprocess.run([*as_user, "mkdir", "upper", "work"], cwd=layer, check=True)
        subprocess.run([*as_user, "touch", "gone"], cwd=layer, check=True)
        text = "echo more >> a; rm -r d; grep CapEff /proc/self/status; mount -t tmpfs x d"
        done = subprocess.run(
            [*as_user, python, "-I", "-S", entry, root, layer, "sh", "-c", text],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.split() == ["CapEff:", "0000000000000000"], done.stderr
        assert (root / "a").read_text() == "mine\n"
        assert (root / "d" / "b").exists()
        found = view_overlay.touched(root, layer)
        assert set(found) == {"a", "d/b"}
        assert found["d/b"] is None
