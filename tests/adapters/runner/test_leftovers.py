"""What agents leave that are killed: nothing that lives, nothing for good."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_agent.adapters.runner.bubblewrap import bubblewrap
from tui_agent.adapters.runner.leftovers import (
    CLEARED,
    MARK,
    clear_leftovers,
    is_gone,
    maker,
    prefix_of,
)

KILLS = int(os.environ.get("AGENT_TEST_KILLS", "12"))
"""Starts that are killed, for each tier; some hundred for a thorough look."""
MAKER = """
import os, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
from tui_agent.adapters.runner.leftovers import MARK, maker
end, full = os.pipe()
os.set_blocking(full, False)
try:
    while os.write(full, b"x"):
        pass
except BlockingIOError:
    os.set_blocking(full, True)
words = [sys.argv[2], "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/"]
subprocess.Popen(
    [*words, "--info-fd", str(full), "--", "/bin/true"], pass_fds=[full, end], env={MARK: maker()}
)
print(maker(), flush=True)
time.sleep(60)
"""
"""The outer process of its sandbox cannot say who the inner one is, and so never lets it go on."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a place for temporary files that nobody else uses."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def marked(maker_of: Callable[[str], bool]) -> list[int]:
    """Return the living processes whose maker is one of these."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "environ").read_bytes().split(b"\0")
            state = (process / "stat").read_bytes().rpartition(b")")[2].split()[0]
        except OSError:
            continue
        for word in words:
            is_mark, _, value = word.decode(errors="replace").partition("=")
            if is_mark == MARK and maker_of(value) and state != b"Z":
                found.append(int(process.name))
    return found


def soon(so: Callable[[], object], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(so())


def test_a_sandbox_whose_maker_was_killed_before_it_began_is_ended_by_the_next_start() -> None:
    program = bubblewrap(os.defpath)
    if not program:
        pytest.skip("bubblewrap is not installed")
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", MAKER, str(root), program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as made:
        assert made.stdout is not None
        name = made.stdout.readline().strip()
        both = soon(lambda: len(marked(name.__eq__)) == 2)
        made.send_signal(signal.SIGKILL)
    if not both:
        pytest.skip("there are no sandboxes here")
    assert soon(lambda: len(marked(name.__eq__)) == 1), "the outer one went with its maker"
    time.sleep(0.1)
    assert len(marked(name.__eq__)) == 1, "the inner one waits for ever"
    clear_leftovers()
    assert soon(lambda: not marked(name.__eq__))


@pytest.mark.slow
@pytest.mark.parametrize("tier", ["A", "B"])
def test_agents_killed_at_any_moment_of_a_start_leave_nothing(
    tier: str, tmp_path: Path, place: Path
) -> None:
    for name in ("work", "state", "home"):
        (tmp_path / name).mkdir()
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "work")], check=True)
    given = {
        "root": str(tmp_path / "work"),
        "state": str(tmp_path / "state"),
        "tiers": [tier],
        "environ": {"PATH": os.defpath, "HOME": str(tmp_path / "home")},
        "seed": KILLS,
        "kills": KILLS,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killed_makers"],
        input=json.dumps(given),
        env={**os.environ, "TMPDIR": str(place), "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60 + KILLS,
    )
    assert json.loads(done.stdout) == {"killed": KILLS}
    clear_leftovers(str(place))
    assert soon(lambda: not marked(is_gone)), "without a maker nobody goes on"
    assert list(place.glob("agent-*")) == []


def test_folders_of_the_gone_are_cleared_and_those_of_the_living_and_of_others_stay(
    place: Path,
) -> None:
    with subprocess.Popen(["/bin/true"]) as ended:
        gone = maker().replace(str(os.getpid()), str(ended.pid), 1)
    kept = [
        tempfile.mkdtemp(prefix=prefix_of("canary"), dir=place),
        tempfile.mkdtemp(prefix=f"agent-state-{gone}-", dir=place),
        tempfile.mkdtemp(prefix="agent-private-", dir=place),
        tempfile.mkdtemp(prefix=f"agent-canary-{gone.rpartition('.')[0]}.1-", dir=place),
    ]
    elsewhere = place / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    link = place / f"agent-canary-{gone}-link"
    link.symlink_to(elsewhere)
    for kind in CLEARED:
        folder = tempfile.mkdtemp(prefix=f"agent-{kind}-{gone}-", dir=place)
        Path(folder, "file").touch()
    clear_leftovers(str(place))
    assert {str(one) for one in place.iterdir()} == {*kept, str(link), str(elsewhere)}
    assert (elsewhere / "file").exists()
