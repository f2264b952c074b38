"""What a child agent adds to its own model and tool calls, as the session's log tells it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.programs import Program


def prepare(folder: Path) -> str:
    """Define a child with a script of its own; return the parent's model."""
    child = folder / "child.json"
    child.write_text(json.dumps({"turn": [{"text": "I have looked."}]}), encoding="utf-8")
    kinds = folder / ".agent" / "agents"
    kinds.mkdir(parents=True)
    text = f"---\nname: looker\nmodel: script:{child}\n---\nYou look.\n"
    (kinds / "looker.md").write_text(text, encoding="utf-8")
    parent = folder / "parent.json"
    task = {"name": "task", "arguments": {"agent": "looker", "task": "Look."}}
    turns = [{"call": [task]}, {"text": "It has looked."}]
    parent.write_text(json.dumps({"turn": turns}), encoding="utf-8")
    return f"script:{parent}"


def added_ms(lines: list[dict[str, Any]]) -> float | None:
    """Return what the call that sent the child out took beyond the child's own model call."""
    began: dict[str, int] = {}
    whole = own = None
    for line in lines:
        at, kind = line.get("mono_ms", 0), line["type"]
        if kind == "ToolStarted" and line["agent_id"] == "main":
            began["task"] = at
        elif kind == "ModelRequested" and line["agent_id"] != "main":
            began["model"] = at
        elif kind == "ModelResponded" and line["agent_id"] != "main":
            own = at - began["model"]
        elif kind == "ToolFinished" and line["agent_id"] == "main":
            whole = at - began["task"]
    return None if whole is None or own is None else float(whole - own)


def measure(program: Program, runs: int) -> list[Figure]:
    """Run it so often, the first run not counted."""
    figure = Figure(name="a child agent, beyond its own model calls", unit="ms", goal="≤ 20")
    for number in range(runs + 1):
        lines = program.records()
        added = added_ms(lines) if lines is not None else None
        if number and added is not None:
            figure.runs.append(added)
    return [figure]
