"""What the model has read of a file decides what it may do to it."""

from __future__ import annotations

import pytest

from tests.agent.conftest import Script
from tests.agent.scripts import DONE, call
from tests.support.repository import Repository
from tui_agent.core.events import ToolFinished

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
