from __future__ import annotations

import ast

import pytest

from tests.support.cases import (
    COMPUTED,
    TESTS,
    cases,
    marked,
    marked_anywhere,
    marked_when_loaded,
    summary,
)

COUNT = 99


def test_each_case_has_a_number_and_a_name() -> None:
    assert sorted(cases()) == list(range(1, COUNT + 1))
    assert len(set(cases().values())) == COUNT


def test_every_mark_names_a_case_by_its_number() -> None:
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in sorted(TESTS.rglob("test_*.py"))
        if ".case(" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "pytest.mark.case"
        and not _are_cases(node)
    ]
    assert wrong == []


def _are_cases(call: ast.Call) -> bool:
    numbers = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    return bool(call.args) and all(number in cases() for number in numbers) and not call.keywords


def test_marks_that_are_computed_name_cases_too() -> None:
    computed = [
        path
        for path in TESTS.rglob("test_*.py")
        if COMPUTED.search(path.read_text(encoding="utf-8"))
    ]
    for path in computed:
        assert marked_when_loaded(path) <= set(cases()), path
        assert marked_when_loaded(path), path


def test_marks_are_read_in_each_of_their_forms() -> None:
    mark = "pytest.mark." + "case"
    assert marked([f"@{mark}(3)\n@{mark}(4, 5)", f"marks={mark}(71)"]) == {3, 4, 5, 71}


def test_every_case_has_a_test() -> None:
    untested = set(cases()) - marked_anywhere()
    assert untested == set()


ALL_TESTED = set(range(1, COUNT + 1))


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        (["passed", "passed"], f"1 passed; {COUNT - 1} not"),
        (["passed", "skipped"], f"0 passed; 1 skipped: 1 its means are missing; {COUNT - 1} not"),
        (["passed", "failed"], f"0 passed; 1 FAILED: 1; {COUNT - 1} not"),
    ],
)
def test_a_case_counts_as_passed_only_where_all_of_it_ran_and_passed(
    outcomes: list[str], words: str
) -> None:
    line = summary({1: outcomes}, ALL_TESTED)
    assert words in line
    assert line.endswith(f"; {COUNT - 1} not part of this run; 0 without a test")


def test_a_run_of_all_of_them_says_so() -> None:
    line = summary({number: ["passed"] for number in ALL_TESTED}, ALL_TESTED)
    assert line == f"safety cases: {COUNT} passed; 0 without a test"


def test_a_case_without_a_test_is_named() -> None:
    assert summary({}, ALL_TESTED - {7, 9}).endswith("2 without a test: 7, 9")
