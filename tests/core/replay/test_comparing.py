"""What a re-execution counts as a difference."""

from __future__ import annotations

import pytest

from tui_agent.core.events import ContextCompacted
from tui_agent.core.messages import Message
from tui_agent.core.replay.comparing import Comparison
from tui_agent.core.replay.divergence import Level


@pytest.mark.parametrize(("level", "found"), [("harness", 1), ("world", 0)])
def test_what_stands_in_a_compacted_conversations_place_is_compared(
    level: Level, found: int
) -> None:
    payloads: dict[str, bytes] = {}
    comparison = Comparison(level=level, get=payloads.__getitem__, normalise=str)
    recorded, now = (
        ContextCompacted(
            summary="s",
            messages_before=9,
            messages_kept=2,
            head=(Message(role="user", text=f"# Said\n\n{said}"),),
        )
        for said in ("keep the name", "keep nothing")
    )
    assert not list(comparison.differences(recorded, recorded))
    differences = list(comparison.differences(recorded, now))
    assert [one.kind for one in differences] == ["request"] * found
    assert all({"-keep the name", "+keep nothing"} <= set(one.diff) for one in differences)
    assert all(one.severity == "fail" for one in differences)
