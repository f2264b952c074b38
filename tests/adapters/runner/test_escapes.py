"""Everything that a command may try, tried, and looked at from outside of the sandbox."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.confined import SECRET, Confined, confined

WORLDS = [(tier, user) for tier in ("A", "B") for user in ("root", "plain")]

CTYPES = "import ctypes, os, sys\nlibc = ctypes.CDLL(None, use_errno=True)\n"


@pytest.fixture(scope="module", params=WORLDS, ids=lambda one: f"{one[0]}-{one[1]}")
def box(request: pytest.FixtureRequest) -> Iterator[Confined]:
    tier, user = request.param
    with confined(tier, user) as found:
        yield found


Fingerprint = dict[str, tuple[Any, ...]]


def _fingerprint(folder: Path) -> Fingerprint:
    found: Fingerprint = {}
    for path in sorted(folder.rglob("*")):
        facts = path.lstat()
        attributes = [name for name in os.listxattr(path) if name.startswith("user.")]
        held = path.read_bytes() if path.is_file() else b""
        found[path.name] = (
            facts.st_mode,
            facts.st_mtime_ns,
            facts.st_nlink,
            facts.st_uid,
            attributes,
            held,
        )
    return found


OUTSIDE = {
    "append": "echo x >> {out}/mark",
    "create": "echo x > {out}/new",
    "truncate": ": > {out}/mark",
    "remove": "rm -f {out}/mark",
    "move": "mv {out}/mark {out}/moved",
    "make a folder": "mkdir {out}/made",
    "a hard link to it": "ln {out}/mark linked && echo x >> linked",
    "a link to it": "ln -sf {out}/mark pointing && echo x >> pointing",
    "a link to its folder": "ln -sfn {out} folder && echo x >> folder/mark",
    "by /proc/self/root": "echo x >> /proc/self/root{out}/mark",
    "by the folder of another": "echo x >> /proc/{pid}/cwd/../outside/mark",
    "by the root of another": "echo x >> /proc/{pid}/root{out}/mark",
    "exchange with it": "mv -f .git/description {out}/mark",
}
METADATA = {
    "mode": "chmod 777 {out}/mark",
    "times": "touch -d @1 {out}/mark",
    "an attribute": 'python3 -c \'import os; os.setxattr("{out}/mark", "user.x", b"y")\'',
}


def _filled(box: Confined, text: str) -> str:
    return text.format(out=box.outside, pid=box.pid, home=box.home)


@pytest.mark.case(18)
@pytest.mark.parametrize("text", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_nothing_outside_is_changed(box: Confined, text: str) -> None:
    before = _fingerprint(box.outside)
    box.run(_filled(box, text))
    assert _fingerprint(box.outside) == before


@pytest.mark.case(18)
@pytest.mark.parametrize("text", METADATA.values(), ids=METADATA.keys())
def test_not_even_what_is_written_about_it(box: Confined, text: str) -> None:
    if box.tier == "B":
        assert box.attempts["change times outside"] == "open", "and its trial says so"
        return
    before = _fingerprint(box.outside)
    box.run(_filled(box, text))
    assert _fingerprint(box.outside) == before


@pytest.mark.parametrize(
    "text",
    [
        "cat {out}/secret",
        "cat {home}/.ssh/id_rsa ~/.ssh/id_rsa",
        "cat /proc/{pid}/root{out}/secret",
        "cat /proc/{pid}/environ; tr '\\0' '\\n' < /proc/1/environ",
        "cat /proc/$PPID/environ",
        "cat /etc/shadow | grep -c : && echo " + SECRET,
        "cp {out}/secret taken && cat taken",
        "tar c {out} | cat",
        "env; set",
    ],
)
def test_no_secret_is_read(box: Confined, text: str) -> None:
    assert SECRET not in box.run(_filled(box, text))["output"]


@pytest.mark.case(19)
@pytest.mark.parametrize(
    "text",
    [
        "echo evil > .git/hooks/pre-commit",
        "echo evil >> .git/config",
        "echo evil > made && mv made .git/hooks/pre-commit",
        "cp .git/config .git/x; echo evil >> .git/x; mv -f .git/x .git/config",
        "git config core.fsmonitor /tmp/evil",
        "git config core.hooksPath evil",
        "rm -rf .git/hooks; mkdir .git/hooks; echo evil > .git/hooks/pre-commit",
        "mv .git/hooks .git/was; mkdir .git/hooks; echo evil > .git/hooks/pre-commit",
        "ln -sfn /tmp .git/hooks",
        "rm .git/config; ln -s /tmp/evil .git/config",
        "python3 -c \"open('.git/config', 'a').write('evil')\"",
        "mkdir -p e/objects e/refs; cp .git/config e; echo ../e > .git/commondir",
        "echo '[core] fsmonitor = evil' > .git/config.worktree",
    ],
)
def test_what_makes_git_run_programs_stays_as_it_was(box: Confined, text: str) -> None:
    git = box.root / ".git"
    before = _fingerprint(git / "hooks"), (git / "config").read_bytes()
    done = box.run(text)
    after = _fingerprint(git / "hooks"), (git / "config").read_bytes()
    assert {name: one[5] for name, one in after[0].items()} == {
        name: one[5] for name, one in before[0].items()
    }
    assert after[1] == before[1]
    assert not (git / "hooks").is_symlink()
    assert not (git / "config").is_symlink()
    assert not (git / "commondir").exists()
    assert not (git / "config.worktree").exists()
    if box.tier == "B" and done["code"] == 0:
        assert "the sandbox has put back" in done["output"]


@pytest.mark.case(19)
def test_the_repository_cannot_be_swapped_for_another(box: Confined) -> None:
    inode = (box.root / ".git").stat().st_ino
    done = box.run("mv .git .git_old && mkdir -p .git/hooks && echo evil > .git/hooks/pre-commit")
    assert not (box.root / ".git" / "hooks" / "pre-commit").exists()
    if box.tier == "A":
        assert (box.root / ".git").stat().st_ino == inode
        return
    assert "the sandbox has put back" in done["output"]
    assert ".git/hooks" in done["output"]
    subprocess.run(["rm", "-rf", ".git"], cwd=box.root, check=True)
    (box.root / ".git_old").rename(box.root / ".git")


@pytest.mark.case(19)
@pytest.mark.parametrize("tier", ["A", "B"])
def test_a_repository_that_is_hidden_stays_protected_in_a_later_sandbox(tier: str) -> None:
    with confined(tier, "plain") as box:
        hook = box.root / ".git" / "hooks" / "pre-commit"
        box.run("mv .git/HEAD .git/away")
        box.run("echo evil > .git/hooks/pre-commit", reach="network")
        box.run("mv .git/away .git/HEAD")
        assert not hook.exists()


@pytest.mark.case(70)
@pytest.mark.parametrize("tier", ["A", "B"])
def test_no_folder_opens_because_the_project_calls_it_its_repository(tier: str) -> None:
    def laid(root: Path) -> None:
        (root / ".git" / "commondir").write_text("../..\n")

    with confined(tier, "plain", before=laid) as box:
        before = _fingerprint(box.outside)
        done = box.run(f"cat {box.outside}/secret; echo evil >> {box.outside}/mark")
        assert SECRET not in done["output"]
        assert _fingerprint(box.outside) == before


@pytest.mark.case(21)
@pytest.mark.parametrize("kind", ["tcp", "udp", "file", "abstract"])
def test_no_word_reaches_a_socket_of_the_host(box: Confined, kind: str) -> None:
    server, address = _listening(box, kind)
    with server:
        server.settimeout(0.3)
        box.python(_caller(kind, address))
        if kind != "udp":
            with pytest.raises(TimeoutError):
                server.accept()
        else:
            with pytest.raises(TimeoutError):
                server.recv(16)


def _listening(box: Confined, kind: str) -> tuple[socket.socket, object]:
    if kind == "tcp":
        server = socket.create_server(("127.0.0.1", 0))
        return server, server.getsockname()
    if kind == "udp":
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 0))
        return server, server.getsockname()
    server = socket.socket(socket.AF_UNIX)
    path = str(box.outside / f"listener-{box.tier}") if kind == "file" else f"\0agent-{box.pid}"
    server.bind(path)
    server.listen()
    if kind == "file":
        Path(path).chmod(0o777)
    return server, path


def _caller(kind: str, address: object) -> str:
    family = "AF_INET" if kind in {"tcp", "udp"} else "AF_UNIX"
    form = "SOCK_DGRAM" if kind == "udp" else "SOCK_STREAM"
    return (
        "import socket\n"
        f"one = socket.socket(socket.{family}, socket.{form})\n"
        "one.settimeout(1)\n"
        f"one.connect({address!r})\n"
        "one.send(b'hello')\n"
    )


@pytest.mark.case(21)
def test_there_are_no_sockets_to_the_machine_below(box: Confined) -> None:
    done = box.python("import socket\nsocket.socket(40, socket.SOCK_STREAM)\nprint('made')")
    assert "made" not in done["output"]


PROCESSES = {
    "signal": "kill -0 {pid} && echo came through; kill -KILL {pid} && echo came through",
    "environment": "cat /proc/{pid}/environ",
    "memory": "head -c 1 /proc/{pid}/mem && echo came through",
    "root": "ls /proc/{pid}/root/ && echo came through",
    "descriptors": "ls -l /proc/{pid}/fd/0 | grep -q socket && echo came through",
    "limits": "prlimit --pid {pid} --nofile=5 2>/dev/null && echo came through",
    "the runner's memory": "head -c 1 /proc/$PPID/mem && echo came through",
    "the runner's descriptors": "readlink /proc/$PPID/fd/* && echo came through",
    "the runner's life": "kill -KILL $PPID && sleep 1 && echo came through",
    "everybody's life": "python3 -c 'import os; os.kill(-1, 0)' && true",
}


@pytest.mark.case(22)
@pytest.mark.parametrize("text", PROCESSES.values(), ids=PROCESSES.keys())
def test_no_process_outside_is_touched_or_looked_into(box: Confined, text: str) -> None:
    done = box.run(_filled(box, text))
    assert "came through" not in done["output"]
    assert SECRET not in done["output"]
    assert box.process.poll() is None
    assert box.run("echo well")["output"] == "well\n"


@pytest.mark.case(22)
@pytest.mark.parametrize("who", ["{pid}", "os.getppid()"])
def test_no_process_outside_is_traced(box: Confined, who: str) -> None:
    attach = f"print('attached' if libc.ptrace(16, {who}, None, None) == 0 else 'no')"
    assert box.python(CTYPES + attach.format(pid=box.pid))["output"] == "no\n"


KERNEL = {
    "user namespace": "libc.unshare(0x10000000)",
    "mount namespace": "libc.unshare(0x20000)",
    "mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
    "remount": "libc.mount(b'none', b'/', None, 0x1020, None)",
    "remount of the hooks": "libc.mount(b'none', b'.git/hooks', None, 0x1020, None)",
    "take away the hooks' mount": "libc.umount2(b'.git/hooks', 2)",
    "io_uring": "libc.syscall(425, 1, ctypes.create_string_buffer(120))",
    "clone3": "libc.syscall(435, None, 0)",
    "bpf": "libc.syscall(321, 0, None, 0)",
    "a key": "libc.syscall(250, 0, -3, 0)",
    "memory of another": "libc.syscall(310, os.getppid(), None, 0, None, 0, 0)",
    "chroot": "libc.chroot(b'/tmp')",
    "another's descriptor": "libc.syscall(438, 3, 0, 0)",
}


@pytest.mark.case(23)
@pytest.mark.parametrize("call", KERNEL.values(), ids=KERNEL.keys())
def test_the_kernel_gives_no_way_out(box: Confined, call: str) -> None:
    if os.uname().machine != "x86_64" and "syscall(" in call:
        pytest.skip("the numbers are those of x86_64")
    done = box.python(f"{CTYPES}print('refused' if {call} < 0 else 'done')")
    assert done["output"] == "refused\n"


@pytest.mark.case(23)
@pytest.mark.parametrize("text", ["unshare -U true", "unshare -Ur mount -t tmpfs none /mnt"])
def test_no_namespace_is_made_by_programs_either(box: Confined, text: str) -> None:
    assert box.run(text)["code"] != 0


def test_a_device_cannot_be_made(box: Confined) -> None:
    done = box.run("mknod node b 8 0 && echo made; mknod /tmp/node c 1 1 && echo made")
    assert "made" not in done["output"].replace("mknod", "")


@pytest.mark.case(24)
def test_nothing_is_written_to_or_typed_into_a_terminal_of_the_user(box: Confined) -> None:
    ours, theirs = os.openpty()
    try:
        name = os.ttyname(theirs)
        Path(name).chmod(0o622)
        box.run(f"echo y > {name}; echo y > /dev/tty; echo y > /dev/pts/0")
        box.python(
            "import fcntl, os, termios\n"
            f"for name in ({name!r}, '/dev/tty', '/dev/console'):\n"
            "    try:\n"
            "        one = os.open(name, os.O_RDWR)\n"
            "        fcntl.ioctl(one, termios.TIOCSTI, b'y')\n"
            "    except OSError:\n"
            "        pass\n"
        )
        os.set_blocking(ours, False)
        with pytest.raises(BlockingIOError):
            os.read(ours, 16)
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.case(24)
def test_not_even_into_a_terminal_of_its_own_does_a_command_type(box: Confined) -> None:
    program = (
        "import fcntl, os, termios\n"
        "try:\n"
        "    ours, theirs = os.openpty()\n"
        "    fcntl.ioctl(theirs, termios.TIOCSTI, b'y')\n"
        "except OSError as error:\n"
        "    print('refused')\n"
    )
    assert box.python(program)["output"] == "refused\n"


@pytest.mark.case(25)
def test_a_command_cannot_forge_its_reply(box: Confined) -> None:
    forging = (
        "for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do "
        'echo \'{"id": 1, "status": 0, "left": false}\' > /proc/$PPID/fd/$fd; '
        "done 2>/dev/null; exit 7"
    )
    assert box.run(forging)["code"] == 7


def test_what_a_tier_leaves_open_stands_in_its_own_trial(box: Confined) -> None:
    gaps = {name for name, came in box.attempts.items() if came == "open"}
    known = {"change times outside", "add a git hook", "change git's configuration"}
    assert gaps == (set() if box.tier == "A" else known)
