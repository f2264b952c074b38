"""`agent mcp serve`: our tools for other programs, over MCP on standard input and output."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_agent.ui.commands.options import Parser

if TYPE_CHECKING:
    from tui_agent.ui.commands.mcp_contract import WithServers

EXAMPLES = """\
examples:
  agent mcp serve                  read, list and search; edits are denied: nobody is there to ask
  agent mcp serve --mode edit      edits in the workspace are made; agent undo takes them back
  agent mcp serve --toolset filesystem_project_ro   nothing that edits is offered
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeWish:
    """How the tools are to be offered."""

    approve_all: bool = False
    reject_all: bool = False
    record: bool = True


def options(made: Parser) -> None:
    """Add what may follow the word."""
    answers = made.add_mutually_exclusive_group()
    answers.add_argument("--approve-all", action="store_true", help="answer yes where it asks")
    answers.add_argument("--reject-all", action="store_true", help="answer no where it asks")
    made.add_argument("--no-record", action="store_true", help="keep nothing of this session")


async def serve(parsed: argparse.Namespace, around: WithServers) -> int:
    """Serve until the other side closes standard input, and return the exit status."""
    return await around.serve_tools(
        ServeWish(
            approve_all=parsed.approve_all,
            reject_all=parsed.reject_all,
            record=not parsed.no_record,
        )
    )
