"""Child agents: how one is defined, who may call whom, what its parent is told at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from tui_agent.core.blob import Text, preview_of
from tui_agent.core.copies import CopyChanges
from tui_agent.core.state.values import Agent, Session, Turn

if TYPE_CHECKING:
    from tui_agent.core.ports import Runner, Snapshots, Workspace
    from tui_agent.core.proposal import ToolOutput

TASK_TOOL = "task"
"""The tool that sends a child agent out."""

RESULT_CHARACTERS = 16_000
"""Of a child's last message, what its parent is told; the rest stays in the child's records."""

READING = ("read", "list", "search")
"""What a child has whose definition names no tools: nothing is inherited from its parent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDefinition:
    """One kind of child agent. What it does not name, it does not have."""

    name: str
    description: str
    """What it is good for, in a line; the parent's model chooses by it."""
    instructions: str = ""
    """What its model is told besides the rules that hold for every agent."""
    tools: tuple[str, ...] = READING
    model: str = ""
    """Empty: that of the setting `agents.model`, else the one that the session began with."""
    isolation: Literal["", "worktree"] = ""
    """`worktree`: it works in a copy, and its changes come back as one proposal."""
    origin: str = "built in"
    """Where it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What a child came back with."""

    output: ToolOutput
    """Its result, or why it came to nothing: an unknown name, too deep, stopped."""
    changes: CopyChanges = field(default_factory=CopyChanges)
    """What it changed in a copy of its own, to be decided on; and what of it stays there."""


class Agents(Protocol):
    """Sends child agents out, in the name of one agent."""

    async def run(self, call_id: str, name: str, task: str) -> Returned:
        """Send out a child of this kind, or go on with the one that this call has sent out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """A copy of the workspace that a child has to itself."""

    workspace: Workspace
    runner: Runner
    snapshots: Snapshots
    copies: Copies
    """Where this child's own children work that are kept apart."""


class Copies(Protocol):
    """Keeps the copies of the workspace that children work in."""

    async def open(self, child_id: str, *, new: bool) -> Apart:
        """Make a child's copy, or find the one that was made. Raises OSError."""
        ...

    async def close(self) -> None:
        """End what runs in the copies; they stay for the session that is taken up again."""
        ...

    async def remove(self, child_id: str) -> None:
        """Remove a child's copy: what it changed has been decided on. Never raises."""
        ...


@runtime_checkable
class Closing(Protocol):
    """A tool that holds something, which must be let go with its agent."""

    async def close(self) -> None:
        """Let go. Always called once an agent's tools are used no more."""
        ...


EXPLORE = AgentDefinition(
    name="explore",
    description="Finds things out in this repository: reads, lists and searches, changes nothing.",
    instructions=(
        "You explore. Find what you were asked for and report it: the facts, each with its file "
        "and line, and what you looked for in vain. Change nothing. Be brief; whoever asked sees "
        "only your last message."
    ),
)
"""Reads only; a cheaper model, if one is set."""


def depth_refusal(depth: int, limit: int, caller: str, target: str) -> str:
    """Return why a call of a child is refused, or nothing where it may go."""
    if depth < limit:
        return ""
    return (
        f"Not run: {caller} stands at depth {depth}, and children may be {limit} deep, so it "
        f"cannot call {target}. Do it yourself, or report back what is left to do."
    )


def name_of(agent: Agent) -> str:
    """Return how a person is told which agent this is."""
    return agent.name or ("the agent" if not agent.parent else agent.id)


def children_of(session: Session, parent: str) -> Iterator[Agent]:
    """Yield the children that this agent has sent out, in the order they started."""
    return (one for one in session.agents.values() if one.parent == parent)


def child_of_call(session: Session, parent: str, call_id: str) -> Agent | None:
    """Return the child that a call of this agent sent out."""
    for one in children_of(session, parent):
        if one.set_out is not None and one.set_out.call_id == call_id:
            return one
    return None


def result_of(agent: Agent) -> Text:
    """Return a child's result: its model's last message."""
    for message in reversed(agent.messages):
        if message.role == "assistant" and preview_of(message.text).strip():
            return message.text
    return ""


def told_of(agent: Agent, turn: Turn, result: str) -> str:
    """Return what the parent's model is told of a child that has ended."""
    text = result.strip() or "It said nothing."
    if len(text) > RESULT_CHARACTERS:
        left = len(text) - RESULT_CHARACTERS
        text = f"{text[:RESULT_CHARACTERS]}\n[{left:,} characters more are in its records]"
    reason = turn.ended.reason if turn.ended is not None else "interrupted"
    lines = [text, "", f"[{name_of(agent)}, records {agent.id}: {reason.replace('_', ' ')}"]
    apart = agent.set_out is not None and agent.set_out.isolation
    if turn.changed and not apart:
        files = ", ".join(
            f"{path} (+{added} −{removed})"
            for path, (added, removed) in sorted(turn.changed.items())
        )
        lines[-1] += f"; it changed {files}: read again before you edit there"
    lines[-1] += "]"
    return "\n".join(lines)


def counted(turn: Turn) -> str:
    """Return a child's figures for its line in the conversation."""
    steps = sum(step.purpose == "turn" for step in turn.steps.values())
    said = f"{steps} step{'' if steps == 1 else 's'}"
    cost = turn.usage.cost_usd
    return f"{said} · ${cost:.2f}" if cost else said
