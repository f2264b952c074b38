from __future__ import annotations

import pytest

from tests.core.edits.workspace import Memory, after, refused
from tui_agent.core.edits import EditErrorKind, apply_patch, apply_unified


def diff(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def of_a(*lines: str) -> str:
    return diff("--- a/a.py", "+++ b/a.py", *lines)


@pytest.mark.parametrize(
    ("file", "lines", "expected"),
    [
        (b"a\nb\nc\n", ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"], b"a\nB\nc\n"),
        (b"a\nb\nc\n", ["@@ -9,99 +7,1 @@ def f():", "-b", "+B"], b"a\nB\nc\n"),
        (b"a\nb\nc\n", ["@@", "-b", "+B"], b"a\nB\nc\n"),
        (b"a\nb\nc\n", ["@@ ... @@", "-b", "+B"], b"a\nB\nc\n"),
        (b"a\nx\na\n", ["@@ -3 +3 @@", "-a", "+A"], b"a\nx\nA\n"),
        (b"a\n\nb\n", ["@@ -1,3 +1,3 @@", " a", "", "-b", "+B"], b"a\n\nB\n"),
        (b"a\nb", ["@@ -1,2 +1,2 @@", " a", "-b", "\\ No newline at end of file", "+b"], b"a\nb\n"),
        (b"a\nb\n", ["@@ -1,2 +1,2 @@", " a", "-b", "+b", "\\ No newline at end of file"], b"a\nb"),
        (b"a\nb", ["@@ -1 +1 @@", "-a", "+A"], b"A\nb"),
        (b"a\nb\n", ["@@ -1,0 +2,1 @@", "+x"], b"a\nx\nb\n"),
        (b"a\nb\n", ["@@ -0,0 +1,1 @@", "+x"], b"x\na\nb\n"),
        (b"a\nb\n", ["@@ -1,3 +2,1 @@", "+x"], b"a\nx\nb\n"),
        (b"x\nx\n", ["@@ -2,0 +2,2 @@", " x", "+y"], b"x\nx\ny\n"),
        (b"a\n-- x\nb\n", ["@@ -1,3 +1,2 @@", " a", "--- x", " b"], b"a\nb\n"),
        (
            b"a\n++ y\nb\n-- x\n",
            ["@@ -1,4 +1,4 @@", " a", "-++ y", " b", "--- x", "+++ y"],
            b"a\nb\n++ y\n",
        ),
    ],
)
def test_hunks_go_where_their_lines_stand(file: bytes, lines: list[str], expected: bytes) -> None:
    changes = apply_patch(of_a(*lines), Memory({"a.py": file}))
    assert after(changes, "a.py") == expected


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("a/x.py", "b/x.py", "x.py"),
        ("x.py", "x.py", "x.py"),
        ("a/x.py", "a/x.py", "a/x.py"),
        ("x.py\t2024-01-01 00:00:00", "x.py\t2024-01-02 00:00:00", "x.py"),
        ('"a/\\303\\244 x.py"', '"b/\\303\\244 x.py"', "ä x.py"),
    ],
)
def test_prefixes_go_only_where_both_sides_have_them(old: str, new: str, path: str) -> None:
    files = Memory({path: b"a\n"})
    changes = apply_unified(diff(f"--- {old}", f"+++ {new}", "@@ -1 +1 @@", "-a", "+b"), files)
    assert after(changes, path) == b"b\n"


def test_files_are_created_deleted_renamed_and_made_executable() -> None:
    files = Memory({"old.py": b"a\nb\n", "gone.py": b"x\n", "run.sh": b"#!\n"})
    text = diff(
        "diff --git a/new.py b/new.py",
        "new file mode 100755",
        "index 0000000..1111111",
        "--- /dev/null",
        "+++ b/new.py",
        "@@ -0,0 +1,2 @@",
        "+one",
        "+two",
        "\\ No newline at end of file",
        "diff --git a/empty b/empty",
        "new file mode 100644",
        "index 0000000..e69de29",
        "diff --git a/old.py b/moved.py",
        "similarity index 50%",
        "rename from old.py",
        "rename to moved.py",
        "--- a/old.py",
        "+++ b/moved.py",
        "@@ -1,2 +1,2 @@",
        " a",
        "-b",
        "+B",
        "diff --git a/gone.py b/gone.py",
        "deleted file mode 100644",
        "--- a/gone.py",
        "+++ /dev/null",
        "@@ -1 +0,0 @@",
        "-x",
        "diff --git a/run.sh b/run.sh",
        "old mode 100644",
        "new mode 100755",
    )
    changes = {change.path: change for change in apply_unified(text, files)}
    assert (changes["new.py"].after, changes["new.py"].new_mode) == (b"one\ntwo", 0o755)
    assert changes["empty"].after == b""
    assert (changes["old.py"].new_path, changes["old.py"].after) == ("moved.py", b"a\nB\n")
    assert changes["gone.py"].after is None
    assert (changes["run.sh"].after, changes["run.sh"].new_mode) == (b"#!\n", 0o755)


