"""Whatever part of a commit is taken, git makes the same bytes of it.

`AGENT_HISTORIES` names repositories (separated as in PATH) and `AGENT_HISTORY_COMMITS` how many
commits of each; without them, a history is made up.
"""

from __future__ import annotations

import logging
import os
import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import pytest

from tests.core.edits.workspace import Memory
from tests.core.patch.making import decision, view_of_change
from tests.support.history import Changed, History
from tests.support.repository import Repository
from tui_agent.adapters.foreign_diff import read_diff
from tui_agent.core.edits import foreign_changes
from tui_agent.core.patch import FileChange, FileView, Hunk, HunkDecision, Row, resolve, select

FOLDERS = [Path(one) for one in os.environ.get("AGENT_HISTORIES", "").split(os.pathsep) if one]
COMMITS = int(os.environ.get("AGENT_HISTORY_COMMITS", "300"))
MADE_UP = 12
FILES = 30
"""Files of one commit that are tried."""
LARGEST = 1_000_000
NO_NEWLINE = "\\ No newline at end of file\n"
HEADER = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@")

Chosen = set[tuple[str, int]]
"""Rows of a hunk that are taken: sign and line number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One file, a part of its change as git is given it, and what we make of that part."""

    what: str
    before: bytes | None
    patch: bytes
    ours: bytes | None


@dataclass(slots=True)
class Tally:
    counts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return ", ".join(f"{count:,} {what}" for what, count in sorted(self.counts.items()))


def numbered(row: Row) -> tuple[str, int]:
    return row.kind, (row.old if row.kind == "-" else row.new) or 0


def in_pairs(rows: Sequence[Row]) -> Iterator[Row]:
    """Give a run's rows with each new line behind the old one whose place it takes."""
    olds = [row for row in rows if row.kind == "-"]
    news = [row for row in rows if row.kind == "+"]
    for index in range(max(len(olds), len(news))):
        yield from (*olds[index : index + 1], *news[index : index + 1])


def hunk_for_git(hunk: Hunk, chosen: Chosen, growth: int) -> tuple[str, int]:
    """Spell a hunk with only the chosen rows in it, and say by how much they make it longer."""
    lines: list[tuple[str, Row]] = []
    for run, rows in groupby(hunk.rows, key=lambda row: row.run):
        for row in rows if run is None else in_pairs(list(rows)):
            if row.kind == " " or numbered(row) in chosen:
                lines.append((row.kind, row))
            elif row.kind == "-":
                lines.append((" ", row))
    old = sum(kind != "+" for kind, _ in lines)
    new = sum(kind != "-" for kind, _ in lines)
    start = hunk.old_start + (old > 0)
    to = hunk.old_start + growth + (new > 0)
    body = "".join(
        f"{kind}{row.text}{row.end}" if row.end else f"{kind}{row.text}\n{NO_NEWLINE}"
        for kind, row in lines
    )
    return f"@@ -{start},{old} +{to},{new} @@\n{body}", new - old


def patch_for_git(view: FileView, chosen: Chosen) -> bytes:
    """Spell the chosen rows as a diff of `FILE`, without help of the code that is tried."""
    parts: list[str] = []
    growth = 0
    for hunk in view.hunks():
        if any(numbered(row) in chosen for row in hunk.rows):
            text, grown = hunk_for_git(hunk, chosen, growth)
            parts.append(text)
            growth += grown
    if not parts:
        return b""
    everything = {numbered(row) for hunk in view.hunks() for row in hunk.rows if row.kind != " "}
    gone = view.new_bytes is None and chosen == everything
    extra = "new file mode 100644\n" if view.old_bytes is None else ""
    extra += "deleted file mode 100644\n" if gone else ""
    old = "/dev/null" if view.old_bytes is None else "a/FILE"
    head = f"diff --git a/FILE b/FILE\n{extra}--- {old}\n+++ {'/dev/null' if gone else 'b/FILE'}\n"
    return (head + "".join(parts)).encode(view.codec.encoding)


def part(view: FileView, what: str, dice: random.Random) -> tuple[Chosen, list[HunkDecision]]:
    """Choose hunks, runs of split hunks, or lines; say it as rows and as decisions."""
    chosen: Chosen = set()
    decisions: list[HunkDecision] = []
    for hunk in view.hunks():
        whole = dice.random() < 0.5
        for run, grouped in groupby(hunk.rows, key=lambda row: row.run):
            if run is None:
                continue
            rows = list(grouped)
            take = whole if what == "hunks" else dice.random() < 0.5
            mine = {numbered(row) for row in rows} if take else set()
            if what == "lines" and all(row.end for row in rows):
                mine = {numbered(row) for row in rows if dice.random() < 0.5}
                old = {number for kind, number in mine if kind == "-"}
                new = {number for kind, number in mine if kind == "+"}
                decisions.append(select(view, run, old, new))
            else:
                decisions.append(decision(view, (run,), "accept" if take else "reject"))
            chosen |= mine
    return chosen, decisions


def trials_of(view: FileView, dice: random.Random) -> Iterator[Trial]:
    for what in ("hunks", "runs", "lines"):
        chosen, decisions = part(view, what, dice)
        yield Trial(
            what=f"subsets of {what}",
            before=view.old_bytes,
            patch=patch_for_git(view, chosen),
            ours=resolve(view, decisions).content,
        )


