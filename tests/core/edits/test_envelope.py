from __future__ import annotations

import pytest

from tests.core.edits.workspace import Memory, after, notes, refused
from tui_agent.core.edits import EditErrorKind, apply_envelope, apply_patch
from tui_agent.core.patch import FileChange

FILE = b"""class A:
    def f(self):
        return 1

    def g(self):
        return 1


class B:
    def f(self):
        return 1
"""


def enveloped(*lines: str) -> str:
    return "\n".join(("*** Begin Patch", *lines, "*** End Patch"))


def updated(file: bytes, *lines: str) -> tuple[FileChange, ...]:
    return apply_envelope(enveloped("*** Update File: a.py", *lines), Memory({"a.py": file}))


def content(file: bytes, *lines: str) -> bytes | None:
    return after(updated(file, *lines), "a.py")


@pytest.mark.parametrize(
    ("file", "lines", "expected"),
    [
        (b"a\nb\nc\n", ["@@", " a", "-b", "+B", " c"], b"a\nB\nc\n"),
        (b"a\nb\nc\n", ["-b", "+B"], b"a\nB\nc\n"),
        (b"a\nb\nc\n", ["@@ -1,3 +1,3 @@", "-b", "+B"], b"a\nB\nc\n"),
        (b"a\n\nb\n", ["@@", " a", "", "-b", "+B"], b"a\n\nB\n"),
        (b"a\r\nb\r\n", ["@@", "-b", "+B", "+C"], b"a\r\nB\r\nC\r\n"),
        (b"a\nb", ["@@", "-b", "+B", "+C"], b"a\nB\nC"),
        (b"a\nb", ["@@", "+c"], b"a\nb\nc"),
        (b"a\nb\n", ["@@", "+c", "+d"], b"a\nb\nc\nd\n"),
        (b"", ["@@", "+a"], b"a\n"),
        (b"a\nb\na\n", ["@@", "-a", "+x", "*** End of File"], b"a\nb\nx\n"),
        (b"a\nb\nc\nb\n", ["@@", "-b", "+1", "@@", "-c", "+2", "@@", "-b", "+3"], b"a\n1\n2\n3\n"),
        (b"a\nb\n", ["@@", "-b", "+B", "", ""], b"a\nB\n"),
        (b"a\nb\n", ["@@", "-a", "-b"], b""),
    ],
)
def test_chunks_go_where_their_lines_stand(file: bytes, lines: list[str], expected: bytes) -> None:
    assert content(file, *lines) == expected


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (["@@ class B:", "-        return 1", "+        return 2"], 10),
        (["@@ class A:", "@@     def g(self):", "-        return 1", "+        return 2"], 5),
        (["@@ def g(self):", "-        return 1", "+        return 2"], 5),
        (["@@ class A:", "     def f(self):", "-        return 1", "+        return 2"], 2),
        (["@@ class B: @@", "-        return 1", "+        return 2"], 10),
        (["@@ class B:", "-    return 1", "+    return 2"], 10),
    ],
)
def test_an_anchor_chooses_among_the_places_that_fit(lines: list[str], place: int) -> None:
    expected = FILE.split(b"\n")
    expected[place] = b"        return 2"
    assert content(FILE, *lines) == b"\n".join(expected)


def test_new_lines_without_old_ones_go_directly_below_their_anchor() -> None:
    expected = FILE.replace(b"class B:\n", b"class B:\n    x = 1\n")
    assert content(FILE, "@@ class B:", "+    x = 1") == expected


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["@@ class A:", "-        return 1", "+        return 2"], "ambiguous"),
        (["@@     def f(self):", "-        return 1", "+        return 2"], "ambiguous"),
        (["@@", "-        return 1", "+        return 2"], "ambiguous"),
        (["@@     def f(self):", "+        pass"], "ambiguous"),
        (["@@ class C:", "-        return 1", "+        return 2"], "no-match"),
        (["@@ class B:", "-class A:", "+class Z:"], "no-match"),
        (["@@", "-        return 3", "+        return 2"], "no-match"),
        (["@@", "-class A:", "+class Z:", "*** End of File"], "no-match"),
        (
            [
                "@@",
                "-class A:",
                "-    def f(self):",
                "+x",
                "@@",
                "-    def f(self):",
                "-        return 1",
                "-",
                "+y",
            ],
            "no-match",
        ),
    ],
)
def test_places_that_are_not_certain_are_refused(lines: list[str], kind: EditErrorKind) -> None:
    refused(kind, lambda: updated(FILE, *lines))