def test_the_signature_under_a_mailed_patch_is_no_part_of_it() -> None:
    text = of_a("@@ -1 +1 @@", "-a", "+b") + "-- \n2.39.5\n"
    assert after(apply_unified(text, Memory({"a.py": b"a\n"})), "a.py") == b"b\n"


def test_prose_before_the_first_file_is_passed_over() -> None:
    text = "Here is the change:\n\n" + of_a("@@ -1 +1 @@", "-a", "+b")
    assert after(apply_patch(text, Memory({"a.py": b"a\n"})), "a.py") == b"b\n"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("malformed", "@@ -1 +1 @@\n-a\n+b\n"),
        ("malformed", "nothing at all"),
        ("malformed", of_a("@@ -1 +1 @@", " a")),
        ("malformed", of_a("@@ -1 +1 @@", "-a", "+b", "untagged")),
        ("malformed", diff("--- a/a.py", "+++ b/b.py", "@@ -1 +1 @@", "-a", "+b")),
        ("malformed", diff("--- /dev/null", "+++ b/n.py", "@@ -1 +1 @@", "-a", "+b")),
        ("malformed", diff("diff --git a/a.py b/a.py", "Binary files a/a.py and b/a.py differ")),
        ("malformed", diff("diff --git a/a.py b/a.py", "index 1..2")),
        ("malformed", diff("diff --git a/a.py b/a.py", "surprise")),
        ("no-match", of_a("@@ -1 +1 @@", "-z", "+b")),
        ("no-match", of_a("@@ -9,0 +10 @@", "+b")),
        ("no-match", of_a("@@ -2 +2 @@", "-a", "+b", "\\ No newline at end of file")),
        ("no-match", diff("--- a/a.py", "+++ /dev/null", "@@ -1 +0,0 @@", "-a")),
        ("ambiguous", of_a("@@ -2 +2 @@", "-x", "+b")),
        ("stale", diff("--- /dev/null", "+++ b/a.py", "@@ -0,0 +1 @@", "+b")),
        ("outside-workspace", diff("--- a/../x", "+++ b/../x", "@@ -1 +1 @@", "-a", "+b")),
    ],
)
def test_diffs_that_cannot_be_carried_out_are_refused(kind: EditErrorKind, text: str) -> None:
    refused(kind, lambda: apply_unified(text, Memory({"a.py": b"x\na\nx\n"})))


def test_a_stated_number_decides_only_where_a_place_fits_exactly_there() -> None:
    file = b"a\nx\na\n"
    text = of_a("@@ -1 +1 @@", "-a", "+A")
    assert after(apply_unified(text, Memory({"a.py": file})), "a.py") == b"A\nx\na\n"
    near = of_a("@@ -2 +2 @@", "-a", "+A")
    refused("ambiguous", lambda: apply_unified(near, Memory({"a.py": file})))


def test_a_mode_of_the_diff_sets_one_bit_and_a_new_file_has_the_usual_one() -> None:
    old = Memory({"run.sh": b"#!\n"}, modes={"run.sh": 0o600})
    (change,) = apply_unified(
        diff("diff --git a/run.sh b/run.sh", "old mode 100644", "new mode 100755"), old
    )
    assert change.new_mode == 0o700
    new = ["diff --git a/n b/n", "new file mode 100644", "--- /dev/null", "+++ b/n"]
    (made,) = apply_unified(diff(*new, "@@ -0,0 +1 @@", "+x"), Memory())
    assert made.new_mode is None


def test_a_diff_that_makes_a_link_is_no_edit_of_text() -> None:
    link = ["diff --git a/n b/n", "new file mode 120000", "--- /dev/null", "+++ b/n"]
    text = diff(*link, "@@ -0,0 +1 @@", "+target", "\\ No newline at end of file")
    assert "regular file" in refused("malformed", lambda: apply_unified(text, Memory()))
