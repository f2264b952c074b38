"""A folder and a link that change places all the time: nothing of the other side is ever reached.

`AGENT_RACES` sets how many reads are tried; 20,000 is the whole of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.workspace import KeptBlobs, picture, planned, workspace_at
from tui_agent.adapters.git_workspace.commit import commit
from tui_agent.adapters.git_workspace.paths import Confined, NotAFileError
from tui_agent.adapters.kernel import openat2
from tui_agent.core.edits import EditError
from tui_agent.core.lookup import LookupFailedError, Search

READS = int(os.environ.get("AGENT_RACES", "6000"))
COMMITS = max(60, READS // 20)
SEARCHES = max(15, READS // 300)

EXCHANGER = """
import ctypes, os, random, sys, time
call = ctypes.CDLL(None).renameat2
a, b = (os.fsencode(name) for name in sys.argv[1:3])
AT_FDCWD, EXCHANGE = -100, 2
if call(AT_FDCWD, a, AT_FDCWD, b, EXCHANGE):
    sys.exit(3)
print("begun", flush=True)
while os.getppid() == int(sys.argv[3]):
    time.sleep(random.random() * float(sys.argv[4]))
    call(AT_FDCWD, a, AT_FDCWD, b, EXCHANGE)
"""

BOTH_WAYS = pytest.mark.parametrize("in_one_call", [True, False], ids=["openat2", "step by step"])


@contextmanager
def _exchanging(folder: Path, link: Path, pause: float = 0.0) -> Iterator[None]:
    """Exchange the two in another process, with pauses of at most so many seconds."""
    argv = [sys.executable, "-I", "-c", EXCHANGER, str(folder), str(link)]
    argv += [str(os.getpid()), str(pause)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline() != b"begun\n":
                pytest.skip("this file system cannot exchange two names")
            yield
        finally:
            process.kill()


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """Make a workspace with a folder and a link out of it that will change places."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "sub").mkdir(parents=True)
    outside.mkdir()
    (root / "sub" / "f").write_bytes(b"inside\n")
    (outside / "f").write_bytes(b"OUTSIDE\n")
    (root / "other").symlink_to(outside)
    return root, outside


def _confined(root: Path, *, in_one_call: bool) -> Confined:
    if in_one_call and not openat2.available():
        pytest.skip("this kernel has no openat2")
    return Confined(root, in_one_call=in_one_call)


@pytest.mark.case(13)
@BOTH_WAYS
def test_no_read_reaches_the_other_side(places: tuple[Path, Path], *, in_one_call: bool) -> None:
    root, _ = places
    files = _confined(root, in_one_call=in_one_call)
    seen: dict[bytes | None, int] = {}
    with _exchanging(root / "sub", root / "other"):
        for _ in range(READS):
            try:
                data = files.read(files.locate("sub/f"))
            except (EditError, NotAFileError, OSError):
                data = None
            seen[data] = seen.get(data, 0) + 1
    assert set(seen) <= {b"inside\n", None}
    assert len(seen) == 2


@pytest.mark.case(13)
async def test_no_search_and_no_list_reaches_the_other_side(places: tuple[Path, Path]) -> None:
    root, outside = places
    for number in range(40):
        (outside / f"only-outside-{number}").write_bytes(b"OUTSIDE\n")
    workspace = workspace_at(root)
    with _exchanging(root / "sub", root / "other"):
        for _ in range(SEARCHES):
            try:
                found = await workspace.search(Search(pattern="(?i)side", path="."))
                inside = await workspace.search(Search(pattern="(?i)side", path="sub"))
                listed = await workspace.list_files("sub")
            except (EditError, LookupFailedError):
                continue
            for line in (*found.lines, *inside.lines):
                assert line.text == "inside"
            assert set(listed.entries) <= {"sub/f"}


@pytest.mark.case(14)
@BOTH_WAYS
def test_no_write_reaches_the_other_side(places: tuple[Path, Path], *, in_one_call: bool) -> None:
    root, outside = places
    files, blobs = _confined(root, in_one_call=in_one_call), KeptBlobs()
    before = picture(outside)
    written = refused = 0
    with _exchanging(root / "sub", root / "other", pause=0.004):
        for number in range(COMMITS):
            old = b"inside\n" if not written else b"%d\n" % written
            new = b"%d\n" % (written + 1)
            writes = [
                planned(blobs, "sub/f", old, new),
                planned(blobs, f"sub/new-{number}", None, b"new\n"),
            ]
            try:
                commit(files, writes, blobs.get)
                written += 1
            except (EditError, NotAFileError, OSError):
                refused += 1
            assert picture(outside) == before
    assert picture(outside) == before
    assert written > 0
    assert refused > 0
