"""A provider's key: in the model's host, and nowhere else that anybody could look."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.servers.model_server import ModelServer
from tests.stories.program import ROOT, Program, call, edit, script, with_sample
from tests.support.repository import Repository
from tui_agent.adapters.models.keys import KEY_VARIABLES, strip_key_variables
from tui_agent.ui.crash import guarded

KEY = "sk/test+0123456789abcdef-ghijkl"
FORMS = (KEY, base64.b64encode(KEY.encode()).decode(), quote(KEY, safe=""))


@pytest.fixture
def sample(repository: Repository) -> Repository:
    return with_sample(repository)


def _holds_no_key(text: str) -> bool:
    return not any(form in text for form in FORMS)


def _processes(pid: int) -> Iterator[int]:
    """Yield a process and those below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _processes(int(child))


def _names_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


@pytest.mark.case(55)
def test_the_key_is_in_no_environ_and_no_argument_but_its_hosts_while_a_command_runs(
    sample: Repository, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    wait = f"touch {ready}; sleep 30"
    turns = [{"text": "I wait.", "call": [call("shell", command=wait)]}, {"text": "Done."}]
    with ModelServer({"turn": turns}) as server:
        program = Program(
            sample.root, OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"{server.url}/v1", MY_COPY=KEY
        )
        process = program.start(
            *("-p", "go", "--model", "openai/gpt-test", "--approve-all", "--no-sandbox")
        )
        try:
            deadline = time.monotonic() + 60
            while not ready.exists() and time.monotonic() < deadline:
                time.sleep(0.02)
            assert ready.exists()
            holders = []
            for pid in _processes(process.pid):
                with suppress(FileNotFoundError, ProcessLookupError):  # It has ended meanwhile.
                    names = _names_of(pid)
                    assert _holds_no_key(names)
                    if not _holds_no_key(Path(f"/proc/{pid}/environ").read_bytes().decode()):
                        holders.append(names)
            limits = Path(f"/proc/{process.pid}/limits").read_text()
        finally:
            process.terminate()
            process.communicate(timeout=60)
    assert all("host_main.py" in names for names in holders), holders
    core = next(line for line in limits.split("\n") if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


@pytest.mark.case(54, 55)
@pytest.mark.capability("S4.18", part="redaction")
def test_a_key_that_is_echoed_is_in_nothing_kept_printed_or_exported(
    sample: Repository, home: Path
) -> None:
    echoed = f"You sent {KEY}, {FORMS[1]} and {FORMS[2]}."
    turns: list[dict[str, Any]] = [
        {"text": echoed, "call": [call("shell", command=_said_in_halves(echoed))]},
        {"text": echoed},
    ]
    with ModelServer({"turn": turns}) as server:
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{server.url}/v1"}
        program = Program(sample.root, **environ)
        done = program.run(
            *("-p", "go", "--model", "openai/gpt-test", "-vv", "--approve-all", "--no-sandbox")
        )
        sent = "".join(str(one.body) for one in server.requests)
        shown = [
            program.run("sessions", "show", "last", *more)
            for more in ((), ("--json",), ("--state",))
        ]
        exported = [
            program.run("sessions", "export", "last", "--format", kind, "--yes", "-o", "-")
            for kind in ("md", "html", "json")
        ]
    assert all(one.status == 0 and len(one.out) > 100 for one in exported), exported[0].err
    shown += exported
    assert done.status == 0, done.err
    assert len(done.out) > 20
    for text in (done.out, done.err, sent, *(one.out + one.err for one in shown)):
        assert _holds_no_key(text)
    kept = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.suffix == ".jsonl" for path in kept)
    for path in kept:
        assert _holds_no_key(path.read_bytes().decode("utf-8", "replace")), path


def _said_in_halves(text: str) -> str:
    """Return a command that prints a text which does not stand in it."""
    return f"printf %s%s '{text[::2]}' '{text[1::2]}' | python3 -c '{_WOVEN}'"


_WOVEN = (
    "import sys; t = sys.stdin.read(); n = (len(t) + 1) // 2; "
    'print("".join(a + b for a, b in zip(t[:n], t[n:] + " ")))'
)


@pytest.mark.case(98)
def test_a_mask_that_stands_for_a_secret_is_neither_written_nor_run_nor_looked_for(
    sample: Repository, tmp_path: Path
) -> None:
    token, example = "ghp_" + "a1B2" * 9, "AKIA" + "IOSFODNN7EXAMPLE"
    before = f'A = 1\nKEY = "{token}"\n'
    shown = 'KEY = "[redacted github]"'
    sample.write("keys.py", before)
    turns: list[dict[str, Any]] = [
        {"text": "1", "call": [call("read", path="keys.py")]},
        {"text": "2", "call": [call("write", path="new.py", content=f"A = '{example}'\n")]},
        {"text": "3", "call": [edit("keys.py", "A = 1", f"A = '{example}'")]},
        {"text": "4", "call": [edit("keys.py", f"A = 1\n{shown}", f"A = 2\n{shown}")]},
        {"text": "5", "call": [call("write", path="keys.py", content=f"A = 2\n{shown}\n")]},
        {"text": "6", "call": [call("shell", command=f"echo {token} > by-command")]},
        {"text": "7", "call": [call("search", pattern=example)]},
        {"text": "8", "call": [edit("keys.py", "A = 1", "A = 3")]},
        {"text": "Done."},
    ]
    done = Program(sample.root).run(
        *("-p", "go", "--model", script(tmp_path, turns), "--json", "--approve-all"),
        "--no-sandbox",
    )
    assert done.status == 0, done.err
    read, *refused, written = done.outputs
    assert shown in read["text"]
    assert [one["ok"] for one in refused] == [False] * 6
    assert all("stands in place of" in one["text"] for one in refused)
    assert written["ok"]
    assert (sample.root / "keys.py").read_text() == before.replace("A = 1", "A = 3")
    assert not (sample.root / "new.py").exists()
    assert not (sample.root / "by-command").exists()


@pytest.mark.case(54)
def test_a_refusal_that_echoes_the_key_is_masked(sample: Repository, home: Path) -> None:
    refused = {"text": "Never.", "fault": [{"kind": "echo_key", "times": 9}]}
    with ModelServer({"turn": [refused]}) as server:
        environ = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"{server.url}/v1"}
        done = Program(sample.root, **environ).run(
            "-p", "go", "--model", "openai/gpt-test", "--json"
        )
    assert done.status == 5, done.err
    assert "OPENAI_API_KEY" in done.out + done.err
    assert _holds_no_key(done.out + done.err)
    for path in home.rglob("*"):
        assert not path.is_file() or _holds_no_key(path.read_bytes().decode("utf-8", "replace"))


