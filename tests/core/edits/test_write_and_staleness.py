from __future__ import annotations

import pytest
from hypothesis import given

from tests.core.edits.workspace import Memory, after, notes, refused
from tests.core.patch.making import changes as generated_changes
from tui_agent.core.edits import Replacement, apply_envelope, str_replace, write_file
from tui_agent.core.edits.merge import merged
from tui_agent.core.patch import FileChange
from tui_agent.core.text import split_lines


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        (b"a\n", "b\nc", b"b\nc"),
        (b"a\r\nb\r\n", "x\ny\n", b"x\r\ny\r\n"),
        (b"a\r\nb\n", "x\ny\n", b"x\ny\n"),
        (b"a\r\n", "x\r\ny\n", b"x\r\ny\n"),
        (b"\xef\xbb\xbfa\n", "b\n", b"\xef\xbb\xbfb\n"),
        (b"\xef\xbb\xbfa\n", "\ufeffb\n", b"\xef\xbb\xbfb\n"),
        (b"caf\xe9\n", "th\xe9\n", b"th\xe9\n"),
        (b"a\n", "", b""),
        (b"", "x", b"x"),
    ],
)
def test_writing_keeps_the_mark_the_encoding_and_uniform_line_ends(
    file: bytes, content: str, expected: bytes
) -> None:
    changes = write_file("a.py", content, Memory({"a.py": file}))
    assert after(changes, "a.py") == expected


def test_writing_creates_a_file_as_it_is_given() -> None:
    (change,) = write_file("new/a.py", "x\r\ny", Memory())
    assert change == FileChange(path="new/a.py", before=None, after=b"x\r\ny")


def test_a_file_that_was_never_read_is_not_overwritten() -> None:
    files = Memory({"a.py": b"x\n", "empty.py": b""}, seen={})
    assert "Read it before you overwrite it" in refused(
        "stale", lambda: write_file("a.py", "y\n", files)
    )
    assert write_file("empty.py", "y\n", files)[0].after == b"y\n"


def test_writing_what_is_there_already_is_refused_as_no_change() -> None:
    assert "changes nothing" in refused(
        "malformed", lambda: write_file("a.py", "x\n", Memory({"a.py": b"x\n"}))
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("", "malformed"),
        ("  ", "malformed"),
        ("a\0b", "malformed"),
        ("../a", "outside-workspace"),
        ("a/../../b", "outside-workspace"),
        ("/etc/passwd", "outside-workspace"),
        (".git/config", "outside-workspace"),
        ("sub/.git/hooks/x", "outside-workspace"),
        ("a/../.GIT/config", "outside-workspace"),
        ("/repository/.git/config", "outside-workspace"),
    ],
)
def test_paths_that_lead_out_are_refused(path: str, kind: str) -> None:
    assert kind in {"malformed", "outside-workspace"}
    refused(
        "malformed" if kind == "malformed" else "outside-workspace",
        lambda: write_file(path, "x", Memory()),
    )


@pytest.mark.parametrize("path", ["a.py", "./a.py", "b/../a.py", "/repository/a.py", " a.py "])
def test_paths_that_stay_inside_are_one_file(path: str) -> None:
    (change,) = write_file(path, "y\n", Memory({"a.py": b"x\n"}))
    assert change.path == "a.py"


@pytest.mark.parametrize(
    "line",
    [
        "# ... existing code ...",
        "// ... rest of the function",
        "    # rest of file unchanged...",
        "/* \u2026 remaining methods \u2026 */",
        "<!-- existing content ... -->",
        "# (... unchanged ...)",
        "-- existing columns definitions...",
        "{/* ... existing code ... */}",
        "# [...] rest of the code",
    ],
)
def test_a_placeholder_for_omitted_lines_is_refused(line: str) -> None:
    files = Memory({"a.py": b"x\n"})
    message = refused("malformed", lambda: write_file("a.py", f"y\n{line}\n", files))
    assert "placeholder" in message


@pytest.mark.parametrize(
    "line",
    [
        "    ...",
        "x: tuple[int, ...]",
        "# TODO: handle existing users ...",
        "# wait for the remaining connections",
        'print("... rest of the story")',
        "# and so on...",
        "# Unchanged since 2019.",
    ],
)
def test_an_ellipsis_that_is_code_or_prose_is_kept(line: str) -> None:
    changes = write_file("a.py", f"{line}\n", Memory({"a.py": b"x\n"}))
    assert after(changes, "a.py") == f"{line}\n".encode()


def test_a_placeholder_that_the_file_has_already_may_stay() -> None:
    file = b"# ... existing code ...\nx\n"
    changes = write_file("a.py", "# ... existing code ...\ny\n", Memory({"a.py": file}))
    assert after(changes, "a.py") == b"# ... existing code ...\ny\n"


