"""A rule by prefix is offered as narrow as it can be and still be of use."""

from __future__ import annotations

import pytest

from tui_agent.core.prefixes import offered_prefix


@pytest.mark.parametrize(
    ("command", "offered"),
    [
        ("python -m pytest -q tests", "python -m pytest"),
        ("pytest -q tests", "pytest"),
        ("git status -s", "git status"),
        ("git -C x status", "git -C x status"),
        ("cargo test --all", "cargo test"),
        ("npm run test --silent", "npm run test"),
        ("uv run pytest -q", "uv run pytest"),
        ("uv run python x.py", "uv run python x.py"),
        ("uv run --with x pytest", "uv run --with x pytest"),
        ("make", "make"),
        ("make test", "make test"),
        ("python x.py", "python x.py"),
        ("bash x.sh", "bash x.sh"),
        ("rm -rf build", "rm -rf build"),
        ("env X", "env X"),
        ("", ""),
    ],
)
def test_nothing_wider_than_the_deed_is_offered(command: str, offered: str) -> None:
    assert " ".join(offered_prefix(command.split())) == offered
