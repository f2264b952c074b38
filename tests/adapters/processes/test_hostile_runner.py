"""Whatever a runner says is checked: a reply of another form or number ends its use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tui_agent.adapters.processes.commands import Launch
from tui_agent.adapters.processes.runner_process import RunnerError, RunnerProcess

IMPOSTOR = """\
import array, json, os, socket, sys
channel = socket.socket(fileno=os.dup(0))
channel.recv(1 << 16)
channel.sendall(b'{"layers": []}\\n')
space = socket.CMSG_SPACE(16)
_, ancillary, _, _ = channel.recvmsg(1, space)
found = array.array("i")
for _, _, given in ancillary:
    found.frombytes(given)
control = socket.socket(fileno=found[0])
number = json.loads(control.recv(1 << 16))["id"]
control.sendall(eval(sys.argv[1]))
channel.recv(1)
"""
"""Behaves as a runner up to its reply."""
LAUNCH = Launch(argv=("/bin/true",), cwd="/", environ={}, timeout_seconds=20.0)


async def impostor(folder: Path, reply: str) -> RunnerProcess:
    program = folder / "impostor.py"
    program.write_text(IMPOSTOR)
    argv = (sys.executable, "-I", "-S", str(program), reply)
    runner, _ = await RunnerProcess.start(argv, {}, {"PATH": os.defpath})
    return runner


@pytest.mark.case(25)
@pytest.mark.parametrize(
    "reply",
    [
        'b\'{"id": %d, "status": 0, "left": false}\\n\' % (number + 1)',
        'b\'{"status": 0, "left": false}\\n\'',
        'b\'{"id": %d, "status": "0", "left": false}\\n\' % number',
        'b\'{"id": %d, "status": true, "left": false}\\n\' % number',
        'b\'{"id": %d, "status": 0, "left": 0}\\n\' % number',
        "b'{\"id\": %d}\\n' % number",
        "b'[0]\\n'",
        "b'no json\\n'",
        "b'[' * 50000 + b'\\n'",
        "b'x' * 70000",
    ],
)
async def test_a_reply_of_another_form_is_a_fault_and_the_runner_is_used_no_more(
    tmp_path: Path, reply: str
) -> None:
    runner = await impostor(tmp_path, reply)
    try:
        assert runner.sound
        with pytest.raises(RunnerError):
            await runner.run(LAUNCH, lambda _: None)
        assert not runner.sound
    finally:
        await runner.close()


async def test_a_reply_of_the_right_form_is_taken(tmp_path: Path) -> None:
    runner = await impostor(tmp_path, 'b\'{"id": %d, "status": 3, "left": false}\\n\' % number')
    try:
        assert (await runner.run(LAUNCH, lambda _: None)).exit_code == 3
        assert runner.sound
    finally:
        await runner.close()
