from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.workspace import KeptBlobs, picture, planned, workspace_at
from tui_agent.core.edits import EditError
from tui_agent.core.events import PlannedWrite


@pytest.fixture
def blobs() -> KeptBlobs:
    return KeptBlobs()


def _commit(root: Path, blobs: KeptBlobs, *writes: PlannedWrite) -> None:
    workspace_at(root, blobs).commit(writes, blobs.get)


def test_several_files_are_created_changed_and_deleted_as_one(
    tmp_path: Path, blobs: KeptBlobs
) -> None:
    (tmp_path / "a.py").write_bytes(b"one\ntwo\n")
    (tmp_path / "old.py").write_bytes(b"old\n")
    effects = workspace_at(tmp_path, blobs).commit(
        [
            planned(blobs, "a.py", b"one\ntwo\n", b"one\n2\n3\n"),
            planned(blobs, "new/deep/b.py", None, b"b\n"),
            planned(blobs, "old.py", b"old\n", None),
        ],
        blobs.get,
    )
    assert (tmp_path / "a.py").read_bytes() == b"one\n2\n3\n"
    assert (tmp_path / "new/deep/b.py").read_bytes() == b"b\n"
    assert sorted(picture(tmp_path)) == ["a.py", "new/", "new/deep/", "new/deep/b.py"]
    assert [(one.path, one.added, one.removed) for one in effects] == [
        ("a.py", 2, 1), ("new/deep/b.py", 1, 0), ("old.py", 0, 1),
    ]  # fmt: skip
    assert effects[2].sha_after is None


@pytest.mark.parametrize("mode", [0o755, 0o640, 0o600])
def test_a_changed_file_keeps_its_mode(tmp_path: Path, blobs: KeptBlobs, mode: int) -> None:
    (tmp_path / "run").write_bytes(b"1")
    (tmp_path / "run").chmod(mode)
    _commit(tmp_path, blobs, planned(blobs, "run", b"1", b"2"))
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == mode


def test_a_new_file_gets_the_usual_mode_and_another_where_asked(
    tmp_path: Path, blobs: KeptBlobs
) -> None:
    before = os.umask(0o027)
    try:
        usual = planned(blobs, "usual", None, b"")
        script = planned(blobs, "script", None, b"#!/bin/sh\n", 0o755)
        _commit(tmp_path, blobs, usual, script)
    finally:
        os.umask(before)
    assert {name: mode for name, (mode, _) in picture(tmp_path).items()} == {
        "usual": 0o640,
        "script": 0o755,
    }


def test_a_mode_alone_can_change(tmp_path: Path, blobs: KeptBlobs) -> None:
    (tmp_path / "run").write_bytes(b"1")
    _commit(tmp_path, blobs, planned(blobs, "run", b"1", b"1", 0o755))
    assert picture(tmp_path) == {"run": (0o755, b"1")}


def test_a_link_inside_the_workspace_is_written_through_and_stays(
    tmp_path: Path, blobs: KeptBlobs
) -> None:
    (tmp_path / "real.py").write_bytes(b"1\n")
    (tmp_path / "link.py").symlink_to("real.py")
    path = workspace_at(tmp_path).locate("link.py")
    _commit(tmp_path, blobs, planned(blobs, path, b"1\n", b"2\n"))
    assert (tmp_path / "link.py").is_symlink()
    assert (tmp_path / "real.py").read_bytes() == b"2\n"


@pytest.mark.capability("S0.15", part="base hash")
def test_a_changed_base_writes_nothing_at_all(tmp_path: Path, blobs: KeptBlobs) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"meanwhile")
    before = picture(tmp_path)
    with pytest.raises(EditError) as refused:
        _commit(
            tmp_path,
            blobs,
            planned(blobs, "a", b"1", b"2"),
            planned(blobs, "b", b"1", b"2"),
            planned(blobs, "deep/c", None, b"new"),
        )
    assert refused.value.kind == "stale"
    assert picture(tmp_path) == before


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [("there", None, b"x"), ("missing", b"x", b"y"), ("missing", b"x", None)],
)
def test_a_file_that_came_or_went_meanwhile_is_stale(
    tmp_path: Path, blobs: KeptBlobs, path: str, before: bytes | None, after: bytes | None
) -> None:
    (tmp_path / "there").write_bytes(b"somebody's")
    seen = picture(tmp_path)
    with pytest.raises(EditError) as refused:
        _commit(tmp_path, blobs, planned(blobs, path, before, after))
    assert refused.value.kind == "stale"
    assert picture(tmp_path) == seen


