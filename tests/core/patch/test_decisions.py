from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.patch.making import changes, decision, every, view_of, view_of_change
from tui_agent.core.patch import (
    FileChange,
    FileView,
    HunkDecision,
    PatchError,
    decide,
    edit_new_side,
    header,
    hunk_body,
    new_side,
    parse_edited,
    resolve,
    select,
    split,
    undecided,
)

BEFORE = b"def f():\n    a()\n    b()\n    c()\n    d()\n    e()\n"
AFTER = b"def f():\n    A()\n    b()\n    c()\n    D()\n    D2()\n    e()\n"


def view() -> FileView:
    return view_of(BEFORE, AFTER, "f.py")


def result(view: FileView, *decisions: HunkDecision) -> bytes | None:
    rest = undecided(view.patch, decisions)
    return resolve(view, (*decisions, decision(view, rest, "reject"))).content


@pytest.mark.capability("S0.15", part="hunks")
def test_rejecting_the_second_of_three_hunks_applies_the_first_and_the_third() -> None:
    lines = [b"%d\n" % number for number in range(40)]
    new = [b"new\n" if number in {5, 20, 35} else line for number, line in enumerate(lines)]
    shown = view_of(b"".join(lines), b"".join(new))
    first, second, third = shown.hunks()
    outcome = resolve(
        shown,
        (
            decision(shown, first.run_ids, "accept"),
            decision(shown, second.run_ids, "reject"),
            decision(shown, third.run_ids, "accept"),
        ),
    )
    new[20] = lines[20]
    assert outcome.content == b"".join(new)
    assert outcome.applied == (*first.run_ids, *third.run_ids)
    assert outcome.rejected == second.run_ids


def test_a_hunk_shows_both_sides_with_numbers_and_the_definition_above() -> None:
    lines = b"class A:\n    def f(self):\n" + b"        x\n" * 5
    shown = view_of(lines + b"        old\n", lines + b"        new\n")
    (hunk,) = shown.hunks()
    assert hunk.section == "def f(self):"
    assert header(shown, hunk) == "@@ -5,4 +5,4 @@ def f(self):"
    assert [(row.kind, row.old, row.new, row.text) for row in hunk.rows][-2:] == [
        ("-", 8, None, "        old"),
        ("+", None, 8, "        new"),
    ]
    assert (hunk.plus, hunk.minus, shown.patch.plus, shown.patch.minus) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    ("line", "opens"),
    [
        ("    async def g():", True),
        ("class A(B):", True),
        ("impl<T> Foo for Bar {", True),
        ("type Foo struct {", True),
        ("export default function() {", True),
        ("    type: types.ParamType[t.Any]", False),
        ("type = 3", False),
        ("    type(self).x()", False),
        ("module.exports = {", False),
    ],
)
def test_a_definition_is_told_from_a_line_that_begins_with_its_word(line: str, opens: bool) -> None:
    lines = f"{line}\n".encode() + b"        x\n" * 5
    (hunk,) = view_of(lines + b"        old\n", lines + b"        new\n").hunks()
    assert hunk.section == (line.strip() if opens else "")


def test_a_header_counts_only_what_was_accepted_before_it() -> None:
    lines = [b"%d\n" % number for number in range(60)]
    new = [*lines[:5], b"x\n", b"y\n", *lines[5:30], b"z\n", *lines[31:50], *lines[52:]]
    shown = view_of(b"".join(lines), b"".join(new))
    first, second, third = shown.hunks()
    accept = decision(shown, first.run_ids, "accept")
    reject = decision(shown, second.run_ids, "reject")
    assert header(shown, third) == "@@ -48,8 +48,6 @@"
    assert header(shown, third, (accept, reject)) == "@@ -48,8 +50,6 @@"


