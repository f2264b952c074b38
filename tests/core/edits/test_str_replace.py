from __future__ import annotations

import pytest

from tests.core.edits.workspace import Memory, after, notes, refused
from tests.core.patch.making import fastest
from tui_agent.core.edits import Replacement, str_replace
from tui_agent.core.patch import FileChange


def replaced(file: bytes, *edits: tuple[str, str]) -> tuple[FileChange, ...]:
    replacements = [Replacement(old=old, new=new) for old, new in edits]
    return str_replace("a.py", replacements, Memory({"a.py": file}))


def content(file: bytes, *edits: tuple[str, str]) -> bytes | None:
    return after(replaced(file, *edits), "a.py")


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (b"one two three\n", "two", "2", b"one 2 three\n"),
        (b"a\nb\nc\n", "b\n", "", b"a\nc\n"),
        (b"a\nb\nc\n", "b", "x\ny", b"a\nx\ny\nc\n"),
        (b"a\nb", "b", "c", b"a\nc"),
        (b"a\nb", "b", "b\n", b"a\nb\n"),
        (b"a\nb\n", "b\n", "b", b"a\nb"),
        (b"a\r\nb\r\nc\r\n", "a\nb\n", "a\nx\ny\n", b"a\r\nx\r\ny\r\nc\r\n"),
        (b"a\r\nb\nc\r\n", "a\r\nb", "A\r\nB", b"A\r\nB\nc\r\n"),
        (b"\xef\xbb\xbfa\n", "a", "b", b"\xef\xbb\xbfb\n"),
        (b"caf\xe9\nb\n", "b", "\u00fc", b"caf\xe9\n\xfc\n"),
        ("\ufeffa\nb\n".encode("utf-16-le"), "b", "ü", "\ufeffa\nü\n".encode("utf-16-le")),
        (b"a\x0cb\rc\n", "b\rc", "b\rd", b"a\x0cb\rd\n"),
        ("a\u2028b\n".encode(), "b", "c", "a\u2028c\n".encode()),
        (b"x = '\\n'\n", "'\\n'", "'\\1\\g<0>'", b"x = '\\1\\g<0>'\n"),
    ],
)
def test_text_that_stands_once_is_replaced_and_every_other_byte_stays(
    file: bytes, old: str, new: str, expected: bytes
) -> None:
    changes = replaced(file, (old, new))
    assert after(changes, "a.py") == expected
    assert notes(changes) == ()


def test_edits_apply_one_after_the_other() -> None:
    assert content(b"a\nb\n", ("a", "x"), ("x\nb", "y")) == b"y\n"


def test_one_bad_edit_refuses_all() -> None:
    message = refused("no-match", lambda: replaced(b"a\nb\n", ("a", "x"), ("nowhere", "y")))
    assert "not in a.py" in message


def test_all_replaces_every_occurrence_without_overlap() -> None:
    edit = Replacement(old="aa", new="b", all=True)
    changes = str_replace("a.py", [edit], Memory({"a.py": b"aaaaa aa\n"}))
    assert after(changes, "a.py") == b"bba b\n"


def test_an_empty_old_text_creates_a_missing_file_and_fills_an_empty_one() -> None:
    edit = Replacement(old="", new="a\r\nb\n")
    created = str_replace("new.py", [edit], Memory())
    assert created[0].before is None
    assert created[0].after == b"a\nb\n"
    filled = str_replace("a.py", [edit], Memory({"a.py": b""}))
    assert filled[0].after == b"a\nb\n"


