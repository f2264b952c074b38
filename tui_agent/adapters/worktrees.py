"""A further work tree of the user's repository, filled with a recorded tree."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.processes.capture import ProgramError, capture
from tui_agent.adapters.snapshots.shadow import Shadow

QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0")
"""No hook and no watcher of the repository acts."""


async def new_worktree(state: Path, root: Path, target: Path, tree: str, path: str) -> None:
    """Make a work tree at `target` with the files of a recorded tree, at the commit of `root`.

    The user's own work tree, index, HEAD and branches stay as they are. Raises LookupError where
    the tree is not recorded, OSError for what is no git repository or cannot be written.
    """
    facts = git_facts(root)
    if facts is None or facts.head is None:
        message = f"{root} is no git repository with a commit: a work tree cannot be made of it"
        raise OSError(message)
    shadow = Shadow.of(state, root)
    index = shadow.git_dir / f"filling-{os.getpid()}"
    filling = {
        **shadow.environ(path),
        "GIT_WORK_TREE": str(target),
        "GIT_INDEX_FILE": str(index),
    }
    try:
        await _git(root, shadow.environ(path), "cat-file", "-e", f"{tree}^{{tree}}")
    except OSError as error:
        message = f"the tree {tree[:12]} is not recorded here any more"
        raise LookupError(message) from error
    plain = {
        "PATH": path,
        "HOME": str(shadow.git_dir),
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    added = ("worktree", "add", "--quiet", "--detach", "--no-checkout", str(target), facts.head)
    await _git(root, plain, *QUIET, *added)
    await _git(target, plain, *QUIET, "read-tree", facts.head)
    try:
        await _git(target, filling, "read-tree", tree)
        await _git(target, filling, "checkout-index", "--all", "--force")
    finally:
        index.unlink(missing_ok=True)


async def _git(cwd: Path, environ: Mapping[str, str], *arguments: str) -> None:
    try:
        done = await capture(_command(arguments), cwd=str(cwd), environ=environ, seconds=120.0)
    except ProgramError as error:
        raise OSError(str(error)) from error
    if done.code:
        message = f"git {' '.join(arguments[-2:])} failed: {done.err[:300] or done.code}"
        raise OSError(message)


def _command(arguments: Sequence[str]) -> list[str]:
    return ["git", *arguments]