SEEN = b"one\ntwo\nthree\nfour\nfive\n"


def edited(
    disk: bytes | None, old: str, new: str, on_stale: str = "merge"
) -> tuple[FileChange, ...]:
    files = Memory({} if disk is None else {"a.py": disk}, seen={"a.py": SEEN})
    edit = [Replacement(old=old, new=new)]
    if on_stale == "refuse":
        return str_replace("a.py", edit, files, on_stale="refuse")
    return str_replace("a.py", edit, files)


def test_an_edit_is_worked_into_a_file_that_changed_elsewhere() -> None:
    disk = b"zero\none\ntwo\nthree\nfour\nfive\n"
    changes = edited(disk, "four", "4")
    assert changes[0].before == disk
    assert after(changes, "a.py") == b"zero\none\ntwo\nthree\n4\nfive\n"
    assert notes(changes) == ("file changed since it was read; merged",)


def test_an_edit_is_matched_on_what_was_seen_and_never_on_what_came_since() -> None:
    disk = SEEN + b"six\nfour\n"
    assert after(edited(disk, "four", "4"), "a.py") == b"one\ntwo\nthree\n4\nfive\nsix\nfour\n"
    refused("no-match", lambda: edited(disk, "six", "6"))


@pytest.mark.capability("S0.15", part="stale")
@pytest.mark.parametrize(
    ("disk", "old", "new"),
    [
        (b"one\ntwo\nthree\nFOUR\nfive\n", "four", "4"),
        (b"one\ntwo\nthree\nfour\nFIVE\n", "four", "4"),
        (b"one\ntwo\nthree\n4\nfive\n", "four", "4"),
        (b"one\r\ntwo\r\nthree\r\nfour\r\nfive\r\n", "four", "4"),
        (None, "four", "4"),
    ],
)
def test_lines_that_changed_meanwhile_make_the_edit_stale(
    disk: bytes | None, old: str, new: str
) -> None:
    message = refused("stale", lambda: edited(disk, old, new))
    assert "since it was read" in message
    if disk is not None:
        assert "-four" in message or "-five" in message


def test_every_change_meanwhile_is_stale_where_merging_is_switched_off() -> None:
    disk = b"zero\n" + SEEN
    message = refused("stale", lambda: edited(disk, "four", "4", on_stale="refuse"))
    assert "+zero" in message
    files = Memory({"a.py": disk}, seen={"a.py": SEEN})
    refused("stale", lambda: write_file("a.py", "x\n", files, on_stale="refuse"))


def test_a_matching_edit_of_a_file_that_was_never_read_is_allowed() -> None:
    files = Memory({"a.py": SEEN}, seen={})
    edit = [Replacement(old="four", new="4")]
    assert after(str_replace("a.py", edit, files), "a.py") == SEEN.replace(b"four", b"4")


def test_a_changed_file_is_neither_overwritten_nor_deleted_blindly() -> None:
    files = Memory({"a.py": SEEN.replace(b"two", b"2")}, seen={"a.py": SEEN})
    refused("stale", lambda: write_file("a.py", "all\nnew\n", files))
    patch = "*** Begin Patch\n*** Delete File: a.py\n*** End Patch"
    refused("stale", lambda: apply_envelope(patch, files))


@pytest.mark.property
@given(generated_changes())
def test_merging_with_an_unchanged_side_gives_the_other_side(change: tuple[bytes, bytes]) -> None:
    base, side = (split_lines(text.decode()) for text in change)
    assert merged(base, base, side) == side
    assert merged(base, side, base) == side
    assert merged(base, side, side) == side


def test_a_file_read_in_part_is_not_overwritten_or_deleted_but_edited() -> None:
    files = Memory({"a.py": SEEN})
    files.partly.add("a.py")
    assert "only in part" in refused("stale", lambda: write_file("a.py", "y\n", files))
    gone = "*** Begin Patch\n*** Delete File: a.py\n*** End Patch"
    assert "only in part" in refused("stale", lambda: apply_envelope(gone, files))
    changes = str_replace("a.py", [Replacement(old="two", new="2")], files)
    assert after(changes, "a.py") == SEEN.replace(b"two", b"2")


@pytest.mark.parametrize(
    "line",
    [
        "# existing ...",
        "// remaining …",
        "/* existing styles ... */",
        "# other methods unchanged...",
        "// all other cases remain the same ...",
        "# ... (previous code remains as is) ...",
    ],
)
def test_shorter_placeholders_are_refused_as_well(line: str) -> None:
    assert "placeholder" in refused(
        "malformed", lambda: write_file("new.py", f"y\n{line}\n", Memory())
    )
