"""SIGKILL at any moment of a session: it is taken up again, loses no decision, does nothing twice.

AGENT_KILLS=200 kills so many times; a usual run only a few.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import Program, call, script
from tests.support.repository import Repository

KILLS = int(os.environ.get("AGENT_KILLS", "2"))
LINES = 62
"""About as many as the undisturbed session logs."""
MANNER = ("--mode", "edit", "--approve-all", "--no-sandbox")

PATCH = """\
*** Begin Patch
*** Update File: one.py
@@
-ONE = 0
+ONE = 1
*** Update File: two.py
@@
-TWO = 0
+TWO = 2
*** End Patch
"""


def turns() -> list[dict[str, Any]]:
    append = call("shell", command="echo once >> marks.txt; sleep 0.05")
    return [
        {"text": "Look.", "call": [call("read", path="one.py"), call("read", path="two.py")]},
        {"text": "Both. " * 30, "rate": 400, "call": [call("apply_patch", patch=PATCH)]},
        {"text": "Mark it.", "call": [append]},
        {
            "text": "And again.",
            "call": [call("edit", path="one.py", edits=[{"old": "ONE = 1", "new": "ONE = 11"}])],
        },
        {"text": "Done."},
        {"text": "Done again.", "repeat": 5},
    ]


@pytest.fixture
def sample(repository: Repository) -> Repository:
    repository.write("one.py", "ONE = 0\n")
    repository.write("two.py", "TWO = 0\n")
    repository.commit()
    return repository


def lines_of(log: Path) -> list[bytes]:
    return log.read_bytes().split(b"\n")[:-1]


def killed_run(program: Program, home: Path, model: str, after: int, late_ms: float) -> bytes:
    """Run until the log has so many lines and a moment more, kill, and return the log."""
    run = program.start("-p", "make it so", "--model", model, *MANNER)
    deadline = time.monotonic() + 20
    while run.poll() is None and time.monotonic() < deadline:
        logs = list((home / "agent" / "sessions").glob("*/*/events.jsonl"))
        if logs and logs[0].read_bytes().count(b"\n") >= after:
            time.sleep(late_ms / 1000)
            break
        time.sleep(0.001)
    run.kill()
    run.communicate()
    [log] = (home / "agent" / "sessions").glob("*/*/events.jsonl")
    return log.read_bytes()


@pytest.mark.case(83)
@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_session_is_taken_up_and_does_nothing_twice(
    sample: Repository, tmp_path: Path, home: Path, seed: int
) -> None:
    dice = random.Random(seed)
    after, late_ms = dice.randint(1, LINES), dice.uniform(0, 12)
    model = script(tmp_path, turns())
    program = Program(sample.root)
    before = killed_run(program, home, model, after, late_ms)

    done = program.run("-c", *MANNER)

    assert done.status == 0, done.err
    [log] = (home / "agent" / "sessions").glob("*/*/events.jsonl")
    whole = before[: before.rfind(b"\n") + 1]
    assert log.read_bytes().startswith(whole), "what had been recorded is no longer there"
    records = [json.loads(line) for line in lines_of(log)]
    check_invariants(records)

    commands = [one for one in records if one["type"] == "ToolFinished"]
    unknown = [one for one in commands if one["data"].get("status") == "unknown"]
    marks = sample.root / "marks.txt"
    count = marks.read_bytes().count(b"once") if marks.exists() else 0
    assert count == 1 or (unknown and count == 0)
    if b'"TurnStarted"' in whole:
        assert sample.read("one.py") == b"ONE = 11\n"
        assert sample.read("two.py") == b"TWO = 2\n"
    assert program.run("sessions", "verify").status == 0


def check_invariants(records: list[dict[str, Any]]) -> None:
    """Each call has one end, each request one decision, each turn one end; numbers have no gap."""
    of: dict[str, list[dict[str, Any]]] = {}
    for one in records:
        of.setdefault(one["type"], []).append(one)
    assert [one["seq"] for one in records] == list(range(1, len(records) + 1))
    called = Counter(one["data"]["call_id"] for one in of.get("ToolCalled", []))
    finished = Counter(one["data"]["call_id"] for one in of.get("ToolFinished", []))
    assert called == finished
    assert set(called.values()) <= {1}
    applied = Counter(one["data"]["call_id"] for one in of.get("EditApplied", []))
    assert set(applied.values()) <= {1}
    started = {one["turn"] for one in of.get("TurnStarted", [])}
    ended = Counter(one["turn"] for one in of.get("TurnEnded", []))
    assert ended == Counter(started)
    requests = {one["data"]["request_id"] for one in of.get("ApprovalRequested", [])}
    decisions = Counter(
        one["data"]["request_id"]
        for one in of.get("ApprovalDecided", [])
        if one["data"].get("request_id")
    )
    assert decisions == Counter(requests)
