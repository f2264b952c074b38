"""What a tool cuts short shows no half of a secret, wherever the cut falls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.test_excerpt import TOKEN, masked, parts_of
from tests.support.calls import Bench
from tui_agent.adapters.bash_reader import BashReader
from tui_agent.core.ports import Tool
from tui_agent.tools.read import Read
from tui_agent.tools.search import Search
from tui_agent.tools.shell import Shell

CUTS = range(len(TOKEN) + 2)


@pytest.mark.parametrize(
    ("tool", "given", "longest"),
    [(Read(), {"path": "long.txt"}, 1000), (Search(), {"pattern": "needle"}, 400)],
)
async def test_a_long_line_ends_before_a_token_or_masks_it(
    tmp_path: Path, tool: Tool, given: dict[str, object], longest: int
) -> None:
    lines = [f"needle {'x' * (longest - 8 - at)} {TOKEN} {'y' * 6000}\n" for at in CUTS]
    (tmp_path / "long.txt").write_text("".join(lines))
    output = await Bench(root=tmp_path).call(tool, **given)
    shown = masked(str(output.text))
    assert shown.count("6,4" if longest == 400 else "7,0") == len(lines), "each was cut"
    assert parts_of(TOKEN, shown) == []


async def test_a_long_output_ends_before_a_token_or_masks_it(tmp_path: Path) -> None:
    shell = Shell(classifier=BashReader(), limit=900)
    for at in CUTS[::5]:
        (tmp_path / "out.txt").write_text(f"{'x' * (299 - at)} {TOKEN} {'y ' * 6000}")
        output = await Bench(root=tmp_path).call(shell, command="cat out.txt")
        shown = masked(str(output.text))
        assert output.truncated
        assert parts_of(TOKEN, shown) == []
