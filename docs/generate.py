"""Write the reference pages from the code, or say which of them are stale (`--check`)."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import json
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

ROOT = Path(__file__).resolve().parent.parent
NOTE = "<!-- Written by `make docs` from the code; do not edit. -->\n"


def field_notes(kind: type) -> dict[str, str]:
    """Return the sentences that stand under a dataclass's fields in its source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef))
    notes: dict[str, str] = {}
    for node, below in pairwise(body):
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            notes[node.target.id] = " ".join(str(below.value.value).split())
    return notes


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return f"`{_cell(repr(field.default))}`"
    return "" if field.default_factory is dataclasses.MISSING else "empty"


def _table(kind: type) -> Iterator[str]:
    notes = field_notes(kind)
    fields = dataclasses.fields(kind)
    if not fields:
        return
    yield "| field | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for field in fields:
        words = f"`{field.name}`", f"`{_cell(str(field.type))}`", _default(field)
        yield f"| {' | '.join(words)} | {_cell(notes.get(field.name, ''))} |"
    yield ""


def events_page(module: ModuleType) -> str:
    """Return the page of every event that a log may hold."""
    logged_not = set(get_args(module.Ephemeral))
    lines = [
        "# Events",
        "",
        NOTE,
        "What a session's log holds, one JSON object a line. An event marked *ephemeral* is shown",
        "while it happens and is not logged.",
        "",
        "## The line",
        "",
        *_table(module.Record),
    ]
    for kind in get_args(module.Event):
        mark = " (ephemeral)" if kind in logged_not else ""
        lines += [f"## {kind.__name__}{mark}", "", inspect.getdoc(kind) or "", "", *_table(kind)]
    return "\n".join(lines).rstrip() + "\n"


def schema_file(module: ModuleType) -> str:
    """Return the JSON Schema of a session's trace."""
    return json.dumps(module.trace_schema(), indent=1) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return str(value) if isinstance(value, int | float) else "{}"


def _rows_of(kind: Any) -> type | None:  # noqa: ANN401 - any annotation at all
    """Return the dataclass of which a setting is a list, if it is one."""
    inner = get_args(kind)[:1]
    listed = get_origin(kind) is tuple and inner and dataclasses.is_dataclass(inner[0])
    return inner[0] if listed else None


def _tables(settings: type) -> Iterator[tuple[str, type, bool]]:
    """Yield each table of the settings file: its name, its values, whether it may be repeated."""
    for name, kind in get_type_hints(settings).items():
        rows = _rows_of(kind)
        if rows is not None:
            yield name, rows, True
        elif dataclasses.is_dataclass(kind) and isinstance(kind, type):
            yield name, kind, False


def _keys(kind: type) -> list[dataclasses.Field[Any]]:
    tables = {name for name, _, _ in _tables(kind)}
    return [field for field in dataclasses.fields(kind) if field.name not in tables]


