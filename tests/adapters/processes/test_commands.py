from __future__ import annotations

import asyncio
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_agent.adapters.processes import family
from tui_agent.adapters.processes.commands import TRAMPOLINE, Launch, run
from tui_agent.core.ports import Exit


def _launch(text: str, folder: Path, *, seconds: float = 8.0, **more: float) -> Launch:
    limits = {name: int(value) for name, value in more.items() if name != "grace_seconds"}
    return Launch(
        argv=("/bin/sh", "-c", text),
        cwd=str(folder),
        environ={"PATH": os.environ["PATH"]},
        timeout_seconds=seconds,
        grace_seconds=more.get("grace_seconds", 0.5),
        **limits,
    )


async def _run(text: str, folder: Path, *, seconds: float = 8.0, **more: float) -> Exit:
    return await run(_launch(text, folder, seconds=seconds, **more), lambda _: None)


async def _until(happened: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.01)


def _open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_a_command_gives_its_status_and_both_streams_in_order(tmp_path: Path) -> None:
    done = await _run("echo one; echo two >&2; echo three; exit 3", tmp_path)
    assert (done.exit_code, done.output) == (3, "one\ntwo\nthree\n")
    assert not done.timed_out
    assert not done.truncated


async def test_a_command_gets_exactly_the_environment_it_was_given(tmp_path: Path) -> None:
    os.environ["PROVIDER_API_KEY"] = "made-up"
    done = await _run("env | cut -d= -f1 | sort", tmp_path)
    assert set(done.output.split()) <= {"PATH", "PWD", "OLDPWD", "SHLVL", "_", family.MARK}


async def test_a_command_that_reads_gets_end_of_file_at_once(tmp_path: Path) -> None:
    assert (await _run("cat; echo done", tmp_path)).output == "done\n"


async def test_output_is_shown_while_the_command_still_runs(tmp_path: Path) -> None:
    pieces: list[str] = []
    task = asyncio.create_task(run(_launch("echo first; sleep 5", tmp_path), pieces.append))
    await _until(lambda: "".join(pieces) == "first\n")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_letter_that_comes_in_two_pieces_is_shown_whole(tmp_path: Path) -> None:
    pieces: list[str] = []
    await run(_launch(r"printf '\303'; sleep 0.1; printf '\244\n'", tmp_path), pieces.append)
    assert "".join(pieces) == "ä\n"


@pytest.mark.capability("S0.16", part="timeout")
async def test_a_time_out_leaves_no_child_alive(tmp_path: Path) -> None:
    text = "sleep 100 & echo $! > kid; trap '' TERM; sleep 100 & echo $! > deaf; wait; wait"
    done = await _run(text, tmp_path, seconds=0.4, grace_seconds=0.2)
    assert (done.exit_code, done.timed_out) == (None, True)
    assert not _lives(int((tmp_path / "kid").read_text()))
    assert not _lives(int((tmp_path / "deaf").read_text()))


@pytest.mark.capability("S0.16", part="process group")
@pytest.mark.skipif(sys.platform != "linux", reason="the token is found through /proc")
async def test_cancelling_ends_children_that_left_the_group(tmp_path: Path) -> None:
    text = "setsid sleep 100 >/dev/null 2>&1 & echo $! > kid; echo up; sleep 100"
    pieces: list[str] = []
    task = asyncio.create_task(run(_launch(text, tmp_path), pieces.append))
    await _until(lambda: bool(pieces))
    kid = int((tmp_path / "kid").read_text())
    assert _lives(kid)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not _lives(kid)


async def test_what_a_command_leaves_in_the_background_is_ended_and_said(tmp_path: Path) -> None:
    done = await _run("sleep 100 & echo $! > kid; echo up", tmp_path)
    assert done.exit_code == 0
    assert done.output.startswith("up\n")
    assert "background was ended" in done.output
    assert not _lives(int((tmp_path / "kid").read_text()))


AGENT = """
import asyncio, os, sys
from pathlib import Path
from tui_agent.adapters.processes.commands import Launch, run
text = "sleep 100 & echo $! > kid; echo $$ > self; echo up; wait"
launch = Launch(argv=("/bin/sh", "-c", text), cwd=sys.argv[1], environ={"PATH": os.environ["PATH"]},
                timeout_seconds=60)
asyncio.run(run(launch, lambda piece: print(piece, flush=True)))
"""


async def test_a_command_ends_when_the_agent_is_killed(tmp_path: Path) -> None:
    agent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", AGENT, str(tmp_path),
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert agent.stdout is not None
    await agent.stdout.readline()
    pids = [int((tmp_path / name).read_text()) for name in ("kid", "self")]
    assert all(map(_lives, pids))
    agent.kill()
    await agent.wait()
    await _until(lambda: not any(map(_lives, pids)))


async def test_a_second_cancel_during_the_grace_still_leaves_nobody(tmp_path: Path) -> None:
    pieces: list[str] = []
    text = "trap '' TERM; echo $$ > self; echo up; while :; do sleep 1; done"
    task = asyncio.create_task(run(_launch(text, tmp_path, grace_seconds=30), pieces.append))
    await _until(lambda: bool(pieces))
    task.cancel()
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    itself = int((tmp_path / "self").read_text())
    await _until(lambda: not _lives(itself))


@pytest.mark.slow
async def test_four_hundred_megabytes_cost_little_memory_and_keep_head_and_tail(
    tmp_path: Path,
) -> None:
    shown: list[int] = []
    launch = _launch(
        "echo start; head -c 400000000 /dev/zero | tr '\\0' x; echo; echo end", tmp_path
    )
    tracemalloc.start()
    done = await run(launch, lambda text: shown.append(len(text)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
    assert done.output.startswith("start\nxxx")
    assert done.output.endswith("xxx\nend\n")
    assert (done.truncated, done.omitted > 399_000_000) == (True, True)
    assert len(done.output) < 50_000
    assert max(shown) < 20_000


async def test_a_file_that_grows_too_large_ends_the_writer(tmp_path: Path) -> None:
    done = await _run("head -c 3000000 /dev/zero > big; echo $?", tmp_path, file_bytes=1 << 20)
    assert done.output.strip() != "0"
    assert (tmp_path / "big").stat().st_size <= 1 << 20


async def test_a_command_dumps_no_core(tmp_path: Path) -> None:
    done = await _run("ulimit -c; kill -SEGV $$", tmp_path)
    assert done.output.startswith("0\n")
    assert (done.exit_code, done.signal) == (139, 11)


async def test_a_missing_folder_is_an_error_and_nothing_stays_open(tmp_path: Path) -> None:
    before = _open_files()
    with pytest.raises(FileNotFoundError):
        await _run("true", tmp_path / "missing")
    after = _open_files()
    assert after == before


async def test_a_program_that_does_not_exist_ends_with_the_shells_own_words(tmp_path: Path) -> None:
    done = await _run("no-such-program", tmp_path)
    assert done.exit_code == 127
    assert "not found" in done.output


async def test_the_watchman_who_leaves_late_is_nobody_that_was_left_behind() -> None:
    token = "late-watchman"
    end, held = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", TRAMPOLINE, "sh", "0", "true"),
        stdin=end,
        env={**os.environ, family.MARK: token},
        start_new_session=True,
    )
    await process.wait()
    assert family.alive(process.pid, token), "he waits for his line"
    assert not await family.end(process.pid, token, grace=0.05)
    assert not family.alive(process.pid, token), "and is ended all the same"
    os.close(end)
    os.close(held)