def test_chunks_out_of_order_are_taken_where_each_has_one_place() -> None:
    assert content(b"a\nb\nc\n", "@@", "-c", "+C", "@@", "-a", "+A") == b"A\nb\nC\n"


def test_chunks_in_order_decide_between_places_that_alone_would_be_ambiguous() -> None:
    file = b"x\na\nx\nb\n"
    lines = ["@@", "-a", "+A", "@@", "-x", "+X"]
    assert content(file, *lines) == b"x\nA\nX\nb\n"


@pytest.mark.parametrize(
    ("file", "lines", "expected", "note"),
    [
        (b"a  \nb\n", ["@@", " a", "-b", "+B"], b"a  \nB\n", "trailing blanks"),
        (b"\tif x:\n\t\ty\n", ["@@", " if x:", "-\ty", "+\tz"], b"\tif x:\n\t\tz\n", "indentation"),
        (
            "\u201ca\u201d\nb\n".encode(),
            ["@@", ' "a"', "-b", "+c"],
            "\u201ca\u201d\nc\n".encode(),
            "quotes",
        ),
    ],
)
def test_a_lenient_place_is_noted_and_the_files_own_lines_stay(
    file: bytes, lines: list[str], expected: bytes, note: str
) -> None:
    changes = updated(file, *lines)
    assert after(changes, "a.py") == expected
    assert note in " ".join(notes(changes))


def test_all_operations_of_a_patch_come_together() -> None:
    files = Memory({"a.py": b"a\n", "b.py": b"b\n", "c.py": b"c\n"}, modes={"b.py": 0o755})
    patch = enveloped(
        "*** Add File: new/d.py",
        "+one",
        "+",
        "+two",
        "*** Update File: b.py",
        "*** Move to: e.py",
        "@@",
        "-b",
        "+B",
        "*** Delete File: c.py",
    )
    created, moved, deleted = sorted(
        apply_envelope(patch, files), key=lambda change: -len(change.path)
    )[0:1] + [change for change in apply_envelope(patch, files) if change.path in {"b.py", "c.py"}]
    assert (created.path, created.before, created.after) == ("new/d.py", None, b"one\n\ntwo\n")
    assert (moved.path, moved.new_path, moved.after) == ("b.py", "e.py", b"B\n")
    assert moved.old_mode == moved.new_mode == 0o755
    assert (deleted.path, deleted.before, deleted.after) == ("c.py", b"c\n", None)


def test_operations_on_one_path_build_on_each_other() -> None:
    files = Memory({"a.py": b"a\nb\n"})
    patch = enveloped(
        "*** Update File: a.py", "-a", "+A", "*** Update File: a.py", " A", "-b", "+B"
    )
    (change,) = apply_envelope(patch, files)
    assert (change.before, change.after) == (b"a\nb\n", b"A\nB\n")


def test_a_file_can_be_moved_and_its_old_path_filled_again() -> None:
    files = Memory({"a.py": b"a\n"})
    patch = enveloped("*** Update File: a.py", "*** Move to: b.py", "*** Add File: a.py", "+new")
    changes = apply_envelope(patch, files)
    assert {change.path: change.after for change in changes} == {"a.py": b"new\n", "b.py": b"a\n"}


def test_a_file_can_move_twice_and_is_still_one_rename() -> None:
    files = Memory({"a.py": b"a\n"})
    patch = enveloped(
        "*** Update File: a.py",
        "*** Move to: b.py",
        "*** Update File: b.py",
        "*** Move to: c.py",
    )
    (change,) = apply_envelope(patch, files)
    assert (change.path, change.new_path, change.after) == ("a.py", "c.py", b"a\n")


