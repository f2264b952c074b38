"""Who may import whom, and how large a thing may be. Limits may only be tightened."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sources import (
    PACKAGE,
    Function,
    complexity,
    functions,
    imports,
    length,
    parameters,
    place,
    sources,
    text,
    tree,
)

# Whichever comes first reads and parses the whole project for all of them.
pytestmark = pytest.mark.timeout(60)

MODULE_LINES = 400
FUNCTION_LINES = 50
COMPLEXITY = 10
PARAMETERS = 6

EXCEPTIONS: dict[str, tuple[int, str]] = {}
"""What may be larger: `path` or `path:function` -> (lines now, reason). May only shrink."""

MEETS_NOBODY = {"agent", "tools", "adapters", "ui"}
MAY_IMPORT = {
    "core": {"core"},
    "agent": {"agent", "core"},
    "tools": {"tools", "core"},
    "adapters": {"adapters", "core"},
    "ui": {"ui", "core"},
    "wiring": {"wiring", "core", *MEETS_NOBODY},
    "cli": {"cli", "wiring", "core", *MEETS_NOBODY},
    "__main__": {"cli"},
    "__init__": set(),
}
KNOW_NO_LIBRARY = {"core", "agent", "tools"}
LIBRARIES = {"textual", "rich", "prompt_toolkit", "litellm", "git", "mcp"}
CORE_STANDARD_LIBRARY = {
    "__future__", "base64", "bisect", "codecs", "collections", "contextlib", "copy", "dataclasses",
    "datetime", "decimal", "enum", "fnmatch", "fractions", "functools", "hashlib", "heapq", "hmac",
    "itertools", "json", "math", "operator", "posixpath", "re", "shlex", "string", "struct",
    "textwrap", "tomllib", "types", "typing", "unicodedata", "urllib",
}  # fmt: skip
CORE_LIBRARIES = {"rapidfuzz", "tree_sitter", "tree_sitter_bash", "unidiff", "pathspec"}

GROWN_IN_PLACE = {"tui_agent/core/state/values.py": {"Turn", "Agent", "Session"}}
"""What grows with a session is appended to by the fold and by nothing else, never copied."""

STARTERS = {"subprocess", "multiprocessing", "pty", "pexpect"}
STARTING = re.compile(
    r"(exec[lv]p?e?|posix_spawnp?|fork(pty)?|popen|startfile|create_subprocess_\w+|subprocess_exec)$"
)


def _home(path: Path) -> str:
    """Return the part of the star that a module belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _own_functions(path: Path) -> Iterator[tuple[str, Function]]:
    for name, node in functions(tree(path)):
        yield f"{place(path)}:{name}", node


def _too_large(sizes: dict[str, int], limit: int) -> list[str]:
    return [
        f"{name}: {size}, at most {EXCEPTIONS.get(name, (limit, ''))[0]}"
        for name, size in sizes.items()
        if size > EXCEPTIONS.get(name, (limit, ""))[0]
    ]


def _module_sizes() -> dict[str, int]:
    return {place(path): text(path).count("\n") for path in sources("tui_agent", "tests", "bench")}


def _function_sizes() -> dict[str, int]:
    return {
        name: length(node)
        for path in sources("tui_agent", "tests", "bench")
        for name, node in _own_functions(path)
    }


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    assert _too_large(_module_sizes(), MODULE_LINES) == []


def test_no_function_is_longer_than_fifty_lines() -> None:
    assert _too_large(_function_sizes(), FUNCTION_LINES) == []


def test_an_exception_from_the_limits_only_shrinks_and_goes_when_it_can() -> None:
    sizes = _module_sizes() | _function_sizes()
    limits = {name: FUNCTION_LINES if ":" in name else MODULE_LINES for name in EXCEPTIONS}
    for name, (allowed, reason) in EXCEPTIONS.items():
        assert reason, f"{name} has no reason"
        assert sizes.get(name) == allowed, f"{name} is now {sizes.get(name)}: write that down"
        assert allowed > limits[name], f"{name} needs no exception any more"


