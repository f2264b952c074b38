"""A refusal names what is wrong, so that the next attempt fits."""

from __future__ import annotations

import pytest

from tests.core.edits.workspace import Memory, after, refused
from tui_agent.core.edits import EditErrorKind, Replacement, apply_patch, apply_unified, str_replace

FILE = b"""import os

class Alpha:
    def run(self, items):
        return 0

class Beta:
    def run(self, items):
        return 1

    def stop(self):
        return None
"""


def update(*lines: str) -> str:
    return "\n".join(("*** Begin Patch", "*** Update File: a.py", *lines, "*** End Patch"))


@pytest.mark.parametrize(
    ("lines", "kind", "says"),
    [
        (
            ("@@ class Beta", "-        return 1", "+        return 2"),
            "no-match",
            (
                "The anchor 'class Beta' is not a whole line of a.py. Lines that hold it:\n"
                "  line 7: class Beta:\nGive the whole line after @@."
            ),
        ),
        (
            ("@@ class Beta:", "@@ def run", "-        return 1", "+        return 2"),
            "no-match",
            (
                "The anchor 'def run' is not a whole line of a.py. Lines that hold it:\n"
                "  line 8: ····def run(self, items):\nGive"
            ),
        ),
        (
            ("@@ class Beta:", "@@ class Alpha:", "-        return 0", "+        return 2"),
            "no-match",
            (
                "The anchor 'class Alpha:' is in a.py, not below 'class Beta:' at line 7:\n"
                "  line 3: class Alpha:\n"
            ),
        ),
        (
            ("@@", "    def stop(self):", "-        return None", "+        return 1"),
            "no-match",
            "one space more than the file's own line",
        ),
        (
            ("@@", "class Beta:", "-        return None", "+        return 1"),
            "malformed",
            "one space in front of the file's own line",
        ),
        (
            ("--- a/a.py", "+++ b/a.py", "@@ -1 +1 @@", "-import os", "+import sys"),
            "no-match",
            "Leave out the --- and +++ lines",
        ),
        (
            ("@@", " import os", " ...", "-        return None", "+        return 1"),
            "no-match",
            "Dots do not stand for lines left out",
        ),
        (
            ("@@", "-import os", "+import sys", "@@", "-    def run(self):", "+    def go(self):"),
            "no-match",
            "The old lines of chunk 2 are not in a.py.",
        ),
        (
            (
                "@@",
                "-import os",
                "+import sys",
                "@@",
                "-    def run(self, items):",
                "+    def go():",
            ),
            "ambiguous",
            "The old lines of chunk 2 are in 2 places of a.py:",
        ),
    ],
)
def test_a_patch_is_told_which_of_its_lines_is_wrong_and_what_the_file_has(
    lines: tuple[str, ...], kind: EditErrorKind, says: str
) -> None:
    files = Memory({"a.py": FILE})
    said = refused(kind, lambda: apply_patch(update(*lines), files))
    assert says in said, said


def test_words_round_a_patch_are_named() -> None:
    files, patch = Memory({"a.py": FILE}), update("@@", "-import os", "+import sys")
    said = refused("malformed", lambda: apply_patch(f"Here it is:\n{patch}", files))
    assert "leave out what stands before it, 'Here it is:'" in said
    said = refused("malformed", lambda: apply_patch(f"{patch}\nDone.", files))
    assert "leave out what follows it, 'Done.'" in said


def test_several_edits_are_told_which_of_them_was_refused() -> None:
    files = Memory({"a.py": FILE})
    edits = [Replacement(old=old, new="import sys") for old in ("import os", "import os")]
    said = refused("no-match", lambda: str_replace("a.py", edits, files))
    assert said.startswith("Edit 2 of 2: The old lines are not in a.py.")


def test_a_line_that_differs_in_more_than_blanks_is_shown_beside_one_that_does_not() -> None:
    old = "  def run(self, items):\n    return 1\n\n  def end(self):\n"
    edit = Replacement(old=old, new="")
    said = refused("no-match", lambda: str_replace("a.py", [edit], Memory({"a.py": FILE})))
    assert "the first difference, at line 8:\n  expected: ··def run" in said
    assert "not only in blanks, at line 11:\n  expected: ··def end(self):\n" in said


def test_a_diff_without_hunks_is_told_so_and_times_behind_its_names_are_read_over() -> None:
    files = Memory({"a.py": FILE})
    names = "--- a.py 2026-01-02 03:04:05.6 +0100\n+++ a.py 2026-01-02 03:04:06\n"
    said = refused("malformed", lambda: apply_unified(f"{names}-import os\n+import sys\n", files))
    assert "The diff has no hunk" in said
    changes = apply_unified(f"{names}@@ -1 +1 @@\n-import os\n+import sys\n", files)
    assert after(changes, "a.py") == FILE.replace(b"os", b"sys", 1)
