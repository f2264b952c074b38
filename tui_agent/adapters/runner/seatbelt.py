"""macOS: a runner under `sandbox-exec`. Written by its documentation; nobody has run it there yet.

Paths are given as parameters, never spliced into the profile. Apple calls the program deprecated;
it is what every agent on macOS uses all the same.
"""

from __future__ import annotations

from tui_agent.adapters.runner.bubblewrap import runner_command
from tui_agent.adapters.runner.sandbox_view import PACKAGE, SandboxView

PROGRAM = "/usr/bin/sandbox-exec"
_READ = (
    *("/usr", "/bin", "/sbin", "/opt", "/System", "/Library", "/private/etc"),
    *("/private/var/db/timezone", "/private/var/select", "/Applications/Xcode.app", "/dev/fd"),
)
_DEVICES = (
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
    "/dev/ptmx",
    "/dev/dtracehelper",
)
_HEAD = """\
(version 1)
(deny default)
(allow process-exec process-fork)
(allow signal (target same-sandbox))
(allow process-info* (target same-sandbox))
(allow sysctl-read)
(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))
(allow ipc-posix-sem)
(allow file-read-metadata)
(allow file-read* (literal "/"))
"""


def seatbelt_argv(view: SandboxView) -> tuple[str, ...]:
    """Return the command that starts a runner under its profile."""
    profile, parameters = seatbelt_profile(view)
    defined = [word for name, value in parameters.items() for word in ("-D", f"{name}={value}")]
    return (PROGRAM, *defined, "-p", profile, *runner_command())


def seatbelt_profile(view: SandboxView) -> tuple[str, dict[str, str]]:
    """Return the profile, and the paths that its parameters stand for."""
    parameters: dict[str, str] = {}

    def named(kind: str, path: str) -> str:
        name = f"{kind}_{sum(one.startswith(kind) for one in parameters)}"
        parameters[name] = path
        return f'(param "{name}")'

    read = [*_READ, *view.readable, *view.git.readable, str(PACKAGE), view.root, *view.git.writable]
    work = (*view.writes, *view.git.writable) if view.writes else ()
    write = [*work, *view.writable, view.temporary]
    lines = [_HEAD]
    lines += [f"(allow file-read* (subpath {named('READ', path)}))" for path in (*read, *write)]
    lines += [f"(allow file-write* (subpath {named('WRITE', path)}))" for path in write]
    lines += [
        f"(allow file-read* file-write* file-ioctl (literal {named('DEVICE', path)}))"
        for path in _DEVICES
    ]
    for path in (*view.git.fixed, *view.git.exposed):
        name = named("FIXED", path)
        lines.append(f"(deny file-write* (literal {name}) (subpath {name}))")
    for path in view.git.writable:
        lines.append(f"(deny file-write-unlink file-write-create (literal {named('KEPT', path)}))")
    lines += [
        f"(deny file-read* (subpath {named('HIDDEN', path)}))"
        for path in (*view.hidden, *view.denied)
    ]
    lines.append('(deny file-read* file-write* file-ioctl (literal "/dev/tty"))')
    lines.append("(allow network*)" if view.reach == "network" else "(deny network*)")
    return "\n".join(lines) + "\n", parameters