def test_a_file_moved_over_a_deleted_one_is_a_deletion_and_an_update() -> None:
    files = Memory({"a.py": b"a\n", "b.py": b"b\n"})
    patch = enveloped("*** Delete File: b.py", "*** Update File: a.py", "*** Move to: b.py")
    changes = apply_envelope(patch, files)
    assert {change.path: change.after for change in changes} == {"a.py": None, "b.py": b"a\n"}


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("stale", ["*** Add File: a.py", "+x"]),
        ("stale", ["*** Update File: a.py", "*** Move to: b.py"]),
        ("no-match", ["*** Update File: z.py", "-a", "+b"]),
        ("no-match", ["*** Delete File: z.py"]),
        ("outside-workspace", ["*** Add File: ../x", "+x"]),
        ("outside-workspace", ["*** Update File: a.py", "*** Move to: .git/x"]),
        ("malformed", ["*** Add File: new.py", "x"]),
        ("malformed", ["*** Add File: ", "+x"]),
        ("malformed", ["*** Remove File: a.py"]),
        ("malformed", ["*** Update File: a.py"]),
        ("malformed", ["*** Update File: a.py", "@@"]),
        ("malformed", ["*** Update File: a.py", "@@", " a"]),
        ("malformed", ["*** Update File: a.py", "@@", "-a", "+b", "untagged"]),
        ("malformed", ["*** Update File: a.py", "@@", "-a", "+b", "*** Frobnicate"]),
        ("malformed", ["*** Update File: a.py", "@@", "-a", "+# ... existing code ..."]),
        ("malformed", ["*** Delete File: a.py", "-a"]),
        ("malformed", ["garbage"]),
        ("malformed", []),
    ],
)
def test_patches_that_cannot_be_carried_out_are_refused(
    kind: EditErrorKind, lines: list[str]
) -> None:
    files = Memory({"a.py": b"a\n", "b.py": b"b\n"})
    refused(kind, lambda: apply_envelope(enveloped(*lines), files))


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        (["-a = 1", "+class B:"], "already there, at line 9"),
        (["-  1\tclass A:", "+class Z:"], "Leave out the line numbers"),
        (
            [" class B:", "-    def f(x):", "+    def g():"],
            "the file: \u00b7\u00b7\u00b7\u00b7def f(self):",
        ),
    ],
)
def test_a_chunk_that_fits_nowhere_is_answered_with_what_would_help(
    lines: list[str], hint: str
) -> None:
    assert hint in refused("no-match", lambda: updated(FILE, "@@", *lines))


def test_one_refused_operation_refuses_the_patch() -> None:
    files = Memory({"a.py": b"a\n"})
    patch = enveloped("*** Update File: a.py", "-a", "+b", "*** Delete File: z.py")
    refused("no-match", lambda: apply_envelope(patch, files))
    assert files.files == {"a.py": b"a\n"}


def test_deleting_a_file_that_was_never_read_is_stale() -> None:
    files = Memory({"a.py": b"a\n"}, seen={})
    refused("stale", lambda: apply_envelope(enveloped("*** Delete File: a.py"), files))


@pytest.mark.parametrize(
    "text",
    [
        "*** Begin Patch\n*** Update File: a.py\n-a\n+b",
        "*** Update File: a.py\n-a\n+b\n*** End Patch",
        "",
        "-a\n+b",
    ],
)
def test_a_patch_without_begin_or_end_was_cut_off(text: str) -> None:
    refused("malformed", lambda: apply_patch(text, Memory({"a.py": b"a\n"})))


@pytest.mark.parametrize(
    "wrap",
    [
        "{}",
        "\n\n{}\n\n",
        "```diff\n{}\n```",
        "apply_patch <<'EOF'\n{}\nEOF",
        "```\napply_patch <<EOF\n{}\nEOF\n```",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_stands_round_a_patch_is_no_part_of_it(wrap: str, end: str) -> None:
    patch = enveloped("  *** Update File:   a.py  ", "@@", "-a", "+b").replace("\n", end)
    changes = apply_patch(wrap.format(patch), Memory({"a.py": b"a\n"}))
    assert after(changes, "a.py") == b"b\n"


def test_a_context_line_that_looks_like_a_header_is_a_context_line() -> None:
    file = b"*** Delete File: x\na\n"
    assert content(file, "@@", " *** Delete File: x", "-a", "+b") == b"*** Delete File: x\nb\n"
