"""`agent models`: what can be used, what it can do and costs, and which meets a need."""

from __future__ import annotations

from collections.abc import Sequence

from tui_agent.core.codec import dumps, encode
from tui_agent.core.messages import ModelFacts
from tui_agent.core.needs import NoEligibleModelError
from tui_agent.core.prices import price_words
from tui_agent.ui.commands.contract import Surroundings
from tui_agent.ui.commands.models_contract import Choice, ProviderState
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.commands.typed import UsageError
from tui_agent.ui.exit_status import DONE, PROVIDER
from tui_agent.ui.text import Line, Style

EXAMPLES = """\
examples:
  agent models                                what can be reached
  agent models anthropic                      every model of a provider
  agent models --need tools,context>=100k     those that can, the one to be used first
  agent --model openai/gpt-5.6 "…"            a model for one run
  agent --model script:turns.toml -p "…"      a scripted one, for tests

Needs: tools, vision, reasoning, context>=N, output>=N (100k, 1m), in<=DOLLARS and out<=DOLLARS for
a million tokens. A setting of yours chooses so where no model is named: need = ["tools", "in<=3"].
"""
MOST = 20
"""Eligible models that are listed."""


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(
        prog="agent models",
        description="What can be used, what it can do, what it costs a million tokens.",
        epilog=EXAMPLES,
    )
    made.add_argument("provider", nargs="?", metavar="PROVIDER", help="list all its models")
    made.add_argument("--need", metavar="NEEDS", help="what a model must be able to do")
    made.add_argument("--json", action="store_true", help="as JSON, one object a line")
    made.add_argument("--all", action="store_true", help="providers without a key, too")
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    if parsed.need is not None:
        return await _by_need(around, parsed.need.split(","), as_json=parsed.json)
    if parsed.provider:
        return await _of(around, parsed.provider, as_json=parsed.json)
    return await _overview(around, as_json=parsed.json, everything=parsed.all)


async def _overview(around: Surroundings, *, as_json: bool, everything: bool) -> int:
    states = await around.models.providers()
    if as_json:
        for one in states:
            around.paper.data(dumps(_state_values(one)))
        return DONE
    if chosen := around.settings.model:
        around.paper.put([("bold", f"chosen: {chosen}")])
    shown = [one for one in states if one.usable or everything]
    width = _width([one.default for one in shown])
    for one in shown:
        around.paper.put(_provider_line(one))
        if one.default is not None:
            around.paper.put(_model_line(one.default, width))
    hidden = len(states) - len(shown)
    if not any(one.usable for one in states):
        around.paper.say("No provider has a key. agent keys set anthropic keeps one.")
    elif hidden:
        words = f"{hidden} more providers have no key; agent models --all"
        around.paper.say([("dim", words)])
    await _servers(around)
    return DONE


async def _servers(around: Surroundings) -> None:
    servers = await around.local_servers()
    for server in servers:
        names = ", ".join(server.models[:5]) or "it names no models"
        around.paper.put([("added", "✓ "), ("", f"{server.name} at {server.base_url}: {names}")])
    if not servers:
        text = "No server answers on this machine (Ollama, LM Studio, llama.cpp, vLLM)."
        around.paper.say([("dim", text)])


_STATES: dict[str, tuple[Style, str, str]] = {
    "ok": ("added", "✓", "answers"),
    "unknown": ("added", "✓", "key found"),
    "none": ("dim", "·", "no key"),
    "key": ("danger", "✗", "key not taken"),
    "not_got": ("danger", "✗", "not asked"),
    "failing": ("warning", "!", "in trouble"),
    "unreachable": ("danger", "✗", "no answer"),
}


def _provider_line(one: ProviderState) -> Line:
    style, mark, words = _STATES.get(one.state, _STATES["unknown"])
    said = f", {one.ms} ms" if one.state == "ok" else f": {one.said}" if one.said else ""
    return [(style, f"{mark} "), ("bold" if one.usable else "dim", f"{one.name:<12} "),
            ("dim", f"{words}{said}")]  # fmt: skip


def _model_line(one: ModelFacts, width: int, mark: str = " ") -> Line:
    window = f"{_tokens(one.context_tokens):>5} context {_tokens(one.output_limit):>5} out"
    return [
        ("accent", f"{mark} "),
        ("", f"{one.model:<{width}}  "),
        ("dim", f"{window}  {price_words(one):<22}  {abilities(one)}"),
    ]


def _width(models: Sequence[ModelFacts | None]) -> int:
    return max((len(one.model) for one in models if one is not None), default=0)


def abilities(one: ModelFacts) -> str:
    """Return what a model can do, in words."""
    known = (("tools", one.tools), ("vision", one.images), ("reasoning", one.reasoning))
    return " ".join(word for word, can in known if can)


def _tokens(number: int | None) -> str:
    if number is None:
        return "?"
    for unit, size in (("M", 1_000_000), ("k", 1_000)):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return str(number)


async def _of(around: Surroundings, provider: str, *, as_json: bool) -> int:
    found = await around.models.of(provider)
    if not found:
        known = ", ".join(one.name for one in around.providers() if one.variable)
        message = f"no models of {provider!r} are known; providers are {known}"
        raise UsageError(message)
    for one in found:
        if as_json:
            around.paper.data(dumps(encode(one)))
        else:
            around.paper.put(_model_line(one, _width(found)))
    return DONE


async def _by_need(around: Surroundings, words: Sequence[str], *, as_json: bool) -> int:
    try:
        choice = await around.models.by_need(words)
    except NoEligibleModelError as error:
        if as_json:
            told = {"error": error.code, "message": str(error), "needs": list(error.failing)}
            around.paper.data(dumps(told))
        else:
            around.paper.say(f"{error.code}: {error}.")
        return PROVIDER
    except ValueError as error:
        raise UsageError(str(error)) from error
    _tell(around, choice, as_json=as_json)
    return DONE


def _tell(around: Surroundings, choice: Choice, *, as_json: bool) -> None:
    for one in choice.passed_over:
        around.paper.say([("warning", f"! {one}")])
    if as_json:
        for one_model in choice.eligible:
            chosen = one_model.model == choice.chosen.model
            around.paper.data(dumps({**encode(one_model), "chosen": chosen}))
        return
    width = _width(choice.eligible[:MOST])
    for one_model in choice.eligible[:MOST]:
        chosen = one_model.model == choice.chosen.model
        around.paper.put(_model_line(one_model, width, "›" if chosen else " "))
    left = len(choice.eligible) - MOST
    if left > 0:
        around.paper.say([("dim", f"{left} more; --json lists them all")])
    around.paper.say([("dim", f"{choice.chosen.model} would be used")])


def _state_values(one: ProviderState) -> dict[str, object]:
    return {
        "provider": one.name,
        "usable": one.usable,
        "state": one.state,
        "ms": one.ms,
        "said": one.said,
        "default": encode(one.default) if one.default is not None else None,
    }
