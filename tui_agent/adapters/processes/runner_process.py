"""Our end of a runner: starts its process, hands it commands, and checks what it says.

Whatever a runner says is taken for hostile: a line too long, not JSON, of another shape or under
another number is a fault, after which the runner is ended and another has to be started.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tui_agent.adapters.processes import family
from tui_agent.adapters.processes.capture import Captured, ProgramError
from tui_agent.adapters.processes.commands import Launch, exit_of
from tui_agent.adapters.processes.kept_output import KeptOutput
from tui_agent.adapters.processes.output import LINGER_SECONDS, Output
from tui_agent.adapters.processes.piped import Piped, start
from tui_agent.core.ports import Exit

LONGEST_REPLY = 1 << 16
"""Bytes of any line that a runner says."""
FITS = 1 << 16
"""Bytes that a socket surely takes while nobody reads."""
ERRORS_KEPT = 2_000
REPLY_SECONDS = 8.0
"""How long a runner may take to say that a command has ended, beyond the grace."""
CLOSE_SECONDS = 2.0


class RunnerError(OSError):
    """A runner could not be started, has gone, or said what no runner says."""


class RunnerProcess:
    """A started runner."""

    def __init__(self, piped: Piped, channel: socket.socket) -> None:
        self._piped = piped
        self._process = piped.process
        self._channel = channel
        self._errors = KeptOutput(head=0, tail=ERRORS_KEPT)
        self._drain = asyncio.create_task(self._keep_errors())
        self._number = 0
        self.sound = True
        """Whether it may be given commands."""

    @classmethod
    async def start(
        cls,
        argv: Sequence[str],
        plan: Mapping[str, Any],
        environ: Mapping[str, str],
        *,
        seconds: float = 10.0,
    ) -> tuple[RunnerProcess, dict[str, Any]]:
        """Start a runner and return it with its first answer.

        Raises RunnerError, with the reason in words.
        """
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        try:
            piped = await start(
                argv,
                cwd="/",
                environ=environ,
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            ours.close()
            raise RunnerError(f"{argv[0]} cannot be started: {error.strerror}") from error
        finally:
            theirs.close()
        runner = cls(piped, ours)
        answered = False
        try:
            async with asyncio.timeout(seconds):
                answer = await runner._begin(plan)
            answered = True
            return runner, answer
        except (TimeoutError, OSError) as error:
            why = str(error) or f"it did not answer within {seconds:g} s"
            raise RunnerError(why) from error
        finally:
            if not answered:
                await runner.close()

    @property
    def pid(self) -> int:
        """The process that we have started: the sandbox's own, or the runner."""
        return self._process.pid

    @property
    def errors(self) -> str:
        """The last of what it has written as errors."""
        return self._errors.text().strip().removeprefix("bwrap: ")

    async def _begin(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        with suppress(BrokenPipeError, ConnectionResetError):  # then it has ended, and said why
            await loop.sock_sendall(self._channel, json.dumps(plan).encode() + b"\n")
        answer = _checked(await _line(self._channel))
        if answer is None or "fault" in answer:
            await asyncio.wait({self._drain}, timeout=CLOSE_SECONDS)
            why = self.errors or "it ended at once"
            raise RunnerError(str(answer["fault"]) if answer else why)
        return answer

    async def run(self, launch: Launch, on_output: Callable[[str], None]) -> Exit:
        """Run a command to its end, as `commands.run` does.

        Raises OSError where it cannot be started, RunnerError where the runner fails.
        """
        started = time.monotonic()
        output = launch.output(on_output)
        try:
            said = await self._run(launch, [output])
            await output.ended(LINGER_SECONDS)
        finally:
            output.close()
        ms = round((time.monotonic() - started) * 1000)
        return exit_of(said["status"], output, left=said["left"], ms=ms)

    async def capture(self, launch: Launch, stdin: bytes, limit: int) -> Captured:
        """Run a program of our own choosing to its end, as `capture.capture` does.

        Raises ProgramError where it cannot be started or does not end in time, RunnerError.
        """
        outputs = [
            Output(KeptOutput(head=limit, tail=0), None),
            Output(KeptOutput(head=4000, tail=4000), None),
        ]
        try:
            with tempfile.TemporaryFile() as given:
                given.write(stdin)
                given.seek(0)
                said = await self._run(launch, outputs, given.fileno())
            for one in outputs:
                await one.ended(CLOSE_SECONDS)
        except FileNotFoundError as error:
            message = f"{launch.argv[0]} cannot be started: {error.strerror}"
            raise ProgramError(message) from error
        finally:
            for one in outputs:
                one.close()
        if outputs[0].timed_out:
            message = f"{launch.argv[0]} did not end within {launch.timeout_seconds:g} s"
            raise ProgramError(message)
        out, err = (one.kept for one in outputs)
        return Captured(
            code=said["status"], out=out.data(), err=err.text().strip(), cut=out.total > limit
        )

    async def begin(self, launch: Launch, streams: Sequence[int]) -> StayingProgram:
        """Start a program that stays, with these as its input, output and errors.

        Raises OSError where it cannot be started, RunnerError.
        """
        command = _Hand(self, launch)
        try:
            await command.hand_over(streams)
        except OSError:
            command.close()
            raise
        return StayingProgram(command)

    async def _run(
        self, launch: Launch, outputs: Sequence[Output], given: int | None = None
    ) -> dict[str, Any]:
        """Run it to its end; the first output notes a time-out. `given` is its input, if any."""
        command = _Hand(self, launch)
        ends = [one.write_end for one in outputs]
        try:
            await command.hand_over(ends if given is None else [given, *ends])
            for one in outputs:
                one.started()
            try:
                async with asyncio.timeout(launch.timeout_seconds):
                    return await command.answer()
            except TimeoutError:
                outputs[0].timed_out = True
            return await command.end()
        except asyncio.CancelledError:
            with suppress(OSError):
                await command.end()
            raise
        except RunnerError:
            self.sound = False
            family.kill(self.pid, command.token)
            raise
        finally:
            command.close()

    def next_number(self) -> int:
        """Return a number that no command had."""
        self._number += 1
        return self._number

    def hand_over(self, descriptors: Sequence[int]) -> None:
        """Send a command's descriptors. Raises RunnerError."""
        try:
            socket.send_fds(self._channel, [b"x"], list(descriptors))
        except OSError as error:
            raise RunnerError("the sandbox's runner is gone") from error

    async def close(self) -> None:
        """End the runner and everything in it; safe to call twice."""
        self.sound = False
        self._channel.close()
        self._piped.let_go()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._process.wait()
        finally:
            await self._piped.end()
            self._drain.cancel()
            await asyncio.wait({self._drain})

    async def _keep_errors(self) -> None:
        stream = self._process.stderr
        while stream is not None and (data := await stream.read(4096)):
            self._errors.add(data)


class _Hand:
    """One command in a runner, seen from here."""

    def __init__(self, runner: RunnerProcess, launch: Launch) -> None:
        self._runner = runner
        self._launch = launch
        self._number = runner.next_number()
        self.token = uuid.uuid4().hex
        self._ours, self._theirs = socket.socketpair()
        self._ours.settimeout(0)

    async def hand_over(self, streams: Sequence[int]) -> None:
        """Say what is to be started, and give it its streams. Raises RunnerError.

        A request that fits into the socket lies there when the streams come: the runner then
        wakes once.
        """
        line = self._request()
        fits = len(line) <= FITS
        if fits:
            await self._send(line)
        self._runner.hand_over([self._theirs.fileno(), *streams])
        self._theirs.close()
        if not fits:
            await self._send(line)

    def _request(self) -> bytes:
        launch = self._launch
        request = {
            "id": self._number,
            "argv": launch.argv,
            "cwd": launch.cwd,
            "environ": {**launch.environ, family.MARK: self.token},
            "token": self.token,
        }
        return json.dumps(request).encode() + b"\n"

    async def answer(self) -> dict[str, Any]:
        """Wait for the end. Raises OSError where nothing was started, RunnerError."""
        said = _checked(await _line(self._ours))
        if said is None or said.get("id") != self._number:
            raise RunnerError("the sandbox's runner ended before the command did")
        if isinstance(said.get("failed"), int):
            number = said["failed"]
            raise OSError(number, os.strerror(number), str(said.get("what", "")) or None)
        status, left = said.get("status"), said.get("left")
        if not isinstance(left, bool) or (status is not None and type(status) is not int):
            raise RunnerError("the sandbox's runner answered in another form")
        return {"status": status, "left": left}

    async def end(self) -> dict[str, Any]:
        """Have the command ended, with its grace, and wait until it has."""
        grace = self._launch.grace_seconds
        try:
            async with asyncio.timeout(grace + REPLY_SECONDS):
                await self._send(json.dumps({"end": grace}).encode() + b"\n")
                return await self.answer()
        except TimeoutError as error:
            raise RunnerError("the sandbox's runner does not answer") from error

    async def _send(self, line: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.sock_sendall(self._ours, line)
        except OSError as error:
            raise RunnerError("the sandbox's runner is gone") from error

    def close(self) -> None:
        """Let go: a command that still runs is then ended at once."""
        self._theirs.close()
        self._ours.close()


class StayingProgram:
    """A program in a runner that runs until it is closed."""

    def __init__(self, hand: _Hand) -> None:
        self._hand = hand

    async def ended(self) -> int | None:
        """Wait for its end and return its status. Raises OSError, RunnerError."""
        said = await self._hand.answer()
        return int(said["status"]) if said["status"] is not None else None

    def close(self) -> None:
        """Let go of it: the runner ends it at once."""
        self._hand.close()


async def _line(end: socket.socket) -> bytes:
    """Return the next line: empty where there is none or it is too long. They come one by one."""
    loop = asyncio.get_running_loop()
    data = b""
    while not data.endswith(b"\n"):
        try:
            piece = await loop.sock_recv(end, LONGEST_REPLY)
        except OSError:
            return b""
        data += piece
        if not piece or len(data) > LONGEST_REPLY:
            return b""
    return data


def _checked(line: bytes) -> dict[str, Any] | None:
    """Return what a runner said, as far as it is an object at all."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
