"""Graphs as Mermaid: the phases of a turn, and a plan with its state."""

from __future__ import annotations

from typing import get_args

from tui_agent.core.events import Phase
from tui_agent.core.plan import Plan

PHASES: tuple[Phase, ...] = get_args(Phase)
_EDGES: tuple[tuple[Phase, Phase, str], ...] = (
    ("ingest", "gate", ""),
    ("gate", "gather", ""),
    ("gather", "plan", "mode plan"),
    ("gather", "act", ""),
    ("plan", "act", "approved"),
    ("act", "verify", "the tree has changed"),
    ("act", "report", "nothing has changed"),
    ("verify", "act", "red, loops left"),
    ("verify", "report", "green, or loops spent"),
    ("gate", "report", "refused"),
    ("plan", "report", "rejected, or mode plan"),
)


def phases_graph() -> str:
    """Return the seven phases of a turn and how they follow one another."""
    lines = ["flowchart LR", *(f"    {phase}[{phase}]" for phase in PHASES)]
    for start, end, label in _EDGES:
        arrow = f"-->|{label}|" if label else "-->"
        lines.append(f"    {start} {arrow} {end}")
    return "\n".join(lines)


def plan_graph(plan: Plan) -> str:
    """Return a plan's steps in their order, each with its state."""
    lines = ["flowchart TD"]
    for number, step in enumerate(plan.steps, 1):
        text = step.text.replace('"', "'").replace("\n", " ")
        lines.append(f'    s{number}["{number} {text}"]:::{step.state}')
    lines += [f"    s{number} --> s{number + 1}" for number in range(1, len(plan.steps))]
    lines += [
        "    classDef done stroke:#197037",
        "    classDef failed stroke:#b82e30",
        "    classDef current stroke-width:3px",
        "    classDef to_do stroke-dasharray:3",
        "    classDef dropped stroke-dasharray:1",
    ]
    return "\n".join(lines)
