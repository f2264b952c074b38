"""A copy of a workspace that stands by itself: its files, a repository of its own, its venv."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tui_agent.adapters.git_facts import git_facts
from tui_agent.adapters.runner.view_copy import TreeCopy
from tui_agent.adapters.runner.view_git import private_git
from tui_agent.adapters.runner.view_venv import relocate


def whole_copy(
    root: Path, target: Path, place: Path, stopped: Callable[[], bool] = lambda: False
) -> TreeCopy:
    """Copy the workspace `root` to `target`, which is made; what lies in `place` is left out.

    Raises OSError; also once `stopped` says so.
    """
    target.mkdir(parents=True)
    facts = git_facts(root)
    own = facts is not None and facts.root == root
    left_out = os.path.realpath(place)
    taken = TreeCopy(
        root=root,
        target=target,
        skip=lambda name: (own and name == ".git") or str(root / name) == left_out,
        stopped=stopped,
    )
    taken.make()
    if facts is not None and own:
        private_git(facts, target)
    relocate(target, root, target)
    return taken