@pytest.mark.case(66)
@pytest.mark.parametrize(
    ("file", "old", "new", "expected", "note"),
    [
        (b"a  \nb\t\nc\n", "a\nb", "a\nB", b"a  \nB\nc\n", "trailing blanks"),
        (
            b"    if x:\n        y\n",
            "if x:\n    y\n",
            "if x:\n    z\n",
            b"    if x:\n        z\n",
            "indentation",
        ),
        (
            b"if x:\n    y\n",
            "    if x:\n        y\n",
            "    if x:\n        z\n",
            b"if x:\n    z\n",
            "indentation",
        ),
        (
            b"\tif x:\n\t\ty\n",
            "    if x:\n        y",
            "    if x:\n        z\n            w",
            b"\tif x:\n\t\tz\n\t\t\tw\n",
            "indentation",
        ),
        (
            b"\tif x:\n\t\ty\n",
            "  if x:\n    y",
            "  if x:\n    z",
            b"\tif x:\n\t\tz\n",
            "indentation",
        ),
        (
            b"    if x:\n        y\n",
            "\tif x:\n\t\ty",
            "\tif x:\n\t\tz",
            b"    if x:\n        z\n",
            "indentation",
        ),
        (b"  a\n\n  b\n", "a\n\nb", "a\n\nc", b"  a\n\n  c\n", "indentation"),
        (
            "say \u201chi\u201d \u2013 now\n".encode(),
            'say "hi" - now',
            'say "hi" - later',
            "say \u201chi\u201d \u2013 later\n".encode(),
            "quotes",
        ),
        ("a\u00a0b\n".encode(), "a b", "a  b c", "a\u00a0 b c\n".encode(), "quotes"),
        ("cafe\u0301 x\n".encode(), "café x", "café y", "café y\n".encode(), "quotes"),
        (b"a\nb\nc\n", "\nb\n\n", "\nB\n\n", b"a\nB\nc\n", "blank lines"),
        (b"a\n  b\nc\n", "\n\nb\n", "\n\nB\n", b"a\n  B\nc\n", "blank lines"),
        (b"a\nlast", "last\n", "end\n", b"a\nend", ""),
    ],
)
def test_each_rung_places_the_edit_and_says_so(
    file: bytes, old: str, new: str, expected: bytes, note: str
) -> None:
    changes = replaced(file, (old, new))
    assert after(changes, "a.py") == expected
    assert note in " ".join(notes(changes))
    assert bool(note) == bool(notes(changes))


@pytest.mark.parametrize(
    ("file", "old"),
    [
        (b"a = f( x )\n", "a = f(x)"),
        (b"Hello\n", "hello"),
        (b"a\nx\nb\n", "a\nb"),
        (b"a\n  b\n    c\n", "a\nb\nc"),
        (b"  a\n\tb\n", "a\nb"),
        (b"zero\xe2\x80\x8bwidth\n", "zerowidth"),
        ("\ufb01ne\n".encode(), "fine"),
        (b'x = "a\\nb"\n', 'x = "a\nb"'),
    ],
)
def test_what_is_not_the_same_text_is_not_found(file: bytes, old: str) -> None:
    refused("no-match", lambda: replaced(file, (old, "new")))


@pytest.mark.case(66)
@pytest.mark.parametrize(
    ("file", "old", "lines"),
    [
        (b"a\nb\na\n", "a", ["line 1:", "line 3:"]),
        (b"aaa\n", "aa", ["in 2 places", "line 1:"]),
        (b"x  \ny\nx \ny\n", "x\ny", ["line 1:", "line 3:"]),
        (b" a\n b\n  a\n  b\n", "a\nb\n", ["line 1:", "line 3:"]),
        (b"a\n" * 9, "a", ["in 9 places", "and 4 more"]),
    ],
)
def test_several_places_are_named_and_none_is_taken(
    file: bytes, old: str, lines: list[str]
) -> None:
    message = refused("ambiguous", lambda: replaced(file, (old, "new")))
    for line in lines:
        assert line in message
    assert "context" in message


def test_a_stricter_rung_with_two_places_does_not_fall_through_to_a_laxer_one() -> None:
    refused("ambiguous", lambda: replaced(b"a \nb\na \nb\n  a\n  b\n", ("a\nb", "c")))


def test_a_new_line_that_cannot_be_shifted_refuses_the_edit() -> None:
    file = b"a\nb\n"
    message = refused("no-match", lambda: replaced(file, ("    a\n    b", "    a\nc")))
    assert "cannot be shifted" in message


