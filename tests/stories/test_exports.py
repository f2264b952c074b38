"""Each export is opened by the program that it is made for."""

from __future__ import annotations

import json
import os
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pyte
import pytest
from jsonschema import Draft202012Validator

from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository

pytestmark = pytest.mark.timeout(90)
TOKEN = "ghp_" + "a1B2" * 10
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--window-size=1200,1600",
)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def program(repository: Repository) -> Program:
    return Program(with_sample(repository).root)


@pytest.fixture
def recorded(program: Program, repository: Repository) -> Program:
    """A session that edits a file, runs a command that changes others, and fails once."""
    repository.write("dirty.txt", "mine, not committed\n")
    command = "rm dirty.txt; printf 'a\\000b' > data.bin; echo '<b>no markup</b>' && false"
    turns: list[dict[str, Any]] = [
        {
            "text": "I **mend** it: `41` <script>x</script>.",
            "call": [edit("answer.py", "41", "42")],
        },
        {"call": [call("shell", command=command)]},
        {"text": "Done. ![x](http://example.invalid/x.png) [here](http://example.invalid/)"},
    ]
    model = script(repository.root.parent, turns)
    program.run("--model", model, "--approve-all", "--no-sandbox", "-p", "mend the <answer>")
    return program


def exported(program: Program, form: str, *more: str) -> str:
    done = program.run("sessions", "export", "last", "--format", form, "-o", "-", *more)
    assert done.status == 0, done.err
    return done.out


@pytest.mark.capability("S0.20", part="the trace validates against its schema")
def test_the_trace_and_the_json_export_keep_to_the_generated_schema(recorded: Program) -> None:
    schema = json.loads(recorded.run("sessions", "show", "--schema").out)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    shown = json.loads(recorded.run("sessions", "show", "last", "--json").out)
    validator.validate(shown)
    assert shown["turns"][0]["request"] == "mend the <answer>"
    assert shown["turns"][0]["intent"] == "code_change"
    whole = json.loads(exported(recorded, "json"))
    validator.validate(whole)
    assert {'def answer():\n    """The answer."""\n    return 42\n'} <= {
        one.get("text") for one in whole["payloads"].values()
    }
    whole["events"][0]["data"].pop("session_id")
    assert not validator.is_valid(whole)
    assert not validator.is_valid({**shown, "turns": [{"run_id": 1}]})


def test_the_patch_leads_from_the_first_tree_to_the_last(recorded: Program, tmp_path: Path) -> None:
    patch = tmp_path / "fix.patch"
    done = recorded.run("sessions", "export", "--format", "patch", "-o", str(patch))
    assert done.status == 0, done.err
    trees = [
        one["data"]["tree"]
        for one in json.loads(recorded.run("sessions", "show", "--json").out)["events"]
        if one["type"] == "SnapshotTaken"
    ]
    base, end = trees[0], trees[-1]
    assert base != end
    [shadow] = Path(os.environ["AGENT_HOME"]).glob("repos/*.git")
    other = Repository(tmp_path / "elsewhere")
    other.root.mkdir()
    other.git("init", "--quiet")
    packed = subprocess.run(
        ["git", f"--git-dir={shadow}", "archive", base], capture_output=True, check=True
    )
    subprocess.run(["tar", "-x", "-C", str(other.root)], input=packed.stdout, check=True)
    other.git("add", "--all")
    assert other.git("write-tree").strip() == base
    other.git("apply", "--index", str(patch))
    assert other.git("write-tree").strip() == end
    assert other.read("data.bin") == b"a\0b"
    assert not (other.root / "dirty.txt").exists()


def test_the_cast_is_played_by_a_terminal(recorded: Program) -> None:
    head, *lines = exported(recorded, "cast", "--size", "100x30").rstrip().split("\n")
    header = json.loads(head)
    assert (header["version"], header["width"], header["height"]) == (2, 100, 30)
    screen = pyte.Screen(100, 30)
    stream = pyte.Stream(screen)
    before = -1.0
    seen: list[str] = []
    for line in lines:
        at, kind, text = json.loads(line)
        assert kind == "o"
        assert at > before or not seen
        before = at
        stream.feed(text)
        seen.append("\n".join(screen.display))
    steps = [one["number"] for one in recorded.run("replay", "--json").lines]
    assert len(seen) == len(steps)
    for number, picture in zip(steps, seen, strict=True):
        assert f"step {number} of {len(steps)}" in picture
    assert any("return 42" in picture for picture in seen)


def test_the_picture_shows_the_wished_step_and_fetches_nothing(recorded: Program) -> None:
    svg = exported(recorded, "svg", "--at", "3")
    words = re.sub(r"<[^>]*>", " ", svg).replace("&#160;", " ")
    assert re.search(r"step\s+3\s+of", words)
    assert not re.search(r"@font-face|@import|url\(['\"]?http|href=['\"]http", svg)
    assert (
        recorded.run("sessions", "export", "--format", "svg", "--at", "99", "-o", "-").status == 4
    )


