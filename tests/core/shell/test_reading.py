"""What the classifier calls a plain read, and that nothing else passes for one."""

from __future__ import annotations

import time

import pytest

from tests.support.shell_commands import READS, WRITES_OR_RUNS
from tui_agent.adapters.bash_reader import BashReader
from tui_agent.core.shell import judged, refused

READER = BashReader()


def only_reads(text: str) -> bool:
    reading = READER.read(text)
    return not reading.problem and all(one.looked is not None for one in judged(reading))


def test_there_are_enough_of_both_kinds() -> None:
    assert len(set(READS)) >= 70
    assert len(set(WRITES_OR_RUNS)) >= 200
    assert not set(READS) & set(WRITES_OR_RUNS)


@pytest.mark.parametrize("text", READS)
def test_a_plain_read_is_one(text: str) -> None:
    assert only_reads(text), READER.read(text)


@pytest.mark.parametrize("text", WRITES_OR_RUNS)
def test_whatever_else_is_none(text: str) -> None:
    assert not only_reads(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("git commit -m 'two words'", ("git", "commit", "-m", "two words")),
        ('echo "a  b" c', ("echo", "a  b", "c")),
        ("grep --include='*.py' x", ("grep", "--include=*.py", "x")),
        ("cat a'b c'd", ("cat", "ab cd")),
        ("grep '' f", ("grep", "", "f")),
        ('grep "" f', ("grep", "", "f")),
        ("head -5 x", ("head", "-5", "x")),
        ('echo " lead and trail "', ("echo", " lead and trail ")),
        ("git diff HEAD~1 HEAD^", ("git", "diff", "HEAD~1", "HEAD^")),
    ],
)
def test_words_are_what_the_program_gets(text: str, words: tuple[str, ...]) -> None:
    assert READER.read(text).commands[0].words == words


def test_a_list_is_read_part_by_part_without_its_redirections() -> None:
    reading = READER.read("make -s 2>&1 | tail -n 5 && ls > /dev/null; pwd")
    assert [(one.joint, one.text) for one in reading.commands] == [
        ("", "make -s"),
        ("|", "tail -n 5"),
        ("&&", "ls"),
        (";", "pwd"),
    ]


def test_what_cannot_be_read_says_why() -> None:
    assert "$" in READER.read("echo $HOME").problem
    assert "backslash" in READER.read("a\\b").problem
    assert "#" in READER.read("ls # all").problem
    assert "8 KiB" in READER.read("x" * 9000).problem
    assert "redirects" in READER.read("ls > f").problem
    assert "quote" in READER.read("echo 'a").problem
    assert refused("ls -la src") == ""


HUGE = (
    "x" * 1_000_000, "ls " * 400_000, "(" * 8000, "$(" * 4000, "a;" * 4000, "|" * 8000,
    "ls && " * 1300 + "ls", "'" * 8001, "a b " * 2000, "if " * 2600, "<<a " * 2000, "f() { " * 1300,
    "é" * 1_000_000, "case x in " * 800, '"$(' * 2600, "[[ " * 2700, "for x in " * 900, "`" * 8000,
    "ls; " * 190 + "ls", "a 'b' " * 1300, "a=b " * 2000,
)  # fmt: skip


@pytest.mark.case(47)
@pytest.mark.parametrize("text", HUGE, ids=lambda text: f"{text[:12]!r} x {len(text)}")
def test_a_monster_is_answered_within_50_ms(text: str) -> None:
    only_reads("ls")
    fastest = 1.0
    for _ in range(3):
        begun = time.process_time()
        only_reads(text)
        fastest = min(fastest, time.process_time() - begun)
    assert fastest < 0.05