@pytest.mark.parametrize(
    ("old", "new", "kind", "part"),
    [
        ("a", "a", "malformed", "the same"),
        ("a\r\n", "a\n", "malformed", "the same"),
        ("", "x", "malformed", "is empty"),
        ("a", "# ... rest of the code unchanged ...", "malformed", "placeholder"),
        ("a", "x\0", "malformed", "NUL"),
    ],
)
def test_malformed_edits_are_refused(old: str, new: str, kind: str, part: str) -> None:
    assert kind == "malformed"
    assert part in refused("malformed", lambda: replaced(b"a\nb\n", (old, new)))


def test_no_edits_at_all_are_malformed() -> None:
    refused("malformed", lambda: replaced(b"a\n"))


def test_binary_files_and_letters_that_do_not_fit_are_malformed() -> None:
    assert "binary" in refused("malformed", lambda: replaced(b"a\0b\n", ("a", "b")))
    assert "latin-1" in refused("malformed", lambda: replaced(b"caf\xe9 x\n", ("x", "\u2014")))


def test_a_missing_file_is_named_together_with_its_namesakes() -> None:
    files = Memory({"src/a.py": b"x\n", "lib/a.py": b"x\n"})
    edit = [Replacement(old="x", new="y")]
    message = refused("no-match", lambda: str_replace("a.py", edit, files))
    assert "lib/a.py, src/a.py" in message


def test_the_closest_place_and_the_first_difference_are_shown_with_blanks_visible() -> None:
    file = b"def f():\n    one()\n\ttwo()\n    three()\n"
    old = "def f():\n    one()\n    two()\n    three()"
    message = refused("no-match", lambda: replaced(file, (old, "x")))
    assert "begins at line 1" in message
    assert "line 3" in message
    assert "expected: \u00b7\u00b7\u00b7\u00b7two()" in message
    assert "the file: \u2192two()" in message


def test_a_single_line_that_nearly_fits_is_shown() -> None:
    message = refused(
        "no-match", lambda: replaced(b"a\nvalue = compute(1, 2)\n", ("value = compute(1, 3)", "x"))
    )
    assert "the file: value = compute(1, 2)" in message


@pytest.mark.parametrize(
    ("file", "old", "new", "hint"),
    [
        (b"a\nnew line\nb\n", "old line", "new line", "already there, at line 2"),
        (b'say("a")\n', 'say(\\"a\\")', "x", "escaped once too often"),
        (b"a\nb\nc\n", "  1\ta\n  2\tb", "x", "line numbers"),
        (b"", "a", "x", "is empty"),
    ],
)
def test_a_refusal_hints_at_the_usual_slips(file: bytes, old: str, new: str, hint: str) -> None:
    assert hint in refused("no-match", lambda: replaced(file, (old, new)))


LONG = b"".join(b"line %d\n\n" % (number % 700) for number in range(10_000))


@pytest.mark.parametrize(
    ("file", "old"),
    [
        (LONG, "\n".join(f"line {number % 700} \u2013\n" for number in range(1000))),
        (LONG, LONG[:20_000].decode() + "other"),
        (b"x" * 2_000_000 + b"\n", "y" * 3000),
        (b"x\n" * 20_000, "x\n" * 2000 + "y"),
    ],
)
def test_a_refusal_comes_within_a_second_in_long_and_repetitive_files(
    file: bytes, old: str
) -> None:
    def refuse() -> None:
        refused("no-match", lambda: replaced(file, (old, "new")))

    assert fastest(refuse, rounds=2) < 1


def test_text_within_a_line_is_found_without_the_blank_lines_around_it() -> None:
    edit = [Replacement(old="\nf(x)\n", new="\nf(y)\n")]
    changes = str_replace("a.py", edit, Memory({"a.py": b"a = f(x) + 1\n"}))
    assert after(changes, "a.py") == b"a = f(y) + 1\n"
    assert notes(changes) == ("blank lines at the edge ignored",)
    twice = Memory({"a.py": b"a = f(x)\nb = f(x)\n"})
    assert "2 places" in refused("ambiguous", lambda: str_replace("a.py", edit, twice))
