"""In what a re-execution may differ from its record, how bad that is, and the verdict on all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["output", "exit", "tree", "request", "policy", "missing", "external"]
Severity = Literal["fail", "warn", "note", "unreplayable"]
Level = Literal["harness", "world"]
Verdict = Literal["same", "diverged", "unreplayable"]

SEVERITY: dict[Kind, Severity] = {
    "output": "warn",
    "exit": "fail",
    "tree": "fail",
    "request": "fail",
    "policy": "fail",
    "missing": "unreplayable",
    "external": "note",
}
"""What each kind is taken for, unless it says otherwise itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """One place where the re-execution is not what was recorded."""

    kind: Kind
    what: str
    """In a sentence: what differs."""
    recorded: str = ""
    now: str = ""
    diff: tuple[str, ...] = ()
    """Lines of a unified diff from the recorded to the new."""
    seq: int = 0
    """The record that it stands at."""
    step: int = 0
    """The stop of the replay that it belongs to; 0 before the first."""
    call_id: str = ""
    agent: str = ""
    """The child agent that it is about, as a person is told; empty: the main agent."""
    mild: bool = False
    """Whether it is only worth a warning, whatever its kind."""
    control: bool = False
    """Whether what follows in this turn cannot be compared any more."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        usual = SEVERITY[self.kind]
        return "warn" if self.mild and usual == "fail" else usual


def verdict_of(found: Iterable[Divergence]) -> Verdict:
    """Return what all of it comes to: warnings and notes leave a session the same."""
    severities = {one.severity for one in found}
    if "unreplayable" in severities:
        return "unreplayable"
    return "diverged" if "fail" in severities else "same"