def test_a_folder_that_became_a_link_out_is_not_followed(tmp_path: Path, blobs: KeptBlobs) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root, outside):
        folder.mkdir()
        (folder / "a").write_bytes(b"1")
    (root / "in").symlink_to(outside)
    with pytest.raises(EditError):
        _commit(root, blobs, planned(blobs, "in/a", b"1", b"2"))
    assert (outside / "a").read_bytes() == b"1"


AS_NOBODY = """
import os, sys
from tests.adapters.git_workspace.test_commit import two_writes
os.setgid(65534); os.setuid(65534)
two_writes(sys.argv[1])
"""

TOO_LARGE = """
import resource, signal, sys
from tests.adapters.git_workspace.test_commit import two_writes
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
two_writes(sys.argv[1])
"""


def two_writes(root: str) -> None:
    """Change one file and create a large one; print how it failed."""
    blobs = KeptBlobs()
    writes = [
        planned(blobs, "a", b"1", b"2"),
        planned(blobs, "locked/b", b"1", b"2"),
        planned(blobs, "new/c", None, b"c" * 10_000),
    ]
    try:
        workspace_at(Path(root), blobs).commit(writes, blobs.get)
    except OSError as error:
        sys.stdout.write(type(error).__name__ + " " + str(error.strerror))


def _in_another_process(program: str, root: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, str(root)],
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _two_files(root: Path) -> None:
    (root / "locked").mkdir()
    (root / "a").write_bytes(b"1")
    (root / "locked" / "b").write_bytes(b"1")


@pytest.mark.case(83)
def test_a_full_disk_leaves_the_tree_as_it_was(tmp_path: Path) -> None:
    _two_files(tmp_path)
    before = picture(tmp_path)
    printed = _in_another_process(TOO_LARGE, tmp_path)
    assert printed == "OSError new/c: File too large. Nothing was changed."
    assert picture(tmp_path) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become somebody without rights")
def test_a_read_only_folder_leaves_the_tree_as_it_was() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        root = Path(name)
        _two_files(root)
        for path in (root, root / "a", root / "locked" / "b"):
            os.chown(path, 65534, 65534)
        (root / "locked").chmod(0o555)
        before = picture(root)
        printed = _in_another_process(AS_NOBODY, root)
        assert printed == "PermissionError locked/b: Permission denied. Nothing was changed."
        assert picture(root) == before


def test_what_was_renamed_is_put_back_when_a_later_rename_fails(
    tmp_path: Path, blobs: KeptBlobs
) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "a").chmod(0o750)
    before = picture(tmp_path)
    writes = [
        planned(blobs, "a", b"1", b"2"),
        planned(blobs, "new/b", None, b"b"),
        planned(blobs, "z", None, b"z"),
    ]

    def load(sha: str) -> bytes:
        data = blobs.get(sha)
        if data == b"z":
            (tmp_path / "z").mkdir()
        return data

    with pytest.raises(EditError, match="z has changed since"):
        workspace_at(tmp_path, blobs).commit(writes, load)
    (tmp_path / "z").rmdir()
    assert picture(tmp_path) == before


@pytest.mark.parametrize("path", ["a", "gone", "new"])
def test_what_a_person_saves_while_the_files_are_made_is_not_written_over(
    tmp_path: Path, path: str
) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "gone").write_bytes(b"1")
    blobs = KeptBlobs()
    writes = [
        planned(blobs, "a", b"1", b"2"),
        planned(blobs, "gone", b"1", None),
        planned(blobs, "new", None, b"2"),
        planned(blobs, "z", None, b"last"),
    ]

    def load(sha: str) -> bytes:
        data = blobs.get(sha)
        if data == b"last":
            (tmp_path / path).write_bytes(b"a person's own")
        return data

    with pytest.raises(EditError, match=f"{path} has changed since"):
        workspace_at(tmp_path, blobs).commit(writes, load)
    left = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    assert left == {"a": b"1", "gone": b"1", path: b"a person's own"}
