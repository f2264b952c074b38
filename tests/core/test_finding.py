"""Paths are found by a part or by scattered letters, among a hundred thousand at once."""

from __future__ import annotations

from functools import partial

import pytest

from tests.core.patch.making import fastest
from tui_agent.core.finding import Names

SOME = Names(
    [
        "README.md",
        "src/redirect.py",
        "src/client.py",
        "tests/client/test_redirects.py",
        "a/b/Red.md",
    ]
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["README.md", "src/client.py", "src/redirect.py", "a/b/Red.md"]),
        ("red", ["a/b/Red.md", "src/redirect.py", "tests/client/test_redirects.py"]),
        ("client", ["src/client.py", "tests/client/test_redirects.py"]),
        ("rdct", ["src/redirect.py", "tests/client/test_redirects.py"]),
        ("tctr", ["tests/client/test_redirects.py"]),
        ("t/c/", ["tests/client/test_redirects.py"]),
        ("[a-z]", []),
        ("zz", []),
    ],
)
def test_what_fits_best_comes_first(typed: str, found: list[str]) -> None:
    assert list(SOME.find(typed))[: len(found) or None][:4] == found


def test_a_hundred_thousand_paths_are_searched_in_less_than_fifty_milliseconds() -> None:
    words = ("client", "server", "models", "redirect", "auth", "cookie", "util", "api", "handler")
    names = Names(
        f"src/pkg_{a:02d}/{words[b % 9]}_{b:02d}/{words[(a + c) % 9]}_{c:02d}.py"
        for a in range(40)
        for b in range(50)
        for c in range(50)
    )
    assert len(names) == 100_000
    for typed in ("", "e", "red", "rdct", "srcpkg20auth", "pkg_39/client_", "aeiou"):
        assert fastest(partial(names.find, typed)) < 0.05, typed
