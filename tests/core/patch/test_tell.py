from __future__ import annotations

from tests.core.patch.making import decision, every, view_of, view_of_change
from tui_agent.core.patch import (
    FileChange,
    FileView,
    HunkDecision,
    hunk_body,
    parse_edited,
    settle,
    tell,
)

LINES = [b"line %d\n" % number for number in range(1, 61)]


def proposal() -> FileView:
    new = list(LINES)
    new[4:5] = [b"five\n", b"five and a half\n"]
    new[30] = b"thirty\n"
    new[50:52] = []
    return view_of(b"".join(LINES), b"".join(new), "src/a.py")


def rejected(view: FileView, runs: tuple[str, ...], reason: str = "") -> HunkDecision:
    return HunkDecision(path=view.path, runs=runs, verdict="reject", reason=reason)


def test_a_patch_accepted_as_a_whole_is_told_in_a_line_for_each_file() -> None:
    one, other = proposal(), view_of(b"x\n", None, "gone.py")
    report = tell([settle(view, every(view, "accept")) for view in (one, other)]).split("\n")
    assert report[0] == "Applied."
    assert report[1].startswith("src/a.py: changed, +3 -4 (sha ")
    assert report[1].endswith(", 59 lines)")
    assert report[2:] == ["gone.py: deleted, +0 -1"]


def test_how_an_edit_was_placed_is_told_even_when_all_of_it_is_accepted() -> None:
    change = FileChange(path="a.py", before=b"a\n", after=b"b\n", notes=("indentation adjusted",))
    view = view_of_change(change)
    assert "  note: indentation adjusted" in tell([settle(view, every(view, "accept"))])


def test_what_was_rejected_is_shown_as_proposed_and_as_it_is_with_new_line_numbers() -> None:
    view = proposal()
    first, second, third = view.hunks()
    decisions = (
        decision(view, (*first.run_ids, *third.run_ids), "accept"),
        rejected(view, second.run_ids, "keep the old name"),
    )
    report = tell([settle(view, decisions)])
    assert report.startswith("Partly applied: 2 of 3 hunks in 1 file.")
    assert "rejected changes are NOT in them" in report
    assert "  hunk 1 applied: now lines 5-6\n" in report
    assert '  hunk 2 REJECTED by the user: "keep the old name"\n' in report
    assert "     -line 30\n     +thirty\n" in report
    assert "     actual lines 28-34:\n" in report
    assert "\n        31 line 30\n" in report
    assert "  hunk 3 applied: gone, from after line 50\n" in report


def test_an_edit_is_told_as_the_difference_between_proposed_and_actual() -> None:
    view = proposal()
    first, second, third = view.hunks()
    edit = parse_edited(view, first, hunk_body(first).replace("+five\n", "+FIVE\n"))
    rest = decision(view, (*second.run_ids, *third.run_ids), "accept")
    report = tell([settle(view, (edit, rest))])
    assert "  hunk 1 applied AS EDITED BY THE USER: now lines 5-6\n" in report
    assert "     -five\n     +FIVE\n      five and a half\n" in report


def test_when_all_is_rejected_the_files_are_said_to_be_as_they_were() -> None:
    view, new = proposal(), view_of(None, b"x\n", "new.py")
    report = tell([settle(view, every(view, "reject")), settle(new, every(new, "reject"))])
    assert report.startswith("Nothing applied")
    assert "new.py: not created\n" in report
    assert report.endswith("re-read before relying on other parts.")


def test_changes_of_a_file_itself_are_told_apart_from_its_lines() -> None:
    change = FileChange(
        path="a.sh", new_path="b.sh", before=b"a\n", after=b"b\n", old_mode=0o644, new_mode=0o755
    )
    view = view_of_change(change)
    rename, mode, lines = view.patch.run_ids
    decisions = (rejected(view, (rename,), "stays"), decision(view, (mode, lines), "accept"))
    report = tell([settle(view, decisions)])
    assert '  rename to b.sh: REJECTED by the user: "stays"\n' in report
    assert "  change mode 644 to 755: applied\n" in report
    assert "  hunk 1 applied: now line 1\n" in report


def test_a_long_report_is_cut_and_says_what_to_read() -> None:
    old = b"".join(b"old %d\n\n\n\n\n\n\n\n" % number for number in range(90))
    view = view_of(old, old.replace(b"old", b"new"), "big.py")
    runs = view.patch.run_ids
    decisions = (decision(view, runs[:1], "accept"), rejected(view, runs[1:]))
    report = tell([settle(view, decisions)]).split("\n")
    assert len(report) == 200
    assert "more lines of this report" in report[-2]
    assert report[-1] == "Read big.py lines 1-713."


def test_a_cut_report_of_a_thousand_files_does_not_name_them_all() -> None:
    views = [view_of(b"old\n", b"new\n", f"{number}.py") for number in range(1000)]
    settled = [settle(view, (decision(view, view.patch.run_ids, "accept"),)) for view in views]
    report = tell(settled).split("\n")
    assert len(report) == 200
    assert report[-1].startswith("Read 0.py lines 1-1; 1.py lines 1-1; ")
    assert report[-1].endswith("; 19.py lines 1-1; and 980 more files.")
