"""A diff made by git leads to the bytes that `git apply` makes of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.foreign import back, two_sides
from tests.support.repository import make_repository

LINES = b"".join(b"line %d\n" % number for number in range(1, 41))
NOISE = bytes(range(256)) * 40


def changed(*pairs: tuple[bytes, bytes], data: bytes = LINES) -> bytes:
    for old, new in pairs:
        assert old in data
        data = data.replace(old, new, 1)
    return data


SIDES: dict[str, tuple[dict[str, bytes], dict[str, bytes | None]]] = {
    "two hunks": (
        {"a.txt": LINES},
        {"a.txt": changed((b"line 3\n", b"LINE 3\n"), (b"line 30\n", b""))},
    ),
    "CRLF": (
        {"a.txt": LINES.replace(b"\n", b"\r\n")},
        {"a.txt": changed((b"line 5\n", b"LINE 5\nand more\n")).replace(b"\n", b"\r\n")},
    ),
    "CRLF becomes LF": ({"a.txt": LINES.replace(b"\n", b"\r\n")}, {"a.txt": LINES}),
    "the last newline goes": ({"a.txt": LINES}, {"a.txt": LINES[:-1]}),
    "the last newline comes": ({"a.txt": LINES[:-1]}, {"a.txt": LINES}),
    "more behind an open end": ({"a.txt": LINES[:-1]}, {"a.txt": LINES + b"line 41"}),
    "latin-1": (
        {"a.txt": b"caf\xe9\nna\xefve\nplain\n"},
        {"a.txt": b"caf\xe9\nna\xefvet\xe9\nplain\n"},
    ),
    "lone CR, form feed and U+2028": (
        {"a.txt": "a\rb\n\x0cpage\nx\u2028y\nend\n".encode()},
        {"a.txt": "a\rB\n\x0cpage\nx\u2028Y\nend\n".encode()},
    ),
    "lines that look like headers": (
        {"a.sql": b"-- one\n-- two\n++ three\nselect 1;\n"},
        {"a.sql": b"-- ONE\n++ two\n-- three\nselect 1;\n"},
    ),
    "new, with folders": ({"a.txt": b"a\n"}, {"deep/er/new.txt": b"one\ntwo"}),
    "new and empty": ({"a.txt": b"a\n"}, {"empty": b""}),
    "filled": ({"a.txt": b""}, {"a.txt": b"no more empty\n"}),
    "emptied": ({"a.txt": b"soon empty\n"}, {"a.txt": b""}),
    "deleted": ({"a.txt": LINES, "b.txt": b""}, {"a.txt": None, "b.txt": None}),
    "renamed": ({"a.txt": LINES}, {"a.txt": None, "b/c.txt": LINES}),
    "renamed and changed": (
        {"a.txt": LINES},
        {"a.txt": None, "b.txt": changed((b"line 9\n", b"nine\n"))},
    ),
    "names of all kinds": (
        {"a b.txt": b"1\n", "ä.txt": b"1\n", 'q"t\t.txt': b"1\n", "x\\y": b"1\n", "b/b": b"1\n"},
        {"a b.txt": b"2\n", "ä.txt": b"2\n", 'q"t\t.txt': b"2\n", "x\\y": b"2\n", "b/b": b"2\n"},
    ),
    "new and deleted with odd names": (
        {"old \t b/x": b"", "é/ü": b"text\n"},
        {"old \t b/x": None, "é/ü": None, "new ä b/x": b"", 'new "q"': b"t\n"},
    ),
    "binary changes": ({"a.bin": NOISE}, {"a.bin": NOISE + b"\0more"}),
    "binary, another": ({"a.bin": NOISE}, {"a.bin": bytes(reversed(NOISE)) * 2}),
    "binary, new and deleted": ({"a.bin": NOISE}, {"a.bin": None, "b.bin": b"\0\1\2"}),
    "binary, renamed and changed": ({"a.bin": NOISE}, {"a.bin": None, "c.bin": NOISE + b"!"}),
    "a whole file": ({"a.txt": b"".join(reversed(LINES.split(b"l")))}, {"a.txt": LINES}),
}


@pytest.mark.parametrize("name", SIDES)
def test_every_kind_of_change_leads_to_what_git_apply_makes(name: str, tmp_path: Path) -> None:
    sides = two_sides(tmp_path / "repository", *SIDES[name])
    diff = sides.diff()
    read = sides.read(diff)
    assert (read.refused, read.there) == ((), ())
    assert sides.with_changes(read.changes) == sides.by_git(diff, tmp_path / "copy")


@pytest.mark.parametrize("name", SIDES)
def test_what_is_there_already_is_said_and_changes_nothing(name: str, tmp_path: Path) -> None:
    sides = two_sides(tmp_path / "repository", *SIDES[name])
    diff = sides.diff()
    sides.repository.git("checkout", "--quiet", sides.new)
    read = sides.read(diff)
    assert (read.changes, read.refused) == ((), ())
    assert read.there


def test_a_copy_is_of_the_file_as_it_was_before_the_diff(tmp_path: Path) -> None:
    now = changed((b"line 9\n", b"nine\n"))
    new = {"a.txt": now, "copy.txt": LINES, "other.txt": changed((b"line 20\n", b""))}
    sides = two_sides(tmp_path / "repository", {"a.txt": LINES}, dict(new))
    diff = sides.diff("--full-index", "-C")
    assert diff.count(b"copy from a.txt") == 2
    assert sides.with_changes(sides.read(diff).changes) == sides.by_git(diff, tmp_path / "copy")


def test_what_a_diff_goes_through_on_its_way_does_not_change_it(tmp_path: Path) -> None:
    sides = two_sides(
        tmp_path / "repository",
        {"a.txt": LINES[:-1], "b.txt": b"b"},
        {"a.txt": changed((b"line 40\n", b"l\xc3\xa4st"))},
    )
    diff = sides.diff()
    expected = sides.with_changes(sides.read(diff).changes)
    assert expected["a.txt"][0].endswith(b"l\xc3\xa4st")
    translated = diff.replace(b"\\ No newline at end of file", b"\\ Kein Zeilenumbruch am Ende.")
    utf16 = diff.decode().replace("\n", "\r\n").encode("utf-16")
    for way in (translated, b"\xef\xbb\xbf" + diff, utf16, b"Dear all,\n\n" + diff + b"-- \n2.4\n"):
        assert sides.with_changes(sides.read(way).changes) == expected


@pytest.mark.parametrize("flags", [("--no-prefix",), ("--src-prefix=i/", "--dst-prefix=w/"), ()])
def test_any_usual_prefix_leads_to_the_same_files(flags: tuple[str, ...], tmp_path: Path) -> None:
    old = {"a/b.txt": LINES, "top.txt": b"t\n", "gone/x": b"x\n"}
    new = {
        "a/b.txt": changed((b"line 2\n", b"2\n")),
        "top.txt": b"T\n",
        "gone/x": None,
        "n/y": b"y",
    }
    sides = two_sides(tmp_path / "repository", old, new)
    expected = sides.with_changes(sides.read(sides.diff()).changes)
    assert sides.with_changes(sides.read(sides.diff("-M", *flags)).changes) == expected


def test_modes_are_a_change_of_their_own(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "repository")
    for path in ("run.sh", "stop.sh", "moved.sh"):
        repository.write(path, LINES)
    (repository.root / "stop.sh").chmod(0o755)
    first = repository.commit("old")
    (repository.root / "run.sh").chmod(0o755)
    (repository.root / "stop.sh").chmod(0o644)
    repository.write("stop.sh", changed((b"line 3\n", b"three\n")))
    (repository.root / "moved.sh").rename(repository.root / "elsewhere.sh")
    (repository.root / "elsewhere.sh").chmod(0o755)
    repository.write("new.sh", b"#!/bin/sh\n").chmod(0o755)
    sides = back(repository, first)
    diff = sides.diff()
    read = sides.read(diff)
    assert (read.refused, read.there) == ((), ())
    tree = sides.with_changes(read.changes)
    assert tree == sides.by_git(diff, tmp_path / "copy")
    assert [tree[name][1] for name in ("run.sh", "stop.sh", "elsewhere.sh", "new.sh")] == [
        True, False, True, True,
    ]  # fmt: skip


def test_a_series_by_mail_is_one_change_after_the_other(tmp_path: Path) -> None:
    repository = make_repository(tmp_path / "repository")
    repository.write("a.txt", LINES)
    first = repository.commit("old")
    repository.write("a.txt", changed((b"line 3\n", b"THREE\n")))
    repository.commit("One\n\nWith a list:\n - this\n + that")
    repository.write("a.txt", changed((b"line 3\n", b"three\n"), (b"line 20\n", b"")))
    repository.write("b.txt", b"new\n")
    sides = back(repository, first)
    series = repository.git("format-patch", "--stdout", f"{first}..{sides.new}").encode()
    read = sides.read(series)
    assert (read.refused, read.there) == ((), ())
    assert sides.with_changes(read.changes) == sides.by_git(sides.diff(), tmp_path / "copy")


def text(dice: random.Random, lines: int) -> list[bytes]:
    return [b"word %d\n" % dice.randrange(6) for _ in range(lines)]


def drifted(dice: random.Random, lines: list[bytes], edits: int, mark: bytes) -> list[bytes]:
    lines = list(lines)
    for _ in range(edits):
        at = dice.randrange(len(lines) + 1)
        fresh = [mark + b" %d\n" % dice.randrange(9) for _ in range(dice.randrange(3))]
        lines[at : at + dice.randrange(3)] = fresh
    return lines


@pytest.mark.property
@pytest.mark.parametrize("seed", range(16))
def test_on_a_file_that_drifted_we_agree_with_git_or_refuse(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    old = text(dice, 30) if seed % 2 else [b"line %d\n" % number for number in range(30)]
    new = drifted(dice, old, 2, b"new")
    now = drifted(dice, old, 1, b"drift")
    sides = two_sides(
        tmp_path / "repository",
        {"a.txt": b"".join(old)},
        {"a.txt": b"".join(new), "other": b"%d" % seed},
    )
    diff = sides.diff()
    sides.repository.write("a.txt", b"".join(now))
    before = sides.tree()
    read = sides.read(diff)
    assert sides.tree() == before
    expected = sides.by_git(diff, tmp_path / "copy")
    if expected is not None and not read.refused and "a.txt" not in read.there:
        assert sides.with_changes(read.changes)["a.txt"] == expected["a.txt"]
    if expected is None:
        assert read.refused or read.there or any(change.notes for change in read.changes)
