"""The tools of a session, made as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_agent.adapters.bash_reader import BashReader
from tui_agent.core.agents import EXPLORE
from tui_agent.tools.apply_patch import ApplyPatch
from tui_agent.tools.ask import Ask
from tui_agent.tools.edit import Edit
from tui_agent.tools.list import List
from tui_agent.tools.plan import SetPlan
from tui_agent.tools.read import Read
from tui_agent.tools.search import Search
from tui_agent.tools.shell import Shell
from tui_agent.tools.task import Task
from tui_agent.tools.write import Write

if TYPE_CHECKING:
    from tui_agent.core.agents import AgentDefinition
    from tui_agent.core.ports import Tool
    from tui_agent.core.settings import Settings


def toolbox(
    settings: Settings, children: Mapping[str, AgentDefinition] | None = None
) -> dict[str, Tool]:
    """Return the tools by name, in the order in which a model is told of them."""
    stale, limits = settings.edits.stale, settings.limits
    made: list[Tool] = [
        Read(),
        List(),
        Search(),
        Edit(on_stale=stale),
        ApplyPatch(on_stale=stale),
        Write(on_stale=stale),
        Shell(
            longest_seconds=limits.tool_seconds,
            limit=limits.output_bytes,
            classifier=BashReader(),
        ),
        SetPlan(),
        Ask(),
        Task(children or {EXPLORE.name: EXPLORE}),
    ]
    return {tool.spec.name: tool for tool in made}
