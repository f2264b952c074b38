"""Print every row of docs/capabilities.toml with the tests that prove it and their result.

Run as `python -m tests.capabilities`; it is a plain pytest run of the marked tests. The exit
status is pytest's own, so that a row that fails fails the command.
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

TABLE = Path(__file__).parent.parent / "docs" / "capabilities.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One test that claims a row, or a named part of one."""

    test: str
    part: str | None
    passed: bool


class Proofs:
    """A pytest plugin that notes, for each row, which tests ran for it and how they ended."""

    def __init__(self) -> None:
        self.claims: dict[str, list[tuple[str, str | None]]] = {}
        self.bad: set[str] = set()
        self.good: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            found = [
                (str(mark.args[0]), mark.kwargs.get("part"))
                for mark in item.iter_markers("capability")
            ]
            if found:
                self.claims[item.nodeid] = found

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.passed and report.when == "call":
            self.good.add(report.nodeid)
        elif not report.passed:
            self.bad.add(report.nodeid)

    def by_row(self) -> dict[str, list[Proof]]:
        """Return each row's proofs, in the order the tests ran."""
        rows: dict[str, list[Proof]] = defaultdict(list)
        for test, claims in self.claims.items():
            passed = test in self.good and test not in self.bad
            for row, part in claims:
                rows[row].append(Proof(test=test, part=part, passed=passed))
        return rows


def rows() -> dict[str, str]:
    """Return each row's id and what it promises, in order."""
    with TABLE.open("rb") as file:
        table = tomllib.load(file)
    return {row: text for group in table.values() for row, text in group["rows"].items()}


def verdict(proofs: list[Proof]) -> str:
    """Return the word for a row: failing, passing, partly (only parts are proved) or no test."""
    if not proofs:
        return "no test"
    if not all(proof.passed for proof in proofs):
        return "FAILING"
    return "partly" if all(proof.part for proof in proofs) else "passing"


def main(arguments: list[str]) -> int:
    """Run the marked tests and print the table; arguments go to pytest."""
    proofs = Proofs()
    status = pytest.main(["-q", "--no-header", "-m", "capability", *arguments], plugins=[proofs])
    found = proofs.by_row()
    print()
    for row, promise in rows().items():
        mine = found.get(row, [])
        print(f"{row:6} {verdict(mine):8} {promise}")
        for proof in mine:
            note = f" ({proof.part})" if proof.part else ""
            print(f"{'':15} {'✓' if proof.passed else '✗'} {proof.test}{note}")
    count = dict.fromkeys(("passing", "partly", "FAILING", "no test"), 0)
    for row in rows():
        count[verdict(found.get(row, []))] += 1
    print("\n" + ", ".join(f"{number} {word}" for word, number in count.items()))
    nothing_marked = status == pytest.ExitCode.NO_TESTS_COLLECTED
    return 0 if nothing_marked else int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
