"""The rules of the house, checked on the sources themselves. Limits may only be tightened."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.sources import (
    FUNCTION,
    Function,
    complexity,
    functions,
    imports,
    length,
    parameters,
)

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "tui_agent"

MODULE_LINES = 400
FUNCTION_LINES = 50
COMPLEXITY = 10
PARAMETERS = 6

EXCEPTIONS: dict[str, tuple[int, str]] = {}
"""What may be larger: `path` or `path:function` -> (lines now, reason). May only shrink."""

SUPPRESSIONS = 40
"""How many `noqa` and `type: ignore` the project and its tests hold at most. May only shrink."""

BROAD_EXCEPTS = 8
"""How many handlers catch Exception or everything, each with its reason beside it."""

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
LIBRARIES = {"textual", "rich", "prompt_toolkit", "litellm", "git"}
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

VAGUE_MODULES = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
VAGUE_CLASS = re.compile(r"(Manager|Service|Controller|Factory|Impl|Helper)$|^(Base|I)[A-Z][a-z]")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore)")
CODED_SUPPRESSION = re.compile(r"#\s*(noqa: [A-Z]+[0-9]+|type: ignore\[[a-z-]+)")


def _sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "fixtures" not in path.parts]


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(_text(path), filename=str(path))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _home(path: Path) -> str:
    """Return the part of the star that a module belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def _own_functions(path: Path) -> Iterator[tuple[str, Function]]:
    for name, node in functions(_tree(path)):
        yield f"{_name(path)}:{name}", node


def _too_large(sizes: dict[str, int], limit: int) -> list[str]:
    return [
        f"{name}: {size}, at most {EXCEPTIONS.get(name, (limit, ''))[0]}"
        for name, size in sizes.items()
        if size > EXCEPTIONS.get(name, (limit, ""))[0]
    ]


def _module_sizes() -> dict[str, int]:
    return {
        _name(path): _text(path).count("\n") for path in _sources("tui_agent", "tests", "bench")
    }


def _function_sizes() -> dict[str, int]:
    return {
        name: length(node)
        for path in _sources("tui_agent", "tests", "bench")
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
        for path in _sources("tui_agent")
        for name, node in _own_functions(path)
    }
    assert [f"{name}: {value}" for name, value in found.items() if value > COMPLEXITY] == []


def test_no_function_has_more_than_six_parameters() -> None:
    found = {
        name: parameters(node)
        for path in _sources("tui_agent")
        for name, node in _own_functions(path)
    }
    assert [f"{name}: {value}" for name, value in found.items() if value > PARAMETERS] == []


def test_the_packages_meet_in_wiring_and_nowhere_else() -> None:
    wrong = []
    for path in _sources("tui_agent"):
        home = _home(path)
        assert home in MAY_IMPORT, f"{home} has no place in the star: add it to ARCHITECTURE"
        for module, line in imports(_tree(path)):
            parts = module.split(".")
            if parts[0] != "tui_agent" or len(parts) == 1 or parts[1] == "__version__":
                continue
            if parts[1] not in MAY_IMPORT[home]:
                wrong.append(f"{_name(path)}:{line} imports {module}")
    assert wrong == []


def test_core_agent_and_tools_know_no_terminal_and_no_provider() -> None:
    wrong = [
        f"{_name(path)}:{line} imports {module}"
        for path in _sources("tui_agent")
        if _home(path) in KNOW_NO_LIBRARY
        for module, line in imports(_tree(path))
        if module.split(".")[0] in LIBRARIES
    ]
    assert wrong == []


def test_core_uses_only_what_computes() -> None:
    allowed = CORE_STANDARD_LIBRARY | CORE_LIBRARIES | {"tui_agent"}
    wrong = [
        f"{_name(path)}:{line} imports {module}"
        for path in _sources("tui_agent/core")
        for module, line in imports(_tree(path))
        if module.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_the_values_of_the_core_are_frozen_slotted_and_named() -> None:
    wrong = []
    for path in _sources("tui_agent/core"):
        for node in ast.walk(_tree(path)):
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
                grown = node.name in GROWN_IN_PLACE.get(_name(path), set())
                if not {"slots", "kw_only"} | (set() if grown else {"frozen"}) <= given:
                    wrong.append(f"{_name(path)}:{node.lineno} {node.name}")
    assert wrong == []


def test_only_approvals_holds_a_future() -> None:
    wrong = [
        f"{_name(path)}:{node.lineno}"
        for path in _sources("tui_agent/core", "tui_agent/agent", "tui_agent/tools")
        if path.name != "approvals.py"
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.Attribute) and node.attr in {"Future", "create_future"})
        or (isinstance(node, ast.Name) and node.id == "Future")
    ]
    assert wrong == []


