"""Every way in which a run can end badly: a clear sentence, the right status, nothing lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.model_server import ModelServer
from tests.stories.program import Program, call, edit, script, with_sample
from tests.support.repository import Repository

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


def over_http(sample: Repository, server: ModelServer) -> Program:
    return Program(
        sample.root, OPENAI_BASE_URL=f"{server.url}/v1", OPENAI_API_KEY="sk-test-0123456789abcdef"
    )


def test_without_a_key_it_says_what_mends_it(sample: Repository) -> None:
    done = Program(sample.root).run("-p", "hello")
    assert done.status == 5
    assert "No model: none is chosen, and no key was found" in done.err
    assert "export ANTHROPIC_API_KEY" in done.err
    assert "agent demo" in done.err


def test_a_model_without_its_key_is_status_5_with_the_command_that_mends_it(
    sample: Repository,
) -> None:
    done = Program(sample.root).run("-p", "hello", "--model", "deepseek/deepseek-v4-pro")
    assert done.status == 5
    assert "DEEPSEEK_API_KEY" in done.err


@pytest.mark.parametrize(
    ("turn", "sentence"),
    [
        ({"fault": [{"kind": "status", "status": 401, "times": 9}]}, "401"),
        ({"fault": [{"kind": "status", "status": 404, "times": 9}]}, "404"),
        ({"fault": [{"kind": "html", "times": 9}]}, "web page"),
        ({"fault": [{"kind": "half_call", "times": 9}], "call": [call("list")]}, "tool call"),
    ],
)
def test_a_server_that_fails_is_told_in_a_sentence(
    sample: Repository, turn: dict[str, Any], sentence: str
) -> None:
    with ModelServer({"turn": [{"text": "Never seen. " * 9, **turn}]}) as server:
        done = over_http(sample, server).run("-p", "hello", "--model", "openai/gpt-test", "--json")
    assert done.status == 5
    error = done.final["error"]
    assert sentence in error["message"], error
    assert done.final["stop_reason"] == "model_failed"


def test_a_server_that_nobody_runs_is_said_to_be_unreachable(sample: Repository) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = Program(sample.root, OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1")
    done = program.run("-p", "hello", "--model", "openai/gpt-test")
    assert done.status == 5
    assert f"127.0.0.1:{port}" in done.err


def test_an_unknown_model_is_named(sample: Repository) -> None:
    done = Program(sample.root).run("-p", "hello", "--model", "no-such-model")
    assert done.status == 5
    assert "no-such-model" in done.err


def test_a_missing_script_is_named(sample: Repository) -> None:
    done = Program(sample.root).run("-p", "hello", "--model", "script:nowhere.toml")
    assert done.status == 5
    assert "nowhere.toml" in done.err


def test_the_key_reaches_the_server_and_nothing_else(sample: Repository) -> None:
    look = "cat /proc/$PPID/environ /proc/self/environ | tr '\\0' '\\n' | grep -c 0123456789abc"
    turns = [
        {"text": "Let me look.", "call": [call("shell", command=look)]},
        {"text": "Nothing there."},
    ]
    with ModelServer({"turn": turns}) as server:
        program = over_http(sample, server)
        done = program.run(
            "-p", "look", "--model", "openai/gpt-test", "--approve-all", "--no-sandbox", "--json"
        )
        asked = [one.headers.get("authorization") for one in server.requests]
    assert asked == ["Bearer sk-test-0123456789abcdef"] * 2
    assert done.status == 0
    [finished] = done.events("ToolFinished")
    assert finished["output"]["exit_code"] == 1, finished
    assert "sk-test-0123456789abcdef" not in done.out + done.err


def test_beside_a_scripted_model_a_command_finds_no_key_either(
    sample: Repository, tmp_path: Path
) -> None:
    look = "cat /proc/$PPID/environ /proc/self/environ | tr '\\0' '\\n' | grep -c 0123456789abc"
    first = {"text": "I look.", "call": [call("shell", command=look)]}
    turns: list[dict[str, Any]] = [first, {"text": "Nothing."}]
    program = Program(sample.root, OPENAI_API_KEY="sk-test-0123456789abcdef")
    done = program.run(
        *("-p", "look", "--model", script(tmp_path, turns), "--json"),
        *("--approve-all", "--no-sandbox"),
    )
    [finished] = done.events("ToolFinished")
    assert finished["output"]["exit_code"] == 1, finished


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--no-such-option", "x"), "unrecognized arguments: --no-such-option"),
        (("--mode", "fast", "x"), "invalid choice: 'fast'"),
        (("--approve-all", "--reject-all", "x"), "not allowed with"),
        (("--budget", "much", "x"), "invalid float value"),
        (("-p", "x", "--profile", "prd"), "there is no profile 'prd'; did you mean prod?"),
        (("-r", "zzzz"), "No session begins with 'zzzz'"),
        (("-c", "-p", "x"), "There is no session of this folder yet"),
        (("sessions", "frobnicate"), "invalid choice: 'frobnicate'"),
        (
            ("config", "explain", "limit.loops"),
            "limit.loops is no setting. Did you mean limits.loops?",
        ),
        (("tool", "nonsense"), "there is no tool nonsense; the tools are read,"),
        (("tool", "read", "--args", "{"), "--args is not JSON"),
        (("tool", "read", "--args", "[" * 5000), "--args is not JSON"),
        (("tool", "read", "--args", "[]"), "--args must be a JSON object"),
        (("rules",), "see agent rules --help"),
        (("rules", "what-if", "odd.toml"), "odd.toml:1: rules: expected a list, found 5"),
    ],
)
@pytest.mark.capability("S0.20", part="bad profile is a usage error")
def test_what_cannot_be_meant_is_status_2_with_a_sentence(
    sample: Repository, arguments: tuple[str, ...], sentence: str
) -> None:
    sample.write("odd.toml", "rules = 5\n")
    done = Program(sample.root).run(*arguments)
    assert done.status == 2
    assert sentence in done.err
    assert done.out == ""


def test_broken_settings_stop_it_before_anything_else(sample: Repository, home: Path) -> None:
    (home / "agent").mkdir()
    (home / "agent" / "config.toml").write_text('mode = "auto\n')
    done = Program(sample.root).run("-p", "hello", "--model", "script:x")
    assert done.status == 2
    assert "config.toml is not TOML" in done.err


def test_a_file_that_is_not_there_is_named_and_nothing_is_sent(
    sample: Repository, tmp_path: Path
) -> None:
    model = script(tmp_path, [{"text": "Never."}])
    done = Program(sample.root).run("-p", "look at @missing.py", "--model", model)
    assert done.status == 2
    assert "missing.py" in done.err
    assert done.out == ""


def test_outside_a_repository_it_works_and_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "a.txt").write_text("one\n")
    turns: list[dict[str, Any]] = [
        {"text": "a", "call": [edit("a.txt", "one", "two")]},
        {"text": "Done."},
    ]
    done = Program(tmp_path / "plain").run(
        "-p", "change it", "--model", script(tmp_path, turns), "--mode", "edit"
    )
    assert done.status == 0
    assert "no git repository" in done.err
    assert (tmp_path / "plain" / "a.txt").read_text() == "two\n"


def test_without_a_home_it_works_or_says_where_it_keeps_things(
    sample: Repository, tmp_path: Path
) -> None:
    model = script(tmp_path, [{"text": "Hi."}])
    homeless = ("HOME", "AGENT_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
    blocked = tmp_path / "blocked"
    blocked.touch()
    program = Program(sample.root, AGENT_HOME=str(blocked / "below"), TMPDIR=str(tmp_path))
    done = program.run("-p", "hello", "--model", model)
    assert done.status == 0
    [kept] = tmp_path.glob("agent-state-*")
    assert f"Sessions are kept in {kept} and may be lost" in done.err
    program = Program(sample.root)
    program.environ["XDG_STATE_HOME"] = str(tmp_path / "state")
    assert program.run("config", "show", without=homeless[:2]).status == 0


@pytest.mark.case(71)
def test_an_untrusted_project_is_not_listened_to(sample: Repository, tmp_path: Path) -> None:
    sample.write(".agentrc", 'mode = "plan"\n')
    model = script(tmp_path, [{"text": "Hi."}])
    program = Program(sample.root)
    done = program.run("-p", "hello", "--model", model, "--json")
    assert "This folder is not trusted: .agentrc does not count. agent trust shows it" in done.err
    assert done.events("SessionStarted")[0].get("mode", "ask") == "ask"
    sample.write("AGENTS.md", "Be brief.\n")
    done = program.run("-p", "hello", "--model", model, "--json")
    assert ".agentrc, AGENTS.md do not count. agent trust shows them" in done.err
    trusted = program.run("-p", "hello", "--model", model, "--json", "--trust")
    assert trusted.events("SessionStarted")[0]["mode"] == "plan"
    assert trusted.events("SessionStarted")[0]["trusted"] is True


@pytest.mark.case(83)
@pytest.mark.parametrize("kilobytes", [6, 9, 12, 15])
def test_a_full_disk_stops_before_the_next_effect_and_loses_nothing(
    sample: Repository, tmp_path: Path, kilobytes: int
) -> None:
    turns: list[dict[str, Any]] = [
        {"text": "a", "call": [call("read", path="answer.py")]},
        {"text": "b", "call": [edit("answer.py", "41", "42")]},
        {"text": "c"},
    ]
    program = Program(sample.root)
    limited = program.limited(kilobytes)
    manner = ("--mode", "edit")
    full = limited.run("-p", "x", "--model", script(tmp_path, turns), *manner)
    assert full.status == 1
    assert "The session's log cannot be written (File too large): nothing more is done." in full.err
    assert sample.read("answer.py").count(b"41") == 1
    resumed = program.run("-c", *manner)
    assert resumed.status == 0
    assert sample.read("answer.py").count(b"42") == 1
    assert program.run("sessions", "verify").status == 0


@pytest.mark.case(88)
@pytest.mark.parametrize("closed", ["0<&-", ">&-", "2>&-", "0<&- >&- 2>&-"])
def test_closed_standard_streams_are_no_fault(
    sample: Repository, tmp_path: Path, home: Path, closed: str
) -> None:
    program = Program(sample.root)
    line = " ".join(program.command("-p", "hi", "--model", script(tmp_path, [{"text": "Hi."}])))
    done = subprocess.run(
        ["bash", "-c", f"{line} {closed}"],
        cwd=sample.root,
        env=program.environ,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not list(home.rglob("fault-*"))


@pytest.mark.parametrize(
    ("number", "reason", "session"),
    [(signal.SIGINT, "interrupted", "closed"), (signal.SIGTERM, "suspended", "suspended")],
)
def test_a_signal_ends_the_turn_or_suspends_it_with_status_130(
    sample: Repository, tmp_path: Path, number: signal.Signals, reason: str, session: str
) -> None:
    slow: list[dict[str, Any]] = [{"text": "word " * 500, "rate": 50}, {"text": "Back."}]
    program = Program(sample.root)
    with program.start("-p", "x", "--model", script(tmp_path, slow), "--json", "-vv") as run:
        assert run.stdout is not None
        for line in run.stdout:
            if '"TextDelta"' in line:
                break
        run.send_signal(number)
        rest = run.stdout.read()
        assert run.wait(timeout=20) == 130
    last = json.loads(rest.strip().split("\n")[-1])["final"]
    assert (last["stop_reason"], last["exit"]) == (reason, 130)
    assert f" {session} " in program.run("sessions").out


def test_an_interrupt_while_it_ends_changes_nothing_any_more(sample: Repository) -> None:
    late = "atexit.register(lambda: os.kill(os.getpid(), signal.SIGINT))"
    text = f"import atexit, os, signal; {late}; from tui_agent.cli import run; run()"
    program = Program(sample.root)
    argv = [sys.executable, "-c", text, "config", "explain", "modee"]
    done = subprocess.run(
        argv, cwd=sample.root, env=program.environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done


def test_a_reader_that_leaves_early_is_no_fault(sample: Repository, tmp_path: Path) -> None:
    model = script(tmp_path, [{"text": "line\n" * 50}])
    program = Program(sample.root)
    with program.start("-p", "talk", "--model", model, "--json") as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        errors = run.stderr.read()
        run.wait(timeout=20)
    assert "Traceback" not in errors
    assert "fault of its own" not in errors


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(sample: Repository, tmp_path: Path) -> None:
    model = script(
        tmp_path, [{"text": "a", "call": [edit("answer.py", "41", "42")]}, {"text": "Hm."}]
    )
    sample.root.chmod(0o500)
    try:
        done = Program(sample.root).run("-p", "x", "--model", model, "--mode", "edit", "-v")
    finally:
        sample.root.chmod(0o700)
    assert "answer.py" in done.err
