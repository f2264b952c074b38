from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.calls import Bench
from tests.support.workspace import picture
from tui_agent.core.edits import EditError
from tui_agent.core.patch import HunkDecision
from tui_agent.core.ports import ArgumentsError, Tool
from tui_agent.core.proposal import Decision
from tui_agent.tools.apply_patch import ApplyPatch
from tui_agent.tools.edit import Edit
from tui_agent.tools.read import Read
from tui_agent.tools.write import Write

LINES = "".join(f"line {number}\n" for number in range(1, 41))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "a.py").write_text(LINES)
    (tmp_path / "b.py").write_text("one\n")
    return Bench(root=tmp_path)


def _three_places() -> list[dict[str, str]]:
    return [{"old": f"line {n}\n", "new": f"LINE {n}\n"} for n in (2, 20, 38)]


async def test_an_edit_is_proposed_without_touching_the_file(bench: Bench) -> None:
    before = picture(bench.root)
    proposal = await bench.prepare(Edit(), path="a.py", edits=_three_places())
    assert proposal.patch is not None
    assert (proposal.title, proposal.patch.plus, proposal.patch.minus) == ("a.py  +3 −3", 3, 3)
    assert proposal.effects == {"edit"}
    assert len(proposal.digest) == 64
    assert picture(bench.root) == before


@pytest.mark.case(67)
@pytest.mark.capability("S0.15")
async def test_rejecting_the_second_of_three_applies_the_others_and_says_why(bench: Bench) -> None:
    proposal = await bench.prepare(Edit(), path="a.py", edits=_three_places())
    assert proposal.patch is not None
    first, second, third = proposal.patch.files[0].run_ids
    decision = Decision(
        verdict="once",
        hunks=(
            HunkDecision(path="a.py", runs=(first, third), verdict="accept"),
            HunkDecision(path="a.py", runs=(second,), verdict="reject", reason="keep it"),
        ),
    )
    output = await bench.run(Edit(), proposal, decision)
    wanted = LINES.replace("line 2\n", "LINE 2\n").replace("line 38\n", "LINE 38\n")
    assert (bench.root / "a.py").read_text() == wanted
    assert isinstance(output.text, str)
    assert 'hunk 2 REJECTED by the user: "keep it"' in output.text
    assert [(one.path, one.added, one.removed) for one in output.files] == [("a.py", 2, 2)]
    assert bench.blobs.get(output.seen[0].sha) == wanted.encode()


@pytest.mark.capability("S0.15", part="stale")
async def test_lines_that_changed_since_the_proposal_are_stale(bench: Bench) -> None:
    proposal = await bench.prepare(Edit(), path="a.py", edits=_three_places())
    (bench.root / "a.py").write_text("somebody was here\n")
    before = picture(bench.root)
    with pytest.raises(EditError) as refused:
        await bench.run(Edit(), proposal, Decision(verdict="once"))
    assert refused.value.kind == "stale"
    assert picture(bench.root) == before


async def test_an_edit_after_a_partial_read_is_matched_on_what_was_read(bench: Bench) -> None:
    await bench.call(Read(), path="a.py", offset=1, limit=5)
    before = "line 2\nand this\n"  # What was unique then stands elsewhere, too, by now.
    (bench.root / "a.py").write_text(before + LINES)
    edits = [{"old": "line 2\n", "new": "LINE 2\n"}]
    output = await bench.call(Edit(on_stale="merge"), path="a.py", edits=edits)
    assert "merged" in str(output.text)
    wanted = before + LINES.replace("line 2\n", "LINE 2\n", 1)
    assert (bench.root / "a.py").read_text() == wanted


PATCH = """\
*** Begin Patch
*** Update File: a.py
@@
 line 4
-line 5
+LINE 5
 line 6
*** Add File: docs/new.md
+# Title
*** Delete File: b.py
*** End Patch"""


@pytest.mark.capability("S0.15", part="all or nothing across files")
async def test_a_patch_changes_adds_and_deletes_in_one_call(bench: Bench) -> None:
    await bench.call(Read(), path="b.py")
    output = await bench.call(ApplyPatch(), patch=PATCH)
    assert output.ok
    assert sorted(picture(bench.root)) == ["a.py", "docs/", "docs/new.md"]
    assert (bench.root / "docs/new.md").read_text() == "# Title\n"
    assert output.summary == "3 files  +2 −2"


async def test_a_unified_diff_has_an_argument_of_its_own(bench: Bench) -> None:
    diff = "--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-one\n+two\n"
    assert (await bench.call(ApplyPatch(), diff=diff)).ok
    assert (bench.root / "b.py").read_text() == "two\n"
    for wrong in ({}, {"diff": diff, "patch": PATCH}):
        with pytest.raises(ArgumentsError, match="either `patch` or `diff`"):
            await bench.prepare(ApplyPatch(), **wrong)