def test_no_function_takes_more_paths_than_ten() -> None:
    found = {
        name: complexity(node)
        for path in sources("tui_agent")
        for name, node in _own_functions(path)
    }
    assert [f"{name}: {value}" for name, value in found.items() if value > COMPLEXITY] == []


def test_no_function_has_more_than_six_parameters() -> None:
    found = {
        name: parameters(node)
        for path in sources("tui_agent")
        for name, node in _own_functions(path)
    }
    assert [f"{name}: {value}" for name, value in found.items() if value > PARAMETERS] == []


def test_the_packages_meet_in_wiring_and_nowhere_else() -> None:
    wrong = []
    for path in sources("tui_agent"):
        home = _home(path)
        assert home in MAY_IMPORT, f"{home} has no place in the star: add it to ARCHITECTURE"
        for module, line in imports(tree(path)):
            parts = module.split(".")
            if parts[0] != "tui_agent" or len(parts) == 1 or parts[1] == "__version__":
                continue
            if parts[1] not in MAY_IMPORT[home]:
                wrong.append(f"{place(path)}:{line} imports {module}")
    assert wrong == []


def test_core_agent_and_tools_know_no_terminal_and_no_provider() -> None:
    wrong = [
        f"{place(path)}:{line} imports {module}"
        for path in sources("tui_agent")
        if _home(path) in KNOW_NO_LIBRARY
        for module, line in imports(tree(path))
        if module.split(".")[0] in LIBRARIES
    ]
    assert wrong == []


def test_core_uses_only_what_computes() -> None:
    allowed = CORE_STANDARD_LIBRARY | CORE_LIBRARIES | {"tui_agent"}
    wrong = [
        f"{place(path)}:{line} imports {module}"
        for path in sources("tui_agent/core")
        for module, line in imports(tree(path))
        if module.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_the_values_of_the_core_are_frozen_slotted_and_named() -> None:
    wrong = []
    for path in sources("tui_agent/core"):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
                continue
            for mark in node.decorator_list:
                if "dataclass" not in ast.unparse(mark).split("(")[0]:
                    continue
                given = {
                    word.arg
                    for word in (mark.keywords if isinstance(mark, ast.Call) else [])
                    if isinstance(word.value, ast.Constant) and word.value.value is True
                }
                grown = node.name in GROWN_IN_PLACE.get(place(path), set())
                if not {"slots", "kw_only"} | (set() if grown else {"frozen"}) <= given:
                    wrong.append(f"{place(path)}:{node.lineno} {node.name}")
    assert wrong == []


def test_only_approvals_holds_a_future() -> None:
    wrong = [
        f"{place(path)}:{node.lineno}"
        for path in sources("tui_agent/core", "tui_agent/agent", "tui_agent/tools")
        if path.name != "approvals.py"
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr in {"Future", "create_future"})
        or (isinstance(node, ast.Name) and node.id == "Future")
    ]
    assert wrong == []


def test_only_the_processes_adapter_starts_a_process() -> None:
    wrong = []
    for path in sources("tui_agent"):
        if path.is_relative_to(PACKAGE / "adapters" / "processes"):
            continue
        wrong += [
            f"{place(path)}:{line} imports {module}"
            for module, line in imports(tree(path))
            if module.split(".")[0] in STARTERS
        ]
        wrong += [
            f"{place(path)}:{node.lineno} {node.attr}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Attribute) and STARTING.match(node.attr)
        ]
    assert wrong == []


def test_the_checker_itself_sees_what_it_looks_for() -> None:
    source = (
        "def f(a, b):\n    import os.path\n    for x in a:\n        if x and b:\n            pass\n"
    )
    tree = ast.parse(source)
    [(name, node)] = list(functions(tree))
    assert (name, length(node), complexity(node), parameters(node)) == ("f", 5, 3, 2)
    assert list(imports(tree)) == [("os.path", 2)]
    assert sys.version_info >= (3, 11)
