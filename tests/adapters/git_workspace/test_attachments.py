from __future__ import annotations

import pytest

from tests.support.repository import Repository
from tests.support.workspace import KeptBlobs, workspace_at
from tui_agent.adapters.git_workspace.workspace import GitWorkspace
from tui_agent.core.confines import Confines

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


async def _attached(repository: Repository, text: str) -> list[tuple[str, str, bytes]]:
    blobs = KeptBlobs()
    found = await workspace_at(repository.root, blobs).attach(text)
    return [(one.name, one.mime, blobs.get(one.content.sha)) for one in found]


@pytest.fixture
def project(repository: Repository) -> Repository:
    repository.write("src/a.py", "one\ntwo\nthree\n")
    repository.write("my notes.md", "notes\n")
    repository.write("shot.png", PNG)
    repository.write("Makefile", "all:\n")
    return repository


@pytest.mark.parametrize(
    ("text", "name", "content"),
    [
        ("look at @src/a.py", "src/a.py", b"one\ntwo\nthree\n"),
        ("(see @src/a.py).", "src/a.py", b"one\ntwo\nthree\n"),
        ("@src/a.py:2-3 fails", "src/a.py:2-3", b"two\nthree\n"),
        ("what is @src/a.py:2?", "src/a.py:2-2", b"two\n"),
        ('read @"my notes.md"!', "my notes.md", b"notes\n"),
        ("read @'my notes.md'", "my notes.md", b"notes\n"),
        ('read @"my notes.md":1-1', "my notes.md:1-1", b"notes\n"),
        ("and @Makefile, too", "Makefile", b"all:\n"),
        ("all of @src/", "src/", b"src/a.py\n"),
    ],
)
async def test_a_named_file_goes_with_the_message(
    project: Repository, text: str, name: str, content: bytes
) -> None:
    assert await _attached(project, text) == [(name, "text/plain", content)]


async def test_an_image_goes_as_an_image(project: Repository) -> None:
    assert await _attached(project, "why is @shot.png red?") == [("shot.png", "image/png", PNG)]


async def test_the_same_file_twice_is_attached_once(project: Repository) -> None:
    assert len(await _attached(project, "@Makefile @Makefile @src/a.py")) == 2


@pytest.mark.parametrize(
    "text",
    [
        "use @property here",
        "@pytest.fixture",
        "@app.route(x)",
        "write to me@example.com",
        "`@src/gone.py`",
        "@",
        "a @ b",
        "@@x/y",
    ],
)
async def test_what_is_no_file_is_left_alone(project: Repository, text: str) -> None:
    assert await _attached(project, text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fix @src/gone.py", "@src/gone.py: there is no such file"),
        ("fix @../other.py", "@../other.py: ../other.py lies outside of the workspace"),
        ("fix @data.bin", "@data.bin cannot be attached: the file is binary"),
        ('fix @"missing"', "@missing: there is no such file"),
    ],
)
async def test_a_file_that_cannot_be_attached_is_named(
    project: Repository, text: str, words: str
) -> None:
    project.write("data.bin", b"\0\1\2")
    with pytest.raises(FileNotFoundError, match=words.replace(".", r"\.")):
        await _attached(project, text)


async def test_a_file_that_the_profile_does_not_read_is_named_and_not_attached(
    project: Repository,
) -> None:
    narrow = Confines(read_paths=("docs/**",))
    workspace = GitWorkspace(project.root, blobs=KeptBlobs(), environ={}, confines=narrow)
    with pytest.raises(FileNotFoundError, match=r"^@src/a.py cannot be read: .* profile reads\.$"):
        await workspace.attach("fix @src/a.py")