@pytest.mark.parametrize("name", ["large.txt", "folder"])
async def test_what_is_too_large_or_no_file_is_malformed(name: str, bench: Bench) -> None:
    (bench.root / "large.txt").write_bytes(b"x\n" * 2_600_000)
    (bench.root / "folder").mkdir()
    with pytest.raises(EditError) as refused:
        await bench.prepare(Edit(), path=name, edits=[{"old": "x", "new": "y"}])
    assert refused.value.kind == "malformed"


@pytest.mark.parametrize("moved", [False, True])
async def test_a_link_is_deleted_and_moved_itself_and_edited_through(
    bench: Bench, *, moved: bool
) -> None:
    (bench.root / "link").symlink_to("a.py")
    head = "*** Update File: link\n*** Move to: other" if moved else "*** Delete File: link"
    output = await bench.call(ApplyPatch(), patch=f"*** Begin Patch\n{head}\n*** End Patch")
    assert output.ok
    assert not (bench.root / "link").is_symlink()
    assert (bench.root / "other").is_symlink() == moved
    assert (bench.root / "a.py").read_text() == LINES
    if moved:
        edits = [{"old": "line 40\n", "new": "LINE 40\n"}]
        assert (await bench.call(Edit(), path="other", edits=edits)).ok
        assert (bench.root / "a.py").read_text() == LINES.replace("line 40", "LINE 40")
        assert (bench.root / "other").is_symlink()


@pytest.mark.capability("S0.15", part="add refuses existing, update refuses missing")
@pytest.mark.parametrize(
    ("patch", "kind"),
    [
        (PATCH.replace("docs/new.md", "b.py"), "stale"),
        (PATCH.replace("Update File: a.py", "Update File: gone.py"), "no-match"),
        (PATCH.replace("line 5", "line five"), "no-match"),
        (PATCH.replace("docs/new.md", "../new.md"), "outside-workspace"),
        (PATCH.replace("docs/new.md", ".git/hooks/x"), "outside-workspace"),
        (PATCH.replace("*** End Patch", ""), "malformed"),
    ],
)
async def test_one_wrong_section_refuses_the_whole_patch(
    bench: Bench, patch: str, kind: str
) -> None:
    await bench.call(Read(), path="b.py")
    before = picture(bench.root)
    with pytest.raises(EditError) as refused:
        await bench.prepare(ApplyPatch(), patch=patch)
    assert refused.value.kind == kind
    assert picture(bench.root) == before


async def test_a_unified_diff_is_taken_too(bench: Bench) -> None:
    diff = "--- a/b.py\n+++ b/b.py\n@@ -1 +1,2 @@\n one\n+two\n"
    assert (await bench.call(ApplyPatch(), patch=diff)).ok
    assert (bench.root / "b.py").read_text() == "one\ntwo\n"


async def test_a_file_must_be_read_before_it_is_written_over(bench: Bench) -> None:
    with pytest.raises(EditError) as refused:
        await bench.prepare(Write(), path="b.py", content="two\n")
    assert refused.value.kind == "stale"
    await bench.call(Read(), path="b.py")
    await bench.call(Write(), path="b.py", content="two\n")
    assert (bench.root / "b.py").read_text() == "two\n"


async def test_a_new_file_is_written_with_its_folders(bench: Bench) -> None:
    output = await bench.call(Write(), path="new/deep/c.py", content="c\n")
    assert (output.text, output.summary) == (
        "Applied.\nnew/deep/c.py: created, +1 -0 (sha a3a5e715, 1 line)", "+1 −0",
    )  # fmt: skip


async def test_protected_and_secret_files_are_marked_so_that_they_ask(bench: Bench) -> None:
    for path, mark in [
        (".github/workflows/ci.yml", "protected"),
        ("AGENTS.md", "protected"),
        ("package.json", "protected"),
        (".env", "secret"),
        ("deploy/id_rsa", "secret"),
    ]:
        [target] = (await bench.prepare(Write(), path=path, content="x\n")).targets
        assert target.marks == (mark,)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        (Edit(), {"path": "b.bin", "edits": [{"old": "a", "new": "b"}]}),
        (Edit(), {"path": "folder", "edits": [{"old": "a", "new": "b"}]}),
        (Write(), {"path": "n" * 300, "content": ""}),
        (Write(), {"path": "b.py/inside", "content": "x"}),
        (Write(), {"path": "", "content": "x"}),
    ],
)
async def test_impossible_files_are_refused_and_nothing_changes(
    bench: Bench, tool: Tool, arguments: dict[str, object]
) -> None:
    (bench.root / "b.bin").write_bytes(b"\0a")
    (bench.root / "folder").mkdir()
    before = picture(bench.root)
    with pytest.raises((EditError, ValueError, OSError)):
        await bench.call(tool, **arguments)
    assert picture(bench.root) == before


async def test_an_edit_without_effect_is_told_so(bench: Bench) -> None:
    await bench.call(Read(), path="b.py")
    with pytest.raises(EditError, match="changes nothing"):
        await bench.prepare(Write(), path="b.py", content="one\n")
