"""What every test gets: no network, no user's settings, a home of its own, fixed names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.cases import SafetyCases
from tests.support.clock import CountedIds, HeldClock
from tests.support.network import refuse_network
from tests.support.repository import IDENTITY, Repository, make_repository

refuse_network()

settings.register_profile(
    "house",
    deadline=None,
    max_examples=60,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Count the safety cases, wherever the tests are run from."""
    config.pluginmanager.register(SafetyCases(), "safety cases")


KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
TESTS_OWN = ("PYTEST_", "COV_", "HYPOTHESIS_", "TEXTUAL_SNAPSHOT_")


def _clean_environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or name.startswith(TESTS_OWN)
    }
    return kept | {
        "HOME": str(home),
        "AGENT_HOME": str(home / "agent"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "TZ": "UTC",
        "TEXTUAL_ANIMATIONS": "none",
        "NO_PROXY": "127.0.0.1,localhost,::1",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        **IDENTITY,
    }


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the test an empty home and an environment without the user's keys or settings."""
    folder = tmp_path_factory.mktemp("home")
    before = dict(os.environ)
    clean = _clean_environment(folder)
    os.environ.clear()
    os.environ.update(clean)
    try:
        yield folder
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Give an empty git repository on branch `main`."""
    return make_repository(tmp_path / "repository")


@pytest.fixture
def clock() -> HeldClock:
    """Give a clock that only the test moves."""
    return HeldClock()


@pytest.fixture
def ids() -> CountedIds:
    """Give names that count from one."""
    return CountedIds()