def test_only_the_processes_adapter_starts_a_process() -> None:
    wrong = []
    for path in _sources("tui_agent"):
        if path.is_relative_to(PACKAGE / "adapters" / "processes"):
            continue
        wrong += [
            f"{_name(path)}:{line} imports {module}"
            for module, line in imports(_tree(path))
            if module.split(".")[0] in STARTERS
        ]
        wrong += [
            f"{_name(path)}:{node.lineno} {node.attr}"
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.Attribute) and STARTING.match(node.attr)
        ]
    assert wrong == []


def test_every_module_says_its_one_reason_to_change() -> None:
    assert [
        _name(path) for path in _sources("tui_agent") if not ast.get_docstring(_tree(path))
    ] == []


def test_names_say_what_a_thing_is() -> None:
    vague = [_name(path) for path in _sources("tui_agent", "tests") if path.stem in VAGUE_MODULES]
    vague += [
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in _sources("tui_agent")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name)
    ]
    assert vague == []


def test_lines_are_never_split_at_what_only_unicode_calls_a_line() -> None:
    wrong = [
        f"{_name(path)}:{node.lineno}"
        for path in _sources("tui_agent")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "splitlines"
    ]
    assert wrong == []


def test_nothing_is_left_unfinished() -> None:
    wrong = [
        f"{_name(path)}: {node.lineno}"
        for path in _sources("tui_agent")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Name) and node.id == "NotImplementedError"
    ]
    for path in _sources("tui_agent", "bench"):
        wrong += [f"{_name(path)}: {word}" for word in UNFINISHED.findall(_text(path))]
    assert wrong == []


def _comments(path: Path) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(_text(path)).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def test_suppressions_carry_a_code_and_only_become_fewer() -> None:
    found = [
        (f"{_name(path)}:{line}", comment)
        for path in _sources("tui_agent", "tests", "bench")
        for line, comment in _comments(path)
        if SUPPRESSION.search(comment)
    ]
    assert [place for place, comment in found if not CODED_SUPPRESSION.search(comment)] == []
    assert len(found) <= SUPPRESSIONS, "\n".join(place for place, _ in found)


def _is_broad(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"} for n in caught)


def test_broad_excepts_have_a_reason_and_only_become_fewer() -> None:
    found = []
    for path in _sources("tui_agent"):
        comments = dict(_comments(path))
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node):
                reason = comments.get(node.lineno, "").replace("—", "-").partition("-")[2]
                assert reason.strip(), f"{_name(path)}:{node.lineno} says no reason after its code"
                found.append(f"{_name(path)}:{node.lineno}")
    assert len(found) <= BROAD_EXCEPTS, "\n".join(found)


def test_every_test_name_is_a_sentence() -> None:
    wrong = [
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in _sources("tests")
        for node in ast.walk(_tree(path))
        if isinstance(node, FUNCTION)
        and node.name.startswith("test_")
        and (node.name.count("_") < 3 or ast.get_docstring(node))
    ]
    assert wrong == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    banned = re.compile(
        "|".join(("py" + r"pi\.org", "python" + "hosted", r"/wor" + r"k/", r"\.\./sha" + "red"))
    )
    looked_at = [
        path
        for pattern in ("*.toml", "*.md", "*.txt", "Makefile", ".ci/*", ".agentrc.example")
        for path in ROOT.glob(pattern)
        if path.is_file()
    ]
    looked_at += _sources("tui_agent", "tests", "bench", "docs")
    looked_at += sorted((ROOT / "docs").rglob("*.md"))
    wrong = [
        f"{_name(path)}:{number}"
        for path in looked_at
        for number, line in enumerate(_text(path).split("\n"), 1)
        if banned.search(line)
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