def of_gits_hunks(diff: bytes, changed: Changed, dice: random.Random) -> Trial | None:
    """Take some of the hunks that git itself found, and read them as `agent review` does."""
    if changed.before is None or changed.after is None or b"\n@@ " not in diff:
        return None
    _, *found = re.split(rb"(?m)^(?=@@ -)", diff)
    kept: list[bytes] = []
    growth = 0
    for hunk in found:
        head = HEADER.match(hunk)
        assert head is not None
        old, new = int(head[2] or 1), int(head[3] or 1)
        if dice.random() < 0.5:
            start = int(head[1])
            to = start + growth + (old == 0) - (new == 0)
            fresh = b"@@ -%d,%d +%d,%d @@" % (start, old, to, new)
            kept.append(fresh + hunk[head.end() :])
            growth += new - old
    if not kept:
        return None
    patch = b"diff --git a/FILE b/FILE\n--- a/FILE\n+++ b/FILE\n" + b"".join(kept)
    reading = foreign_changes(read_diff(patch), Memory({"FILE": changed.before}))
    assert not reading.refused, (changed.commit, changed.path, reading.refused)
    [change] = reading.changes
    return Trial(
        what="subsets of git's own hunks", before=changed.before, patch=patch, ours=change.after
    )


def named(patch: bytes, name: bytes) -> bytes:
    """Give a patch of `FILE` for a file of another name."""
    head, mark, hunks = patch.partition(b"\n@@ ")
    return head.replace(b"/FILE", b"/" + name) + mark + hunks


def apply_all(trials: Sequence[Trial], folder: Path) -> list[bytes | None]:
    """Let git apply all of it at once, each to a file of its own; return what they are then."""
    folder.mkdir()
    text = b""
    for number, trial in enumerate(trials):
        if trial.before is not None:
            (folder / f"f{number}").write_bytes(trial.before)
        text += named(trial.patch, b"f%d" % number)
    if text:
        done = subprocess.run(
            ["git", "apply", "--whitespace=nowarn", "-"],
            cwd=folder, input=text, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
    files = [folder / f"f{number}" for number in range(len(trials))]
    return [file.read_bytes() if file.exists() else None for file in files]


def compare(history: History, commits: Sequence[str], folder: Path) -> Tally:
    """Try parts of every change of these commits; a difference is an AssertionError."""
    tally, dice = Tally(), random.Random(11)
    for number, commit in enumerate(commits):
        trials: list[Trial] = []
        for changed in list(history.changes(commit))[:FILES]:
            if max(len(changed.before or b""), len(changed.after or b"")) > LARGEST:
                tally.counts["files too large"] += 1
                continue
            change = FileChange(path="FILE", before=changed.before, after=changed.after)
            view = view_of_change(change)
            diff = history.diff(changed)
            if view.patch.binary or not view.patch.runs or view.codec.mark or b"\n@@ " not in diff:
                tally.counts["files not by lines"] += 1
                continue
            tally.counts["files"] += 1
            tally.counts["our changed lines"] += view.patch.plus + view.patch.minus
            tally.counts["git's changed lines"] += len(re.findall(rb"(?m)^[-+](?!--|\+\+)", diff))
            trials += trials_of(view, dice)
            theirs = of_gits_hunks(diff, changed, dice)
            trials += [theirs] if theirs else []
        for trial, made in zip(trials, apply_all(trials, folder / str(number)), strict=True):
            assert trial.ours == made, (commit, trial.what, trial.patch.decode("utf-8", "replace"))
            tally.counts[trial.what] += 1
        tally.counts["commits"] += 1
    return tally


def made_up(repository: Repository, commits: int) -> History:
    """Commit changes of every kind to files of every kind."""
    dice = random.Random(5)
    words = ("alpha", "beta", "", "\tindented", "form\x0cfeed", "lone\rreturn", "caf\u00e9", "}")
    texts = {
        f"f{number}": [dice.choice(words) for _ in range(dice.randrange(120))]
        for number in range(6)
    }
    for commit in range(commits + 1):
        for name, lines in texts.items():
            for _ in range(dice.randrange(6)):
                at = dice.randrange(len(lines) + 1)
                fresh = [
                    f"{dice.choice(words)} {dice.randrange(9)}" for _ in range(dice.randrange(4))
                ]
                lines[at : at + dice.randrange(4)] = fresh
            end = "\r\n" if name in {"f1", "f2"} else "\n"
            text = end.join(lines) + end * (dice.random() < 0.7)
            if dice.random() < 0.05:
                text = ""
            repository.write(name, text.encode("latin-1" if name == "f3" else "utf-8"))
        if commit % 4 == 3:
            (repository.root / "f5").unlink()
        repository.commit(f"Commit {commit}")
    return History(repository.root)


@pytest.mark.property
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("folder", [None, *FOLDERS], ids=str)
def test_any_part_of_any_commit_is_what_git_makes_of_it(
    folder: Path | None, repository: Repository, tmp_path: Path
) -> None:
    history = History(folder) if folder else made_up(repository, MADE_UP)
    tally = compare(history, history.commits(COMMITS if folder else MADE_UP), tmp_path)
    logging.getLogger("histories").warning("%s: %s", folder, tally)
    assert tally.counts["commits"] >= MADE_UP
    assert min(tally.counts[f"subsets of {what}"] for what in ("hunks", "runs", "lines")) > 30
    assert tally.counts["subsets of git's own hunks"] > 30
    assert tally.counts["our changed lines"] <= 1.05 * tally.counts["git's changed lines"]
