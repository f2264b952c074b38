from __future__ import annotations

import asyncio
import gc
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tui_agent.adapters.processes.capture import ProgramError, capture, key_from
from tui_agent.adapters.processes.editor import edit_text, editor_of
from tui_agent.adapters.processes.runner_process import RunnerError, RunnerProcess

PATH = {"PATH": os.environ["PATH"]}


async def test_a_program_gets_its_input_and_gives_its_output_apart(tmp_path: Path) -> None:
    done = await capture(
        ["/bin/sh", "-c", "cat; echo wrong >&2; exit 2"],
        cwd=str(tmp_path), environ=PATH, stdin=b"in\0put" * 50_000,
    )  # fmt: skip
    assert (done.code, done.out, done.err) == (2, b"in\0put" * 50_000, "wrong")


async def test_a_program_that_reads_nothing_does_not_hang(tmp_path: Path) -> None:
    data = b"x" * 5_000_000
    done = await capture(["true"], cwd=str(tmp_path), environ=PATH, stdin=data)
    assert done.code == 0


async def test_too_much_output_ends_the_program(tmp_path: Path) -> None:
    done = await capture(["yes"], cwd=str(tmp_path), environ=PATH, limit=1000)
    assert (done.cut, len(done.out)) == (True, 1000)


async def test_a_program_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    begun = time.monotonic()
    with pytest.raises(ProgramError, match=r"sleep did not end within 0\.1 s"):
        await capture(["sleep", "60"], cwd=str(tmp_path), environ=PATH, seconds=0.1)
    assert time.monotonic() - begun < 3


async def test_a_cancelled_program_is_ended(tmp_path: Path) -> None:
    argv = ["/bin/sh", "-c", "echo $$ > pid; exec sleep 60"]
    task = asyncio.create_task(capture(argv, cwd=str(tmp_path), environ=PATH))
    await asyncio.sleep(0.3)
    pid = int((tmp_path / "pid").read_text())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_program_cancelled_as_it_ends_is_known_to_the_loop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for moment in range(80):
        task = asyncio.create_task(capture(["true"], cwd=str(tmp_path), environ=PATH))
        await asyncio.sleep(moment * 0.00005)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert [record.message for record in caplog.records] == []


def test_what_a_program_left_behind_holds_no_stream_of_a_loop_that_has_ended(
    tmp_path: Path,
) -> None:
    async def at_work() -> int:
        argv = ["/bin/sh", "-c", "sleep 60 & echo $! > left; sleep 60"]
        with pytest.raises(ProgramError, match="did not end"):
            await capture(argv, cwd=str(tmp_path), environ=PATH, seconds=0.3)
        return int((tmp_path / "left").read_text())

    left = asyncio.run(at_work())
    os.kill(left, signal.SIGKILL)
    gc.collect()


def test_a_closed_runner_holds_no_stream_of_a_loop_that_has_ended(tmp_path: Path) -> None:
    says = "echo '{}' >&0; sleep 60 <&- & echo $! > left; cat > /dev/null"

    async def at_work() -> int:
        argv = ["/bin/sh", "-c", f"cd '{tmp_path}'; {says}"]
        runner, _ = await RunnerProcess.start(argv, {}, PATH)
        await runner.close()
        return int((tmp_path / "left").read_text())

    left = asyncio.run(at_work())
    os.kill(left, signal.SIGKILL)
    gc.collect()


async def test_a_runner_that_ends_before_it_was_told_its_plan_says_why() -> None:
    argv = ["/bin/sh", "-c", "echo 'bwrap: no namespaces' >&2; exit 1"]
    larger_than_a_socket = {"plan": "x" * 8_000_000}
    with pytest.raises(RunnerError, match="no namespaces"):
        await RunnerProcess.start(argv, larger_than_a_socket, PATH)


async def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="no-such-program cannot be started: No such file"):
        await capture(["no-such-program"], cwd=str(tmp_path), environ=PATH)


async def test_a_key_command_gives_the_key_and_its_failure_does_not_show_it() -> None:
    assert await key_from("echo made-up-key", PATH) == "made-up-key"
    with pytest.raises(ProgramError, match="status 3: no vault") as failed:
        await key_from("echo made-up-key; echo no vault >&2; exit 3", PATH)
    assert "made-up-key" not in str(failed.value)
    with pytest.raises(ProgramError, match="on one line"):
        await key_from("echo one; echo two", PATH)
    with pytest.raises(ProgramError, match="on one line"):
        await key_from("true", PATH)


def _editor(folder: Path, text: str) -> dict[str, str]:
    script = folder / "my editor"
    script.write_text(f"#!/bin/sh\n{text}\n")
    script.chmod(0o755)
    return PATH | {"EDITOR": f"'{script}' --wait"}


async def test_the_users_editor_changes_the_text_exactly(tmp_path: Path) -> None:
    environ = _editor(tmp_path, 'test "$1" = --wait && printf "b\\r\\nä" >> "$2"')
    assert await edit_text("a\n", environ=environ, suffix=".diff") == "a\nb\r\nä"


async def test_an_editor_that_fails_leaves_the_text_alone(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="ended with status 1; the text is as it was"):
        await edit_text("a\n", environ=_editor(tmp_path, "exit 1"))


def test_without_an_editor_the_setting_is_named() -> None:
    with pytest.raises(ProgramError, match="set EDITOR"):
        editor_of({"PATH": "/nowhere"})
    with pytest.raises(ProgramError, match="cannot be read"):
        editor_of({"EDITOR": "'unclosed"})
    assert editor_of({"VISUAL": "code -w", "EDITOR": "vi"}) == ["code", "-w"]


UNDER_A_LOWER_LIMIT = """
import asyncio, sys
from tui_agent.adapters.processes.commands import Launch, run
launch = Launch(argv=("/bin/sh", "-c", "echo fine"), cwd="/", environ={}, timeout_seconds=5)
print((asyncio.run(run(launch, lambda _: None))).output)
"""


def test_a_limit_that_is_lower_already_does_no_harm() -> None:
    def lower() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    done = subprocess.run(
        [sys.executable, "-c", UNDER_A_LOWER_LIMIT],
        env={"PYTHONPATH": os.pathsep.join(sys.path), **PATH},
        preexec_fn=lower, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "fine\n\n"
