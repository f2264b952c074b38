"""Rows of the list of capabilities, each checked as the row says, on the program itself."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.stories.program import SAMPLE, Program, call, edit, script, with_sample
from tests.support.repository import Repository
from tests.support.screen import Screen
from tui_agent.core.wire import decode_record

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]

EDIT = edit("answer.py", "return 41", "return 42")
MENDING: list[dict[str, Any]] = [{"text": "One number.", "call": [EDIT]}, {"text": "Mended."}]
FREELY = ("--mode", "edit", "--approve-all", "--no-sandbox")


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


@pytest.mark.capability("S0.3")
def test_a_blank_request_is_refused_and_a_question_changes_and_checks_nothing(
    sample: Repository, tmp_path: Path
) -> None:
    program = Program(sample.root)
    assert program.run("-p", " ").status == 2
    sample.write("test_answer.py", "def test_nothing():\n    assert False\n")
    look = {"text": "I look.", "call": [call("read", path="answer.py")]}
    model = script(tmp_path, [look, {"text": "Because of the 41."}])
    done = program.run("-p", "why is it wrong?", "--model", model, *FREELY, "--json")
    assert done.status == 0
    assert done.final["report"]["intent"] == "question"
    assert done.final["report"].get("files", []) == []
    phases = [one["phase"] for one in done.events("PhaseEntered")]
    assert "verify" not in phases
    assert done.events("EditApplied") == []
    assert done.events("CheckFinished") == []


@pytest.mark.capability("S0.4")
def test_red_checks_spend_the_loops_and_the_turn_halts_with_its_reason(
    sample: Repository, tmp_path: Path
) -> None:
    sample.write(
        "test_answer.py",
        "from answer import answer\n\n\ndef test_it():\n    assert answer() == 1\n",
    )
    turns = [
        {"text": f"Attempt {number}.", "call": [edit("answer.py", f"4{number}", f"4{number + 1}")]}
        for number in range(1, 4)
    ]
    said: list[dict[str, Any]] = []
    for turn in turns:
        said += [turn, {"text": "Now it passes."}]
    model = script(tmp_path, said)
    done = Program(sample.root).run("-p", "mend it", "--model", model, *FREELY, "--json")
    assert done.status == 7
    assert done.final["stop_reason"] == "max_loops_exhausted"
    assert len(done.events("CheckFinished")) == 3
    [check] = done.final["report"]["checks"]
    assert check["status"] == "failed"
    assert done.final["report"].get("verified", False) is False


@pytest.mark.capability("S0.5")
def test_the_model_is_told_of_the_repository_and_not_of_ignored_files(
    sample: Repository, tmp_path: Path
) -> None:
    sample.write(".gitignore", "secret_plans/\n")
    sample.write("secret_plans/plan.txt", "x")
    sample.write("deep/er/est/file.txt", "x")
    sample.write("AGENTS.md", "Say please.\n")
    model = script(tmp_path, [{"text": "I see."}])
    done = Program(sample.root).run("-p", "look", "--model", model, "--json", "--trust")
    [loaded] = done.events("InstructionsLoaded")
    assert [one["path"] for one in loaded["files"]] == ["AGENTS.md"]
    told = loaded["text"] if isinstance(loaded["text"], str) else loaded["text"]["preview"]
    assert "Say please." in told
    assert "answer.py" in json.dumps(loaded)
    assert "deep/" in json.dumps(loaded)
    assert "secret_plans/plan.txt" not in done.out
    [request] = done.events("ModelRequested")
    assert "Say please." in json.dumps(request["added"])


@pytest.mark.capability("S0.14")
def test_files_are_read_listed_and_searched_with_line_numbers(sample: Repository) -> None:
    program = Program(sample.root)
    sample.write("package/more.py", "def more():\n    return answer()\n")
    found = program.run("tool", "search", "--args", '{"pattern": "def \\\\w+"}').out
    assert found == "answer.py\n1:  def answer():\n\npackage/more.py\n1:  def more():\n"
    listed = program.run("tool", "list", "--args", '{"path": ".", "depth": 2}').out
    assert [line.strip() for line in listed.split("\n") if "more" in line] == ["package/more.py"]
    paged = program.run(
        "tool", "read", "--args", '{"path": "answer.py", "offset": 2, "limit": 1}'
    ).out
    assert paged.startswith('2       """The answer."""')
    broken = program.run("tool", "search", "--args", '{"pattern": "def ("}')
    assert broken.status == 1
    assert "(" in broken.err


@pytest.mark.capability("S0.16")
def test_commands_ask_or_are_blocked_and_a_time_limit_leaves_no_child(sample: Repository) -> None:
    program = Program(sample.root)
    curl = ("tool", "shell", "--args", '{"command": "curl --version"}', "--json")
    strict = program.run("--profile", "strict", "--no-sandbox", *curl, "--approve-all")
    assert strict.status == 1
    assert "does not run curl" in json.loads(strict.out)["text"]
    default = program.run(*curl)
    assert default.status == 6
    assert json.loads(default.out)["error"] == "needs_approval"

    command = "(setsid sleep 271.83 &) ; sleep 271.82 & sleep 271.81"
    begun = time.monotonic()
    late = program.run(
        *("--no-sandbox", "tool", "shell", "--approve-all", "--json"),
        *("--args", json.dumps({"command": command, "timeout": 1})),
    )
    assert time.monotonic() - begun < 60
    assert json.loads(late.out)["error"] == "timeout"
    left = [
        path.read_bytes()
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"sleep\x00271.8" in _bytes(path)
    ]
    assert [line for line in left if b"271.83" not in line] == []


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.capability("S1.15")
def test_what_is_not_known_asks_and_in_profile_strict_is_blocked(sample: Repository) -> None:
    program = Program(sample.root)
    assert program.run("rules", "test", "sort -o x y").out.startswith("◆ ask")
    assert program.run("rules", "test", "frobnicate --all").out.startswith("◆ ask")
    for command in ("frobnicate --all", "git status; rm x", "git log > x", "./git status"):
        told = program.run("--profile", "strict", "rules", "test", command).out
        assert told.startswith("∅ deny"), command
    assert not program.run("--profile", "strict", "rules", "test", "git log").out.startswith("∅")


@pytest.mark.capability("S0.2")
def test_the_state_is_typed_and_the_same_after_replay(sample: Repository, tmp_path: Path) -> None:
    program = Program(sample.root)
    program.run("-p", "mend it", "--model", script(tmp_path, MENDING), *FREELY)
    state = json.loads(program.run("sessions", "show", "last", "--state").out)
    assert state["turns"][0]["changed"] == {"answer.py": [1, 1]}
    stops = program.run("replay", "last", "--json").lines
    last = program.run("replay", "last", "--json", "--at", str(len(stops))).lines[0]["state"]
    assert last["turns"] == state["turns"]
    assert last["plan"] == state["plan"]
    assert last["telemetry"]["usage"] == state["telemetry"]["usage"]


@pytest.mark.capability("S0.20")
def test_a_session_exports_as_one_trace_and_a_bad_profile_is_a_usage_error(
    sample: Repository, tmp_path: Path, home: Path
) -> None:
    program = Program(sample.root)
    run = program.run("-p", "mend it", "--model", script(tmp_path, MENDING), *FREELY, "--json")
    trace = json.loads(program.run("sessions", "show", run.final["session"], "--json").out)
    assert set(trace) >= {"run_id", "turns", "events", "status", "problems"}
    [turn] = trace["turns"]
    assert (turn["request"], turn["intent"]) == ("mend it", "code_change")
    assert turn["final"]["reason"] == "done"
    assert [decode_record(one).seq for one in trace["events"]] == list(
        range(1, len(trace["events"]) + 1)
    )
    (home / "agent").mkdir(exist_ok=True)
    (home / "agent" / "config.toml").write_text('profile = "careful"\n')
    assert program.run("-p", "x", "--model", "script:x").status == 2
    (home / "agent" / "config.toml").write_text(
        '[profile]\nuse = "careful"\n[profile.careful]\nmode = 3\n'
    )
    broken = program.run("-p", "x", "--model", "script:x")
    assert broken.status == 2
    assert "profile.careful" in broken.err


def test_a_rejected_patch_leaves_every_byte_as_it_was(sample: Repository, tmp_path: Path) -> None:
    model = script(tmp_path, MENDING)
    done = Program(sample.root).run("-p", "mend it", "--model", model, "--reject-all", "--json")
    assert sample.read("answer.py") == SAMPLE.encode()
    assert done.events("ToolStarted") == []


@pytest.mark.capability("S1.16")
@pytest.mark.timeout(60)
def test_sets_of_tools_are_rooted_read_only_or_free_as_they_say(sample: Repository) -> None:
    sample.write("sub/where.txt", "in the folder\n")
    sample.write("where.txt", "in the project\n")
    program = Program(sample.root / "sub")
    listed = program.run("tools", "list").out
    six = [
        line.split()[0] for line in listed.rpartition("every tool is there:\n")[2].split("\n")[:-1]
    ]
    assert len(six) == 6
    assert "shell_file_ops         shell  free: ls, pwd; asks: mv, cp" in listed

    read = ("tool", "read", "--args", '{"path": "where.txt"}')
    assert "in the folder" in program.run("--toolset", "filesystem_cwd", *read).out
    assert "in the project" in program.run("--toolset", "filesystem_project", *read).out

    write = ("tool", "write", "--json", "--args", '{"path": "new.txt", "content": "x"}')
    refused = program.run("--toolset", "filesystem_project_ro", *write, "--approve-all")
    assert refused.status == 1
    assert json.loads(refused.out)["error"] == "tool_not_available"
    assert not (sample.root / "new.txt").exists()

    ops = ("--toolset", "shell_file_ops", "tool", "shell", "--json", "--args")
    silent = program.run(*ops, '{"command": "ls sub"}')
    assert silent.status == 0
    assert json.loads(silent.out)["text"].startswith("where.txt\n")
    asked = program.run(*ops, '{"command": "mv where.txt there.txt"}')
    assert json.loads(asked.out)["error"] == "needs_approval"
    unknown = program.run(*ops, '{"command": "curl x"}')
    assert json.loads(unknown.out)["error"] == "needs_approval"
    looked = program.run(
        *("--toolset", "shell_readonly", "tool", "shell", "--json"),
        *("--args", '{"command": "rm where.txt"}'),
    )
    assert json.loads(looked.out)["error"] == "needs_approval"
    assert program.run("--toolset", "everything", "tools", "list").status == 2


@pytest.mark.capability("S1.17")
def test_what_happens_is_told_headless_and_on_the_screen_with_its_place_in_the_queue(
    sample: Repository, tmp_path: Path
) -> None:
    sample.write("list.txt", "".join(f"{number}\n" for number in range(40)))
    edits = [{"old": f"\n{n}\n", "new": f"\n{n} changed\n"} for n in (5, 20, 35)]
    turns: list[dict[str, Any]] = [
        {"text": "Three places.", "call": [call("edit", path="list.txt", edits=edits)]},
        {"text": "Said."},
    ]
    model = script(tmp_path, turns)
    program = Program(sample.root)
    told = program.run("-p", "change it", "--model", model, "-vv")
    assert "· act" in told.err
    assert "∅ edit     list.txt" in told.err
    as_json = program.run("-p", "change it", "--model", model, "-vv", "--json")
    assert {line["type"] for line in as_json.lines} >= {"TextDelta", "PhaseEntered", "ToolCalled"}

    environ = {name: value for name, value in program.environ.items() if name != "NO_COLOR"}
    with Screen(program.command("change it", "--model", model), environ, sample.root) as person:
        person.wait("hunk 1 of 3")
        time.sleep(0.6)
        person.press("y")
        person.wait("hunk 2 of 3")
        person.press("n")
        person.wait("hunk 3 of 3")
        person.press("y", "enter")
        person.wait("Said.", "2 of 3 hunks")
    assert sample.read("list.txt").count(b"changed") == 2