@pytest.mark.case(52)
@pytest.mark.parametrize("name", ["HOME_ASSISTANT", "MY_COPY", "LC_SECRET"])
def test_a_keys_value_goes_under_any_name(name: str) -> None:
    environ = {"OPENAI_API_KEY": KEY, name: KEY, "LANG": "C.UTF-8", "SHORT": "no"}
    assert strip_key_variables(environ) == {"LANG": "C.UTF-8", "SHORT": "no"}


@pytest.mark.case(52)
def test_our_own_commands_run_the_projects_without_a_key(sample: Repository) -> None:
    look = 'tr "\\0" "\\n" < /proc/$PPID/environ; env'
    program = Program(sample.root, **dict.fromkeys(KEY_VARIABLES[:5], KEY), MY_COPY=KEY)
    done = program.run(
        *("tool", "shell", "--args", f'{{"command": {_json(look)}}}', "--approve-all"),
        "--no-sandbox",
    )
    assert "PATH=" in done.out + done.err, done.err
    assert _holds_no_key(done.out + done.err)


def _json(text: str) -> str:
    import json

    return json.dumps(text)


@pytest.mark.case(53)
def test_variables_that_make_programs_run_things_reach_no_command(
    sample: Repository, tmp_path: Path
) -> None:
    mark = tmp_path / "it-ran"
    evil = tmp_path / "evil.sh"
    evil.write_text(f"touch {mark}\n")
    turns: list[dict[str, Any]] = [
        {"text": "Look.", "call": [call("shell", command="bash -c 'env; git log -1; ls'")]},
        {"text": "Done."},
    ]
    program = Program(
        sample.root,
        BASH_ENV=str(evil),
        ENV=str(evil),
        PROMPT_COMMAND=f"touch {mark}",
        NODE_OPTIONS=f"--require {evil}",
        PYTHONSTARTUP=str(evil),
        PERL5OPT="-Mevil",
        RUBYOPT="-revil",
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0="core.pager",
        GIT_CONFIG_VALUE_0=f"touch {mark}",
        GIT_SSH_COMMAND=f"touch {mark}",
        **{"BASH_FUNC_ls%%": f"() {{ touch {mark}; }}"},
    )
    done = program.run(
        *("-p", "go", "--model", script(tmp_path, turns), "--json"),
        *("--approve-all", "--no-sandbox"),
    )
    [finished] = done.events("ToolFinished")
    printed = str(finished["output"]["text"])
    assert "PATH=" in printed
    assert "A wrong answer" in printed
    for name in ("BASH_ENV", "PROMPT_COMMAND", "NODE_OPTIONS", "GIT_CONFIG", "BASH_FUNC", "OPT="):
        assert name not in printed
    assert not mark.exists()


@pytest.mark.case(55)
def test_the_program_can_be_neither_dumped_nor_read() -> None:
    code = (
        "import ctypes, resource\n"
        "from tui_agent.cli import _harden\n"
        "_harden()\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0 (0, 0)\n"


@pytest.mark.case(55)
def test_a_fault_report_holds_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_agent.cli import _masked

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    token = "ghp_" + "a1B2" * 9

    def fault() -> int:
        message = f"cannot use {KEY} or {token}\x1b]52;c;eA==\x07"
        raise RuntimeError(message)

    assert guarded(fault, lambda: tmp_path / "faults", _masked) == 1
    [report] = (tmp_path / "faults").iterdir()
    for text in (report.read_text(), capsys.readouterr().err):
        assert _holds_no_key(text)
        assert token not in text
        assert "[OPENAI_API_KEY]" in text
    assert report.stat().st_mode & 0o077 == 0
