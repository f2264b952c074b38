from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.calls import Bench, sha
from tui_agent.core.edits import EditError
from tui_agent.tools.list import List
from tui_agent.tools.read import Read
from tui_agent.tools.search import Search


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_bytes(b"def a():\n    return 1\n")
    (tmp_path / "long.txt").write_bytes(b"".join(b"line %d\n" % n for n in range(1, 2501)))
    (tmp_path / ".env").write_bytes(b"KEY=1\n")
    return Bench(root=tmp_path)


@pytest.mark.capability("S0.14", part="read")
async def test_a_file_is_read_with_line_numbers_and_then_counts_as_seen(bench: Bench) -> None:
    output = await bench.call(Read(), path="src/a.py")
    assert output.text == "1\tdef a():\n2\t    return 1"
    assert output.summary == "2 lines"
    [seen] = output.seen
    assert (seen.path, seen.sha, seen.whole) == (
        "src/a.py", sha(b"def a():\n    return 1\n"), True,
    )  # fmt: skip
    assert bench.blobs.get(seen.sha).startswith(b"def a")


async def test_a_long_file_comes_in_pages_that_name_the_next(bench: Bench) -> None:
    first = await bench.call(Read(), path="long.txt")
    assert isinstance(first.text, str)
    assert first.text.endswith("1000\tline 1000\n(lines 1-1000 of 2,500; go on with offset=1001)")
    assert (first.seen[0].whole, first.truncated) == (False, True)
    last = await bench.call(Read(), path="long.txt", offset=2499, limit=10)
    assert last.text == "2499\tline 2499\n2500\tline 2500"


async def test_a_very_long_line_is_cut_and_says_so(bench: Bench) -> None:
    (bench.root / "min.js").write_bytes(b"x" * 100_000)
    output = await bench.call(Read(), path="min.js")
    assert isinstance(output.text, str)
    assert output.text.endswith("… (100,000 characters in this line)")
    assert len(output.text) < 1100


async def test_the_same_decoder_reads_as_edits_do(bench: Bench) -> None:
    (bench.root / "old.txt").write_bytes(b"caf\xe9\x0cpage\r\nlone\rcr\n")
    output = await bench.call(Read(), path="old.txt")
    assert output.text == "1\tcafé\x0cpage\n2\tlone\rcr"


@pytest.mark.parametrize(
    ("path", "error", "words"),
    [
        ("b.bin", "unreadable", "binary"),
        ("gone/a.py", "no-match", "Files of that name: src/a.py"),
        ("huge.log", "unreadable", "100,000,000 bytes; at most 5,000,000 are read. Use search"),
        ("pipe", "unreadable", "no regular file"),
        ("long.txt", "no-match", "has 2,500 lines"),
    ],
)
async def test_what_cannot_be_read_is_explained(
    bench: Bench, path: str, error: str, words: str
) -> None:
    (bench.root / "b.bin").write_bytes(b"\x7fELF\0\0")
    os.mkfifo(bench.root / "pipe")
    with (bench.root / "huge.log").open("wb") as file:
        file.truncate(100_000_000)
    output = await bench.call(Read(), path=path, offset=5000)
    assert (output.ok, output.error) == (False, error)
    assert isinstance(output.text, str)
    assert words in output.text


async def test_reading_a_folder_lists_it(bench: Bench) -> None:
    output = await bench.call(Read(), path="src")
    assert output.text == "src is a folder with 1 files:\nsrc/a.py"


async def test_an_empty_file_is_said_to_be_empty(bench: Bench) -> None:
    (bench.root / "empty").write_bytes(b"")
    assert (await bench.call(Read(), path="empty")).text == "(the file is empty)"


async def test_a_secret_file_is_marked_so_that_it_asks(bench: Bench) -> None:
    [target] = (await bench.prepare(Read(), path=".env")).targets
    assert target.marks == ("secret",)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "", "a\0b", ".git/config", "x" * 300])
async def test_a_path_outside_or_broken_is_refused_before_anything_is_read(
    bench: Bench, path: str
) -> None:
    with pytest.raises(EditError):
        await bench.prepare(Read(), path=path)


async def test_a_folder_is_listed_in_levels(bench: Bench) -> None:
    assert (await bench.call(List())).text == ".env\nlong.txt\nsrc/"
    assert (await bench.call(List(), path="src")).text == "src/a.py"
    assert (await bench.call(List(), depth=3)).text == ".env\nlong.txt\nsrc/a.py"
    missing = await bench.call(List(), path="nowhere")
    assert (missing.ok, missing.text) == (False, "nowhere does not exist in the workspace.")


@pytest.mark.capability("S0.14")
async def test_a_search_shows_lines_under_their_files(bench: Bench) -> None:
    output = await bench.call(Search(), pattern="line 12[34]$|def a")
    assert output.text == "long.txt\n123:\tline 123\n124:\tline 124\n\nsrc/a.py\n1:\tdef a():"
    assert output.summary == "3 matches"


async def test_a_search_with_too_many_matches_says_how_to_narrow(bench: Bench) -> None:
    output = await bench.call(Search(), pattern="line")
    assert (output.summary, output.truncated) == ("100+ matches", True)
    assert isinstance(output.text, str)
    assert output.text.endswith("narrow the pattern, path or file_pattern")


async def test_a_search_without_a_match_and_a_broken_pattern_are_told_apart(bench: Bench) -> None:
    nothing = await bench.call(Search(), pattern="zebra", file_pattern="*.py")
    assert (nothing.ok, nothing.text) == (
        True, "No line matches 'zebra' in the workspace (*.py).",
    )  # fmt: skip
    broken = await bench.call(Search(), pattern="a(")
    assert (broken.ok, broken.error) == (False, "invalid_arguments")
    assert "unclosed group" in str(broken.text)


async def test_one_line_is_one(bench: Bench) -> None:
    (bench.root / "one.txt").write_bytes(b"alone\n")
    assert (await bench.call(Read(), path="one.txt")).summary == "1 line"
