"""A sandbox at work, driven from outside: as root or a plain user, in the tier that is asked for.

What it cannot find here (bubblewrap, a second user, a Python that this user may start) makes a test
skip by name.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]
NOBODY = 65534
SECRET = "the-secret-that-nobody-may-read"
STEERING = {
    "OPENAI_API_KEY": SECRET,
    "BASH_ENV": "/tmp/steering",
    "NODE_OPTIONS": "--max-http-header-size=9999",
    "GIT_CONFIG_COUNT": "1",
    "BASH_FUNC_ls%%": "() { echo taken over; }",
}
"""What no command may get of the environment."""
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "t",
    "GIT_AUTHOR_EMAIL": "t@example.invalid",
    "GIT_COMMITTER_NAME": "t",
    "GIT_COMMITTER_EMAIL": "t@example.invalid",
}


@dataclass(slots=True, kw_only=True)
class Confined:
    """One session's sandbox, its workspace, and a folder beside it that is none of its business."""

    tier: str
    user: str
    root: Path
    outside: Path
    home: Path
    attempts: Mapping[str, str]
    process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    def run(self, text: str, **more: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"text": text, **more}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the sandbox's host has died"
        found: dict[str, Any] = json.loads(answer)
        return found

    def python(self, program: str, **more: Any) -> dict[str, Any]:
        file = self.root / "program.py"
        file.write_text(program)
        file.chmod(0o644)
        return self.run("python3 program.py", **more)


def users() -> tuple[str, ...]:
    return ("root", "plain")


@contextlib.contextmanager
def confined(tier: str, user: str, **more: Any) -> Iterator[Confined]:
    """Start a sandbox; skips the test where its means are missing."""
    owner = _owner(user)
    place = Path(tempfile.mkdtemp(prefix="agent-confined-"))
    try:
        yield from _started(place, tier, user, owner, more)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _started(
    place: Path, tier: str, user: str, owner: int | None, more: dict[str, Any]
) -> Iterator[Confined]:
    root, outside, home = place / "work", place / "outside", place / "home"
    for folder in (root, outside, home, home / ".ssh", place / "state", place / "tmp"):
        folder.mkdir()
    (outside / "mark").write_text("untouched")
    (outside / "secret").write_text(SECRET)
    (home / ".ssh" / "id_rsa").write_text(SECRET)
    (home / ".gitconfig").write_text("[user]\n\tname = Test\n\temail = test@example.invalid\n")
    _repository(root)
    more.pop("before", lambda _: None)(root)
    _give(place, owner)
    given = {
        "root": str(root),
        "state": str(place / "state"),
        "tiers": [tier],
        "environ": {"PATH": _path(owner), "HOME": str(home), "LANG": "C.UTF-8", **STEERING},
        **more,
    }
    process = _driver(owner, place / "tmp")
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(given) + "\n")
        process.stdin.flush()
        begun = json.loads(process.stdout.readline() or "{}")
        if begun.get("tier") != tier:
            pytest.skip(f"tier {tier} cannot be had here as {user}: {begun.get('reason')}")
        yield Confined(
            tier=tier,
            user=user,
            root=root,
            outside=outside,
            home=home,
            attempts=begun["attempts"],
            process=process,
        )
    finally:
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(8)
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@cache
def _package() -> Path:
    """Copy the package to where every user may read it, once for all tests."""
    place = Path(tempfile.mkdtemp(prefix="agent-package-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    place.chmod(0o755)
    shutil.copytree(CHECKOUT / "tui_agent", place / "tui_agent")
    shutil.copy(CHECKOUT / "tests" / "support" / "confined_driver.py", place / "driver.py")
    return place


def _driver(owner: int | None, temporary: Path) -> subprocess.Popen[str]:
    """Start it; what it leaves when it is killed goes with the test's own folder."""
    as_user: dict[str, Any] = {}
    if owner is not None:
        as_user = {"user": owner, "group": owner, "extra_groups": []}
    return subprocess.Popen(
        [python_for(owner), "driver.py"],
        cwd=_package(),
        env={
            "PATH": os.defpath,
            "SECRET_OF_THE_HOST": SECRET,
            "LANG": "C.UTF-8",
            "TMPDIR": str(temporary),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **as_user,
    )


def _owner(user: str) -> int | None:
    """Return whom the sandbox is to be started as; None is whoever we are."""
    if user == "root":
        if os.geteuid() != 0:
            pytest.skip("not root")
        return None
    return NOBODY if os.geteuid() == 0 else None


@cache
def python_for(owner: int | None) -> str:
    """Return a Python that this user may start, of a version that we support."""
    if owner is None:
        return sys.executable
    usual = [f"/usr/bin/python3.{minor}" for minor in (14, 13, 12, 11)]
    for program in (sys.executable, *usual, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            done = subprocess.run(
                [program, "-c", "import sys, ctypes; sys.exit(sys.version_info < (3, 11))"],
                user=owner,
                group=owner,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                check=False,
            )
        except OSError:
            continue
        if done.returncode == 0:
            return program
    pytest.skip("there is no Python here that a plain user may start")


def _path(owner: int | None) -> str:
    """Return PATH: as a plain user, without the folders that only we may enter."""
    return "/usr/local/bin:/usr/bin:/bin" if owner is not None else os.environ["PATH"]


def _repository(root: Path) -> None:
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("commit", "--quiet", "--allow-empty", "--message", "First"),
    ):
        subprocess.run(["git", *arguments], cwd=root, env={**os.environ, **GIT}, check=True)
    (root / ".git" / "hooks" / "kept").write_text("as it was")


def _give(place: Path, owner: int | None) -> None:
    if owner is None:
        return
    os.chown(place, owner, owner)
    for folder, names, files in os.walk(place):
        for name in (*names, *files):
            os.chown(Path(folder, name), owner, owner, follow_symlinks=False)
