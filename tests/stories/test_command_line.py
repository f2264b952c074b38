"""The command line's comforts: completion in real shells, the manual page, words mistyped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stories.program import ROOT, Program, script
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.repository import Repository
from tui_agent.adapters.places import config_home
from tui_agent.ui.commands import man
from tui_agent.ui.commands.completing import follow
from tui_agent.ui.commands.typed import Options
from tui_agent.ui.text import Paper
from tui_agent.wiring.around import Around

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]
BEGIN = {
    "bash": ["--noprofile", "--norc", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}
LOAD = {
    "bash": "source <(agent completions bash); PS1='> '\n",
    "zsh": "autoload -Uz compinit; compinit -u; source <(agent completions zsh); PS1='> '\n",
    "fish": "agent completions fish | source; function fish_prompt; echo '> '; end\n",
}


async def words(folder: Path, *typed: str) -> list[str]:
    """What may follow, as the shells are told it."""
    environ = {**os.environ, "OPENAI_API_KEY": "sk-test-0123456789abcdef"}
    around = Around(Options(), environ, Paper(environ), cwd=folder)
    return [one.word for one in await follow(typed, around)]


async def test_what_may_follow_is_known_from_the_commands_themselves(
    repository: Repository, tmp_path: Path
) -> None:
    here = repository.root
    assert await words(here, "ke") == ["keys"]
    assert await words(here, "keys", "ro") == ["rotate"]
    assert await words(here, "keys", "set", "open") == ["openai", "openrouter"]
    assert await words(here, "keys", "set", "openai", "--in", "") == ["keyring", "file"]
    assert await words(here, "--mode", "a") == ["ask", "auto"]
    assert await words(here, "stats", "--by", "m") == ["model"]
    assert await words(here, "sessions", "exp") == ["export"]
    assert await words(here, "--profile", "s") == ["stage", "strict"]
    settings = config_home(os.environ) / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text('[profile.slow]\nmodel = "openai/gpt-5.6"\n')
    assert await words(here, "--profile", "s") == ["slow", "stage", "strict"]
    assert await words(here, "review", "") == [":files"]
    assert await words(here, "config", "explain", "limits.l") == ["limits.loops"]
    assert await words(here, "tool", "ed") == ["edit"]
    assert "openai/gpt-5.6" in await words(here, "--model", "openai/gpt-5.6")
    assert await words(here, "fix", "the", "te") == []
    agent = Program(here)
    agent.run("-p", "hello", "--no-sandbox", "--model", script(tmp_path, [{"text": "Hello."}]))
    last, session = await words(here, "replay", "")
    assert last == "last"
    assert agent.run("sessions", "show", session).status == 0


@pytest.mark.parametrize("shell", BEGIN)
def test_a_real_shell_completes_a_command_and_its_values(
    repository: Repository, tmp_path: Path, shell: str
) -> None:
    where = shutil.which(shell)
    if where is None:
        pytest.skip(f"{shell} is not installed")
    program = tmp_path / "bin" / "agent"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tui_agent "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    environ = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    with PseudoTerminal([where, *BEGIN[shell]], environ, repository.root) as terminal:
        terminal.press(f"stty echo; {LOAD[shell]}")
        terminal.press("echo re''ady\n")
        assert terminal.shows("ready\n>", 20), terminal.text
        terminal.press("agent keys rot\t")
        assert terminal.shows("agent keys rotate", 20), terminal.text
        terminal.press("opena\t")
        assert terminal.shows("agent keys rotate openai", 20), terminal.text


def test_the_manual_page_renders_without_a_warning(tmp_path: Path) -> None:
    page = man.page()
    for word in ("SH EXIT STATUS", "agent keys", "rotate", "agent sessions export"):
        assert word in page
    file = tmp_path / "agent.1"
    file.write_text(page, encoding="utf-8")
    checkers = [["groff", "-man", "-Tutf8", "-ww", "-z"], ["mandoc", "-T", "lint", "-W", "warning"]]
    there = [one for one in checkers if shutil.which(one[0])]
    if not there:
        pytest.skip("neither groff nor mandoc is installed")
    for checker in there:
        done = subprocess.run([*checker, str(file)], capture_output=True, text=True, check=False)
        assert (done.stdout + done.stderr).strip() == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["replya"], "replya is no command; did you mean replay? agent -- replya sends it"),
        (["--profil", "dev", "hello"], "(did you mean --profile?)"),
        (["stats", "--sicne", "7d"], "(did you mean --since?)"),
        (["keys", "rotat"], "(did you mean rotate?)"),
        (["sessions", "serch", "x"], "(did you mean search?)"),
    ],
)
def test_a_mistyped_word_is_told_with_what_was_meant(
    repository: Repository, typed: list[str], said: str
) -> None:
    done = Program(repository.root).run(*typed)
    assert (done.status, said in done.err) == (2, True), done.err
