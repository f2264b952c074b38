"""A change of several files is cut off between every two system calls that change anything.

The commit runs in a child that counts these calls and ends itself, at once and without any
clean-up, before the n-th; for every n. `recover` must then find all or nothing. (Between two calls
that only look, the disk is the same.)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from tests.support.workspace import KeptBlobs, picture, planned, workspace_at
from tui_agent.core.events import PlannedWrite

CHANGING = {
    "open", "mkdir", "rmdir", "unlink", "remove", "replace", "rename", "link", "symlink", "chmod",
    "fchmod", "chown", "fchown", "fsync", "write", "truncate", "ftruncate", "flock", "close",
}  # fmt: skip
ENOUGH = 400
CUT, COMPLETE = 9, 0
PRIVATE = 0o600
"""Whoever may not read a file may not read what is written beside it either."""


def _writes(blobs: KeptBlobs) -> list[PlannedWrite]:
    return [
        planned(blobs, "a.py", b"a1\n", b"a2\n"),
        planned(blobs, "sub/b.py", b"b1\n", b"b2\n"),
        planned(blobs, "new/folder/c.py", None, b"c\n", 0o755),
        planned(blobs, "gone.py", b"gone\n", None),
    ]


def _start(root: Path) -> dict[str, tuple[int, bytes]]:
    (root / "sub").mkdir(parents=True)
    for path, data in {"a.py": b"a1\n", "sub/b.py": b"b1\n", "gone.py": b"gone\n"}.items():
        (root / path).write_bytes(data)
        (root / path).chmod(PRIVATE if path == "sub/b.py" else 0o644)
    return _files(root)


def _files(root: Path) -> dict[str, tuple[int, bytes]]:
    return {name: file for name, file in picture(root).items() if not name.endswith("/")}


def _changes(event: str, called: object) -> bool:
    if event != "c_call" or getattr(called, "__name__", "") not in CHANGING:
        return False
    module = getattr(called, "__module__", None)
    return module in {"posix", "fcntl"} or getattr(called, "__qualname__", "").startswith("FileIO.")


def _cut_before(number: int, work: Callable[[], None]) -> int:
    """Do the work in a child that ends before its n-th system call; return how it ended."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    left = number

    def count(_frame: FrameType, event: str, called: object) -> None:
        nonlocal left
        if _changes(event, called):
            left -= 1
            if left == 0:
                os._exit(CUT)

    sys.setprofile(count)
    work()
    os._exit(COMPLETE)


def _commit(root: Path) -> Callable[[], None]:
    def work() -> None:
        blobs = KeptBlobs()
        workspace_at(root, blobs).commit(_writes(blobs), blobs.get)

    return work


@pytest.mark.case(83)
@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.capability("S0.12")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_commit_cut_before_any_system_call_is_recovered_to_all_or_nothing(
    tmp_path: Path,
) -> None:
    blobs = KeptBlobs()
    writes = _writes(blobs)
    done = tmp_path / "done"
    _start(done)
    workspace_at(done, blobs).commit(writes, blobs.get)
    after = _files(done)
    seen = set()
    for number in range(1, ENOUGH):
        root = tmp_path / str(number)
        before = _start(root)
        ended = _cut_before(number, _commit(root))
        half = [one.stat().st_mode & 0o777 for one in (root / "sub").glob(".agent-*")]
        assert set(half) <= {PRIVATE}, number
        recovered = workspace_at(root, blobs).recover(writes, blobs.get)
        assert recovered in {"applied", "unchanged"}, number
        assert _files(root) == (after if recovered == "applied" else before), number
        assert workspace_at(root, blobs).recover(writes, blobs.get) == recovered, number
        seen.add(recovered)
        if ended == COMPLETE:
            break
    else:
        pytest.fail("the commit never came to its end")
    assert seen == {"applied", "unchanged"}
    assert number > 25


@pytest.mark.capability("S0.12", part="the recovery is cut, too")
@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_recovery_that_is_cut_in_its_turn_is_recovered(tmp_path: Path) -> None:
    blobs = KeptBlobs()
    writes = _writes(blobs)
    for number in range(1, ENOUGH, 3):
        root = tmp_path / str(number)
        _start(root)
        (root / "a.py").write_bytes(b"a2\n")

        def work(root: Path = root) -> None:
            workspace_at(root, blobs).recover(writes, blobs.get)

        ended = _cut_before(number, work)
        assert workspace_at(root, blobs).recover(writes, blobs.get) == "applied", number
        assert (root / "sub/b.py").read_bytes() == b"b2\n"
        assert not (root / "gone.py").exists()
        if ended == COMPLETE:
            return
    pytest.fail("the recovery never came to its end")


def test_a_file_that_is_neither_old_nor_new_is_left_for_the_user(tmp_path: Path) -> None:
    blobs = KeptBlobs()
    _start(tmp_path)
    (tmp_path / "a.py").write_bytes(b"a2\n")
    (tmp_path / "sub/b.py").write_bytes(b"somebody else's\n")
    before = picture(tmp_path)
    assert workspace_at(tmp_path, blobs).recover(_writes(blobs), blobs.get) == "torn"
    assert picture(tmp_path) == before
