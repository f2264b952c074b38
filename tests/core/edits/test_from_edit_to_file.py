from __future__ import annotations

import json

import pytest

from tests.core.edits.workspace import Memory, refused
from tests.core.patch.making import decision, put
from tui_agent.core.codec import decode, encode
from tui_agent.core.edits import apply_patch
from tui_agent.core.patch import (
    FileChange,
    FileView,
    HunkDecision,
    Patch,
    describe,
    hunk_body,
    parse_edited,
    resolve,
    settle,
    tell,
    undecided,
)

BEFORE = b"".join(b"def f%d():\n    return %d\n\n\n" % (number, number) for number in range(12))
PATCH = """*** Begin Patch
*** Update File: lib.py
@@ def f1():
-    return 1
+    return one()
@@ def f5():
-    return 5
+    return five()
@@ def f9():
-    return 9
+    return nine()
*** Add File: more.py
+def one():
+    return 1
*** End Patch
"""


def proposed(files: Memory) -> tuple[Patch, dict[str, FileView]]:
    changes = apply_patch(PATCH, files)
    patch = Patch(files=tuple(describe(change, put) for change in changes))
    return patch, {change.path: seen_as(change) for change in changes}


def seen_as(change: FileChange) -> FileView:
    return FileView.of(describe(change, put), change.before, change.after)


@pytest.mark.capability("S0.15", part="engine")
def test_of_three_hunks_the_second_is_rejected_and_the_model_is_told_why() -> None:
    patch, views = proposed(Memory({"lib.py": BEFORE}))
    lib, more = views["lib.py"], views["more.py"]
    first, second, third = lib.hunks()
    decisions = (
        decision(lib, (*first.run_ids, *third.run_ids), "accept"),
        HunkDecision(path="lib.py", runs=second.run_ids, verdict="reject", reason="not yet"),
        decision(more, more.patch.run_ids, "accept"),
    )
    assert undecided(patch, decisions) == ()
    expected = BEFORE.replace(b"return 1\n", b"return one()\n").replace(
        b"return 9\n", b"return nine()\n"
    )
    assert resolve(lib, decisions).content == expected
    assert resolve(more, decisions).content == b"def one():\n    return 1\n"
    report = tell([settle(view, decisions) for view in (lib, more)])
    assert "Partly applied: 3 of 4 hunks in 2 files" in report
    assert 'hunk 2 REJECTED by the user: "not yet"' in report


@pytest.mark.capability("S0.15", part="engine: refusals")
def test_lines_changed_meanwhile_an_existing_and_a_missing_file_refuse_the_whole_patch() -> None:
    changed = BEFORE.replace(b"return 5\n", b"return 55\n")
    files = Memory({"lib.py": changed}, seen={"lib.py": BEFORE})
    assert "+    return 55" in refused("stale", lambda: apply_patch(PATCH, files))
    taken = Memory({"lib.py": BEFORE, "more.py": b"x\n"})
    assert "more.py exists already" in refused("stale", lambda: apply_patch(PATCH, taken))
    assert "no file lib.py" in refused("no-match", lambda: apply_patch(PATCH, Memory()))


def test_a_patch_and_its_decisions_read_back_from_the_log_give_the_same_bytes() -> None:
    patch, views = proposed(Memory({"lib.py": BEFORE}))
    lib = views["lib.py"]
    first, second, third = lib.hunks()
    decisions = (
        decision(lib, first.run_ids, "accept"),
        decision(lib, second.run_ids, "reject"),
        parse_edited(lib, third, hunk_body(third).replace("nine()", "9.0")),
    )
    logged = json.dumps([encode(patch), [encode(each) for each in decisions]])
    read_patch, read_decisions = json.loads(logged)
    replayed = FileView.of(decode(Patch, read_patch).files[0], lib.old_bytes, lib.new_bytes)
    again = [decode(HunkDecision, each) for each in read_decisions]
    assert decode(Patch, read_patch) == patch
    assert resolve(replayed, again) == resolve(lib, decisions)
    assert "return one()" not in json.dumps(encode(patch))
