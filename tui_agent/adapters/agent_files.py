"""Reads the definitions of child agents: Markdown files with front matter, the user's and the
project's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tui_agent.core.agents import EXPLORE, READING, AgentDefinition
from tui_agent.core.servers import is_served

Accepts = Callable[[str, str], bool]

FOLDERS = (".claude/agents", ".agent/agents")
"""Below the root of a project; of two definitions with one name the later folder's holds."""

LARGEST = 64 * 1024
"""Bytes of a definition's file."""

OTHER_NAMES = {
    "bash": "shell",
    "glob": "list",
    "grep": "search",
    "ls": "list",
    "multiedit": "edit",
    "todowrite": "plan",
}
"""What another program's definitions call our tools; ours are their own names in lower case."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class NotAnAgentError(ValueError):
    """A file defines no agent; the message says why."""


def _any(_path: str, _sha: str) -> bool:
    return True


def read_definitions(
    user_folder: Path | None,
    project: Path | None,
    accepts: Accepts = _any,
) -> tuple[dict[str, AgentDefinition], tuple[str, ...]]:
    """Return the definitions by name, and a sentence about each file that is none.

    Args:
        user_folder: The folder of the user's settings; its `agents` is looked into.
        project: The root of a trusted project; None where it is not trusted.
        accepts: Whether a project's file counts with this digest (SHA-256, hex) of its bytes.
    """
    found = {EXPLORE.name: EXPLORE}
    problems: list[str] = []
    for path, shown in _files(user_folder, project):
        of_user = user_folder is not None and path.is_relative_to(user_folder / "agents")
        try:
            definition = _read(path, shown, _any if of_user else accepts)
        except (OSError, ValueError) as error:
            problems.append(f"{shown} defines no agent: {error}")
        else:
            found[definition.name] = definition
    return found, tuple(problems)


def _files(user_folder: Path | None, project: Path | None) -> Iterator[tuple[Path, str]]:
    places = [(user_folder / "agents", "your agents")] if user_folder is not None else []
    if project is not None:
        places += [(project / folder, folder) for folder in FOLDERS]
    for folder, name in places:
        if folder.is_dir():
            for path in sorted(folder.glob("*.md")):
                yield path, f"{name}/{path.name}"


def _read(path: Path, shown: str, accepts: Accepts) -> AgentDefinition:
    if not path.is_file():
        message = "it is no regular file"
        raise NotAnAgentError(message)
    if path.stat().st_size > LARGEST:
        message = f"it is larger than {LARGEST // 1024} KiB"
        raise NotAnAgentError(message)
    data = path.read_bytes()
    if not accepts(shown, hashlib.sha256(data).hexdigest()):
        message = "it has changed since the folder was trusted, or lies elsewhere"
        raise NotAnAgentError(message)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = "it is not UTF-8"
        raise NotAnAgentError(message) from None
    head, instructions = _parted(text.replace("\r\n", "\n"))
    name = _word(head, "name") or path.stem
    if not _NAME.fullmatch(name):
        message = f"the name {name!r} is not made of small letters, digits, - and _"
        raise NotAnAgentError(message)
    isolation = _word(head, "isolation")
    if isolation not in ("", "worktree"):
        message = f"isolation is {isolation!r}; it is `worktree` or left out"
        raise NotAnAgentError(message)
    return AgentDefinition(
        name=name,
        description=" ".join(_word(head, "description").split()) or name,
        instructions=instructions.strip(),
        tools=_tools(head.get("tools")),
        model=_model(_word(head, "model")),
        isolation="worktree" if isolation else "",
        origin=shown,
    )


def _word(head: dict[str, Any], key: str) -> str:
    """Return what stands under a key: a text, or what YAML makes of one. Raises NotAnAgentError.

    A list of lists of lists, each named once, would be spelled out for ever.
    """
    value = head.get(key)
    if isinstance(value, dict | list | set | tuple):
        message = f"{key} is no text"
        raise NotAnAgentError(message)
    return "" if value is None or value is False else str(value)


def _parted(text: str) -> tuple[dict[str, Any], str]:
    """Part front matter from instructions. Raises ValueError where the front matter is broken."""
    import yaml

    lines = text.split("\n")
    if lines[0].strip() != "---":
        return {}, text
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    if not end:
        message = "its front matter has no end: a second line of ---"
        raise NotAnAgentError(message)
    try:
        head = yaml.safe_load("\n".join(lines[1:end])) or {}
    except RecursionError:
        message = "its front matter is nested too deeply"
        raise NotAnAgentError(message) from None
    except yaml.YAMLError as error:
        message = f"its front matter is no YAML: {' '.join(str(error).split())}"
        raise NotAnAgentError(message) from None
    if not isinstance(head, dict):
        message = "its front matter is no list of keys and values"
        raise NotAnAgentError(message)
    return {str(key): value for key, value in head.items()}, "\n".join(lines[end + 1 :])


def _tools(given: object) -> tuple[str, ...]:
    """Return the tools that are named; none named is reading alone."""
    if given is None:
        return READING
    words = given.split(",") if isinstance(given, str) else given
    if not isinstance(words, list):
        message = "tools is neither a list nor names with commas between them"
        raise NotAnAgentError(message)
    if any(isinstance(word, dict | list | set | tuple) for word in words):
        message = "tools holds something that is no name"
        raise NotAnAgentError(message)
    names = [_tool(str(word).strip()) for word in words]
    return tuple(dict.fromkeys(OTHER_NAMES.get(name, name) for name in names if name))


def _tool(word: str) -> str:
    """Return a tool's name; those of servers may have capitals."""
    return word if is_served(word) else word.lower()


def _model(given: str) -> str:
    """Return the model's name; the short names of other programs mean the session's own."""
    name = given.strip()
    return "" if name in ("inherit", "sonnet", "opus", "haiku") else name
