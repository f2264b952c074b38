"""Write the reference pages from the code, or say which of them are stale (`--check`)."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

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


PAGES: dict[str, tuple[str, Callable[[ModuleType], str]]] = {
    "docs/reference/events.md": ("tui_agent.core.events", events_page),
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
