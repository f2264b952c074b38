"""Counts the safety cases of cases.toml at the end of a run: passed, failed, skipped, untested."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
TABLE = TESTS / "cases.toml"
PROPERTY = "safety case"
MARK = re.compile(r"\bmark\.case\(([\d, \n]+)\)")
COMPUTED = re.compile(r"\bmark\.case\(\s*[A-Za-z_*]")


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    with TABLE.open("rb") as file:
        return tomllib.load(file)


def cases() -> dict[int, str]:
    """Return every case's short name by its number."""
    return {int(number): name for rows in _table().values() for number, name in rows.items()}


def marked(texts: Iterable[str]) -> set[int]:
    """Return the numbers that the marks in these sources name."""
    found = (match[1] for text in texts for match in MARK.finditer(text))
    return {int(number) for numbers in found for number in numbers.split(",") if number.strip()}


def marked_anywhere() -> set[int]:
    """Return the numbers that some test of the project carries."""
    texts = {path: path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")}
    computed = [path for path, text in texts.items() if COMPUTED.search(text)]
    return marked(texts.values()).union(*map(marked_when_loaded, computed))


def marked_when_loaded(path: Path) -> set[int]:
    """Return the numbers in a file's marks where they are computed, from a table say."""
    name = ".".join(path.relative_to(TESTS.parent).with_suffix("").parts)
    marks = [
        mark
        for one in vars(import_module(name)).values()
        for mark in getattr(one, "pytestmark", ())
    ]
    params = (param for mark in marks if mark.name == "parametrize" for param in mark.args[1])
    inner = (mark for param in params for mark in getattr(param, "marks", ()))
    return {number for mark in (*marks, *inner) if mark.name == "case" for number in mark.args}


def summary(ended: Mapping[int, Sequence[str]], tested: set[int]) -> str:
    """Say how the cases stand; `ended` has each one's outcomes, `tested` those that have a test."""
    failed = sorted(case for case, outcomes in ended.items() if "failed" in outcomes)
    skipped = {case: "its means are missing" for case, ends in ended.items() if "skipped" in ends}
    skipped = {case: why for case, why in skipped.items() if case not in failed}
    passed = [case for case in ended if case not in skipped and case not in failed]
    untested = sorted(set(cases()) - tested)
    idle = len(set(cases()) - set(ended) - set(untested))
    by_name = ", ".join(f"{case} {why}" for case, why in sorted(skipped.items()))
    parts = [
        f"{len(passed)} passed",
        *([f"{len(failed)} FAILED: {_numbers(failed)}"] if failed else []),
        *([f"{len(skipped)} skipped: {by_name}"] if skipped else []),
        *([f"{idle} not part of this run"] if idle else []),
        f"{len(untested)} without a test" + (f": {_numbers(untested)}" if untested else ""),
    ]
    return "safety cases: " + "; ".join(parts)


def _numbers(cases: Sequence[int]) -> str:
    return ", ".join(map(str, cases))


class SafetyCases:
    """A pytest plugin that notes how each case's tests ended; works across processes, too."""

    def __init__(self) -> None:
        self._ended: dict[int, list[str]] = defaultdict(list)

    @staticmethod
    def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
        for item in items:
            for mark in item.iter_markers("case"):
                item.user_properties += [(PROPERTY, number) for number in mark.args]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        for name, number in report.user_properties:
            if name == PROPERTY and isinstance(number, int):
                self._ended[number].append(report.outcome)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._ended:
            terminalreporter.write_line(summary(self._ended, marked_anywhere()))