def test_a_later_decision_takes_runs_over_and_an_edit_taken_apart_falls() -> None:
    shown = view()
    first, second = shown.patch.run_ids
    both = decision(shown, (first, second), "accept")
    reject = decision(shown, (second,), "reject")
    assert decide((both,), reject) == (decision(shown, (first,), "accept"), reject)
    edit = HunkDecision(
        path="f.py", runs=(first, second), verdict="edit", span=(1, 5), text="    x()\n"
    )
    assert decide((edit,), reject) == (reject,)
    assert undecided(shown.patch, decide((edit,), reject)) == (first,)


def test_chosen_lines_stand_in_the_place_of_the_lines_that_they_are_paired_with() -> None:
    shown = view_of(b"one\ntwo\nthree\n", b"1\n2\n3\n4\n")
    (run,) = shown.patch.run_ids
    assert result(shown, select(shown, run, {2}, {2})) == b"one\n2\nthree\n"
    assert result(shown, select(shown, run, set(), {4})) == b"one\ntwo\nthree\n4\n"
    assert result(shown, select(shown, run, {1, 3}, set())) == b"two\n"
    assert result(shown, select(shown, run, {3}, {3})) == b"one\ntwo\n3\n"


def test_an_open_last_line_is_closed_when_a_chosen_line_follows_it() -> None:
    shown = view_of(b"a\r\nb", b"a\r\nB\r\nc")
    (run,) = shown.patch.run_ids
    assert result(shown, select(shown, run, set(), {3})) == b"a\r\nb\r\nc"
    assert result(shown, select(shown, run, set(), {2})) == b"a\r\nb\r\nB\r\n"


def test_lines_of_another_change_cannot_be_chosen() -> None:
    shown = view()
    with pytest.raises(PatchError, match="one change"):
        select(shown, shown.patch.run_ids[0], {5}, set())


def test_an_edited_hunk_replaces_its_lines_by_what_was_written() -> None:
    shown = view()
    (hunk,) = shown.hunks()
    body = hunk_body(hunk).replace("+    D2()\n", "+    edited()\n+    more()\n")
    edit = parse_edited(shown, hunk, body)
    assert edit.verdict == "edit"
    assert result(shown, edit) == AFTER.replace(b"D2()\n", b"edited()\n    more()\n")


def test_an_edit_covers_no_more_lines_than_it_changes() -> None:
    shown = view()
    first, _ = split(shown, shown.hunks()[0])
    edit = parse_edited(shown, first, hunk_body(first).replace("A()", "Z()"))
    assert (edit.span, edit.text) == ((1, 2), "    Z()\n")


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        (lambda body: body, "accept"),
        (lambda body: "# a comment\n@@ -1,6 +1,7 @@\n" + body + "\n\n", "accept"),
        (lambda _: "", "reject"),
        (lambda _: "\n\n", "reject"),
        (
            lambda body: "".join(
                " " + line[1:] + "\n" for line in body.split("\n") if line[:1] in "- " and line
            ),
            "reject",
        ),
        (lambda body: body.replace("-    a()", "     a()"), "edit"),
        (lambda body: body.replace("+    A()\n", ""), "edit"),
    ],
)
def test_what_an_edited_body_comes_to(change: object, verdict: str) -> None:
    shown = view()
    (hunk,) = shown.hunks()
    assert callable(change)
    assert parse_edited(shown, hunk, change(hunk_body(hunk))).verdict == verdict


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (" def f():", " def g():", "line 1 of the file must stay"),
        ("-    a()", "-    aa()", "line 2 of the file must stay"),
        ("     e()\n", "", "line 6 of the file must stay"),
        ("     e()\n", "     e()\n     x()\n", "mark it with +"),
        ("+    A()", "?    A()", "begins with a space"),
    ],
)
def test_an_edit_that_misquotes_the_file_is_explained_and_never_applied(
    old: str, new: str, part: str
) -> None:
    shown = view()
    (hunk,) = shown.hunks()
    with pytest.raises(PatchError, match=part.replace("+", r"\+")):
        parse_edited(shown, hunk, hunk_body(hunk).replace(old, new))


