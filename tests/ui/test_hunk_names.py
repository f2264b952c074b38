"""What hunks are called."""

from __future__ import annotations

import pytest

from tests.support.patches import views_of
from tui_agent.ui.tui.hunk_names import name_of

SOURCE = """import os

LIMIT = 1


class Client:
    def send(self):
        one = 1
        two = 2
        return one

    def close(self):
        return None


def outside():
    return LIMIT
"""


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("LIMIT = 1", "LIMIT = 2", ("", "module level")),
        ("two = 2", "two = 3", ("Client.", "send")),
        ("return None", "return 0", ("Client.", "close")),
        ("return LIMIT", "return 0", ("", "outside")),
        ("    def close", "    def open(self):\n        0\n\n    def close", ("Client.", "open")),
        ("\n\ndef outside", "\n\ndef inside():\n    pass\n\n\ndef outside", ("", "inside")),
    ],
)
def test_a_hunk_is_named_by_what_it_changes(old: str, new: str, name: tuple[str, str]) -> None:
    (view,) = views_of(("a.py", SOURCE, SOURCE.replace(old, new)))
    assert name_of(view, view.hunks()[0]) == name


def test_headings_name_hunks_of_prose_and_tables_those_of_settings() -> None:
    text = "# Log\n\n## Unreleased\n\n### Fixed\n\n- one\n"
    (view,) = views_of(("CHANGELOG.md", text, text + "- two\n"))
    assert name_of(view, view.hunks()[0]) == ("", "Fixed")
    table = "[a]\nx = 1\n\n[b]\ny = 1\n"
    (view,) = views_of(("a.toml", table, table.replace("y = 1", "y = 2")))
    assert name_of(view, view.hunks()[0]) == ("", "b")


def test_new_and_deleted_files_say_so() -> None:
    views = views_of(
        ("a.py", None, "x\n"), ("b.py", "x\n", None), ("c.py", "x\n", ""), ("d.py", "", "x\n")
    )
    names = [name_of(view, view.hunks()[0])[1] for view in views]
    assert names == ["new file", "deleted file", "the whole file", "empty file"]
