"""Edits taken back from files that somebody has written in since."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from tests.core.edits.workspace import Memory
from tests.core.patch.making import fastest
from tui_agent.core.undo import TakenBack, WrittenFile, take_back

Rows = tuple[str, ...]


class Past:
    """Payloads by their digests."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def keep(self, data: bytes | None) -> str | None:
        if data is None:
            return None
        name = sha256(data).hexdigest()
        self._kept[name] = data
        return name

    def load(self, name: str) -> bytes:
        return self._kept[name]


def back(
    disk: dict[str, bytes], *edits: tuple[str, str, bytes | None, bytes | None], mode: int = 0o644
) -> TakenBack:
    """Take edits back (path, target, before, after), the newest first."""
    past = Past()
    written = [
        WrittenFile(path=path, target=target, before=past.keep(before), after=past.keep(after),
                    mode_before=0o644, mode_after=mode)
        for path, target, before, after in edits
    ]  # fmt: skip
    return take_back(written, Memory(disk, modes=dict.fromkeys(disk, mode)), past.load)


def result(disk: dict[str, bytes], taken: TakenBack) -> dict[str, bytes]:
    files = dict(disk)
    for change in taken.changes:
        assert files.pop(change.path, None) == change.before
        if change.after is not None:
            files[change.new_path or change.path] = change.after
    return files


WORDS = st.lists(st.sampled_from("abcdef"), max_size=3)
EDITS = st.lists(st.one_of(st.none(), WORDS), min_size=12, max_size=12)


def woven(base: Rows, edits: list[list[str] | None], who: str) -> list[list[str]]:
    """Replace some lines by lines of somebody; each line of theirs is like no other."""
    return [
        [row] if new is None else [f"{who} {place}.{n} {word}\n" for n, word in enumerate(new)]
        for place, (row, new) in enumerate(zip(base, edits, strict=True))
    ]


def spelled(rows: list[list[str]]) -> bytes:
    return "".join(line for part in rows for line in part).encode()


@given(agent=EDITS, person=EDITS)
def test_lines_of_a_person_are_never_lost_and_lines_of_the_agent_never_stay(
    agent: list[list[str] | None], person: list[list[str] | None]
) -> None:
    base = tuple(f"line {n}\n" for n in range(12))
    before, edited = spelled([[row] for row in base]), woven(base, agent, "agent")
    now = [
        [f"person {n} {word}\n" for word in new] if new is not None and agent[n] is None else part
        for n, (part, new) in enumerate(zip(edited, person, strict=True))
    ]
    disk = {"a.txt": spelled(now)}
    taken = back(disk, ("a.txt", "a.txt", before, spelled(edited)))
    after = result(disk, taken)["a.txt"]
    if taken.left_out:
        assert after == disk["a.txt"]
        assert "in the same place" in taken.left_out[0].reason
        return
    expected = [[base[n]] if agent[n] is not None else part for n, part in enumerate(now)]
    assert after == spelled(expected)


@given(agent=EDITS)
def test_a_file_that_nobody_touched_since_is_byte_for_byte_as_it_was(
    agent: list[list[str] | None],
) -> None:
    base = tuple(f"line {n}\r\n" if n % 3 else "\n" for n in range(12))
    before = spelled([[row] for row in base]).rstrip(b"\n")
    after = spelled(woven(base, agent, "agent"))
    disk = {"a.txt": after}
    assert result(disk, back(disk, ("a.txt", "a.txt", before, after))) == {"a.txt": before}


@given(first=EDITS, second=EDITS)
def test_two_edits_of_one_file_are_taken_back_together(
    first: list[list[str] | None], second: list[list[str] | None]
) -> None:
    base = tuple(f"line {n}\n" for n in range(12))
    zero = spelled([[row] for row in base])
    one, two = spelled(woven(base, first, "one")), spelled(woven(base, second, "two"))
    disk = {"a.txt": two}
    taken = back(disk, ("a.txt", "a.txt", one, two), ("a.txt", "a.txt", zero, one))
    assert result(disk, taken) == {"a.txt": zero}
    assert len(taken.changes) == (two != zero)


