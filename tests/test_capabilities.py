from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.capabilities import Proof, rows, verdict

HERE = Path(__file__).parent


def _proof(*, passed: bool, part: str | None = None) -> Proof:
    return Proof(test="a test", part=part, passed=passed)


def test_every_row_has_an_id_and_a_promise() -> None:
    table = rows()
    assert len(table) == 117
    assert all(promise and not promise.endswith(".") for promise in table.values())


def test_every_mark_names_a_row() -> None:
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in sorted(HERE.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "capability"
        and not (isinstance(node.args[0], ast.Constant) and node.args[0].value in rows())
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("proofs", "word"),
    [
        ([], "no test"),
        ([_proof(passed=True)], "passing"),
        ([_proof(passed=True, part="a half")], "partly"),
        ([_proof(passed=True, part="a half"), _proof(passed=True)], "passing"),
        ([_proof(passed=True), _proof(passed=False, part="a half")], "FAILING"),
    ],
)
def test_a_row_holds_only_when_all_its_tests_do(proofs: list[Proof], word: str) -> None:
    assert verdict(proofs) == word


def _marks(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return "\n".join(ast.unparse(mark) for mark in node.decorator_list)


@pytest.mark.capability("S0.21")
@pytest.mark.parametrize("row", ["S0.13", "S0.14", "S0.15", "S0.16"])
def test_each_boundary_is_searched_for_counterexamples(row: str) -> None:
    searching = []
    for path in sorted(HERE.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        whole_module = "pytestmark = pytest.mark.property" in ast.unparse(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                marks = _marks(node)
                if f"'{row}'" in marks and (whole_module or "mark.property" in marks):
                    searching.append(node.name)
    assert searching, f"no property test claims {row}"
