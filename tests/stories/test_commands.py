"""The commands beside a session: what they print, and that each says how it is used."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.stories.program import Program, call, script, with_sample
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.repository import Repository
from tui_agent import __version__
from tui_agent.ui.commands import COMMANDS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


def test_the_version_is_printed_without_loading_the_program(sample: Repository) -> None:
    done = Program(sample.root).run("--version")
    assert done.out == f"agent {__version__}\n"
    loaded = Program(sample.root)
    loaded.environ["PYTHONPROFILEIMPORTTIME"] = "1"
    names = [line.rpartition("|")[2].strip() for line in loaded.run("--version").err.split("\n")]
    ours = [name for name in names if name.startswith("tui_agent")]
    assert ours == ["tui_agent", "tui_agent.cli", "tui_agent.__main__"] or set(ours) == {
        "tui_agent",
        "tui_agent.cli",
    }
    heavy = {"asyncio", "argparse", "textual", "rich", "prompt_toolkit", "httpx", "git", "pydantic"}
    assert heavy.isdisjoint(names)


def test_help_lists_the_commands_and_the_statuses(sample: Repository) -> None:
    done = Program(sample.root).run("--help")
    assert done.status == 0
    for name in COMMANDS:
        assert f"\n  {name} " in done.out
    assert "6 approval needed and nobody there" in " ".join(done.out.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_how_it_is_used_with_an_example(sample: Repository, name: str) -> None:
    done = Program(sample.root).run(name, "--help")
    assert done.status == 0
    assert "examples:\n  agent " in done.out or "examples:\n  agent" in done.out


@pytest.mark.capability("S4.14")
def test_each_setting_shows_where_its_value_comes_from(sample: Repository, home: Path) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text("[limits]\nloops = 2\n")
    program = Program(sample.root, AGENT_MODE="edit")
    shown = program.run("--max-steps", "9", "config", "show", "--origin").out
    assert "limits.loops = 2  ~/agent/config.toml:2" in shown
    assert 'mode = "edit"  AGENT_MODE' in shown
    assert "limits.steps = 9  --max-steps" in shown
    assert "verify = true  default" in shown
    assert 'interface.keymap = "default"  default' in shown
    told = program.run("config", "explain", "limits.loops").out
    assert told == "limits.loops = 2\n› 2  ~/agent/config.toml:2\n  3  default\n"


@pytest.mark.capability("S4.14", part="secrets are masked")
def test_no_key_is_ever_shown(sample: Repository, home: Path) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text(
        '[[endpoints]]\nname = "mine"\nbase_url = "http://127.0.0.1:9/v1"\n'
        'key_variable = "MY_OWN_KEY"\n'
    )
    program = Program(sample.root, OPENAI_API_KEY="sk-held-back-123456", MY_OWN_KEY="mine-123456")
    shown = [
        program.run(*arguments)
        for arguments in (("config", "show", "--origin"), ("keys",), ("models",), ("doctor",))
    ]
    for done in shown:
        assert "123456" not in done.out + done.err
    assert "✓ openai       OPENAI_API_KEY" in shown[1].out
    assert "✓ mine         MY_OWN_KEY" in shown[1].out
    assert "ANTHROPIC_API_KEY" not in shown[1].out


def test_the_doctor_says_what_is_there_and_what_is_not(sample: Repository) -> None:
    done = Program(sample.root).run("doctor")
    assert done.status == 0
    assert " sandbox         tier " in done.out
    assert "none: not in the environment, a command, the keyring or an encrypted file" in done.out
    assert "→ agent keys set anthropic\n" in done.out
    assert f"✓ repository      {sample.root}, main" in done.out


def test_the_doctor_names_the_command_that_mends_each_thing_in_a_bare_place(
    home: Path, tmp_path: Path
) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text(
        'model = "openai/gpt-5.6"\nfallback = ["groq/any"]\n'
    )
    (home / "agent" / "keys.sealed").write_text("sealed")
    (home / "agent" / "keys.sealed").chmod(0o644)
    outside = tmp_path / "outside"
    outside.mkdir()
    program = Program(outside, PATH=str(outside), LC_ALL="C", PYTHONUTF8="0", COLUMNS="1")
    done = program.run("doctor", without=["TERM", "HOME"])
    for mend in (
        "export LANG=C.UTF-8",
        "export TERM=xterm-256color",
        "install git with this system's packages",
        "git init",
        "agent keys set anthropic",
        "agent keys set groq",
        f"chmod 600 {home / 'agent' / 'keys.sealed'}",
    ):
        assert f"> {mend}\n" in done.out, done.out + done.err


def test_the_doctor_fails_where_the_settings_are_broken(sample: Repository, home: Path) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text("mode = 7\n")
    done = Program(sample.root).run("doctor")
    assert done.status == 1
    assert "config.toml:1: mode: expected one of plan, ask, edit, auto" in done.out


@pytest.mark.capability("S0.10")
def test_the_seven_phases_and_a_plan_are_drawn_as_mermaid(
    sample: Repository, tmp_path: Path
) -> None:
    program = Program(sample.root)
    drawn = program.run("graph").out
    assert drawn.startswith("flowchart LR\n")
    for phase in ("ingest", "gate", "gather", "plan", "act", "verify", "report"):
        assert f"    {phase}[{phase}]\n" in drawn
    steps = [{"text": "look", "state": "done"}, {"text": 'say "hi"', "state": "current"}]
    model = script(tmp_path, [{"text": "x", "call": [call("plan", steps=steps)]}, {"text": "y"}])
    program.run("-p", "plan it", "--model", model)
    plan = program.run("graph", "last").out
    assert '    s1["1 look"]:::done\n' in plan
    assert "    s2[\"2 say 'hi'\"]" in plan
    assert "    s1 --> s2\n" in plan


def test_a_tool_is_called_through_the_gate(sample: Repository) -> None:
    program = Program(sample.root)
    read = program.run("tool", "read", "--args", '{"path": "answer.py"}')
    assert read.status == 0
    assert "1   def answer():" in read.out
    asked = program.run("tool", "shell", "--args", '{"command": "touch here"}')
    assert asked.status == 6
    assert "nobody is there to ask" in asked.err
    denied = program.run("tool", "read", "--args", '{"path": "../x"}')
    assert denied.status == 1
    assert "outside" in denied.err
    assert sorted(path.name for path in sample.root.iterdir()) == [".git", "answer.py"]


@pytest.mark.capability("S0.16", part="the list of programs")
def test_profile_strict_refuses_programs_that_are_not_on_its_list(sample: Repository) -> None:
    program = Program(sample.root)
    arguments = ("tool", "shell", "--args", '{"command": "curl --version"}', "--json")
    refused = program.run("--profile", "strict", "--no-sandbox", *arguments, "--approve-all")
    assert refused.status == 1
    assert json.loads(refused.out)["error"] == "denied"
    assert "does not run curl" in json.loads(refused.out)["text"]
    assert program.run(*arguments).status == 6


def test_a_rule_explains_itself(sample: Repository, home: Path) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text(
        '[[rules]]\naction = "deny"\nprefix = ["git", "push"]\nname = "no-push"\n'
    )
    program = Program(sample.root)
    denied = program.run("rules", "test", "git push --force").out
    assert denied.startswith("∅ deny")
    assert "rule no-push" in denied
    assert program.run("rules", "test", "make test").out.startswith("◆ ask")
    assert "deny what begins with git push" in program.run("rules", "list").out
    [told] = program.run("rules", "test", "ls && git push", "--json").lines
    assert (told["action"], told["reason"]["rule"]) == ("deny", "no-push")
    assert [part["words"] for part in told["parts"]] == [["ls"], ["git", "push"]]


def test_tools_and_prompts_are_shown_as_a_model_gets_them(sample: Repository) -> None:
    program = Program(sample.root)
    names = [line["name"] for line in program.run("tools", "list", "--json").lines]
    assert names[:3] == ["read", "list", "search"]
    assert len(names) == len(set(names))
    assert program.run("prompts", "show", "system").out.startswith("You are `agent`")


def test_the_demo_ends_with_green_tests_and_can_be_seen_again(sample: Repository) -> None:
    program = Program(sample.root)
    done = program.run("demo")
    assert done.status == 0
    assert "1 failed, 3 passed" in done.out
    assert "4 passed" in done.out
    assert "“no fractions of a cent, please”" in done.out
    assert "✓ Done, verified on tree" in done.out
    session = done.err.rpartition("agent replay ")[2].strip()
    again = program.run("replay", session, "--plain")
    assert "You rejected the change to `discounted`" in again.out
    assert program.run("sessions", "verify", session).status == 0
    assert sys.version_info >= (3, 11)


def test_the_demo_on_the_screen_says_at_its_end_how_to_go_on(sample: Repository) -> None:
    program = Program(sample.root)
    environ = {**program.environ, "TERM": "xterm-256color"}
    with PseudoTerminal(program.command("demo"), environ, sample.root) as terminal:
        assert terminal.shows("I begin with the code", 30)
        left = False
        for _ in range(30):  # What runs is stopped first.
            terminal.press("\x03")
            left = left or terminal.shows("In a repository of yours: ", 1)
        assert left, terminal.text
        assert "agent replay" in terminal.text
        assert "agent -c" not in terminal.text, "the folder is gone"


@pytest.mark.capability("S0.5")
def test_the_context_shows_files_and_tokens_without_what_is_ignored(sample: Repository) -> None:
    sample.write(".gitignore", "*.log\n")
    sample.write("noise.log", "")
    sample.write("AGENTS.md", "Be brief.\n")
    shown = Program(sample.root).run("context", "--json").out
    told = json.loads(shown)
    parts = {one["part"]: one["tokens"] for one in told["parts"]}
    assert {"system text", "10 tools", "facts and map"} <= parts.keys()
    assert parts["facts and map"] <= 1600
    assert "answer.py" in told["facts"]
    assert "noise.log" not in told["facts"]
    assert told["left_out"] == ["AGENTS.md: the folder is not trusted"]
    trusted = Program(sample.root).run("--trust", "context").out
    assert "About " in trusted
    assert "AGENTS.md                         10 bytes, about 3 tokens" in trusted
