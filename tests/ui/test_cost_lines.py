"""What was spent, in lines: each block is a table whatever its names are."""

from __future__ import annotations

import pytest

from tests.ui.story import Story
from tui_agent.core.day import Today
from tui_agent.core.settings import BudgetSettings
from tui_agent.core.spending import Spend
from tui_agent.core.state import fold
from tui_agent.ui.cost_lines import cost_lines


@pytest.mark.parametrize(
    "names",
    [("small", "m"), ("openrouter/meta-llama/llama-3.3-70b-instruct:free", "anthropic/claude")],
)
def test_the_amounts_of_all_models_stand_below_each_other(names: tuple[str, str]) -> None:
    story = Story().start().user("go", at="14:02")
    story.model("So.")
    state = fold(story.records)
    state.main.by_model = {name: Spend(usd=1.25) for name in names}
    told = [
        "".join(text for _, text in line) for line in cost_lines(state, BudgetSettings(), Today())
    ]
    rows = told[told.index("By model") + 1 :]
    assert len({row.index("$1.25") for row in rows}) == 1, rows
    assert all(row.startswith(f"  {name} ") for row, name in zip(rows, names, strict=True))
    assert max(map(len, (row.rstrip() for row in rows))) < 80
