"""The place where the orchestrator's stories play."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.agent.family import Family
from tests.support.agent_at_work import Setting
from tests.support.repository import Repository

Script = Callable[[str], Setting]
LINES = "".join(f"line {n}\n" for n in range(1, 41))
"""What a file of numbered lines holds."""


@pytest.fixture
def script(repository: Repository, tmp_path: Path) -> Script:
    """Give a setting whose model follows the TOML text of a script."""

    def written(text: str) -> Setting:
        path = tmp_path / "script.toml"
        path.write_text(text, encoding="utf-8")
        return Setting(repository=repository, state=tmp_path / "state", script=path)

    return written


@pytest.fixture
def numbered(repository: Repository) -> Repository:
    repository.write("a.txt", LINES)
    repository.commit()
    return repository


@pytest.fixture
def one(repository: Repository) -> Repository:
    repository.write("a.txt", "one\n")
    repository.commit()
    return repository


@pytest.fixture
def family(tmp_path: Path) -> Family:
    return Family(tmp_path)
