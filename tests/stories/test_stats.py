"""What sessions cost and where the time went, as the program tells it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository


@pytest.mark.timeout(60)
@pytest.mark.capability("S4.16")
def test_the_totals_of_stats_equal_those_of_the_replay(repository: Repository) -> None:
    program = Program(with_sample(repository).root)
    turns: list[dict[str, Any]] = [
        {"call": [edit("answer.py", "41", "42")]},
        {"call": [call("shell", command="sleep 0.2; false")]},
        {"text": "Done."},
    ]
    model = script(repository.root.parent, turns)
    program.run("--model", model, "--approve-all", "--no-sandbox", "-p", "mend it")
    [told] = program.run("stats", "--json", "--by", "tool").lines
    stops = program.run("replay", "--json").lines
    [end] = program.run("replay", "--json", "--at", str(stops[-1]["number"])).lines
    usage = end["state"]["telemetry"]["usage"]
    assert {name: told["totals"]["usage"][name] for name in usage} == usage
    assert told["steps"] == len(stops)

    def spent(*kinds: str) -> int:
        return sum(stop.get("ms", 0) for stop in stops if stop["kind"] in kinds)

    assert told["time_ms"]["tools"] == spent("call", "check") > 200
    assert told["time_ms"]["model"] == spent("model")
    assert told["time_ms"]["waiting_for_you"] == spent("approval")
    rows = {row["key"]: row for row in told["rows"]}
    assert (rows["edit"]["edits"], rows["shell"]["failed"]) == (1, 1)
    since = program.run("stats", "--since", "1h", "--json").lines[0]
    assert since["totals"] == told["totals"]
    text = program.run("stats", "last", "--by", "file").out
    assert "1 session, 1 turn" in text
    assert "answer.py" in text
    assert program.run("stats", "last", "--since", "1d").status == 2
    assert program.run("stats", "--all").status == 2