def _value(field: dataclasses.Field[Any]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    return "" if field.default_factory is dataclasses.MISSING else field.default_factory()


def _commented(kind: type, hash_sign: str) -> Iterator[str]:
    notes = field_notes(kind)
    for field in _keys(kind):
        yield from (f"## {line}" for line in textwrap.wrap(notes.get(field.name, ""), 92))
        yield f"{hash_sign}{field.name} = {_toml(_value(field))}"


def example_file(module: ModuleType) -> str:
    """Return a settings file in which every key stands, commented out, with its default."""
    lines = [
        "## Settings of `agent`, each with its default. Written by `make docs`; do not edit.",
        "## Copy what you change, without the #, to .agentrc, .agentrc.local or your own settings.",
        "",
        *_commented(module.Settings, "#"),
    ]
    for name, kind, repeated in _tables(module.Settings):
        hash_sign, head = ("## ", f"[[{name}]]") if repeated else ("#", f"[{name}]")
        lines += ["", f"## {inspect.getdoc(kind)}", f"{hash_sign}{head}"]
        lines += _commented(kind, hash_sign)
    return "\n".join(lines) + "\n"


def _settings_table(kind: type, prefix: str) -> Iterator[str]:
    notes, hints = field_notes(kind), {field.name: field.type for field in dataclasses.fields(kind)}
    yield "| key | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for field in _keys(kind):
        shown = f"`{_cell(_toml(_value(field)))}`"
        words = f"`{prefix}{field.name}`", f"`{_cell(str(hints[field.name]))}`", shown
        yield f"| {' | '.join(words)} | {_cell(notes.get(field.name, ''))} |"
    yield ""


def settings_page(module: ModuleType) -> str:
    """Return the page of every setting."""
    lines = [
        "# Settings",
        "",
        NOTE,
        "Read in this order, the first that has a key wins: command line, `AGENT_*` variables,",
        "`.agentrc.local`, `.agentrc`, your own `config.toml`, the defaults below. A project's",
        "file can only tighten approvals; it sets no endpoints. `agent config explain KEY` says",
        "where a value came from.",
        "",
        *_settings_table(module.Settings, ""),
    ]
    for name, kind, repeated in _tables(module.Settings):
        head, prefix = (f"[[{name}]]", "") if repeated else (f"[{name}]", f"{name}.")
        lines += [f"## {head}", "", inspect.getdoc(kind) or "", "", *_settings_table(kind, prefix)]
    return "\n".join(lines).rstrip() + "\n"


def _keys_shown(keymap: ModuleType, keys: Iterable[str]) -> str:
    return ", ".join(f"`{_cell(keymap.show_key(key))}`" for key in keys)


def keys_page(keymap: ModuleType) -> str:
    """Return the page of every key, by the place where it works."""
    lines = [
        "# Keys",
        "",
        NOTE,
        "Each action can be given other keys in the settings: `interface.keys`, by its id. `?`",
        "shows the keys of the place where you are. `^` is Ctrl.",
        "",
    ]
    for context, (parent, title) in keymap.CONTEXTS.items():
        own = [action for action in keymap.ACTIONS if action.context == context]
        if not own:
            continue
        lines += [f"## {title}", ""]
        if parent:
            lines += [f"Beside the keys of *{keymap.CONTEXTS[parent][1]}*.", ""]
        lines += ["| key | action | id |", "| --- | --- | --- |"]
        lines += [
            f"| {_keys_shown(keymap, a.keys)} | {_cell(a.description)} | `{a.id}` |" for a in own
        ]
        lines.append("")
    for preset, changes in keymap.PRESETS.items():
        if changes:
            lines += [f"## Preset {preset}", "", "| action | key |", "| --- | --- |"]
            lines += [f"| `{id}` | {_keys_shown(keymap, k)} |" for id, k in changes.items()]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _help(parser: argparse.ArgumentParser) -> list[str]:
    return ["```text", parser.format_help().rstrip(), "```", ""]


def commands_page(commands: ModuleType) -> str:
    """Return the page of every command's help."""
    os.environ["COLUMNS"] = "92"  # the width that argparse folds at
    options = import_module(f"{commands.__name__}.options")
    lines = ["# Command line", "", NOTE, *_help(options.main_parser())]
    for name in commands.COMMANDS:
        module = import_module(f"{commands.__name__}.{name}")
        lines += [f"## agent {name}", "", *_help(module.parser())]
    return "\n".join(lines).rstrip() + "\n"


def man_page(module: ModuleType) -> str:
    """Return the manual page, as `agent man` writes it."""
    text: str = module.page()
    return text


PAGES: dict[str, tuple[str, Callable[[ModuleType], str]]] = {
    ".agentrc.example": ("tui_agent.core.settings", example_file),
    "docs/reference/agent.1": ("tui_agent.ui.commands.man", man_page),
    "docs/reference/commands.md": ("tui_agent.ui.commands", commands_page),
    "docs/reference/events.md": ("tui_agent.core.events", events_page),
    "docs/reference/session.schema.json": ("tui_agent.core.schema", schema_file),
    "docs/reference/keys.md": ("tui_agent.ui.tui.keymap", keys_page),
    "docs/reference/settings.md": ("tui_agent.core.settings", settings_page),
}
"""Page -> the module that it is made from, and how. A page whose module is absent is not made."""


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def pages() -> dict[str, str]:
    """Return every page's path and text."""
    return {
        path: make(import_module(module))
        for path, (module, make) in PAGES.items()
        if _exists(module)
    }


def stale(made: dict[str, str]) -> list[str]:
    """Return the pages that are missing or differ from what the code says."""
    return [
        path
        for path, text in made.items()
        if not (ROOT / path).is_file() or (ROOT / path).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` only name it and return 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 if a page is stale")
    check = parser.parse_args(arguments).check
    made = pages()
    old = stale(made)
    for path in old:
        if check:
            print(f"{path} is stale: run `make docs`")
            continue
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(made[path], encoding="utf-8")
        print(f"wrote {path}")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
