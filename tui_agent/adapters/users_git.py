"""How git is called in the user's own repository, so that nothing of its configuration acts."""

from __future__ import annotations

import os

from tui_agent.adapters.git_facts import GitFacts

_CONFIG = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    f"core.attributesFile={os.devnull}",
    "core.quotePath=false",
    "diff.orderFile=",
    "diff.suppressBlankEmpty=false",
    "gc.auto=0",
)
HARDENED = tuple(word for setting in _CONFIG for word in ("-c", setting))
"""Options that come before git's command."""


def users_environ(facts: GitFacts, path: str) -> dict[str, str]:
    """Return the exact environment of a git process that looks into the user's repository."""
    return {
        "PATH": path,
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_DIR": str(facts.git_dir),
        "GIT_WORK_TREE": str(facts.root),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
