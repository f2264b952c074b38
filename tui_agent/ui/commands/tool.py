"""`agent tool`: one tool call, through the same gate as a model's."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tui_agent.core.blob import preview_of
from tui_agent.core.codec import dumps, encode
from tui_agent.core.proposal import ToolOutput
from tui_agent.core.servers import is_served
from tui_agent.core.toolsets import READING, WRITING
from tui_agent.ui.commands.contract import CallResult, Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import APPROVAL, DONE, FAILED

EVERY_TOOL = (*READING, *WRITING, "shell")
EXAMPLES = """\
examples:
  agent tool read --args '{"path": "README.md"}'
  agent tool search --args '{"pattern": "def main"}' --json
  agent --profile strict tool shell --args '{"command": "curl x"}'   refused unasked
  agent --toolset shell_readonly tool shell --args '{"command": "ls -l"}'   runs unasked
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent tool", description=__doc__, epilog=EXAMPLES)
    made.add_argument("name", help="a tool; agent tools list names them")
    made.add_argument("--args", default="{}", metavar="JSON", help="its arguments")
    made.add_argument("--json", action="store_true", help="the whole result as JSON")
    made.add_argument("--approve-all", action="store_true", help="answer yes where it asks")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.name in EVERY_TOOL and parsed.name not in around.tools:
        text = f"The tool {parsed.name} is in none of the chosen toolsets. Nothing was done."
        output = ToolOutput(ok=False, text=text, error="tool_not_available", summary="denied")
        return _told(around, CallResult(output=output, text=text), as_json=parsed.json)
    if parsed.name not in around.tools and not is_served(parsed.name):
        known = ", ".join(around.tools)
        message = f"there is no tool {parsed.name}; the tools are {known}"
        raise UsageError(message)
    try:
        given = json.loads(parsed.args)
    except (ValueError, RecursionError) as error:
        message = f"--args is not JSON: {error}"
        raise UsageError(message) from None
    if not isinstance(given, dict):
        message = '--args must be a JSON object, such as \'{"path": "README.md"}\''
        raise UsageError(message)
    result = await around.call_tool(parsed.name, dumps(given), approve=parsed.approve_all)
    return _told(around, result, as_json=parsed.json)


def _told(around: Surroundings, result: CallResult, *, as_json: bool) -> int:
    output = result.output
    if as_json:
        around.paper.data(dumps(encode(output)))
    else:
        text = preview_of(result.text)
        (around.paper.put if output.ok else around.paper.say)(*text.rstrip("\n").split("\n"))
    if output.ok:
        return DONE
    return APPROVAL if output.error == "needs_approval" else FAILED
