from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.calls import Bench
from tui_agent.tools.read import Read

LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), max_size=30), min_size=1
).filter(lambda lines: bool(lines[-1]))


async def _pages(bench: Bench, limit: int) -> list[str]:
    """Read the file as a model would: go on where the last page says."""
    found: list[str] = []
    offset = 1
    while True:
        output = await bench.call(Read(), path="any.txt", offset=offset, limit=limit)
        assert isinstance(output.text, str)
        page = output.text
        more = re.search(r"\n\(lines [\d,]+-[\d,]+ of [\d,]+; go on with offset=(\d+)\)$", page)
        found += page[: more.start()].split("\n") if more else page.split("\n")
        if more is None:
            return found
        offset = int(more[1])


@pytest.mark.property
@pytest.mark.capability("S0.14", part="pages")
@given(lines=LINES, limit=st.integers(1, 7))
def test_the_pages_of_any_file_are_its_lines_each_with_its_number(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], limit: int
) -> None:
    root: Path = tmp_path_factory.mktemp("pages")
    (root / "any.txt").write_bytes("\n".join(lines).encode())
    pages = asyncio.run(_pages(Bench(root=root), limit))
    assert pages == [f"{number}\t{line}" for number, line in enumerate(lines, 1)]
