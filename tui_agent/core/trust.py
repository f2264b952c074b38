"""What a project brings that changes the agent's behaviour, as its user is asked about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tui_agent.core.patch import diff_text
from tui_agent.core.text import decode_pair

ChangeKind = Literal["new", "changed", "removed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourChange:
    """One file that is not as it was when the folder was trusted."""

    path: str
    kind: ChangeKind
    before: bytes | None = None
    after: bytes | None = None
    hidden: str = ""
    """Why neither side is shown, where it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustQuestion:
    """What a person decides about a folder."""

    folder: str
    trusted_at: str = ""
    """When it was trusted as it was then (UTC, ISO 8601); empty where it never was."""
    changes: tuple[BehaviourChange, ...] = ()


def headline(question: TrustQuestion) -> str:
    """Return what there is to decide, in a sentence."""
    names = ", ".join(one.path for one in question.changes)
    if question.trusted_at:
        return f"You trusted this folder on {question.trusted_at[:10]}. Since then: {names}."
    return f"This folder brings {names}, which would change what agent does here."


def told_lines(change: BehaviourChange) -> Iterator[str]:
    """Yield a change as lines of a diff, each with its sign, or one remark in brackets."""
    if change.hidden:
        yield f"({change.hidden})"
        return
    sides = decode_pair(change.before, change.after)
    if sides is None:
        size = len(change.after or change.before or b"")
        yield f"(no text; {size:,} bytes)"
        return
    _, before, after = sides
    if change.before is None or change.after is None:
        sign, lines = ("+", after) if change.after is not None else ("-", before)
        yield from (sign + line.rstrip("\r\n") for line in lines)
        return
    yield from diff_text(before, after).rstrip("\n").split("\n")
