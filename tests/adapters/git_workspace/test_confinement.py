"""Whatever a path says, nothing outside of the workspace and nothing of git's is reached."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.workspace import KeptBlobs, planned, workspace_at
from tui_agent.adapters.git_workspace.paths import Confined, NotAFileError
from tui_agent.core.edits import EditError

INSIDE, OUTSIDE = b"inside", b"outside"


@contextmanager
def _tree(links: list[tuple[str, str]]) -> Iterator[Path]:
    """Make a workspace beside a secret: files, git's folder, and the links that are asked for."""
    top = Path(os.path.realpath(tempfile.mkdtemp(prefix="agent-test-")))
    root = top / "root"
    try:
        for path, data in {
            "root/a.py": INSIDE,
            "root/sub/b.py": INSIDE,
            "root/.git/config": OUTSIDE,
            "root/sub/vendor/.git/config": OUTSIDE,
            "root-sibling/a.py": OUTSIDE,
            "secret": OUTSIDE,
        }.items():
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_bytes(data)
        for name, target in links:
            with_link = root / name
            if not os.path.lexists(with_link) and with_link.parent.is_dir():
                with_link.symlink_to(target)
        yield root
    finally:
        shutil.rmtree(top)


PARTS = st.sampled_from(
    ["a.py", "sub", "b.py", "..", ".", "", "link", "other", ".git", ".GIT", "config", "vendor",
     "new", "root", "root-sibling", "secret", "~", ".g\u200cit", ".git.", "git~1", "\0", "x" * 300,
     "\udc80", "\ud800", "ü", " "]
)  # fmt: skip
PATHS = st.builds(
    lambda start, parts: start + "/".join(parts),
    st.sampled_from(["", "", "", "/", "./", "ROOT/", "../"]),
    st.lists(PARTS, max_size=5),
)
LINKS = st.lists(
    st.tuples(
        st.sampled_from(["link", "other", "sub/link", "sub/other"]),
        st.sampled_from(
            ["..", "../secret", "/", "sub", ".git", "../.git/config", "a.py", "link", "other",
             "../root-sibling", "nowhere", "../sub/b.py", ".", "sub/../.."]
        ),
    ),
    max_size=4,
)  # fmt: skip


def _reached(files: Confined, path: str) -> str | None:
    """Return the absolute place that a path leads to; None where it is refused."""
    try:
        name = files.locate(path.replace("ROOT", files.root))
    except EditError:
        return None
    return os.path.realpath(Path(files.root, name))


@pytest.mark.property
@pytest.mark.capability("S0.13", part="reading")
@pytest.mark.capability("S0.21", part="paths")
@given(path=PATHS, links=LINKS)
@example(path="link/secret", links=[("link", "..")])
@example(path="link", links=[("link", "other"), ("other", "link")])
@example(path="link/config", links=[("link", ".git")])
def test_no_path_reads_anything_outside(path: str, links: list[tuple[str, str]]) -> None:
    with _tree(links) as root:
        files = Confined(root)
        place = _reached(files, path)
        if place is None:
            return
        assert place == files.root or place.startswith(files.root + "/")
        assert ".git" not in {part.casefold() for part in Path(place).parts}
        try:
            data = files.read(os.path.relpath(place, files.root))
        except (NotAFileError, OSError, EditError):
            return
        assert data in {INSIDE, None}


@pytest.mark.case(61)
@pytest.mark.property
@pytest.mark.capability("S0.13", part="writing")
@given(path=PATHS, links=LINKS)
@example(path="link/new", links=[("link", "../root-sibling")])
@example(path="link", links=[("link", "../nowhere")])
def test_no_path_writes_anything_outside(path: str, links: list[tuple[str, str]]) -> None:
    with _tree(links) as root:
        blobs = KeptBlobs()
        workspace = workspace_at(root, blobs)
        before = _everything_outside(root)
        try:
            name = workspace.locate(path.replace("ROOT", str(root)))
            write = planned(blobs, name, workspace.read(name), b"written")
            workspace.commit([write], blobs.get)
        except (EditError, NotAFileError, OSError):
            assert _everything_outside(root) == before
            return
        assert _everything_outside(root) == before
        assert (root / name).read_bytes() == b"written"


