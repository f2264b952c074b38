"""The parts that a sandbox is made of, as text and values: profiles, commands, views, guards."""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.repository import IDENTITY, Repository, make_repository
from tui_agent.adapters.kernel import seccomp
from tui_agent.adapters.processes.commands import Launch
from tui_agent.adapters.runner.bubblewrap import bubblewrap_argv
from tui_agent.adapters.runner.container import container_argv, engine, mounts_of
from tui_agent.adapters.runner.git_parts import GitParts, git_parts
from tui_agent.adapters.runner.guard import MOST_BYTES, Guard, Looks
from tui_agent.adapters.runner.held import held_back
from tui_agent.adapters.runner.launching import Launching
from tui_agent.adapters.runner.private_home import home_files
from tui_agent.adapters.runner.seatbelt import seatbelt_profile
from tui_agent.adapters.runner.session_view import Wishes, session_view
from tui_agent.adapters.runner.tier_missing import TierMissingError
from tui_agent.adapters.runner.toolchains import toolchains


def test_seatbelt_denies_by_default_and_takes_paths_as_parameters(
    repository: Repository, home: Path
) -> None:
    strange = repository.root.rename(repository.root.with_name('a") (allow default) ("'))
    view = session_view(strange, {"HOME": str(home), "PATH": "/usr/bin"}, Wishes())
    profile, parameters = seatbelt_profile(view)
    assert profile.startswith("(version 1)\n(deny default)\n")
    assert "allow default" not in profile
    assert str(strange) in parameters.values()
    assert str(strange / ".git" / "hooks") in parameters.values()
    assert "(deny network*)" in profile
    assert profile.count("(") == profile.count(")")
    fixed = [name for name, path in parameters.items() if path.endswith("/.git/config")]
    assert f'(deny file-write* (literal (param "{fixed[0]}"))' in profile


def test_bubblewrap_gets_no_network_and_git_parts_read_only(
    repository: Repository, home: Path
) -> None:
    view = session_view(repository.root, {"HOME": str(home), "PATH": "/usr/bin"}, Wishes())
    argv = bubblewrap_argv("/usr/bin/bwrap", view)
    line = " ".join(argv)
    git = f"{repository.root}/.git"
    assert "--share-net" not in argv
    assert line.index(f"--bind {git} {git}") < line.index(f"--ro-bind {git}/hooks {git}/hooks")
    assert f"--ro-bind {git}/config {git}/config" in line
    assert str(home / ".ssh") not in line


