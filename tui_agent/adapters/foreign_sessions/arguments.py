"""What a call of another program's tool was about, read from its arguments."""

from __future__ import annotations

import json
from collections.abc import Sequence

NAMES = {
    "Bash": "shell", "shell": "shell", "shell_command": "shell", "exec_command": "shell",
    "local_shell": "shell", "Read": "read", "Edit": "edit", "MultiEdit": "edit", "Write": "write",
    "NotebookEdit": "edit", "Grep": "search", "Glob": "list", "LS": "list", "TodoWrite": "plan",
    "update_plan": "plan", "Task": "task", "Agent": "task",
}  # fmt: skip
"""What other programs' tools are called here."""
COMMANDS = ("command", "cmd")
PATHS = ("file_path", "path", "notebook_path")


def given_in(arguments: str) -> dict[str, object]:
    """Return the arguments as a table; empty where they are none."""
    try:
        given = json.loads(arguments)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def command_in(given: dict[str, object]) -> str:
    """Return a command in one text: other programs give a text, or a list of words."""
    value = next((given[name] for name in COMMANDS if given.get(name)), "")
    if isinstance(value, list):
        words = [str(word) for word in value]
        shell = len(words) == len(("sh", "-c", "text")) and words[1] in {"-c", "-lc"}
        return words[-1] if shell else " ".join(words)
    return str(value)


def title_of(command: str, paths: Sequence[str], given: dict[str, object]) -> str:
    """Return what a call was about, in a line."""
    if command:
        return command.partition("\n")[0]
    if paths:
        return ", ".join(paths)
    return next((value for value in given.values() if isinstance(value, str) and value), "")[:100]
