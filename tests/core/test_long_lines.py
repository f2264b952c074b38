"""A line of very many blanks, as models and tools may write them, costs what its length does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.core.patch.making import fastest
from tests.support.patches import views_of
from tui_agent.core.edits.envelope import read_envelope
from tui_agent.core.edits.guards import is_placeholder
from tui_agent.core.edits.unified import read_unified
from tui_agent.core.replay.normalise import Normaliser
from tui_agent.ui.tui.hunk_names import name_of


def _named(text: str) -> object:
    (view,) = views_of(("a.md", f"{text}\na\n", f"{text}\nb\n"))
    return name_of(view, view.hunks()[0])


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (is_placeholder, f"# x{' ' * 1500}y"),
        (read_envelope, f"*** Begin Patch\n*** Delete File: a{' ' * 30_000}b\n*** End Patch"),
        (read_unified, f"--- a{' ' * 20_000}b\n+++ a{' ' * 20_000}b\n@@ -1 +1 @@\n-a\n+b\n"),
        (Normaliser(), f"{' ' * 20_000}x"),
        (Normaliser(), "x" * 100_000),
        (_named, f"# x{' ' * 20_000}y"),
    ],
    ids=["comment", "envelope", "unified", "blanks", "one line", "heading"],
)
def test_a_long_line_is_read_at_once(read: Callable[[str], object], text: str) -> None:
    assert fastest(lambda: read(text), rounds=1) < 0.5
