"""Children whose models follow scripts of their own, for the stories about them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.agent.scripts import call
from tests.support.agent_at_work import AgentAtWork, Setting
from tui_agent.core.agents import EXPLORE, AgentDefinition
from tui_agent.core.proposal import Decision
from tui_agent.core.state import Agent

READ = call("read", '{ path = "a.txt" }')
EDIT_A = call("edit", '{ path = "a.txt", edits = [{ old = "one", new = "uno" }] }')
EDIT_B = call("edit", '{ path = "b.txt", edits = [{ old = "two", new = "due" }] }')
YES = Decision(verdict="once")


def tasks(*pairs: tuple[str, str]) -> str:
    """Spell a scripted turn that sends several children out at once."""
    calls = "".join(
        f'[[turn.call]]\nname = "task"\narguments = {{ agent = "{name}", task = "{task}" }}\n'
        for name, task in pairs
    )
    return f"[[turn]]\n{calls}\n"


class Family:
    """Children whose models follow scripts of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.kinds: dict[str, AgentDefinition] = {}

    def add(self, name: str, text: str, *tools: str, apart: bool = False) -> None:
        path = self._folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        self.kinds[name] = AgentDefinition(
            name=name,
            description=name,
            tools=tools or EXPLORE.tools,
            model=f"script:{path}",
            isolation="worktree" if apart else "",
        )


def with_children(setting: Setting, family: Family) -> Setting:
    return replace(setting, children=family.kinds)


def child(work: AgentAtWork, name: str) -> Agent:
    return next(one for one in work.state.agents.values() if one.name == name)
