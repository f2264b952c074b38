"""What a copy of the workspace cannot hold back of a command, and what a command may throw away.

Both are read from the command's words alone, wherever they stand: in lists, in quotes, behind
another program. Too much is named rather than too little. Nothing is allowed or refused by this:
the classifier and the sandbox do that.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tui_agent.core.shell.network import VERBS, reach_of

_JOINS = frozenset("\"'`$(){};&|<>\\\n\r\t")
_BREAKS = frozenset(";&|\n(){}`")

Reach = Literal["workspace", "network", "outside"]

OUTSIDE = frozenset({
    "apk", "apt", "apt-get", "at", "brew", "crontab", "dnf", "docker", "kill", "killall", "pacman",
    "pkill", "podman", "service", "sudo", "systemctl", "yum",
})  # fmt: skip
"""Programs whose work lies outside of any folder."""

GIT_READS = frozenset({
    "annotate", "archive", "blame", "cat-file", "check-ignore", "clean", "describe", "diff",
    "difftool", "for-each-ref", "grep", "help", "log", "ls-files", "ls-remote", "ls-tree",
    "name-rev", "rev-list", "rev-parse", "shortlog", "show", "show-ref", "status", "var",
    "version", "whatchanged",
})  # fmt: skip
"""Sub-commands of git that leave its own data as it is, but for the index's cache of times."""

WRAPPERS = frozenset({
    "bash", "command", "env", "eval", "exec", "nice", "nohup", "parallel", "sh", "sudo", "time",
    "timeout", "xargs", "zsh",
})  # fmt: skip
"""Programs that start what follows."""

_OF_INTEREST = frozenset({"find", "git", "rm", "rsync", "shred", "truncate"})
FURTHER = 200
"""Words behind a program that are looked at."""

_VALUED = frozenset({"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path"})
"""Options of git itself that take the word behind them."""

SYSTEM = ("/bin/", "/dev/", "/lib", "/opt/", "/proc/self", "/sbin/", "/usr/")
"""Where a path leads to programs, libraries and devices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What a command may throw away."""

    ignored: bool = False
    """Files that git ignores, too."""
    stash: bool = False
    """Entries of the stash."""


def not_held_back(text: str, root: str = "", reach: Reach = "outside") -> tuple[str, ...]:
    """Return in words what a copy of `root` would not hold back of a command; none if all is.

    `reach` is what the sandbox lets the command reach: `outside` where there is none.
    """
    found: dict[str, None] = {}
    for words in _started(text):
        program = words[0].rpartition("/")[2]
        sub = _sub(words)
        reached = reach_of(words) if reach != "workspace" else None
        if reached is not None and reached.program == program:
            found[f"{_named(program, sub)} reaches the network"] = None
        if reach == "outside" and program in OUTSIDE:
            found[f"{program} works outside of the workspace"] = None
        if program == "git" and _git_writes(words):
            found[f"git {sub} writes git's own data; in a copy that is lost"] = None
    for word in _words(text) if reach == "outside" else ():
        if _leads_out(word, root):
            found[f"{word} lies outside of the workspace"] = None
        elif root and (word == root or word.startswith(f"{root}/")):
            found[f"{word} names the workspace itself"] = None
    return tuple(found)


def writes_git(text: str) -> bool:
    """Return whether a command may write git's own data: commits, branches, index, stash."""
    return any(_git_writes(words) for words in _anywhere(text))


def throws_away(text: str) -> Losses | None:
    """Return what of uncommitted work a command may throw away; None where it is none of those."""
    found: Losses | None = None
    for words in _anywhere(text):
        one = _lost(words)
        if one is not None:
            before = found or Losses()
            found = Losses(ignored=before.ignored or one.ignored, stash=before.stash or one.stash)
    return found


def _lost(words: list[str]) -> Losses | None:
    program = words[0].rpartition("/")[2]
    if program in {"rm", "shred", "truncate"}:
        return Losses(ignored=True)
    if program == "find" and "-delete" in words:
        return Losses(ignored=True)
    if program == "rsync" and any(word.startswith("--del") for word in words):
        return Losses(ignored=True)
    return _lost_by_git(words) if program == "git" else None


def _lost_by_git(words: list[str]) -> Losses | None:
    sub, rest = _sub(words), set(words)
    short = "".join(word[1:] for word in words if word[:1] == "-" and word[:2] != "--")
    if sub == "reset":
        return Losses() if rest & {"--hard", "--merge", "--keep"} else None
    if sub == "clean":
        return Losses(ignored="x" in short or "X" in short)
    if sub == "stash":
        return Losses(stash=True, ignored=bool(rest & {"--all", "-a"}))
    if sub in {"checkout", "switch"} and rest & {"-b", "-c", "--orphan"}:
        return Losses() if rest & {"-f", "--force", "--discard-changes"} else None
    return Losses() if sub in _OVERWRITING else None


_OVERWRITING = frozenset({"checkout", "checkout-index", "read-tree", "restore", "rm", "switch"})


def _git_writes(words: list[str]) -> bool:
    if words[0].rpartition("/")[2] != "git":
        return False
    sub = _sub(words)
    if sub in {"restore", "apply"}:
        return bool({"-S", "--staged", "--index", "--cached", "-3", "--3way"} & set(words))
    if sub == "stash":
        return not {"list", "show"} & set(words)
    return sub != "" and sub not in GIT_READS


def _sub(words: list[str]) -> str:
    """Return a program's sub-command: the first word that is no option."""
    rest = iter(words[1:])
    for word in rest:
        if word in _VALUED:
            next(rest, "")
        elif not word.startswith("-"):
            return word
    return ""


def _named(program: str, sub: str) -> str:
    return f"{program} {sub}" if program in VERBS else program


def _leads_out(word: str, root: str) -> bool:
    path = word.rpartition("=")[2]
    if path == ".." or path.startswith(("~", "../")):
        return True
    if not path.startswith("/") or path.startswith(SYSTEM) or len(path) < len("/x"):
        return False
    return not root or not (path == root or path.startswith(f"{root}/"))


def _words(text: str) -> list[str]:
    """Return the words as the shell parts them; what a wrapper is given is parted once more."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError:  # a quote without its end
        return [word for command in _commands(text) for word in command]
    if words and words[0].rpartition("/")[2] in WRAPPERS:
        return [part for word in words for part in word.split()]
    return words


def _started(text: str) -> Iterator[list[str]]:
    """Give each command, and what a wrapper in front of it may start."""
    for words in _commands(text):
        yield words
        if words[0].rpartition("/")[2] in WRAPPERS:
            yield from (words[at:] for at in range(1, min(len(words), FURTHER)))
        elif words[0].startswith("python") and words[1:2] == ["-m"] and words[2:]:
            yield words[2:]


def _anywhere(text: str) -> Iterator[list[str]]:
    """Give each command from each of its words on: what stands there may be what is started."""
    for words in _commands(text):
        for at, word in enumerate(words):
            if word.rpartition("/")[2] in _OF_INTEREST:
                yield words[at : at + FURTHER]


def _commands(text: str) -> Iterator[list[str]]:
    """Give the words between the operators of a command, quotes and redirections taken away."""
    broken = "".join("\n" if char in _BREAKS else char for char in text)
    for line in broken.split("\n"):
        words = "".join(" " if char in _JOINS else char for char in line).split()
        while words and "=" in words[0] and not words[0].startswith("-"):
            del words[0]
        if words:
            yield words
