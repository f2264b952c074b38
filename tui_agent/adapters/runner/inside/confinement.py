"""Confines the runner by its plan, for good, and each command's process a second time.

The second domain is the same in what it allows; what counts is that it is another: from inside it
the runner, the keepers and the commands beside it cannot be looked into or signalled, so that no
command can forge a reply.
"""

from __future__ import annotations

import os
import resource
from contextlib import suppress

from tui_agent.adapters.kernel import landlock, process, seccomp

MOST_ALIKE = 800
"""`oom_score_adj`: where memory runs out, what commands have started goes first."""
_SOCKETS = {
    "all": seccomp.ALL_SOCKETS,
    "internet": seccomp.INTERNET_SOCKETS,
    "none": seccomp.NO_SOCKETS,
}


class Confinement:
    """What holds this process now. Raises OSError where a layer that the plan wants is missing."""

    def __init__(self, plan: dict[str, object]) -> None:
        self.layers: list[str] = []
        self._nested: landlock.Ruleset | None = None
        process.undumpable()
        process.adopt_orphans()
        _write_files(plan["files"])
        _limit(plan["limits"])
        process.no_new_privileges()
        process.drop_capabilities()
        if plan["landlock"]:
            self._nested = _ruleset(plan)
            outer = _ruleset(plan)
            outer.enforce()
            outer.close()
            self.layers.append("landlock")
        if plan["seccomp"]:
            seccomp.install(_SOCKETS[str(plan["sockets"])])
            self.layers.append("seccomp")

    def of_a_command(self) -> None:
        """Confine this process, a fork of the runner's, as a command's. Raises OSError."""
        if self._nested is not None:
            self._nested.enforce()


def _ruleset(plan: dict[str, object]) -> landlock.Ruleset:
    made = landlock.Ruleset(ports=bool(plan["ports"]))
    made.allow(_strings(plan["read"]), landlock.READ)
    made.allow(_strings(plan["write"]), landlock.WRITE)
    made.allow(_strings(plan["devices"]), landlock.DEVICE)
    made.allow(_strings(plan["listed"]), landlock.READ_DIR)
    return made


def _limit(limits: object) -> None:
    if not isinstance(limits, dict):
        return
    process.limit(resource.RLIMIT_CORE, 0)
    if limits["file_bytes"]:
        process.limit(resource.RLIMIT_FSIZE, int(limits["file_bytes"]))
    if limits["processes"]:
        beside = 0 if limits["alone"] else _of_this_user()
        process.limit(resource.RLIMIT_NPROC, int(limits["processes"]) + beside)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(str(MOST_ALIKE))


def _of_this_user() -> int:
    """Count this user's processes and threads: without a namespace of ours the limit counts all."""
    count = 0
    for name in os.listdir("/proc"):
        with suppress(OSError):
            if name.isdecimal() and os.stat(f"/proc/{name}").st_uid == os.getuid():
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


def _write_files(files: object) -> None:
    """Write what a private home begins with."""
    if not isinstance(files, dict):
        return
    for path, text in files.items():
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)


def _strings(values: object) -> list[str]:
    return [str(one) for one in values] if isinstance(values, list) else []
