"""What a measurement is: a name, a unit, every run's value; and the machine it was taken on."""

from __future__ import annotations

import os
import platform
import statistics
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


@dataclass(slots=True, kw_only=True)
class Figure:
    """One row of the table."""

    name: str
    unit: str
    runs: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    """The same of the smallest Textual program, where it has it."""
    goal: str = ""
    note: str = ""

    def row(self) -> str:
        """Return the row: median, smallest and largest, the floor's median, the goal."""
        shown, spread, note = "–", "", self.note or "not measured"
        if self.runs:
            shown, note = f"{_short(statistics.median(self.runs))} {self.unit}", self.note
            spread = f"{_short(min(self.runs))} … {_short(max(self.runs))} ({len(self.runs)})"
        floor = f"{_short(statistics.median(self.floor))} {self.unit}" if self.floor else ""
        return f"| {self.name} | {shown} | {spread} | {floor} | {self.goal} | {note} |"


def _short(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def percentile(values: list[float], share: float) -> float:
    """Return the value that so large a share does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(figures: list[Figure]) -> str:
    """Return all rows as a Markdown table."""
    head = (
        "| figure | median | spread (runs) | floor | goal | note |\n"
        "| --- | --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *(figure.row() for figure in figures)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Busy:
    """The machine's processor time so far, in seconds: used by anybody, and withheld from it."""

    used: float
    stolen: float

    @classmethod
    def now(cls) -> Busy:
        """Read it; zeros where the system does not tell."""
        try:
            first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
        except OSError:
            return cls(used=0.0, stolen=0.0)
        ticks = [int(word) / os.sysconf("SC_CLK_TCK") for word in first.split()[1:]]
        user, nice, system, _idle, _wait, irq, softirq, stolen = ticks[:8]
        return cls(used=user + nice + system + irq + softirq, stolen=stolen)


def machine() -> str:
    """Return a line on the machine and its software, without names of people or places."""
    model = ""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n")
        model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
    except OSError:
        model = platform.processor()
    when = datetime.now(UTC).date().isoformat()
    return (
        f"{when}, {os.cpu_count()} cores{f' ({model})' if model else ''}, {platform.system()}, "
        f"Python {platform.python_version()}"
    )