def test_a_created_file_goes_unless_somebody_has_written_in_it() -> None:
    assert (
        result({"n.txt": b"new\n"}, back({"n.txt": b"new\n"}, ("n.txt", "n.txt", None, b"new\n")))
        == {}
    )
    taken = back({"n.txt": b"new\nmine\n"}, ("n.txt", "n.txt", None, b"new\n"))
    assert not taken.changes
    assert taken.left_out[0].reason == (
        "n.txt was created by the edit, and has been changed since (line 2)"
    )
    assert back({}, ("n.txt", "n.txt", None, b"new\n")) == TakenBack()


def test_a_deleted_file_comes_back_unless_another_is_there() -> None:
    deleted = ("d.txt", "d.txt", b"old\n", None)
    assert result({}, back({}, deleted)) == {"d.txt": b"old\n"}
    assert back({"d.txt": b"old\n"}, deleted) == TakenBack()
    assert back({"d.txt": b"other\n"}, deleted).left_out[0].paths == ("d.txt",)


def test_a_rename_goes_back_with_what_was_written_under_the_new_name() -> None:
    before, after = b"1\n2\n3\n4\n5\n", b"1\n2\n3\n4\nFIVE\n"
    disk = {"new.txt": b"mine\n2\n3\n4\nFIVE\n"}
    taken = back(disk, ("old.txt", "new.txt", before, after))
    assert result(disk, taken) == {"old.txt": b"mine\n2\n3\n4\n5\n"}
    assert (taken.changes[0].path, taken.changes[0].new_path) == ("new.txt", "old.txt")
    both = {**disk, "old.txt": b"another\n"}
    left = back(both, ("old.txt", "new.txt", before, after))
    assert not left.changes
    assert "cannot be renamed back" in left.left_out[0].reason


def test_permission_bits_go_back_where_nobody_has_changed_them_since() -> None:
    edit = ("run.sh", "run.sh", b"old\n", b"new\n")
    disk = {"run.sh": b"new\n"}
    assert back(disk, edit, mode=0o755).changes[0].new_mode == 0o644
    assert back(disk, edit).changes[0].new_mode is None


def test_a_binary_file_is_taken_back_whole_or_not_at_all() -> None:
    edit = ("b.dat", "b.dat", b"\0old", b"\0new")
    assert result({"b.dat": b"\0new"}, back({"b.dat": b"\0new"}, edit)) == {"b.dat": b"\0old"}
    left = back({"b.dat": b"\0mine"}, edit)
    assert not left.changes
    assert "binary" in left.left_out[0].reason


def test_one_file_that_conflicts_leaves_the_others_to_be_taken_back() -> None:
    disk = {"a.txt": b"mine\n", "b.txt": b"new\n"}
    taken = back(
        disk, ("a.txt", "a.txt", b"old\n", b"new\n"), ("b.txt", "b.txt", b"old\n", b"new\n")
    )
    assert result(disk, taken) == {"a.txt": b"mine\n", "b.txt": b"old\n"}
    assert [one.paths for one in taken.left_out] == [("a.txt",)]


def test_a_file_that_cannot_be_reached_is_named_once_in_a_sentence() -> None:
    taken = back({}, ("../a.txt", "../a.txt", b"old\n", b"new\n"))
    assert [one.reason for one in taken.left_out] == ["../a.txt is outside of the workspace"]


def test_a_file_whose_folder_is_a_file_now_leaves_the_others_to_be_taken_back() -> None:
    disk = {"d": b"mine\n", "b.txt": b"new\n"}
    taken = back(
        disk, ("d/a.txt", "d/a.txt", b"old\n", None), ("b.txt", "b.txt", b"old\n", b"new\n")
    )
    assert result(disk, taken) == {"d": b"mine\n", "b.txt": b"old\n"}
    assert [one.reason for one in taken.left_out] == [
        "d/a.txt cannot be there, since d is a file now"
    ]


def test_bytes_that_the_session_no_longer_has_are_named() -> None:
    written = WrittenFile(path="a.txt", target="a.txt", before="0" * 64, after="1" * 64)
    taken = take_back([written], Memory({"a.txt": b"x"}), Past().load)
    assert "no longer among the session's payloads" in taken.left_out[0].reason


def test_thousands_of_files_are_taken_back_in_the_time_of_as_many() -> None:
    def seconds(count: int) -> float:
        names = [f"{number}.txt" for number in range(count)]
        edits = [(name, name, b"a\n", b"b\n") for name in names]
        return fastest(lambda: back(dict.fromkeys(names, b"b\n"), *edits))

    assert seconds(2000) < 12 * seconds(400)
