from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.edits.workspace import Memory
from tests.core.patch.making import every, put, texts
from tui_agent.core.edits import (
    EditError,
    Replacement,
    apply_envelope,
    apply_patch,
    apply_unified,
    str_replace,
    write_file,
)
from tui_agent.core.patch import FileChange, FileView, describe, resolve, tell, unified
from tui_agent.core.patch.tell import settle

pytestmark = pytest.mark.property

FRAGMENTS = (
    "*** Begin Patch",
    "*** End Patch",
    "*** Update File: a.py",
    "*** Add File: b.py",
    "*** Delete File: a.py",
    "*** Move to: c.py",
    "*** End of File",
    "diff --git a/a.py b/a.py",
    "--- a/a.py",
    "+++ b/a.py",
    "--- /dev/null",
    "+++ /dev/null",
    "rename from a.py",
    "rename to c.py",
    "new file mode 100755",
    "deleted file mode 100644",
    "\\ No newline at end of file",
    "@@",
    "@@ -1,2 +1,2 @@",
    "@@ -3 +3 @@ def f():",
    "@@ -2,0 +3 @@",
    "@@ a",
    "-a",
    "+b",
    " a",
    "-",
    "+",
    " ",
    "",
    "```",
    "-  indented",
    "+  indented",
    " b",
    "-b",
)
MARKED = st.tuples(st.sampled_from((" ", "-", "+", "")), st.text(max_size=4)).map("".join)
PATCHES = st.lists(st.one_of(st.sampled_from(FRAGMENTS), MARKED), max_size=14).map("\n".join)
FILES = st.one_of(texts(), st.binary(max_size=20), st.just(b"a\nb\n  indented\n"))


def carried_out_or_refused(edit: Callable[[], tuple[FileChange, ...]], files: Memory) -> None:
    before = dict(files.files)
    try:
        changes = edit()
    except EditError:
        assert files.files == before
        return
    assert files.files == before
    assert changes
    assert len({change.path for change in changes}) == len(changes)
    for change in changes:
        view = FileView.of(describe(change, put), change.before, change.after)
        assert view.patch.run_ids
        assert resolve(view, every(view, "accept")).content == change.after
        assert resolve(view, every(view, "reject")).content == change.before
        assert unified(view)
        assert tell([settle(view, every(view, "reject"))])


@given(FILES, PATCHES)
def test_patches_of_any_shape(file: bytes, patch: str) -> None:
    files = Memory({"a.py": file})
    carried_out_or_refused(lambda: apply_patch(patch, files), files)


@given(FILES, PATCHES)
def test_envelopes_of_any_shape(file: bytes, body: str) -> None:
    files = Memory({"a.py": file})
    patch = f"*** Begin Patch\n*** Update File: a.py\n{body}\n*** End Patch"
    carried_out_or_refused(lambda: apply_envelope(patch, files), files)


@given(FILES, PATCHES)
def test_diffs_of_any_shape(file: bytes, body: str) -> None:
    files = Memory({"a.py": file})
    patch = f"--- a/a.py\n+++ b/a.py\n@@\n{body}\n"
    carried_out_or_refused(lambda: apply_unified(patch, files), files)


@given(FILES, st.data())
def test_replacements_of_any_text(file: bytes, data: st.DataObject) -> None:
    lines = file.decode("latin-1").split("\n")
    quoted = st.lists(st.sampled_from(lines), min_size=1, max_size=3).map("\n".join)
    old = data.draw(st.one_of(quoted, st.text(max_size=5), quoted.map(str.lstrip)))
    new = data.draw(st.text(st.characters(), max_size=8))
    edits = [Replacement(old=old, new=new, all=data.draw(st.booleans()))]
    files = Memory({"a.py": file})
    carried_out_or_refused(lambda: str_replace("a.py", edits, files), files)


@given(FILES, st.text(st.characters()), st.sampled_from(("a.py", "b.py", "..", ".", "\ud800")))
def test_whole_files_of_any_text(file: bytes, content: str, path: str) -> None:
    files = Memory({"a.py": file})
    carried_out_or_refused(lambda: write_file(path, content, files), files)


@given(FILES, FILES, PATCHES)
def test_edits_of_files_that_changed_meanwhile(seen: bytes, disk: bytes, body: str) -> None:
    files = Memory({"a.py": disk}, seen={"a.py": seen})
    patch = f"*** Begin Patch\n*** Update File: a.py\n{body}\n*** End Patch"
    carried_out_or_refused(lambda: apply_envelope(patch, files), files)


@pytest.mark.case(64)
@given(texts(), st.data())
def test_bytes_that_an_edit_does_not_name_stay(file: bytes, data: st.DataObject) -> None:
    lines = [line.rstrip(b"\r") for line in file.split(b"\n")]
    at = data.draw(st.integers(0, len(lines) - 1))
    old = lines[at].decode()
    if not old or file.decode().count(old) != 1:
        return
    new = data.draw(st.text("xyz \t", min_size=1, max_size=5))
    (change,) = str_replace("a.py", [Replacement(old=old, new=new)], Memory({"a.py": file}))
    assert change.after == file.replace(old.encode(), new.encode())


@given(texts(), st.data())
def test_lines_that_a_patch_does_not_name_keep_their_ends(file: bytes, data: st.DataObject) -> None:
    lines = file.split(b"\n")
    body = [line.removesuffix(b"\r").decode() for line in lines[:-1]]
    if lines[-1] or not body:
        return
    at = data.draw(st.integers(0, len(body) - 1))
    patch = f"--- a/a.py\n+++ b/a.py\n@@ -{at + 1} +{at + 1} @@\n-{body[at]}\n+NEW\n"
    try:
        (change,) = apply_unified(patch, Memory({"a.py": file}))
    except EditError:
        return
    lines[at] = b"NEW" + lines[at][len(body[at].encode()) :]
    assert change.after == b"\n".join(lines)