@pytest.mark.case(70)
def test_a_linked_work_tree_keeps_its_repository_writable_and_its_hooks_not(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write("a", "1")
    repository.commit()
    repository.git("worktree", "add", "-q", str(tmp_path / "linked"))
    parts = git_parts(tmp_path / "linked")
    common = str(repository.root / ".git")
    assert parts.writable == (common,)
    assert f"{common}/hooks" in parts.fixed
    assert f"{common}/config" in parts.fixed
    assert f"{common}/worktrees/linked/gitdir" in parts.fixed
    assert str(tmp_path / "linked" / ".git") in parts.fixed


@pytest.mark.case(70)
def test_a_file_that_claims_another_repository_gets_no_right_to_it(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write("a", "1")
    repository.commit()
    claims = tmp_path / "claims"
    claims.mkdir()
    (claims / ".git").write_text(f"gitdir: {repository.root}/.git\n")
    assert git_parts(claims) == GitParts(), "that of another tree is not even read"
    apart = tmp_path / "apart"
    (repository.root / ".git").rename(apart)
    (claims / ".git").write_text(f"gitdir: {apart}\n")
    assert git_parts(claims) == GitParts(readable=(str(apart),)), "nobody's is only read"


@pytest.mark.case(70)
def test_a_submodule_is_known_by_its_configuration(repository: Repository, tmp_path: Path) -> None:
    repository.write("a", "1")
    repository.commit()
    outer = tmp_path / "outer"
    add = ("-c", "protocol.file.allow=always", "submodule", "add", "-q")
    environ = {**os.environ, **IDENTITY}
    for arguments in (
        ("init", "-q", str(outer)),
        ("-C", str(outer), *add, str(repository.root), "m"),
    ):
        subprocess.run(["git", *arguments], check=True, env=environ, capture_output=True)
    parts = git_parts(outer / "m")
    assert parts.writable == (str(outer / ".git" / "modules" / "m"),)
    assert str(outer / ".git" / "modules" / "m" / "hooks") in git_parts(outer).fixed


@pytest.mark.case(70)
def test_a_repository_gives_no_right_to_another_that_it_names_as_its_own(
    repository: Repository, tmp_path: Path
) -> None:
    git = repository.root / ".git"
    victim = make_repository(tmp_path / "victim").root / ".git"
    for place in ("/", str(Path.home()), str(tmp_path), ".."):
        (git / "commondir").write_text(place)
        assert git_parts(repository.root) == GitParts()
    (git / "commondir").write_text(str(victim))
    assert git_parts(repository.root) == GitParts()
    (git / "commondir").unlink()

    git.rename(tmp_path / "fake")
    git.write_text(f"gitdir: {tmp_path / 'fake'}\n")
    with (tmp_path / "fake" / "config").open("a") as config:
        config.write(f"[core]\n\tworktree = {repository.root}\n")
    assert git_parts(repository.root).writable == (str(tmp_path / "fake"),)
    (tmp_path / "fake" / "commondir").write_text(str(victim))
    assert not git_parts(repository.root).writable
    git.write_text(f"gitdir: {victim}\n")
    assert git_parts(repository.root) == GitParts()


@pytest.mark.case(70)
def test_linked_hooks_are_guarded_since_no_mount_can_hold_a_link(repository: Repository) -> None:
    hooks = repository.root / ".git" / "hooks"
    subprocess.run(["rm", "-rf", hooks], check=True)
    hooks.symlink_to("../common-hooks")
    parts = git_parts(repository.root)
    assert str(hooks) in parts.exposed
    guard = Guard(parts.exposed)
    hooks.unlink()
    hooks.mkdir()
    (hooks / "pre-commit").write_text("evil")
    assert guard.restored() == (str(hooks),)
    assert str(hooks.readlink()) == "../common-hooks"


def test_a_guard_puts_back_what_was_and_touches_nothing_behind_another_folder(
    tmp_path: Path,
) -> None:
    git, elsewhere = tmp_path / ".git", tmp_path / "elsewhere"
    for folder in (git, git / "hooks", elsewhere):
        folder.mkdir()
    (git / "config").write_text("mine")
    (git / "hooks" / "kept").write_text("kept")
    (elsewhere / "config").write_text("theirs")
    guard = Guard([str(git / "config"), str(git / "hooks")])
    assert guard.restored() == ()
    (git / "config").write_text("evil")
    (git / "hooks" / "kept").unlink()
    (git / "hooks" / "new").write_text("evil")
    assert guard.restored() == (str(git / "config"), str(git / "hooks"))
    assert (git / "config").read_text() == "mine"
    assert [one.name for one in (git / "hooks").iterdir()] == ["kept"]
    git.rename(tmp_path / "moved")
    git.symlink_to(elsewhere)
    assert guard.restored() == ()
    assert guard.led_away == (str(git / "config"), str(git / "hooks"))
    assert (elsewhere / "config").read_text() == "theirs"


def test_a_guard_cuts_no_large_file_short_and_names_the_one_that_it_cannot_put_back(
    tmp_path: Path,
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    large, small = hooks / "program", hooks / "pre-commit"
    large.write_bytes(bytes(MOST_BYTES) + b"end")
    small.write_text("mine")
    guard = Guard([str(hooks)])
    small.write_text("evil")
    (hooks / "new").write_text("evil")
    assert guard.restored() == (str(hooks),)
    assert large.read_bytes() == bytes(MOST_BYTES) + b"end"
    assert {one.name for one in hooks.iterdir()} == {"program", "pre-commit"}
    assert (small.read_text(), guard.too_large) == ("mine", ())
    guard = Guard([str(large)])
    large.write_bytes(bytes(MOST_BYTES) + b"evl")
    assert guard.restored() == ()
    assert guard.too_large == (str(large),)


@pytest.mark.case(19)
@pytest.mark.parametrize("place", ["on disk", "in memory"])
def test_what_was_read_once_is_kept_and_no_hidden_write_gets_past_it(
    tmp_path: Path, place: str
) -> None:
    memory = Path("/dev/shm") / tmp_path.name
    if place == "in memory" and not os.access(memory.parent, os.W_OK):
        pytest.skip("there is no file system in memory")
    git = (tmp_path if place == "on disk" else memory) / ".git"
    (git / "hooks").mkdir(parents=True)
    config, hook = git / "config", git / "hooks" / "pre-commit"
    config.write_text("mine")
    hook.write_text("mine")
    paths, looks = [str(config), str(git / "hooks")], Looks(settled_ns=50_000_000)
    while time.time_ns() < hook.stat().st_ctime_ns + 60_000_000:
        time.sleep(0.005)
    first = [looks.at(path) for path in paths]
    if place == "on disk":
        assert all(looks.at(path) is before for path, before in zip(paths, first, strict=True))

    def in_its_place(text: str) -> None:
        times = hook.stat()
        hook.write_text(text)
        os.utime(hook, ns=(times.st_atime_ns, times.st_mtime_ns))

    def through_memory(text: str) -> None:
        with hook.open("r+b") as file, mmap.mmap(file.fileno(), 0) as mapped:
            mapped[:4] = text.encode()

    def by_exchange(text: str) -> None:
        (git / "new").write_text(text)
        (git / "new").replace(hook)

    for change in (in_its_place, through_memory, by_exchange):
        guard = Guard(paths, looks)
        change("evil")
        assert guard.restored() == (str(git / "hooks"),), change
        assert hook.read_text() == "mine"
    config.write_text("user")
    guard = Guard(paths, looks)
    assert guard.restored() == ()
    assert config.read_text() == "user"
    shutil.rmtree(git.parent)


def test_toolchains_are_shown_and_what_lies_beside_them_is_not(tmp_path: Path) -> None:
    home, root = tmp_path / "home", tmp_path / "home" / "work"
    for name in (".cargo/bin", ".nvm/versions", ".ssh", "project/bin", "tool/bin", "tool/libexec"):
        (home / name).mkdir(parents=True)
    root.mkdir()
    (home / ".cargo" / "credentials.toml").write_text("token")
    path = f"{home}/project/bin:{home}/tool/bin:{home}/.cargo/bin:/usr/bin"
    shown = toolchains(path, root=root, home=home)
    assert {f"{home}/.cargo/bin", f"{home}/.nvm", f"{home}/tool", f"{home}/project/bin"} <= {*shown}
    assert not {str(home), f"{home}/.cargo", f"{home}/.ssh", f"{home}/project", "/"} & {*shown}


@pytest.mark.case(4)
def test_a_link_in_the_place_of_a_folder_that_may_be_written_opens_nothing(tmp_path: Path) -> None:
    root, outside = tmp_path / "work", tmp_path / "outside"
    for folder in (root / "doc", outside):
        folder.mkdir(parents=True)
    (root / "src").symlink_to(outside)
    wishes = Wishes(write_globs=("src/**", "doc/**"))
    shown = session_view(root, {"HOME": str(tmp_path), "PATH": "/usr/bin"}, wishes)
    assert shown.writes == (str(root / "doc"),)


@pytest.mark.case(70)
def test_an_environment_in_the_project_shows_no_folder_that_is_no_python(tmp_path: Path) -> None:
    home, root = tmp_path / "home", tmp_path / "home" / "work"
    key, real = home / ".ssh" / "id_rsa", home / "pythons" / "3.12"
    programs = root / ".venv" / "bin"
    for folder in (key.parent, real / "bin", real / "lib" / "python3.12", programs):
        folder.mkdir(parents=True)
    for file in (key, real / "bin" / "python3", real / "lib" / "python3.12" / "os.py"):
        file.write_text("x")
    (root / ".venv" / "pyvenv.cfg").touch()
    (programs / "python").symlink_to("../../../.ssh/id_rsa")
    (programs / "python3").symlink_to(real / "bin" / "python3")
    shown = session_view(root, {"HOME": str(home), "PATH": "/usr/bin"}, Wishes()).readable
    assert str(real) in shown
    assert not any(".ssh" in one for one in shown)


def test_a_workspace_that_holds_the_home_hides_its_secrets(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in (".ssh", ".aws", "state"):
        (home / name).mkdir(parents=True)
    view = session_view(home, {"HOME": str(home)}, Wishes(records=home / "state"))
    assert set(view.hidden) == {f"{home}/.ssh", f"{home}/.aws", f"{home}/state"}


def test_git_learns_who_the_user_is_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").write_text(
        '[user]\n\tname = "A Person"\n\temail = a@example.invalid\n\tsigningkey = 7\n'
        "[credential]\n\thelper = store\n[core]\n\tpager = evil\n"
    )
    written = home_files(tmp_path, {}, '/work "here"')[".gitconfig"]
    assert 'name = "A Person"' in written
    assert 'email = "a@example.invalid"' in written
    assert 'directory = "/work \\"here\\""' in written
    assert not {"helper", "evil", "signingkey"} & set(written.replace("=", " ").split())


@pytest.mark.capability("S3.22", part="bounded as promised")
def test_a_container_gets_no_network_bounded_means_and_the_workspace_alone(tmp_path: Path) -> None:
    launch = Launch(
        argv=("/bin/bash", "-c", "pytest -q"),
        cwd=str(tmp_path),
        environ={"LANG": "C", "PATH": "/usr/bin"},
        timeout_seconds=9,
    )
    launching = Launching(root=tmp_path, environ={})
    argv = container_argv("docker", "an/image", "agent-1", launch, mounts_of(launching.root, None))
    line = " ".join(argv)
    for part in (
        "--network none",
        "--memory 512m",
        "--cpus 0.5",
        "--pids-limit 256",
        "--read-only",
    ):
        assert part in line
    assert line.count("--mount") == 1
    assert f"source={tmp_path},target={tmp_path}" in line
    assert argv[-4:] == ("an/image", "/bin/sh", "-c", "pytest -q")


@pytest.mark.capability("S3.22", part="reported where no engine answers")
async def test_an_engine_that_does_not_answer_is_none(tmp_path: Path) -> None:
    mute = tmp_path / "docker"
    mute.write_text("#!/bin/sh\necho 'Cannot connect to the daemon' >&2\nexit 1\n")
    mute.chmod(0o755)
    with pytest.raises(TierMissingError, match="docker: Cannot connect to the daemon; podman is"):
        await engine({"PATH": str(tmp_path)})


@pytest.mark.parametrize(
    ("output", "code", "held"),
    [
        ("curl: (6) Could not resolve host: example.com", 6, "network"),
        ("OSError: [Errno 101] Network is unreachable", 1, "network"),
        ("touch: cannot touch '/usr/x': Read-only file system", 1, "outside"),
        ("Network is unreachable, but it went on", 0, ""),
        ("1 failed", 1, ""),
    ],
)
def test_what_was_held_back_is_guessed_by_the_output(output: str, code: int, held: str) -> None:
    assert held_back(output, code) == held


def test_the_filter_is_whole_instructions_and_ends_by_allowing() -> None:
    try:
        code = seccomp.program(seccomp.NO_SOCKETS)
    except OSError as error:
        pytest.skip(str(error))
    assert len(code) % 8 == 0
    assert code[-8:] == bytes.fromhex("060000000000ff7f")