def test_an_editor_that_strips_trailing_blanks_does_no_harm() -> None:
    shown = view_of(b"a\n\nb\nc\n\n", b"a\n\nB\nc\n\n")
    (hunk,) = shown.hunks()
    body = hunk_body(hunk).replace("+B", "+X").replace(" \n", "\n")
    assert result(shown, parse_edited(shown, hunk, body)) == b"a\n\nX\nc\n\n"


def test_edited_lines_take_the_files_line_ends() -> None:
    shown = view_of(b"a\r\nb\r\nc", b"a\r\nB\r\nc")
    (hunk,) = shown.hunks()
    body = hunk_body(hunk).replace("+B\n", "+X\n+Y\n")
    assert result(shown, parse_edited(shown, hunk, body)) == b"a\r\nX\r\nY\r\nc"


def test_line_ends_that_the_proposal_changes_survive_an_edit_beside_them() -> None:
    shown = view_of(b"a\r\nb\r\nc\r\n", b"a\nb\nC\n")
    (hunk,) = shown.hunks()
    body = hunk_body(hunk).replace("+C\n", "+D\n")
    assert result(shown, parse_edited(shown, hunk, body)) == b"a\nb\nD\n"


def test_the_newline_at_the_end_follows_the_marker() -> None:
    shown = view_of(b"a\nb", b"a\nB")
    (hunk,) = shown.hunks()
    body = hunk_body(hunk)
    assert body == " a\n-b\n\\ No newline at end of file\n+B\n\\ No newline at end of file\n"
    kept = parse_edited(shown, hunk, body.replace("+B", "+C"))
    assert result(shown, kept) == b"a\nC"
    closed = body.removesuffix("\\ No newline at end of file\n").replace("+B", "+C")
    assert result(shown, parse_edited(shown, hunk, closed)) == b"a\nC\n"


def test_the_new_side_alone_can_be_edited() -> None:
    shown = view()
    (hunk,) = shown.hunks()
    text = new_side(hunk)
    assert text.encode() == AFTER
    assert edit_new_side(shown, hunk, text).verdict == "accept"
    assert edit_new_side(shown, hunk, "").verdict == "reject"
    assert result(shown, edit_new_side(shown, hunk, text.replace("A()", "Z()"))) == AFTER.replace(
        b"A()", b"Z()"
    )


def test_letters_that_the_encoding_lacks_are_refused_when_the_edit_is_read() -> None:
    shown = view_of(b"caf\xe9\nb\n", b"caf\xe9\nc\n")
    (hunk,) = shown.hunks()
    with pytest.raises(PatchError, match="latin-1 cannot hold"):
        parse_edited(shown, hunk, hunk_body(hunk).replace("+c", "+\u2014"))


def test_two_edits_that_want_the_same_line_are_refused_together() -> None:
    shown = view()
    first, second = split(shown, shown.hunks()[0])
    one = parse_edited(shown, first, hunk_body(first).replace("     c()", "-    c()\n+    one()"))
    two = parse_edited(shown, second, hunk_body(second).replace("     b()", "-    b()\n+    two()"))
    with pytest.raises(PatchError, match="two decisions replace line"):
        resolve(shown, (one, two))


@pytest.mark.parametrize(
    ("span", "text", "part"),
    [
        (None, "x", "needs the lines"),
        ((0, 1), "x", "does not hold"),
        ((0, 99), "x", "does not hold"),
        ((0, 6), "x", "reaches into another"),
    ],
)
def test_an_edit_with_a_wrong_span_is_refused(
    span: tuple[int, int] | None, text: str, part: str
) -> None:
    shown = view()
    edit = HunkDecision(
        path="f.py", runs=shown.patch.run_ids[:1], verdict="edit", span=span, text=text
    )
    with pytest.raises(PatchError, match=part):
        resolve(shown, (edit, decision(shown, shown.patch.run_ids[1:], "accept")))


