"""Each main library carries weight: without it, exactly the stories that the page names fail."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers.model_server import ModelServer
from tests.support.library_watch import WatchedPython, make_watched_python
from tests.support.own_ring import make_ring
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.repository import make_repository
from tests.support.sources import ROOT

EDIT = """
[[turn]]
[[turn.call]]
name = "edit"
arguments = { path = "a.py", edits = [{ old = "one", new = "two" }] }

[[turn]]
text = "It is two now."
"""
ANSWER = {"turn": [{"text": "It is two now."}]}
ROW = re.compile(r"^\| [^|]+ \| `(\w+)` \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def named() -> dict[str, set[str]]:
    """Return each library with the stories that the page names."""
    page = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8")
    return {name: {one.strip() for one in cell.split(",")} for name, cell in ROW.findall(page)}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> WatchedPython:
    return make_watched_python(tmp_path_factory.mktemp("watched"), list(named()))


class Story:
    """A folder, a script, and the ways in which the program is used there."""

    def __init__(self, folder: Path, python: WatchedPython) -> None:
        self.repository = make_repository(folder / "repository")
        self.repository.write("a.py", "one\n")
        self.repository.commit()
        self.script = folder / "script.toml"
        self.script.write_text(EDIT, encoding="utf-8")
        self.python = python

    def argv(self, *arguments: str) -> list[str]:
        return [str(self.python.executable), "-m", "tui_agent", *arguments]

    def run(self, *arguments: str, **environ: str) -> tuple[bool, str]:
        done = subprocess.run(
            self.argv(*arguments),
            cwd=self.repository.root,
            env=os.environ | environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode == 0, done.stdout

    def headless(self, model: str, **environ: str) -> bool:
        told, said = self.run("-p", "make it two", "--model", model, "--mode", "edit", **environ)
        return told and "It is two now." in said

    def edit(self) -> bool:
        told = self.headless(f"script:{self.script}")
        assert not told or self.repository.read("a.py") == b"two\n"
        return told

    def direct_model(self) -> bool:
        with ModelServer(ANSWER) as server:
            url = f"{server.url}/v1"
            return self.headless("openai/scripted", OPENAI_API_KEY="made-up", OPENAI_BASE_URL=url)

    def hosted_model(self) -> bool:
        keys = {"ANTHROPIC_API_KEY": "made-up"}
        with ModelServer(ANSWER) as server:
            keys["ANTHROPIC_BASE_URL"] = server.url
            return self.headless("anthropic/claude-sonnet-4-5", **keys)

    def in_terminal(self, *arguments: str) -> bool:
        self.script.write_text('[[turn]]\ntext = "It is two now."\n', encoding="utf-8")
        argv = self.argv(*arguments, "--model", f"script:{self.script}", "is it two?")
        with PseudoTerminal(argv, os.environ, self.repository.root) as terminal:
            told = terminal.shows("It is two now.")
            assert "Traceback" not in terminal.text
            return told

    def foreign_diff(self) -> bool:
        self.repository.write("a.py", "two\n")
        patch = self.script.with_name("fix.patch")
        patch.write_text(self.repository.git("diff"), encoding="utf-8")
        self.repository.write("a.py", "one\n")
        told, _ = self.run("review", str(patch), "--approve-all")
        return told and self.repository.read("a.py") == b"two\n"

    def session_diff(self) -> bool:
        told, said = self.edit(), self.run("sessions", "diff")[1]
        return told and "-one\n+two\n" in said

    def keys(self) -> bool:
        """Keep one key in a keyring, and one under a passphrase."""
        home = Path(os.environ["HOME"])
        if not (home / "config" / "python_keyring").exists():
            make_ring(home)
        kept = self._keeps("openai", "keyring")
        return kept and self._keeps("groq", "file", "a phrase", "a phrase")

    def _keeps(self, provider: str, place: str, *phrases: str) -> bool:
        argv = self.argv("keys", "set", provider, "--in", place)
        environ = os.environ | {"AGENT_HOME": str(self.repository.root.parent)}
        with PseudoTerminal(argv, environ, self.repository.root) as terminal:
            for prompt, words in zip(
                ("(not shown):", "New passphrase:", "same again:"),
                ("made-up-0123456789", *phrases),
                strict=False,
            ):
                terminal.shows(prompt, 4)
                terminal.press(f"{words}\n")
            told = terminal.shows("Kept in the")
            assert "fault of its own" not in terminal.text
            return told

    def staged_lines(self) -> bool:
        told = self.edit()
        self.repository.git("add", "a.py")
        return self.run("blame", "--trailer")[1].startswith("Assisted-by: script:") and told

    def pictures(self) -> bool:
        picture = "tests/ui/test_pictures.py::test_a_command_waits_for_approval"
        # Rewritten assertions would import plugins by a way of their own, past the watch.
        plain = ("-q", "--assert=plain", "-p", "no:cacheprovider")
        done = subprocess.run(
            [str(self.python.executable), "-m", "pytest", *plain, picture],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def line_mode(self) -> bool:
        return self.in_terminal("--plain")

    def screen(self) -> bool:
        return self.in_terminal()


STORIES: dict[str, Callable[[Story], bool]] = {
    "edit": Story.edit,
    "direct model": Story.direct_model,
    "hosted model": Story.hosted_model,
    "line mode": Story.line_mode,
    "screen": Story.screen,
    "foreign diff": Story.foreign_diff,
    "session diff": Story.session_diff,
    "keys": Story.keys,
    "staged lines": Story.staged_lines,
    "pictures": Story.pictures,
}


def test_the_page_names_only_stories_that_are_told() -> None:
    assert named()
    assert set().union(*named().values()) <= set(STORIES)


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.capability("K.4")
@pytest.mark.parametrize("name", STORIES)
def test_a_story_needs_exactly_the_libraries_that_the_page_names_for_it(
    tmp_path: Path, python: WatchedPython, name: str
) -> None:
    python.take_away("")
    python.loaded()
    assert STORIES[name](Story(tmp_path / "with all", python))
    used = python.loaded()
    for library in sorted(used):
        python.take_away(library)
        told = STORIES[name](Story(tmp_path / library, python))
        assert told == (name not in named()[library]), f"{name} without {library}"
    assert {library for library, stories in named().items() if name in stories} <= used
