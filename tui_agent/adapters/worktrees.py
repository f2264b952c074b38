"""A further work tree of the user's repository, filled with a recorded tree."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.processes.capture import ProgramError
from tui_agent.adapters.runner.git_rooms import GitRoom, GitRooms
from tui_agent.adapters.snapshots.shadow import Shadow
from tui_agent.adapters.users_git import HARDENED, users_environ


async def new_worktree(state: Path, root: Path, target: Path, tree: str, rooms: GitRooms) -> None:
    """Make a work tree at `target` with the files of a recorded tree, at the commit of `root`.

    The user's own work tree, index, HEAD and branches stay as they are; of the repository, git may
    write the list of its work trees alone. Raises LookupError where the tree is not recorded,
    OSError for what is no git repository or cannot be written.
    """
    facts = git_facts(root)
    if facts is None or facts.head is None:
        message = f"{root} is no git repository with a commit: a work tree cannot be made of it"
        raise OSError(message)
    shadow = Shadow.of(state, root)
    listed = facts.common_dir / "worktrees"
    listed.mkdir(exist_ok=True)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    index = target.parent / "filling"
    filling = {
        **shadow.environ(rooms.path),
        "GIT_WORK_TREE": str(target),
        "GIT_INDEX_FILE": str(index),
    }
    reads = (facts.git_dir, facts.common_dir, shadow.git_dir)
    room = rooms.room(root, reads=reads, writes=(listed, target.parent))
    try:
        await _git(room, root, shadow.environ(rooms.path), "cat-file", "-e", f"{tree}^{{tree}}")
    except OSError as error:
        message = f"the tree {tree[:12]} is not recorded here any more"
        raise LookupError(message) from error
    plain = users_environ(facts, rooms.path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_OPTIONAL_LOCKS"):
        del plain[name]
    added = ("worktree", "add", "--quiet", "--detach", "--no-checkout", str(target), facts.head)
    await _git(room, root, plain, *HARDENED, *added)
    await _git(room, target, plain, *HARDENED, "read-tree", facts.head)
    try:
        await _git(room, target, filling, "read-tree", tree)
        await _git(room, target, filling, "checkout-index", "--all", "--force")
    finally:
        index.unlink(missing_ok=True)


async def _git(room: GitRoom, cwd: Path, environ: Mapping[str, str], *arguments: str) -> None:
    try:
        done = await room(("git", *arguments), cwd=str(cwd), environ=environ, seconds=120.0)
    except ProgramError as error:
        raise OSError(str(error)) from error
    if done.code:
        message = f"git {' '.join(arguments[-2:])} failed: {done.err[:300] or done.code}"
        raise OSError(message)
