"""Facts about Python sources, read from their syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tui_agent"

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)


def sources(*folders: str) -> list[Path]:
    """Return the modules below these folders; fixtures are no sources."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "fixtures" not in path.parts]


@cache
def text(path: Path) -> str:
    """Return a module's text."""
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(text(path), filename=str(path))


def place(path: Path) -> str:
    """Return how messages call a file."""
    return path.relative_to(ROOT).as_posix()


def functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Function]]:
    """Yield every function with its dotted name, methods and inner functions too."""
    for child in ast.iter_child_nodes(node):
        dotted = prefix
        if isinstance(child, (*FUNCTION, ast.ClassDef)):
            dotted = f"{prefix}.{child.name}".lstrip(".")
        if isinstance(child, FUNCTION):
            yield dotted, child
        yield from functions(child, dotted)


def length(node: Function) -> int:
    """Return a function's lines, from `def` to its last."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FUNCTION):
            continue
        yield child
        yield from _own_nodes(child)


def complexity(node: Function) -> int:
    """Return McCabe's number as ruff counts it: statements that branch, without inner functions.

    A match counts its cases but the last: that one is the way that any branch has.
    """
    total = 1
    for child in _own_nodes(node):
        if isinstance(child, BRANCHES):
            total += 1
        elif isinstance(child, ast.Match):
            total += len(child.cases) - 1
    return total


def parameters(node: Function) -> int:
    """Return how many parameters a caller sees, without self and cls."""
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return sum(argument.arg not in {"self", "cls"} for argument in named)


def imports(module: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every imported module and its line, wherever it stands and however it is made."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            if node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value), node.lineno
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "tui_agent":
                for alias in node.names:
                    yield f"tui_agent.{alias.name}", node.lineno
            else:
                yield node.module, node.lineno
