"""A command that waits, as the gate itself asks about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.gate import READER, command_in, gate
from tests.ui.story import Story
from tui_agent.core.messages import ToolCall
from tui_agent.core.prefixes import offers
from tui_agent.core.proposal import CommandPart, Proposal
from tui_agent.core.settings import RuleSettings

PAST = (
    "ruff format httpx", "pytest -q tests/client", "git commit -qam 'Fix a typo'", "ruff check .",
    "ruff format tests", "git status -s", "pytest -q", "ruff format --diff httpx",
)  # fmt: skip
"""What was run in this repository before."""
RULES = (
    RuleSettings(action="allow", tool="shell", prefix=("pytest", "-q"), place="config.toml:4"),
)


def ask_about_a_command(story: Story, call: ToolCall, text: str) -> Proposal:
    """Let the gate itself ask about a command, with its parts and what may be allowed instead."""
    raw = command_in(Path(__file__).parent, text)
    outcome = gate(raw, rules=RULES)
    command = raw.command
    assert command is not None
    command = replace(command, parts=outcome.parts)
    proposal = replace(raw, call_id=call.id, title=text, command=command)
    past = tuple(
        tuple(CommandPart(text=one.text, words=one.words) for one in READER.read(text).commands)
        for text in PAST
    )
    story.ask(proposal, outcome.reason, outcome.considered, offers(proposal, past))
    return proposal