def _everything_outside(root: Path) -> dict[str, bytes]:
    top = root.parent
    found = {}
    for folder, folders, files in os.walk(top):
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(top).as_posix()
            if not name.startswith("root/") or "/.git/" in name:
                found[name] = path.read_bytes() if not path.is_symlink() else b"link"
        found[folder] = b"" if ".git" in folder or not folder.startswith(str(root)) else b"in"
        folders[:] = [one for one in folders if not Path(folder, one).is_symlink()]
    return {name: data for name, data in found.items() if data != b"in"}


@pytest.mark.case(1, 2, 3, 4, 62)
@pytest.mark.capability("S0.13")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "malformed"),
        ("  ", "malformed"),
        ("a\0b", "malformed"),
        ("x/" * 3000, "malformed"),
        ("n" * 300, "malformed"),
        ("\ud800", "malformed"),
        ("../x", "outside-workspace"),
        ("sub/../../secret", "outside-workspace"),
        ("/etc/passwd", "outside-workspace"),
        ("../root-sibling/a.py", "outside-workspace"),
        ("out", "outside-workspace"),
        ("out/secret", "outside-workspace"),
        ("dangling", "outside-workspace"),
        (".git/config", "outside-workspace"),
        (".GIT/hooks/pre-commit", "outside-workspace"),
        ("sub/vendor/.git/config", "outside-workspace"),
        ("in/.git/config", "outside-workspace"),
    ],
)
def test_a_path_that_leaves_is_refused_in_words(path: str, kind: str) -> None:
    links = [("out", ".."), ("dangling", "../nowhere/x"), ("in", "sub/..")]
    with _tree(links) as root:
        with pytest.raises(EditError) as refused:
            Confined(root).locate(path)
        assert refused.value.kind == kind
        assert len(refused.value.message) < 200


def test_links_and_absolute_paths_inside_are_followed() -> None:
    with _tree([("link", "sub"), ("sub/up", "../a.py")]) as root:
        files = Confined(root)
        assert files.locate("link/b.py") == "sub/b.py"
        assert files.locate("sub/up") == "a.py"
        assert files.locate(f"{root}/sub/../a.py") == "a.py"
        assert files.locate("new/deep/file.py") == "new/deep/file.py"
        assert files.locate(".") == "."
        assert files.read("a.py") == INSIDE
        assert files.read("gone.py") is None
        assert files.read("a.py/inside") is None


def test_a_pipe_or_a_device_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    files = Confined(tmp_path)
    with pytest.raises(NotAFileError, match="no regular file"):
        files.read("pipe")
    with pytest.raises(NotAFileError, match="is a folder"):
        files.read(".")
    assert (files.mode("pipe"), files.mode("gone")) == (None, None)


@pytest.mark.case(65)
def test_a_hundred_megabytes_are_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "large").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(NotAFileError, match="100,000,000 bytes"):
        Confined(tmp_path).read("large")


def test_a_link_put_in_after_the_name_was_checked_leads_nowhere() -> None:
    with _tree([]) as root:
        files = Confined(root)
        name = files.locate("sub/b.py")
        shutil.rmtree(root / "sub")
        (root / "sub").symlink_to("../root-sibling")
        (root.parent / "root-sibling" / "b.py").write_bytes(OUTSIDE)
        data: bytes | None = None
        with suppress(EditError):
            data = files.read(name)
        assert data is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_error_in_the_systems_words(tmp_path: Path) -> None:
    (tmp_path / "locked").write_bytes(b"x")
    (tmp_path / "locked").chmod(0)
    with pytest.raises(PermissionError):
        Confined(tmp_path).read("locked")
