"""A run that its user narrowed: which tools are left, where they are rooted, what runs unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stories.program import Done, Program, call, script, with_sample
from tests.support.calls import Bench
from tests.support.repository import Repository
from tui_agent.adapters.bash_reader import BashReader
from tui_agent.core.policy import Circumstances, decide
from tui_agent.core.toolsets import chosen_sets
from tui_agent.tools.shell import Shell

pytestmark = pytest.mark.timeout(60)

NAMES = (
    "filesystem_cwd",
    "filesystem_cwd_ro",
    "filesystem_project",
    "filesystem_project_ro",
    "shell_readonly",
    "shell_file_ops",
)


@pytest.fixture
def sample(repository: Repository) -> Repository:
    with_sample(repository)
    repository.write("name.txt", "top\n")
    repository.write("sub/name.txt", "below\n")
    repository.commit("Two files of one name")
    return repository


def tool(program: Program, toolset: str, name: str, **arguments: object) -> Done:
    return program.run("--toolset", toolset, "tool", name, "--args", json.dumps(arguments))


@pytest.mark.capability("S1.16", part="refusals")
def test_a_set_in_the_folder_leads_to_nothing_beside_it(sample: Repository) -> None:
    program = Program(sample.root / "sub")
    shown = program.run("tools", "list", "--json").lines
    assert {one["name"] for one in shown if one.get("kind") == "toolset"} == set(NAMES)
    out_of_it = tool(program, "filesystem_cwd", "read", path="../name.txt")
    assert out_of_it.status == 1
    assert "outside" in out_of_it.err
    listed = tool(program, "filesystem_cwd_ro", "list", depth=9).out
    assert listed == "name.txt\n"

    new = json.dumps({"path": "new.txt", "content": "x\n"})
    written = program.run(
        *("--toolset", "filesystem_cwd", "--mode", "edit", "tool", "write", "--args", new)
    )
    assert written.status == 0
    assert (sample.root / "sub" / "new.txt").read_bytes() == b"x\n"


async def test_what_only_looks_stays_in_the_workspace_whatever_a_name_hides(
    sample: Repository, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("not for you\n")
    (sample.root / "link").symlink_to(outside)
    sample.write(".env", "KEY=held-back\n")
    (sample.root / "notes").symlink_to(".env")
    (sample.root / "sub" / "up").symlink_to("..")
    (sample.root / "sub" / "away").symlink_to(tmp_path)
    sample.write("sub/.ssh/config", "Host x\n")
    bench = Bench(root=sample.root)
    now = Circumstances(mode="auto", unconfined=True, toolsets=chosen_sets(["shell_readonly"]))
    for command, cwd, action in (
        ("cat name.txt", ".", "allow"),
        ("cat name.txt", "sub", "allow"),
        ("ls -R", "sub", "allow"),
        ("cat link", ".", "ask"),
        ("ls -l link", ".", "ask"),
        ("cat sub/up/name.txt", ".", "allow"),
        ("cat sub/away/outside.txt", ".", "ask"),
        ("cat away/outside.txt", "sub", "ask"),
        ("cat .env", ".", "ask"),
        ("cat notes", ".", "ask"),
        ("wc -l name.txt notes", ".", "ask"),
        ("cat .git/config", ".", "ask"),
        ("cat config", "sub/.ssh", "ask"),
    ):
        proposal = await bench.prepare(Shell(classifier=BashReader()), command=command, cwd=cwd)
        assert decide(proposal, now).action == action, (command, cwd)

    program = Program(sample.root)
    asked = tool(program, "shell_readonly", "shell", command="cat notes")
    assert asked.status == 6
    assert "held-back" not in asked.out + asked.err
    told = program.run("--toolset", "shell_readonly", "rules", "test", "cat link").out
    assert told.startswith("◆ ask")
    told = program.run("--toolset", "shell_readonly", "rules", "test", "cat name.txt").out
    assert "✓ allow  cat only looks, inside the workspace" in told
    assert "toolset shell_readonly" in told


def test_a_program_planted_in_the_project_is_not_what_runs_unasked(sample: Repository) -> None:
    planted = sample.root / ".venv" / "bin" / "ls"
    planted.parent.mkdir(parents=True)
    (sample.root / ".venv" / "pyvenv.cfg").write_text("")
    planted.write_text("#!/bin/sh\necho planted\n")
    planted.chmod(0o755)
    program = Program(sample.root)
    assert "planted" not in tool(program, "shell_readonly", "shell", command="ls").out
    arguments = ("--no-sandbox", "tool", "shell", "--args", '{"command": "ls"}', "--approve-all")
    assert program.run(*arguments).out.startswith("planted\n")


def test_a_model_is_offered_and_may_call_the_chosen_tools_alone(
    sample: Repository, tmp_path: Path
) -> None:
    calls = [
        call("read", path="name.txt"),
        call("write", path="x", content="x"),
        call("fly", to="moon"),
    ]
    model = script(tmp_path, [{"text": "I try.", "call": calls}, {"text": "So be it."}])
    program = Program(sample.root / "sub")
    done = program.run(
        *("--toolset", "filesystem_cwd_ro", "--toolset", "shell_readonly", "-p", "look"),
        *("--model", model, "--mode", "auto", "--json"),
    )
    assert done.status == 0
    outputs = done.outputs
    assert [one.get("error", "") for one in outputs] == ["", "tool_not_available", "unknown_tool"]
    assert outputs[0]["text"] == "1\tbelow"
    assert "The tools are: ask, list, plan, read, search, shell." in outputs[1]["text"]
    [started] = done.events("SessionStarted")
    assert started["workspace"] == str(sample.root / "sub")
    assert not (sample.root / "sub" / "x").exists()


def test_checks_still_run_where_the_model_has_no_shell(sample: Repository, tmp_path: Path) -> None:
    checked = '[[checks]]\nname = "there"\ncommand = "test -f made.txt"\n'
    sample.write(".agentrc", checked)
    made = [{"text": "I make it.", "call": [call("write", path="made.txt", content="x\n")]}]
    model = script(tmp_path, [*made, {"text": "Made."}])
    done = Program(sample.root).run(
        *("--toolset", "filesystem_project", "-p", "make it", "--model", model, "--trust"),
        *("--mode", "edit", "--approve-all", "--no-sandbox", "--json"),
    )
    assert done.status == 0
    assert [one["status"] for one in done.final["report"]["checks"]] == ["passed"]


def test_only_the_users_own_settings_choose_toolsets(sample: Repository, home: Path) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text('toolsets = ["filesystem_project_ro"]\n')
    sample.write(".agentrc", 'toolsets = ["filesystem_project", "shell_file_ops"]\n')
    program = Program(sample.root)
    shown = program.run("--trust", "config", "explain", "toolsets").out
    assert "only your own settings may say this" in shown
    refused = program.run(
        *("--trust", "--mode", "edit", "tool", "write", "--json"),
        *("--args", '{"path": "x", "content": "x"}'),
    )
    assert json.loads(refused.out)["error"] == "tool_not_available"
    typed = program.run(
        *("--toolset", "filesystem_project", "--mode", "edit", "tool", "write"),
        *("--args", '{"path": "x", "content": "x"}'),
    )
    assert typed.status == 0


def test_a_session_of_the_whole_project_is_not_taken_up_where_only_a_folder_is_open(
    sample: Repository, tmp_path: Path
) -> None:
    model = script(tmp_path, [{"text": "Said."}])
    program = Program(sample.root / "sub")
    assert program.run("-p", "hello", "--model", model).status == 0
    refused = program.run("--toolset", "filesystem_cwd", "-c", "-p", "go on", "--model", model)
    assert refused.status == 2
    assert "belongs to" in refused.err