def test_a_new_file_is_there_if_any_line_of_it_is_accepted() -> None:
    shown = view_of(None, b"a\nb\nc\n")
    assert shown.patch.kind == "create"
    (run,) = shown.patch.run_ids
    assert resolve(shown, every(shown, "reject")).content is None
    assert not resolve(shown, every(shown, "reject")).changed
    assert resolve(shown, every(shown, "accept")).content == b"a\nb\nc\n"
    assert result(shown, select(shown, run, (), {2})) == b"b\n"


def test_a_deletion_rejected_keeps_the_file_and_taken_line_by_line_shortens_it() -> None:
    shown = view_of(b"a\nb\n", None)
    assert shown.patch.kind == "delete"
    (run,) = shown.patch.run_ids
    assert resolve(shown, every(shown, "reject")).content == b"a\nb\n"
    assert resolve(shown, every(shown, "accept")).content is None
    assert result(shown, select(shown, run, {1}, ())) == b"b\n"


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, b"", "create"),
        (b"", None, "delete"),
        (b"a\0", b"b\0", "binary"),
        (None, b"\0", "create"),
    ],
)
def test_files_without_lines_are_decided_as_a_whole(
    before: bytes | None, after: bytes | None, kind: str
) -> None:
    shown = view_of(before, after)
    assert [run.kind for run in shown.patch.file_runs] == [kind]
    assert shown.hunks() == ()
    assert resolve(shown, every(shown, "accept")).content == after
    assert resolve(shown, every(shown, "reject")).content == before
    with pytest.raises(PatchError, match="only lines can be edited"):
        resolve(shown, every(shown, "edit"))


def test_path_mode_and_lines_are_decided_apart() -> None:
    change = FileChange(
        path="a.sh", new_path="b.sh", before=b"a\n", after=b"b\n", old_mode=0o644, new_mode=0o755
    )
    shown = view_of_change(change)
    rename, mode, lines = shown.patch.run_ids
    assert [run.kind for run in shown.patch.file_runs] == ["rename", "mode"]
    kept_name = resolve(
        shown,
        (decision(shown, (rename,), "reject"), decision(shown, (mode, lines), "accept")),
    )
    assert (kept_name.target, kept_name.mode, kept_name.content) == ("a.sh", 0o755, b"b\n")
    only_name = resolve(
        shown,
        (decision(shown, (rename,), "accept"), decision(shown, (mode, lines), "reject")),
    )
    assert (only_name.target, only_name.mode, only_name.content) == ("b.sh", 0o644, b"a\n")
    assert only_name.changed


def test_other_bytes_than_the_patch_was_made_from_are_refused() -> None:
    shown = view_of(b"a\n", b"b\n")
    with pytest.raises(PatchError, match="not the bytes"):
        FileView.of(shown.patch, b"other\n", b"b\n")
    with pytest.raises(PatchError, match="no file before and none after"):
        view_of(None, None)


@given(changes(), st.data())
@pytest.mark.property
def test_unchanged_bodies_accept_and_edits_give_exactly_the_lines_written(
    change: tuple[bytes, bytes], data: st.DataObject
) -> None:
    shown = view_of(*change)
    if not shown.hunks():
        return
    hunk = data.draw(st.sampled_from(shown.hunks()))
    assert parse_edited(shown, hunk, hunk_body(hunk)).verdict == "accept"
    at = data.draw(st.integers(0, len(hunk.rows)))
    lines = [row.kind + row.text for row in hunk.rows]
    body = "\n".join([*lines[:at], "+written here", *lines[at:]])
    edit = parse_edited(shown, hunk, body)
    content = result(shown, edit)
    assert content is not None
    expected = [row.text for row in hunk.rows[:at] if row.kind != "-"]
    expected += ["written here"]
    expected += [row.text for row in hunk.rows[at:] if row.kind != "-"]
    expected = [line.rstrip("\r") for line in expected]
    written = [line.rstrip("\r") for line in content.decode().split("\n")]
    starts = range(len(written))
    assert any(written[start : start + len(expected)] == expected for start in starts)
