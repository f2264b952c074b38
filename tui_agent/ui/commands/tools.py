"""`agent tools`: the tools that a model is given, as it is told of them."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.codec import dumps, encode
from tui_agent.core.toolsets import TOOLSETS, Toolset
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE
from tui_agent.ui.text import Line

EXAMPLES = """\
examples:
  agent tools list          names, what they do, whether they only read
  agent tools list --json   with the schema of their arguments
  agent --toolset filesystem_project_ro "explain this"   a set of them alone
"""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent tools", description=__doc__, epilog=EXAMPLES)
    made.add_argument("verb", nargs="?", choices=("list",), default="list", help="list them")
    made.add_argument("--json", action="store_true", help="as JSON lines, with the schema")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    for name, tool in around.tools.items():
        if parsed.json:
            around.paper.data(dumps(encode(tool.spec) | {"reads_only": tool.reads_only}))
            continue
        kind = "reads" if tool.reads_only else "asks"
        first = tool.spec.description.split("\n")[0]
        around.paper.put([("bold", f"{name:<12}"), ("dim", f"{kind:<6} "), ("", first)])
    if parsed.json:
        for one in TOOLSETS:
            around.paper.data(dumps(_described(one)))
    else:
        around.paper.put("", "Sets of them, for --toolset NAME; without it, every tool is there:")
        around.paper.put(*(_set_line(one) for one in TOOLSETS))
    return DONE


def _described(one: Toolset) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": "toolset",
        "tools": list(one.tools),
        "root": one.at,
        "free": one.free,
        "asks": one.asks,
    }


def _set_line(one: Toolset) -> Line:
    asks = f"; asks: {one.asks}" if one.asks else ""
    where = ", in the working folder" if one.at == "cwd" else ""
    tools = ", ".join(one.tools)
    return [
        ("bold", f"{one.name:<23}"),
        ("", f"{tools}{where}  "),
        ("dim", f"free: {one.free}{asks}"),
    ]
