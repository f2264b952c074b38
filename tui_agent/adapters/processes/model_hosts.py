"""How a model host's process is started, kept alive and outlives the program's second start.

A host runs as two processes. The *keeper* is started by the program with the keys in its
environment; it loads nothing, and forks the host proper. When the host dies, the keeper forks
another: the program itself no longer has the keys by then, so nobody else could. The host's ends of
the pipes stay open in the keeper, so that the program reads on where it was.

Only the standard library's lightest modules are used here: this runs before anything is drawn.
"""

from __future__ import annotations

import os
import sys
import time

from tui_agent.adapters.early import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import NoReturn

DEATHS_FORGIVEN = 5
"""Deaths in a row, each within `QUICK_SECONDS` of its start, after which the keeper gives up."""
QUICK_SECONDS = 10.0
_POLL_SECONDS = 0.01
SLEEPER = ("/bin/sh", "-c", 'read -r line && exec "$@"', "sh")
"""Waits for one line, and then is what it was given; where its input is closed instead, it ends."""


class HostProcess(Value):
    """A keeper and our ends of its pipes."""

    pid: int
    to_host: int
    """File descriptor: what we write, the host reads."""
    from_host: int
    errors: int
    """Its standard error."""
    asleep: bool = False
    """Whether a shell stands in its place until it is roused."""


def spawn_host(
    arguments: Sequence[str], environ: Mapping[str, str], *, asleep: bool = False
) -> HostProcess:
    """Start a keeper: this Python, isolated from its folder and environment, with `arguments`.

    It knows no installed package yet: what a host needs, `host_main` lets it find.

    It gets exactly `environ`, three pipes, and a process group of its own, so that Ctrl-C in the
    terminal doesn't reach it. One that is *asleep* is a shell at first, whose start costs a
    twentieth of Python's; it can be read by other processes of the user until it is roused, and
    the keeper then tells that it no longer can: see `roused`.

    Raises:
        OSError: if no process can be started.
    """
    host_in, to_host = os.pipe()
    from_host, host_out = os.pipe()
    errors, host_errors = os.pipe()
    theirs = (host_in, host_out, host_errors)
    command = [*(SLEEPER if asleep else ()), sys.executable, "-I", "-S", *arguments]
    try:
        pid = os.posix_spawn(
            command[0],
            command,
            dict(environ),
            file_actions=[(os.POSIX_SPAWN_DUP2, end, at) for at, end in enumerate(theirs)],
            setpgroup=0,
        )
    except OSError:
        for end in (to_host, from_host, errors):
            os.close(end)
        raise
    finally:
        for end in theirs:
            os.close(end)
    return HostProcess(pid=pid, to_host=to_host, from_host=from_host, errors=errors, asleep=asleep)


def rouse(process: HostProcess) -> None:
    """Let the keeper that is asleep begin; it tells by a line that it is closed to others."""
    try:
        os.write(process.to_host, b"\n")
    except BrokenPipeError:
        return  # it has ended, which whoever reads from it will see


def roused(process: HostProcess) -> HostProcess:
    """Wait until a keeper that was roused is closed to others, or ended; return it as awake."""
    if wait_for_input(process.from_host):
        os.read(process.from_host, 1)
    return HostProcess(
        pid=process.pid,
        to_host=process.to_host,
        from_host=process.from_host,
        errors=process.errors,
    )


def end_host(process: HostProcess, grace_seconds: float = 1.0) -> None:
    """Close our ends, which ends the host, and wait for the keeper; after the grace, kill both."""
    for end in (process.to_host, process.from_host, process.errors):
        _close(end)
    deadline = time.monotonic() + grace_seconds
    while not _ended(process.pid):
        left = deadline - time.monotonic()
        if left < 0:
            _kill_group(process.pid)
            _wait(process.pid)
            return
        _wait_a_while(process.pid, left)


def exec_again(arguments: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Replace this program by itself, started with `arguments` and exactly `environ`.

    Only so do the keys leave `/proc/self/environ`. The process id, and the hosts as our children,
    stay.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, *arguments], dict(environ))


def keep_running(host: Callable[[], int]) -> int:
    """Be the keeper: fork a child that runs `host`, and another when it dies; return its last code.

    A child that returns 0 has done its work, and so has the keeper.
    """
    quick_deaths = 0
    while True:
        started = time.monotonic()
        pid = os.fork()
        if pid == 0:
            _run(host)
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        quick_deaths = quick_deaths + 1 if time.monotonic() - started < QUICK_SECONDS else 0
        if code == 0 or quick_deaths >= DEATHS_FORGIVEN:
            return code


def wait_for_input(fd: int) -> bool:
    """Wait until there is something to read; false if the other end was closed instead."""
    import select

    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return any(event & select.POLLIN for _, event in poll.poll())


def harden() -> None:
    """Make this process's memory and environment unreadable to others of the user; no core dumps.

    `PR_SET_DUMPABLE` is Linux; elsewhere only the core limit is set.
    """
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        pr_set_dumpable = 4
        ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)


def die_with_parent() -> None:
    """Let the kernel end this process when its parent ends (Linux; elsewhere end of input does)."""
    if sys.platform == "linux":
        import ctypes
        import signal

        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)


def _run(host: Callable[[], int]) -> NoReturn:
    code = 1
    try:
        die_with_parent()
        code = host()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _wait_a_while(pid: int, seconds: float) -> None:
    """Wait until a child ends, at most so long; where the kernel cannot tell, for a moment."""
    try:
        handle = os.pidfd_open(pid)
    except (AttributeError, OSError):
        time.sleep(min(seconds, _POLL_SECONDS))
        return
    import select

    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        poll.poll(1000 * seconds)
    finally:
        os.close(handle)


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _wait(pid: int) -> None:
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return


def _kill_group(pid: int) -> None:
    import signal

    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _close(fd: int) -> None:
    try:
        os.close(fd)
    except OSError:
        return
