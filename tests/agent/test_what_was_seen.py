"""What the model has read of a file decides what it may do to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.agent.conftest import Script
from tests.agent.scripts import DONE, call
from tests.support.calls import Bench
from tests.support.repository import Repository
from tui_agent.core.edits import EditError
from tui_agent.core.events import ToolFinished
from tui_agent.tools.edit import Edit
from tui_agent.tools.read import Read
from tui_agent.tools.write import Write

LINES = "".join(f"line {n}\n" for n in range(1, 21))


def read(first: int, last: int) -> str:
    return call("read", f'{{ path = "a.txt", offset = {first}, limit = {last - first + 1} }}')


def ends(*parts: tuple[int, int]) -> str:
    """Spell a script that reads these lines and then writes the whole file."""
    reads = "".join(read(*part) for part in parts)
    return reads + call("write", '{ path = "a.txt", content = "new\\n" }') + DONE


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        (((1, 20),), ""),
        (((1, 7), (8, 14), (15, 20)), ""),
        (((12, 20), (1, 12)), ""),
        (((1, 7),), "stale"),
        (((1, 7), (9, 20)), "stale"),
    ],
)
async def test_parts_that_cover_a_file_are_the_whole_and_others_are_not(
    parts: tuple[tuple[int, int], ...], error: str, repository: Repository, script: Script
) -> None:
    repository.write("a.txt", LINES)
    async with script(ends(*parts)).with_mode(mode="edit").opened() as work:
        work.send_text("write it")
        await work.ended()
        output = work.last(ToolFinished).output
        assert output.error == error, output.text
    assert repository.read("a.txt") == (LINES.encode() if error else b"new\n")


def edit(old: str, new: str) -> str:
    return call("edit", f'{{ path = "a.txt", edits = [{{ old = "{old}", new = "{new}" }}] }}')


async def test_an_edit_teaches_no_more_of_a_file_than_its_own_lines(
    repository: Repository, script: Script
) -> None:
    repository.write("a.txt", LINES)
    whole = call("write", '{ path = "a.txt", content = "new\\n" }')
    turns = read(1, 4) + edit("line 5\\n", "line five\\nand a half\\n") + whole + DONE
    async with script(turns + read(7, 21) + whole + DONE).with_mode(mode="edit").opened() as work:
        await work.say("edit")
        assert work.last(ToolFinished).output.error == "stale"
        assert (
            repository.read("a.txt")
            == LINES.replace("line 5\n", "line five\nand a half\n").encode()
        )
        await work.say("read the rest")
        assert work.last(ToolFinished).output.error == ""
    assert repository.read("a.txt") == b"new\n"


@pytest.mark.parametrize("meanwhile", [False, True])
async def test_lines_of_a_person_are_not_overwritten_because_an_edit_was_merged_with_them(
    meanwhile: bool, tmp_path: Path
) -> None:
    bench, file = Bench(root=tmp_path), tmp_path / "a.txt"
    file.write_text(LINES)
    await bench.call(Read(), path="a.txt")
    if meanwhile:
        file.write_text(LINES.replace("line 18", "a person's line"))
    edits = [{"old": "line 5\n", "new": "line five\n"}]
    assert (await bench.call(Edit(on_stale="merge"), path="a.txt", edits=edits)).ok
    if not meanwhile:
        assert (await bench.call(Write(on_stale="merge"), path="a.txt", content="new\n")).ok
        return
    with pytest.raises(EditError, match="read only in part") as refused:
        await bench.call(Write(on_stale="merge"), path="a.txt", content="new\n")
    assert refused.value.kind == "stale"
    assert "a person's line" in file.read_text()
