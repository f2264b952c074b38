"""`agent mcp`: servers of tools, over the Model Context Protocol."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from tui_agent.core.codec import dumps, encode
from tui_agent.ui.commands import mcp_serve
from tui_agent.ui.commands.mcp_contract import ListedServer, TestedServer, WithServers
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE, FAILED, USAGE
from tui_agent.ui.text import Line

EXAMPLES = """\
examples:
  agent mcp list                             every server, its state and its tools
  agent mcp add time -- uvx mcp-server-time  a program; what follows -- is its command
  agent mcp add docs https://docs.example.org/mcp --header 'Authorization=Bearer ${DOCS_TOKEN}'
  agent mcp add files --project --writes -- npx -y @modelcontextprotocol/server-filesystem .
  agent mcp remove time
  agent mcp test time                        start it, and say what it offers
  agent mcp serve                            offer our own tools to another program
"""
_VERBS = "list|add|remove|test|serve"


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent mcp", description=__doc__, epilog=EXAMPLES)
    verbs = made.add_subparsers(dest="verb", metavar=_VERBS, parser_class=Parser)
    listed = verbs.add_parser("list", help="every server; none is started", epilog=EXAMPLES)
    listed.add_argument("--json", action="store_true", help="as JSON lines")
    _add_parser(verbs.add_parser("add", help="write one down", epilog=EXAMPLES))
    removed = verbs.add_parser("remove", help="take one out", epilog=EXAMPLES)
    removed.add_argument("name", help="as the list names it")
    removed.add_argument("--project", action="store_true", help="out of .mcp.json")
    tested = verbs.add_parser("test", help="start one, and end it again", epilog=EXAMPLES)
    tested.add_argument("name", help="as the list names it")
    tested.add_argument("--json", action="store_true", help="as one JSON object")
    mcp_serve.options(
        verbs.add_parser(
            "serve",
            help="offer our own tools to another program",
            description=mcp_serve.__doc__,
            epilog=mcp_serve.EXAMPLES,
        )
    )
    made.set_defaults(json=False)
    return made


def _add_parser(added: Parser) -> None:
    added.add_argument("name", help="how its tools are called: mcp__NAME__TOOL")
    added.add_argument("url", nargs="?", default="", help="its address, for a server over http")
    added.add_argument("--project", action="store_true", help="into .mcp.json, not your settings")
    added.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    added.add_argument("--header", action="append", default=[], metavar="NAME=VALUE")
    added.add_argument("--cwd", default="", help="where it starts; else the workspace")
    added.add_argument("--network", action="store_true", help="let the program reach the network")
    added.add_argument("--writes", action="store_true", help="let it write in the workspace")


async def run(arguments: Sequence[str], around: WithServers) -> int:
    """Carry the command out and return the exit status."""
    words, command = _split(arguments)
    parsed = parser().parse_args(words)
    if parsed.verb == "serve":
        return await mcp_serve.serve(parsed, around)
    try:
        if parsed.verb == "add":
            return _add(around, parsed, command)
        if parsed.verb == "remove":
            where = around.servers.remove(parsed.name, project=parsed.project)
            around.paper.put(f"Taken out of {where}.")
            return DONE
        if parsed.verb == "test":
            return _told(around, await around.servers.test(parsed.name), as_json=parsed.json)
    except ValueError as error:
        around.paper.say(f"Nothing was done: {error}.")
        return USAGE
    _list(around, as_json=parsed.json)
    return DONE


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return what is ours, and the server's command behind `--`."""
    words = list(arguments)
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


# Lists


def _list(around: WithServers, *, as_json: bool) -> None:
    servers = around.servers.listed()
    if as_json:
        for one in servers:
            around.paper.data(dumps(_described(one)))
    elif not servers:
        around.paper.put("There are no servers of tools. agent mcp add --help shows how.")
    else:
        for number, one in enumerate(servers):
            around.paper.put(*([""] if number else []), *_lines(one))
    for problem in around.servers.problems:
        around.paper.say([("warning", f"! {problem}")])


def _described(one: ListedServer) -> dict[str, object]:
    known = encode(one.definition)
    known["env"] = [name for name, _ in one.definition.env]
    known["headers"] = [name for name, _ in one.definition.headers]
    return {**known, "state": one.state, "usable": one.usable, "tools": one.tools, "seen": one.seen}


def _lines(one: ListedServer) -> Iterator[Line]:
    definition = one.definition
    yield [
        ("bold", definition.name),
        ("", f"  {definition.told}"),
    ]
    yield [("" if one.usable else "warning", f"  {one.state}"), ("dim", f"  {definition.place}")]
    yield [("dim", f"  {definition.reaches}{_variables(one)}")]
    if one.tools is None:
        yield [("dim", "  not asked yet for its tools: agent mcp test asks")]
    else:
        names = ", ".join(one.tools) or "none"
        yield [("", f"  tools: {names}"), ("dim", f"  (on {one.seen[:10]})")]


def _variables(one: ListedServer) -> str:
    names = [name for name, _ in (*one.definition.env, *one.definition.headers)]
    return f"; gets {', '.join(names)}" if names else ""


# Adding


def _add(around: WithServers, parsed: argparse.Namespace, command: list[str]) -> int:
    table = _table(parsed, command)
    where = around.servers.add(parsed.name, table, project=parsed.project)
    around.paper.put(f"Written into {where}. agent mcp test {parsed.name} starts it.")
    if parsed.project:
        around.paper.put(
            [("dim", "It counts once the folder is trusted as it now is: agent trust")]
        )
    return DONE


def _table(parsed: argparse.Namespace, command: list[str]) -> dict[str, Any]:
    if bool(parsed.url) == bool(command):
        raise UsageError("a server is an address, or a program behind --; see agent mcp add --help")
    if parsed.header and command:
        raise UsageError("--header goes with an address; a program gets --env")
    if (parsed.env or parsed.network or parsed.writes or parsed.cwd) and parsed.url:
        raise UsageError("--env, --cwd, --network and --writes go with a program")
    if parsed.url:
        table: dict[str, Any] = {"type": "http", "url": parsed.url}
        headers = _pairs(parsed.header)
        return {**table, **({"headers": headers} if headers else {})}
    table = {"command": command[0], "args": command[1:]}
    for key in ("cwd", "network", "writes"):
        if getattr(parsed, key):
            table[key] = getattr(parsed, key)
    env = _pairs(parsed.env)
    return {**table, **({"env": env} if env else {})}


def _pairs(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not (name.strip() and sign):
            raise UsageError(f"NAME=VALUE is expected, not {text}")
        found[name.strip()] = value.strip()
    return found


# Testing


def _told(around: WithServers, tested: TestedServer, *, as_json: bool) -> int:
    status = FAILED if tested.failed else DONE
    if as_json:
        around.paper.data(dumps(encode(tested)))
        return status
    if tested.failed:
        around.paper.say([("danger", f"{tested.name} does not work: {tested.failed}")])
        return status
    title = tested.title or "a server that does not name itself"
    around.paper.put(
        [
            ("added", "✓ "),
            ("bold", tested.name),
            ("", f"  {title}, ready in {tested.start_ms / 1000:.1f} s"),
            ("dim", f"  sandbox: {tested.sandbox}"),
        ]
    )
    for name, text in tested.tools:
        around.paper.put([("", f"  {name}  "), ("dim", text)])
    for what, names in (("resources", tested.resources), ("prompts", tested.prompts)):
        if names:
            around.paper.put([("dim", f"  {what}: "), ("", ", ".join(names))])
    for text in tested.left_out:
        around.paper.say([("warning", f"! left out: {text}")])
    return status
