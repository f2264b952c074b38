"""`agent config`: the settings as they are, and where each value comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_agent.core.codec import dumps, encode
from tui_agent.ui.commands.contract import Given, LoadedSettings, Surroundings
from tui_agent.ui.commands.near import near
from tui_agent.ui.commands.options import Parser
from tui_agent.ui.exit_status import DONE, USAGE

EXAMPLES = """\
examples:
  agent config show                  every setting and its value
  agent config show --origin         and where the value comes from
  agent config explain limits.loops  who gave which value, and which one counts
"""
SECRET_WORDS = frozenset(["key", "token", "secret", "password", "credential"])
MASK = "••••"


def parser() -> Parser:
    """Return how the command is typed."""
    made = Parser(prog="agent config", description=__doc__, epilog=EXAMPLES)
    verbs = made.add_subparsers(dest="verb", metavar="show|explain", parser_class=Parser)
    shown = verbs.add_parser("show", help="every setting and its value", epilog=EXAMPLES)
    shown.add_argument("--origin", action="store_true", help="say where each value comes from")
    shown.add_argument("--json", action="store_true", help="as one JSON object")
    told = verbs.add_parser("explain", help="one setting, through all layers", epilog=EXAMPLES)
    told.add_argument("key", help="a setting, such as limits.loops")
    made.set_defaults(origin=False, json=False)
    return made


async def run(arguments: Sequence[str], around: Surroundings) -> int:
    """Carry the command out and return the exit status."""
    parsed = parser().parse_args(list(arguments))
    loaded = around.loaded
    if parsed.verb == "explain":
        return _explain(around, loaded, parsed.key)
    if parsed.json:
        around.paper.data(dumps({key: _json(key, one) for key, one in loaded.given.items()}))
        return DONE
    for key, given in loaded.given.items():
        counts = effective(given)
        value = shown(key, counts.value)
        origin = f"  {_short(counts.origin, around.environ)}" if parsed.origin else ""
        around.paper.put([("", f"{key} = {value}"), ("dim", origin)])
    _files(around, loaded)
    return DONE


def effective(given: Sequence[Given]) -> Given:
    """Return the value that counts."""
    return [one for one in given if not one.ignored][-1]


def shown(key: str, value: object) -> str:
    """Return a value as TOML would have it; what may be a secret is masked."""
    masked = _held_back(key, value)
    return MASK if masked == MASK else dumps(masked)


def _held_back(key: str, value: object) -> object:
    """Return a value as JSON has it; what may be a secret is masked, also within a table."""
    if key == "mcp.servers" and isinstance(value, dict):
        return {name: _masked(table) for name, table in value.items()}
    words = key.rpartition(".")[2].split("_")
    if not SECRET_WORDS.intersection(words):
        return _plain(value)
    if isinstance(value, dict):
        return dict.fromkeys(value, MASK)
    return MASK if isinstance(value, str) and value else _plain(value)


def _masked(table: Mapping[str, object]) -> dict[str, object]:
    """Return a server's table without what its variables and headers hold."""
    found: dict[str, object] = {}
    for key, value in table.items():
        if key in ("env", "headers") and isinstance(value, dict):
            found[key] = {
                name: one if str(one).startswith("${") else MASK for name, one in value.items()
            }
        elif key not in ("place", "project"):
            found[key] = value
    return found


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return encode(value)


def _json(key: str, given: Sequence[Given]) -> dict[str, object]:
    counts = effective(given)
    return {"value": _held_back(key, counts.value), "origin": counts.origin}


def _explain(around: Surroundings, loaded: LoadedSettings, key: str) -> int:
    given = loaded.given.get(key)
    if given is None:
        like = [one for one in loaded.given if key in one or one.rpartition(".")[2] == key]
        like = like or list(filter(None, [near(key, loaded.given)]))
        hint = f" Did you mean {', '.join(like)}?" if like else " agent config show lists them."
        around.paper.say(f"{key} is no setting.{hint}")
        return USAGE
    counts = effective(given)
    around.paper.put([("bold", f"{key} = {shown(key, counts.value)}")])
    for one in reversed(given):
        mark = "›" if one is counts else " "
        why = f"  ({one.ignored})" if one.ignored else ""
        place = _short(one.origin, around.environ)
        around.paper.put(
            [("accent", f"{mark} "), ("", f"{shown(key, one.value)}  "), ("dim", place + why)]
        )
    return DONE


def _files(around: Surroundings, loaded: LoadedSettings) -> None:
    for name in loaded.files:
        around.paper.say([("dim", f"read: {_short(name, around.environ)}")])
    for name in loaded.unread:
        text = f"not read, because this folder is not trusted: {_short(name, around.environ)}"
        around.paper.say([("warning", text)])
    for warning in loaded.warnings:
        around.paper.say([("warning", f"! {warning}")])


def _short(path: str, environ: Mapping[str, str]) -> str:
    home = environ.get("HOME", "")
    return f"~{path[len(home) :]}" if home and path.startswith(f"{home}/") else path
