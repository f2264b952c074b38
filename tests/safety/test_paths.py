"""Whatever a model writes for a path: nothing outside is read or written, and nothing hangs."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from tests.support.calls import Bench
from tests.support.workspace import picture
from tui_agent.core.edits import EditError
from tui_agent.core.ports import Tool
from tui_agent.core.proposal import ToolOutput
from tui_agent.tools.edit import Edit
from tui_agent.tools.list import List
from tui_agent.tools.read import Read
from tui_agent.tools.search import Search
from tui_agent.tools.shell import Shell
from tui_agent.tools.write import Write

SECRET = "the secret of the neighbour"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Make a workspace `root` beside `out` and `root-evil`, with links and odd files in it."""
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "a.py").write_text("a = 1\n")
    for folder in ("out", "root-evil"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "f").write_text(SECRET + "\n")
    (root / "link").symlink_to(tmp_path / "out" / "f")
    (root / "folder").symlink_to(tmp_path / "out")
    (root / "sub" / "up").symlink_to("../../out")
    return Bench(root=root)


def _outside(bench: Bench) -> dict[str, tuple[int, bytes]]:
    top = bench.root.parent
    return picture(top / "out") | picture(top / "root-evil")


async def _answer(bench: Bench, tool: Tool, **arguments: object) -> str:
    """Return all that a model would be told of a call."""
    try:
        output = await bench.call(tool, **arguments)
    except (EditError, ValueError, OSError) as error:
        return str(error)
    assert isinstance(output, ToolOutput)
    return f"{output.text}{output.summary}"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("../out/f", marks=pytest.mark.case(1), id="dots"),
        pytest.param("sub/../../out/f", marks=pytest.mark.case(1), id="dots inside"),
        pytest.param("{root}-evil/f", marks=pytest.mark.case(2), id="sibling"),
        pytest.param("../root-evil/f", marks=pytest.mark.case(2), id="sibling by dots"),
        pytest.param("link", marks=pytest.mark.case(3), id="link"),
        pytest.param("folder/f", marks=pytest.mark.case(4), id="linked folder"),
        pytest.param("sub/up/f", marks=pytest.mark.case(4), id="linked folder below"),
        pytest.param("/proc/self/root{root}-evil/f", marks=pytest.mark.case(5), id="proc root"),
        pytest.param("/proc/self/cwd/../out/f", marks=pytest.mark.case(5), id="proc cwd"),
        pytest.param("~/.ssh/id_rsa", marks=pytest.mark.case(8), id="tilde"),
        pytest.param("$HOME/.ssh/id_rsa", marks=pytest.mark.case(8), id="variable"),
    ],
)
async def test_a_path_that_leads_out_reads_and_writes_nothing_there(
    bench: Bench, home: Path, path: str
) -> None:
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_rsa").write_text(SECRET)
    path = path.replace("{root}", str(bench.root))
    before = _outside(bench)
    for tool, more in (
        (Read(), {}),
        (List(), {}),
        (Search(), {"pattern": "secret|neighbour"}),
        (Edit(), {"edits": [{"old": SECRET, "new": "gone"}]}),
        (Write(), {"content": "gone\n"}),
    ):
        assert SECRET not in await _answer(bench, tool, path=path, **more)
    assert _outside(bench) == before
    assert (home / ".ssh" / "id_rsa").read_text() == SECRET


@pytest.mark.case(6)
@pytest.mark.parametrize("tool", [Read(), Edit(), Write(), Search()], ids=lambda one: one.spec.name)
async def test_devices_pipes_and_sockets_are_refused_at_once(bench: Bench, tool: Tool) -> None:
    os.mkfifo(bench.root / "pipe")
    (bench.root / "zero").symlink_to("/dev/zero")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(bench.root / "socket"))
    more: dict[str, dict[str, object]] = {
        "edit": {"edits": [{"old": "a", "new": "b"}]},
        "write": {"content": "x"},
        "search": {"pattern": "a"},
    }
    with listening:
        for path in ("pipe", "socket", "zero", "/dev/zero"):
            begun = time.monotonic()
            told = await _answer(bench, tool, path=path, **more.get(tool.spec.name, {}))
            assert time.monotonic() - begun < 1.0
            refusals = ("no regular file", "outside", "No line matches")
            assert any(words in told for words in refusals), told
    assert (bench.root / "pipe").is_fifo()
    assert (bench.root / "socket").is_socket()


@pytest.mark.case(7)
@pytest.mark.parametrize("path", ["", " ", "a\0b", "x/" * 2500, "n" * 5000])
async def test_what_is_no_path_is_a_short_error(bench: Bench, path: str) -> None:
    told = [await _answer(bench, Read(), path=path)]
    told.append(await _answer(bench, Write(), path=path, content="x"))
    assert all(0 < len(words) < 400 for words in told)
    assert set(picture(bench.root)) == {"a.py", "sub/", "link", "folder", "sub/up"}


@pytest.mark.case(9)
async def test_a_write_leaves_the_other_name_of_a_hard_link_alone(bench: Bench) -> None:
    other = bench.root.parent / "out" / "f"
    os.link(other, bench.root / "linked")
    told = await bench.call(Read(), path="linked")
    assert SECRET in str(told.text)
    await bench.call(Edit(), path="linked", edits=[{"old": SECRET, "new": "mine"}])
    assert (bench.root / "linked").read_text() == "mine\n"
    assert other.read_text() == SECRET + "\n"
    assert (other.stat().st_nlink, (bench.root / "linked").stat().st_nlink) == (1, 1)


@pytest.mark.case(10)
@pytest.mark.parametrize("cwd", ["..", "/", "../out", "folder", "sub/up"])
async def test_a_model_cannot_choose_a_folder_outside_to_work_in(bench: Bench, cwd: str) -> None:
    before = _outside(bench)
    told = await _answer(bench, Shell(), command="touch ran; cat f", cwd=cwd)
    assert SECRET not in told
    assert not list(bench.root.parent.rglob("ran"))
    assert _outside(bench) == before


@pytest.mark.case(12)
@pytest.mark.parametrize("chosen", [None, ""], ids=["ripgrep", "without ripgrep"])
async def test_link_cycles_and_exploding_patterns_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, chosen: str | None
) -> None:
    if chosen is not None:
        monkeypatch.setenv("AGENT_RIPGREP", chosen)
    (bench.root / "sub" / "round").symlink_to("..")
    (bench.root / "sub" / "self").symlink_to("self")
    (bench.root / "text").write_text("a" * 24 + "!\n")
    listed = await bench.call(List())
    assert str(listed.text).split("\n") == ["a.py", "text"]
    begun = time.monotonic()
    told = await _answer(bench, Search(), pattern="(a+)+$")
    assert time.monotonic() - begun < 8.0
    assert "text" not in told.split("\n")
