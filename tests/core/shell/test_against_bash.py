"""The classifier against bash itself: what it can read, bash runs word for word and no more.

`AGENT_FUZZ_SCRIPTS=20000` makes the long run of it; the number of scripts is what it counts.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_agent.adapters.bash_reader import BashReader
from tui_agent.core.shell import Reading, judged

SCRIPTS = int(os.environ.get("AGENT_FUZZ_SCRIPTS", "400"))
SEED = int(os.environ.get("AGENT_FUZZ_SEED", "7"))
STUBS = (
    "ls", "cat", "grep", "git", "head", "tail", "sort", "wc", "find", "sed", "uniq", "cut", "tr",
    "date", "stat", "rg", "diff", "rm", "sh", "bash", "env", "python3", "make", "x", "evil", "tee",
)  # fmt: skip
BUILT_IN = frozenset({"echo", "cd", "pwd", "printf", "true", "false", "type"})
"""What bash runs without a program, so that no stub hears of it."""

KNOWN = BUILT_IN | set(STUBS)

PLAIN = (
    "ls", "ls -la", "cat a", "cat a b", "grep x a", "grep -n 'x y' a", 'grep "p q" a', "git log",
    "git diff HEAD~1", "git log --format=%H", "head -5 a", "sort -u a", "wc -l",
    "find . -name 'a*'",
    "sed -n '1,5p' a", "uniq -c", "cut -d, -f1 a", "tr a b", "date +%F", "rg x d", "cd d", "echo x",
    "echo 'a b'", "git status -s", "git show HEAD^", "echo a,b", "true", "pwd", "grep '' a",
    "tail -n 3 a",
)  # fmt: skip
JOINTS = (" && ", " || ", "; ", " | ", ";", "|", "&&", " ", "  ", "")
ENDS = (
    " 2>&1",
    " >/dev/null",
    " 2>/dev/null",
    " </dev/null",
    ";",
    " ; ",
    " &>/dev/null",
    " >> /dev/null",
)
ODD = (
    "\\", "\n", "\t", "\r", "\u00a0", "\u2028", "\u200b", "\u0085", "#", " #", "~", "~/", "=~",
    ":~",
    "$x", "$(evil)", "`evil`", "'", '"', "*", "?", "[a]", "!", "!!", ";", "&", "&&", "|", "||", "<",
    ">",
    "(", ")", "{a,b}", "{", "}", "2>&1", ">f", "<a", ">>f", "<<E", "<<<x", "A=1 ", "a=b", "=",
    " ! ",
    " time ", " evil ", "evil", "\\\n", "\nevil\n", "$'a'", '$"a"', "<(evil)", ">(evil)", "&>f",
    ">|f",
    "|&", ";;", "-", "--", "-e", "-exec evil", "-o f", "é", "%", "^", "@", "+", ",", ":", "/", "./",
    "coproc ", "if ", "then ", "fi", "function ", "0>", "1>&2", "3>&1", "2>", " 2", "~+", "~-",
    "HEAD~",
    "a~b", "\\\r\n", "\x0b", "\x0c", "\x7f", "\ufeff", "\u202e", " in ", "[[ ", "]]", "((", "))",
    "..",
)  # fmt: skip


def scripts(chance: random.Random) -> Iterator[str]:
    while True:
        parts = [chance.choice(PLAIN) for _ in range(chance.randint(1, 3))]
        text = parts[0]
        for one in parts[1:]:
            text += chance.choice(JOINTS) + one
        if chance.random() < 0.3:
            text += chance.choice(ENDS)
        for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
            place = chance.randint(0, len(text))
            if chance.random() < 0.2 and text:
                text = text[:place] + text[place + 1 :]
            else:
                text = text[:place] + chance.choice(ODD) + text[place:]
        yield text


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """A folder of programs that only tell how they were called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in STUBS:
        path = folder / name
        path.write_text('#!/bin/dash\nprintf "%s\\0" "${0##*/}" "$@" "<end>" >> "$CALLED"\n')
        path.chmod(0o755)
    return folder


def ran(text: str, stubs: Path, work: Path, called: Path) -> list[tuple[str, ...]]:
    """Let bash run a script over stubs; return what was called, with its words."""
    called.write_bytes(b"")
    environ = {"PATH": str(stubs), "CALLED": str(called), "LC_ALL": "C.UTF-8", "HOME": str(work)}
    subprocess.run(
        ["/bin/bash", "-c", text], cwd=work, env=environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=5,
    )  # fmt: skip
    words = called.read_bytes().decode().split("\0")[:-1]
    calls: list[tuple[str, ...]] = []
    start = 0
    for place, word in enumerate(words):
        if word == "<end>":
            calls.append(tuple(words[start:place]))
            start = place + 1
    assert start == len(words)
    return calls


def mismatch(reading: Reading, calls: list[tuple[str, ...]]) -> str:
    said = Counter(one.words for one in reading.commands if one.words[0] not in BUILT_IN)
    done = Counter(calls)
    if done - said:
        return f"bash ran {done - said}, which was not read"
    joints = {one.joint for one in reading.commands}
    programs = {one.words[0] for one in reading.commands}
    if "||" not in joints and not programs & {"cd", "false", "type"} and said - done:
        return f"bash did not run {said - done}"
    return ""


@pytest.mark.case(51)
@pytest.mark.property
@pytest.mark.timeout(max(30, SCRIPTS // 20))
def test_what_is_read_is_what_bash_runs(stubs: Path, tmp_path: Path) -> None:
    work, called = tmp_path / "work", tmp_path / "called"
    (work / "d").mkdir(parents=True)
    for name in ("a", "b"):
        (work / name).write_text("x\n")
    before = sorted(str(one) for one in work.rglob("*"))
    reader, found, plain = BashReader(), [], 0
    generated = scripts(random.Random(SEED))
    for _ in range(SCRIPTS):
        text = next(generated)
        reading = reader.read(text)
        if reading.problem or any(one.words[0] not in KNOWN for one in reading.commands):
            continue
        plain += all(one.looked is not None for one in judged(reading))
        problem = mismatch(reading, ran(text, stubs, work, called))
        if problem or sorted(str(one) for one in work.rglob("*")) != before:
            found.append(f"{text!r}: {problem or 'a file was made'}")
    assert found == []
    assert plain > SCRIPTS / 10, "too few of them are plain for the comparison to mean anything"


def test_a_reading_that_is_wrong_would_be_found(stubs: Path, tmp_path: Path) -> None:
    calls = ran("ls a\n\\rm x", stubs, tmp_path, tmp_path / "called")
    believed = BashReader().read("ls a")
    assert calls == [("ls", "a"), ("rm", "x")]
    assert mismatch(believed, calls)
