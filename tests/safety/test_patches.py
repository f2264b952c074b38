"""Patches that reach for what is not theirs: refused whole, or asked about in every mode."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import Program, call, script, with_sample
from tests.support.repository import Repository
from tests.support.workspace import picture

SECRET = "the neighbour's own line\n"


@pytest.fixture
def sample(repository: Repository) -> Repository:
    (repository.root.parent / "out").mkdir()
    (repository.root.parent / "out" / "f").write_text(SECRET)
    (repository.root / "link").symlink_to("../out")
    os.mkfifo(repository.root / "pipe")
    repository.write("run.sh", "#!/bin/sh\n")
    return with_sample(repository)


def _new_file(path: str, mode: str = "100644", line: str = "evil") -> str:
    return (
        f"diff --git a/{path} b/{path}\nnew file mode {mode}\n--- /dev/null\n+++ b/{path}\n"
        f"@@ -0,0 +1 @@\n+{line}\n"
    )


def _changed_mode(mode: str) -> str:
    return f"diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode {mode}\n"


def _changed(path: str) -> str:
    return f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-{SECRET}+evil\n"


def _envelope(*lines: str) -> str:
    return "\n".join(["*** Begin Patch", *lines, "*** End Patch", ""])


def _renamed(target: str) -> str:
    return (
        f"diff --git a/run.sh b/{target}\nsimilarity index 100%\nrename from run.sh\n"
        f"rename to {target}\n"
    )


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param(_changed("../out/f"), marks=pytest.mark.case(61), id="dots"),
        pytest.param(_changed("link/f"), marks=pytest.mark.case(61), id="through a link"),
        pytest.param(_new_file("link/new"), marks=pytest.mark.case(61), id="new through a link"),
        pytest.param(
            _envelope("*** Add File: /tmp/agent-evil", "+evil"),
            marks=pytest.mark.case(61),
            id="absolute",
        ),
        pytest.param(
            _envelope("*** Update File: pipe", "@@", "-a", "+b"),
            marks=pytest.mark.case(61),
            id="a pipe",
        ),
        pytest.param(
            _envelope("*** Update File: /dev/zero", "@@", "-a", "+b"),
            marks=pytest.mark.case(61),
            id="a device",
        ),
        pytest.param(_renamed(".git/hooks/pre-commit"), marks=pytest.mark.case(62), id="hook"),
        pytest.param(_renamed(".GIT/config"), marks=pytest.mark.case(62), id="GIT"),
        pytest.param(
            _envelope("*** Update File: run.sh", "*** Move to: .git/hooks/x"),
            marks=pytest.mark.case(62),
            id="moved",
        ),
        pytest.param(
            _new_file("module", "160000", "Subproject commit " + "a" * 40),
            marks=pytest.mark.case(63),
            id="submodule",
        ),
        pytest.param(
            _new_file("away", "120000", "../out/f"), marks=pytest.mark.case(63), id="link out"
        ),
        pytest.param(_changed_mode("104755"), marks=pytest.mark.case(63), id="set-user-id"),
        pytest.param(_changed_mode("102755"), marks=pytest.mark.case(63), id="set-group-id"),
        pytest.param(_changed("answer.py") * 2, marks=pytest.mark.case(65), id="overlap"),
        pytest.param(
            "diff --git a/x.bin b/x.bin\nBinary files a/x.bin and b/x.bin differ\n",
            marks=pytest.mark.case(65),
            id="binary",
        ),
    ],
)
def test_nothing_is_written_though_everything_is_approved(
    sample: Repository, tmp_path: Path, patch: str
) -> None:
    before = picture(sample.root), picture(sample.root.parent / "out")
    hooks = sorted(path.name for path in (sample.root / ".git" / "hooks").iterdir())
    turns: list[dict[str, Any]] = [
        {"text": "I patch.", "call": [call("apply_patch", patch=patch)]},
        {"text": "I patch it otherwise.", "call": [call("apply_patch", diff=patch)]},
        {"text": "Done."},
    ]
    done = Program(sample.root).run(
        *("-p", "go", "--model", script(tmp_path, turns), "--json", "--mode", "auto"),
        "--approve-all",
    )
    outputs = done.outputs
    assert outputs
    assert not any(one.get("ok", True) for one in outputs), outputs
    assert (picture(sample.root), picture(sample.root.parent / "out")) == before
    assert sorted(path.name for path in (sample.root / ".git" / "hooks").iterdir()) == hooks
    assert not Path("/tmp/agent-evil").exists()
    assert not stat.S_IMODE((sample.root / "run.sh").stat().st_mode) & 0o6000


@pytest.mark.case(65)
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.bin", b"\0\1\2" * 30),
        ("wide.txt", "wide text\n".encode("utf-16-le")),
        ("large.txt", None),
    ],
)
def test_files_that_are_no_text_are_refused_and_stay(
    sample: Repository, tmp_path: Path, name: str, data: bytes | None
) -> None:
    path = sample.root / name
    if data is None:
        with path.open("wb") as file:
            file.truncate(100_000_000)
    else:
        path.write_bytes(data)
    before = path.stat().st_mtime_ns, path.stat().st_size
    edits = [{"old": "w", "new": "x"}]
    turns: list[dict[str, Any]] = [
        {"text": "I edit two.", "call": [
            call("apply_patch", patch=_envelope(
                "*** Update File: answer.py", "@@", "-    return 41", "+    return 42",
                f"*** Update File: {name}", "@@", "-w", "+x",
            )),
            call("edit", path=name, edits=edits),
        ]},
        {"text": "Done."},
    ]  # fmt: skip
    done = Program(sample.root).run(
        *("-p", "go", "--model", script(tmp_path, turns), "--json", "--mode", "edit")
    )
    outputs = done.outputs
    assert [one.get("ok", True) for one in outputs] == [False, False]
    assert (path.stat().st_mtime_ns, path.stat().st_size) == before
    assert b"return 41" in sample.read("answer.py")
