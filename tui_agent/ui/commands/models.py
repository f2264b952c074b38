"""`agent models`: the providers that a model's name may begin with, and this machine's servers."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE

EXAMPLES = """\
examples:
  agent models                                what can be reached
  agent --model openai/gpt-5.6 "…"            a model for one run
  agent --model script:turns.toml -p "…"      a scripted one, for tests
"""


def parser() -> Parser:
    """Return how the command is typed."""
    return Parser(prog="agent models", description=__doc__, epilog=EXAMPLES)


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parser().parse_args(list(arguments))
    chosen = around.loaded.settings.model
    if chosen:
        around.paper.put([("bold", f"chosen: {chosen}")])
    for one in around.providers():
        usable = one.found or one.keyless
        model = one.default_model or f"{one.name}/…"
        why = "key found" if one.found else ("no key needed" if one.keyless else "no key")
        around.paper.put(
            [
                ("added" if one.found else "dim", "✓ " if one.found else "· "),
                ("" if usable else "dim", f"{one.name:<12} {model:<40} {why}"),
            ]
        )
    servers = await around.local_servers()
    for server in servers:
        names = ", ".join(server.models[:5]) or "it names no models"
        around.paper.put([("added", "✓ "), ("", f"{server.name} at {server.base_url}: {names}")])
    if not servers:
        text = "No server answers on this machine (Ollama, LM Studio, llama.cpp, vLLM)."
        around.paper.put([("dim", text)])
    return DONE
