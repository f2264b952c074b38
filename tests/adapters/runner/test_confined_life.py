"""How commands in a sandbox live and end: ordinary work, time-outs, floods, bombs, our death."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.confined import SECRET, Confined, confined
from tui_agent.adapters.runner.cgroup import control_group

WORLDS = [(tier, user) for tier in ("A", "B") for user in ("root", "plain")]
HEAVY = WORLDS if os.environ.get("AGENT_TESTS_LONG") else [("A", "root"), ("B", "plain")]
"""Where what takes seconds is tried."""
MIB = 1 << 20


@pytest.fixture(scope="module", params=WORLDS, ids=lambda one: f"{one[0]}-{one[1]}")
def box(request: pytest.FixtureRequest) -> Iterator[Confined]:
    tier, user = request.param
    with confined(tier, user) as found:
        yield found


def _alive(mark: str) -> list[int]:
    """Find processes of this machine, in whatever namespace, by a word of their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        try:
            line = (folder / "cmdline").read_bytes()
            state = (folder / "stat").read_bytes().rpartition(b")")[2].split()[0]
        except OSError:
            continue
        if mark.encode() in line and state not in {b"Z", b"X"}:
            found.append(int(folder.name))
    return found


def _gone(mark: str, seconds: float = 2.0) -> bool:
    deadline = time.monotonic() + seconds
    while _alive(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _sleeper() -> tuple[str, str]:
    """Return a command that sleeps, and the word by which it is found."""
    mark = f"sleeper{uuid.uuid4().hex}"
    return f"sh -c 'sleep 300; true {mark}'", mark


SERVER = """
import asyncio
async def main():
    async def answer(reader, writer):
        writer.write(await reader.readline())
        await writer.drain()
        writer.close()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"answered\\n")
    print((await reader.read()).decode().strip())
asyncio.run(main())
"""
NODE = """cat > s.js <<'END'
const net = require('net');
const server = net.createServer(c => c.end('answered\\n')).listen(0, '127.0.0.1', () => {
  const one = net.connect(server.address().port, '127.0.0.1');
  one.on('close', () => server.close()).pipe(process.stdout);
});
END
node s.js"""
POOL = """
from multiprocessing import Manager, Pool
def double(n):
    return 2 * n
if __name__ == "__main__":
    with Pool(2) as pool:
        print(sum(pool.map(double, range(10))))
    with Manager() as manager:
        print(len(manager.dict(a=1)))
"""
PTY = """
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(["/bin/sh", "-c", "test -t 0 && echo terminal"])))
"""
LOCALLY = {"asyncio": SERVER, "processes": POOL, "terminal": PTY}


@pytest.mark.case(26)
def test_a_commit_is_made_by_who_the_user_is(box: Confined) -> None:
    done = box.run("echo 1 > file && git add file && git commit -qm Second && git log --format=%an")
    assert done["output"] == "Test\nt\n"
    assert done["code"] == 0


@pytest.mark.case(26)
def test_c_is_compiled_and_run(box: Confined) -> None:
    done = box.run("echo 'int main(void) { return 42; }' > a.c && gcc a.c -o a && ./a")
    if done["code"] == 127:
        pytest.skip("there is no gcc here")
    assert done["code"] == 42, done["output"]


@pytest.mark.case(26)
@pytest.mark.parametrize("program", LOCALLY.values(), ids=LOCALLY.keys())
def test_servers_pools_and_terminals_work_within(box: Confined, program: str) -> None:
    done = box.python(program)
    if box.tier == "B":
        assert done["code"] != 0, "tier B has no sockets and no terminals; that is its price"
        return
    assert done["code"] == 0, done["output"]


@pytest.mark.case(26)
def test_a_node_server_answers_within(box: Confined) -> None:
    if box.run("command -v node")["code"]:
        pytest.skip("there is no node here")
    done = box.run(NODE)
    assert (done["output"] == "answered\n") == (box.tier == "A"), done


@pytest.mark.case(26)
def test_a_virtual_environment_is_made_and_used(box: Confined) -> None:
    done = box.run("python3 -m venv --without-pip v && v/bin/python -c 'print(6 * 7)'", timeout=30)
    assert done["output"] == "42\n"
    assert box.run(".venv/bin/true; v/bin/python -c 'import sys; print(sys.prefix)'")[
        "output"
    ].endswith(f"{box.root}/v\n")


@pytest.mark.case(10)
@pytest.mark.parametrize("cwd", ["..", "/", "../outside", "/proc/self/root"])
def test_a_folder_outside_is_refused(box: Confined, cwd: str) -> None:
    assert "workspace" in box.run("echo ran", cwd=cwd)["error"]


@pytest.mark.case(29)
@pytest.mark.parametrize("how", ["{} & disown; sleep 60", "setsid {} & sleep 60", "{}"])
def test_a_time_out_leaves_nobody(box: Confined, how: str) -> None:
    sleeper, mark = _sleeper()
    done = box.run(how.format(sleeper), timeout=0.4)
    assert done["timed_out"]
    assert _gone(mark, 0.5)


@pytest.mark.case(29)
def test_neither_does_an_end_or_an_interrupt(box: Confined) -> None:
    sleeper, mark = _sleeper()
    daemon = f"(setsid env -i {sleeper} >/dev/null 2>&1 &) ; true"
    done = box.run(daemon)
    assert "left running" in done["output"]
    assert _gone(mark, 0.5)
    assert box.run(f"{daemon}; sleep 60", interrupt=0.4) == {"interrupted": True}
    assert _gone(mark, 0.5)


@pytest.mark.case(29)
def test_not_even_who_ignores_every_wish(box: Confined) -> None:
    mark = f"stubborn{uuid.uuid4().hex}"
    done = box.run(f"trap '' TERM INT HUP; while :; do sleep 1; true {mark}; done", timeout=0.3)
    assert done["timed_out"]
    assert _gone(mark, 0.5)


@pytest.mark.case(31)
def test_a_flood_of_output_costs_no_memory(box: Confined) -> None:
    if (box.tier, box.user) not in HEAVY:
        return

    def peak() -> int:
        status = Path(f"/proc/{box.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) << 10

    before = peak()
    flood = "echo first; head -c 400000000 /dev/zero | tr '\\0' x; echo; echo last"
    done = box.run(flood, timeout=60)
    assert done["output"].startswith("first\nxxxx")
    assert done["output"].endswith("x\nlast\n")
    assert done["omitted"] > 399_000_000
    assert peak() - before < 64 * MIB


@pytest.mark.case(33)
def test_there_is_no_input_to_wait_for(box: Confined) -> None:
    begun = time.monotonic()
    assert box.run("cat; read -r x; echo done")["output"] == "done\n"
    reading = "import getpass\ntry:\n    getpass.getpass()\nexcept EOFError:\n    print('none')"
    assert "none" in box.python(reading)["output"]
    assert time.monotonic() - begun < 5


@pytest.mark.case(32)
def test_a_full_temporary_folder_is_full_for_itself(box: Confined) -> None:
    if box.tier == "B":
        done = box.run(
            "head -c 5000000000 /dev/zero > big; ls -l big | wc -l; rm -f big", timeout=1
        )
        assert not (box.root / "big").exists() or (box.root / "big").stat().st_size <= 4 << 30
        (box.root / "big").unlink(missing_ok=True)
        assert done is not None
        return
    done = box.run("df -B1 --output=size /tmp ~ | tail -2")
    assert [int(line) for line in done["output"].split()] == [2 << 30, 2 << 30]
    done = box.run("truncate -s 5G /tmp/big || echo too large")
    assert "too large" in done["output"]


@pytest.mark.case(52)
def test_no_key_is_in_the_environment(box: Confined) -> None:
    assert SECRET not in box.run("env; export -p")["output"]


@pytest.mark.case(53)
def test_nothing_that_steers_a_program_is_passed_on(box: Confined) -> None:
    printed = box.run("env; type ls")["output"]
    for name in ("BASH_ENV", "NODE_OPTIONS", "GIT_CONFIG_COUNT", "BASH_FUNC", "taken over"):
        assert name not in printed


def test_home_and_temporary_folder_are_private_and_empty(box: Confined) -> None:
    (box.home / "diary").write_text("dear")
    done = box.run("ls -A ~; echo 1 > ~/kept; echo 2 > $TMPDIR/kept; cat ~/kept $TMPDIR/kept")
    assert done["output"].split() == [".gitconfig", "1", "2"]
    assert not (box.home / "kept").exists()


def test_what_the_network_keeps_back_is_told(box: Confined) -> None:
    program = "import socket\nsocket.getaddrinfo('example.invalid', 80)"
    done = box.python(program)
    assert done["code"] == 1
    assert done["held"] == "network"


@pytest.mark.parametrize(("tier", "user"), WORLDS)
@pytest.mark.case(30)
def test_our_own_death_leaves_nobody(tier: str, user: str) -> None:
    sleeper, mark = _sleeper()
    with confined(tier, user) as box:
        assert box.process.stdin is not None
        box.process.stdin.write(json.dumps({"text": f"setsid {sleeper} & sleep 60"}) + "\n")
        box.process.stdin.flush()
        deadline = time.monotonic() + 5
        while not _alive(mark) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert _alive(mark)
        os.kill(box.pid, signal.SIGKILL)
        assert _gone(mark, 2.0)


@pytest.mark.parametrize(("tier", "user"), HEAVY)
@pytest.mark.case(32)
@pytest.mark.timeout(60)
def test_a_fork_bomb_ends_with_its_own_tree(tier: str, user: str) -> None:
    with confined(tier, user) as box:
        done = box.run(":(){ :|:& };:; sleep 60", timeout=1)
        assert done["timed_out"] or done["code"] is not None
        assert box.run("echo well", timeout=20)["output"] == "well\n"


@pytest.mark.case(32)
def test_roots_processes_are_limited_even_where_no_control_group_can_be_made() -> None:
    with confined("A", "root", grouped=False, processes=40) as box:
        many = "for one in $(seq 60); do sleep 20 & done; sleep 3; echo all of them"
        assert "all of them" not in box.run(many, timeout=20)["output"]
        assert box.run("echo well", timeout=20)["output"] == "well\n"


@pytest.mark.parametrize(("tier", "user"), HEAVY)
def test_a_runner_that_dies_is_started_again(tier: str, user: str) -> None:
    with confined(tier, user) as box:
        assert box.run("echo one")["output"] == "one\n"
        for pid in _alive("adapters/runner/inside/main.py"):
            if _descends(pid, box.pid):
                os.kill(pid, signal.SIGKILL)
        said = box.run("echo two")
        if "error" in said:
            assert "runner" in said["error"]
        assert box.run("echo three")["output"] == "three\n"


def _descends(pid: int, above: int) -> bool:
    while pid > 1:
        if pid == above:
            return True
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return False
        pid = int(stat.rpartition(b")")[2].split()[1])
    return False


@pytest.mark.parametrize("user", ["root", "plain"])
def test_what_a_rule_denies_is_not_read_by_commands_either(user: str) -> None:
    def laid(root: Path) -> None:
        (root / "deep").mkdir()
        (root / "deep" / ".env").write_text(SECRET)
        (root / "read").write_text("free")

    with confined("A", user, before=laid, wishes={"denied": ["**/.env"]}) as box:
        done = box.run("cat deep/.env read; grep -r secret .; python3 -c 'open(\"deep/.env\")'")
        assert SECRET not in done["output"]
        assert "free" in done["output"]


@pytest.mark.parametrize("user", ["root", "plain"])
@pytest.mark.parametrize("tier", ["A", "B"])
def test_settings_show_more_and_a_profile_narrows_what_is_written(tier: str, user: str) -> None:
    def laid(root: Path) -> None:
        for name in ("src", "doc"):
            (root / name).mkdir()
        beside = root.parent
        for name in ("reads", "writes"):
            (beside / name).mkdir()
            (beside / name / "here").write_text(name)

    wishes = {"reads": ["~/../reads"], "writes": ["~/../writes"], "write_globs": ["src/**"]}
    with confined(tier, user, before=laid, wishes=wishes) as box:
        beside = box.root.parent
        done = box.run(
            f"cat {beside}/reads/here {beside}/writes/here; echo x > {beside}/reads/new;"
            f"echo x > {beside}/writes/new; echo x > src/new; echo x > doc/new; echo x > new"
        )
        assert done["output"].startswith("readswrites")
        made = [one for one in ("reads/new", "writes/new") if (beside / one).exists()]
        made += [one for one in ("src/new", "doc/new", "new") if (box.root / one).exists()]
        assert made == ["writes/new", "src/new"]


@pytest.mark.parametrize("user", ["root", "plain"])
@pytest.mark.parametrize("tier", ["A", "B"])
def test_a_command_that_may_reach_the_network_reaches_nothing_else(tier: str, user: str) -> None:
    with confined(tier, user) as box, socket.create_server(("127.0.0.1", 0)) as server:
        calling = f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]} && echo there"
        assert "there" not in box.run(calling)["output"]
        assert box.run(calling, reach="network")["output"] == "there\n"
        done = box.run(
            f"cat {box.outside}/secret ~/.ssh/id_rsa; echo x > {box.outside}/new", reach="network"
        )
        assert SECRET not in done["output"]
        assert not (box.outside / "new").exists()
        outside = box.run(f"cat {box.outside}/secret", reach="outside")
        assert SECRET in outside["output"], "without the sandbox, as the user chose"


def test_control_groups_go_with_their_sandbox() -> None:
    group = control_group(100)
    if group is None:
        pytest.skip("this user may make no control group")
    sleeping = subprocess.Popen([*group.prefix, "sleep", "60"])
    try:
        deadline = time.monotonic() + 5
        while not (group.folders[-1] / "cgroup.procs").read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        asyncio.run(group.remove())
        assert all(folder.is_dir() for folder in group.folders)
    finally:
        sleeping.kill()
        sleeping.wait()
    asyncio.run(group.remove())
    assert not any(folder.exists() for folder in group.folders)
