"""What the parts of the orchestrator share: the world, the session, this process's answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tui_agent.agent.request_hash import RequestHashes
from tui_agent.agent.serving import served_tools
from tui_agent.agent.under_way import UnderWay
from tui_agent.core.blob import INLINE_LIMIT, Blob, Text
from tui_agent.core.events import Event, Notice, Record
from tui_agent.core.next_action import Terms
from tui_agent.core.policy import Circumstances
from tui_agent.core.state.lineage import is_apart
from tui_agent.core.toolsets import LENT, chosen_sets

if TYPE_CHECKING:
    from tui_agent.agent.approvals import Approvals
    from tui_agent.agent.session import LiveSession
    from tui_agent.core.agents import Agents
    from tui_agent.core.budget import Stop
    from tui_agent.core.messages import ModelFacts
    from tui_agent.core.ports import Tool
    from tui_agent.core.proposal import CommandPart
    from tui_agent.core.settings import Settings
    from tui_agent.core.state import Agent, Call
    from tui_agent.core.world import World


@dataclass(slots=True, kw_only=True)
class Engine:
    """One agent's means."""

    world: World
    live: LiveSession
    approvals: Approvals
    settings: Settings
    agent_id: str
    attended: bool = True
    answer: Literal["", "approve", "reject"] = ""
    unconfined: bool = False
    trusted: bool = False
    facts: ModelFacts | None = None
    past: tuple[tuple[CommandPart, ...], ...] | None = None
    """The commands of this repository's earlier sessions; None until they were looked for."""
    first_snapshot: asyncio.Task[None] | None = None
    snapping: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One snapshot after the other, whoever takes it."""
    compacting: bool = False
    """Whether the user's own wish to compact is being carried out."""
    said: set[str] = field(default_factory=set)
    """What this process has warned of once."""
    told_stop: Callable[[Engine], Stop | None] | None = None
    """Where a session is executed again: the pauses as they were recorded."""
    agents_of: Callable[[Engine], Agents] | None = None
    """Gives what sends out this agent's children."""
    under_way: UnderWay = field(default_factory=UnderWay)
    """What the calls that all agents make now will cost."""
    hashes: RequestHashes = field(default_factory=RequestHashes)
    """Of the requests that this engine sends."""
    slots: asyncio.Semaphore | None = None
    """How many children may work at once; made with the first."""

    @property
    def agent(self) -> Agent:
        """This engine's agent, as it is now."""
        return self.live.state.agents[self.agent_id]

    @property
    def busy(self) -> bool:
        """Whether something runs that another turn has to wait for."""
        return self.compacting or self.agent.turn is not None

    @property
    def model(self) -> str:
        """The model that this agent asks: its own, or the session's."""
        set_out = self.agent.set_out
        return (set_out.model if set_out is not None else "") or self.live.state.model

    @property
    def apart(self) -> bool:
        """Whether this agent works in a copy of the workspace."""
        return is_apart(self.live.state, self.agent)

    @property
    def mode(self) -> str:
        """The mode that holds for this agent: in its copy it edits freely, for all of it is
        decided on in the end.
        """
        mode = self.live.state.mode
        return "edit" if mode == "ask" and self.apart else mode

    @property
    def tools(self) -> Mapping[str, Tool]:
        """The tools by name."""
        return {**self.world.tools, **served_tools(self)}

    def tool(self, call: Call) -> Tool | None:
        """The tool that a call means; the user's own calls know the user's own tools, too."""
        own = self.world.own_tools.get(call.tool) if call.origin == "user" else None
        if own is None and call.origin in ("user", "check"):
            own = self.world.withheld.get(call.tool)
        if call.origin == "client" and call.tool not in LENT:
            return None
        return own or self.tools.get(call.tool)

    @property
    def terms(self) -> Terms:
        """What decides the next action beside the state."""
        return Terms(
            settings=self.settings,
            reads=frozenset(name for name, tool in self.tools.items() if tool.reads_only),
            attended=self.attended and not self.agent.parent,
            context_tokens=self.facts.context_tokens if self.facts is not None else None,
        )

    @property
    def circumstances(self) -> Circumstances:
        """What the gate looks at beside a proposal."""
        return Circumstances(
            mode=self.mode,
            tier=self.world.runner.tier,
            unconfined=self.unconfined,
            rules=self.settings.rules,
            grants=tuple(
                one for one in self.live.state.grants.values() if one.agent_id == self.agent_id
            ),
            used=dict(self.live.state.used),
            now=self.world.clock.now(),
            attended=self.attended,
            answer=self.answer,
            write_paths=self.settings.write_paths,
            read_paths=self.settings.read_paths,
            programs=self.settings.programs,
            toolsets=chosen_sets(self.settings.toolsets),
        )

    def emit(self, event: Event) -> Record:
        """Log, fold and publish an event of this agent."""
        return self.live.emit(event, self.agent_id)

    def notice(self, text: str, level: Literal["info", "warning", "error"] = "info") -> None:
        """Say something in the conversation that is no event of its own."""
        self.emit(Notice(text=text, level=level))

    def stored(self, text: Text, mime: str = "text/plain") -> Text:
        """Return `text`, as a blob where it is too large to stand in an event."""
        if isinstance(text, Blob):
            return text
        text = self.world.redact(text)[0]
        data = text.encode("utf-8", "surrogatepass")
        return self.world.log.put(data, mime=mime) if len(data) > INLINE_LIMIT else text

    def loaded(self, text: Text) -> str:
        """Return the whole of a text that may be a blob."""
        if isinstance(text, str):
            return text
        return self.world.log.get(text.sha).decode("utf-8", "surrogatepass")