def test_the_markdown_tells_the_story(recorded: Program) -> None:
    told = exported(recorded, "md")
    for words in ("> mend the <answer>", "+    return 42", "**shell**", "## Turn 1", "answer.py"):
        assert words in told, words


def chromium(tmp_path: Path, page: Path, *arguments: str) -> bytes:
    """Look at a page with a browser that has no network; return what it printed."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", *arguments, page.as_uri()],
        capture_output=True,
        check=True,
        timeout=80,
    )
    return done.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here to open the page")
def test_the_page_is_shown_by_a_browser_without_network_or_script(
    recorded: Program, tmp_path: Path
) -> None:
    page = tmp_path / "session.html"
    done = recorded.run("sessions", "export", "--format", "html", "-o", str(page))
    assert done.status == 0, done.err
    source = page.read_text()
    assert not re.search(r"<(script|link|img|iframe|object|a)\b(?![^>]*href=\"#)", source)
    picture = tmp_path / "page.png"
    shown = chromium(tmp_path, page, "--dump-dom").decode()
    chromium(tmp_path, page, f"--screenshot={picture}")
    words = re.sub(r"<[^>]*>", "", shown.partition("</style>")[2])
    for text in (
        "mend the &lt;answer&gt;",
        "return 42",
        "&lt;script&gt;x",
        "no markup",
        "answer.py",
    ):
        assert text in words, text
    assert "<b>no markup" not in shown
    data = picture.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (1200, 1600)
    assert len(data) > 20_000, "the page is blank"


def test_secrets_are_shown_first_and_masked_in_every_format(
    program: Program, repository: Repository
) -> None:
    repository.write("config.py", f"TOKEN = '{TOKEN}'\nX = 1\n")
    repository.commit()
    model = script(
        repository.root.parent,
        [{"call": [edit("config.py", "X = 1", "X = 2")]}, {"text": "Done."}],
    )
    program.run("--model", model, "--approve-all", "-p", "raise X")
    asked = program.run("sessions", "export", "--format", "md", "-o", "-")
    assert (asked.status, asked.out) == (1, "")
    assert re.search(r"2\s+github\s+in config.py", asked.err)
    assert "Nothing was written" in asked.err
    for form in ("md", "html", "json", "patch"):
        told = exported(program, form, "--yes")
        assert TOKEN not in told, form
    assert "X = 2" in exported(program, "md", "--yes")
    assert exported(program, "patch", "--yes") == ""


def test_a_file_of_secrets_leaves_by_no_patch_and_by_no_bundle_unsaid(
    program: Program, repository: Repository, home: Path
) -> None:
    (home / "agent").mkdir(parents=True, exist_ok=True)
    rule = '[[rules]]\naction = "allow"\npath = ".env"\n'
    (home / "agent" / "config.toml").write_text(rule)
    repository.write(".env", "DB=of-no-known-shape\n")
    repository.commit("A secret without a shape")
    turns: list[dict[str, Any]] = [
        {"call": [call("read", path=".env")]},
        {"call": [edit(".env", "DB=", "DB=more-"), edit("answer.py", "41", "42")]},
        {"text": "Done."},
    ]
    program.run("--model", script(repository.root.parent, turns), "--approve-all", "-p", "go")
    assert repository.read(".env") == b"DB=more-of-no-known-shape\n"
    patch = program.run("sessions", "export", "--format", "patch", "-o", "-", "--yes")
    assert "return 42" in patch.out
    assert "no-known-shape" not in patch.out
    assert ".env" in patch.err
    bundle = program.run("sessions", "export", "--format", "bundle", "-o", "-")
    assert (bundle.status, bundle.out) == (1, "")
    assert "with what was read or written of .env" in bundle.err


def test_an_export_is_not_written_over_what_is_there(recorded: Program) -> None:
    first = recorded.run("sessions", "export", "--format", "md")
    name = first.out.split()[1]
    assert re.fullmatch(r"agent-\w{8}\.md", name)
    path = recorded.folder / name
    path.write_text("mine")
    again = recorded.run("sessions", "export", "--format", "md")
    assert again.status == 1
    assert "--force writes over it" in again.err
    assert path.read_text() == "mine"
    assert recorded.run("sessions", "export", "--format", "md", "--force").status == 0
    assert path.read_text().startswith("# mend the")
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_bundle_is_replayed_where_the_repository_was_never_seen(
    recorded: Program, tmp_path: Path
) -> None:
    target = tmp_path / "session.agentz"
    asked = recorded.run("sessions", "export", "--format", "bundle", "-o", str(target))
    assert asked.status == 1
    assert "the workspace's files, as they were recorded, are in it" in asked.err
    done = recorded.run("sessions", "export", "--format", "bundle", "-o", str(target), "--yes")
    assert done.status == 0, done.err
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    other = Program(elsewhere, AGENT_HOME=str(tmp_path / "other home"))
    told = other.run("replay", str(target), "--plain")
    assert told.status == 0, told.err
    assert "return 42" in told.out
