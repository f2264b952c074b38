"""Which programs reach the network, and which hosts their words name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

ALWAYS = frozenset({
    "curl", "wget", "ssh", "scp", "sftp", "ftp", "telnet", "nc", "ncat", "netcat", "socat", "ping",
    "dig", "nslookup", "host", "traceroute", "whois", "aria2c", "http", "https", "gh", "glab",
    "aws",
    "gcloud", "az", "npx", "heroku", "flyctl", "vercel", "lynx", "w3m", "mosh", "rclone",
    "ssh-copy-id",
})  # fmt: skip
"""Programs that are there for it."""

VERBS: Mapping[str, frozenset[str]] = {
    "git": frozenset({
        "push", "fetch", "pull", "clone", "ls-remote", "submodule", "lfs", "send-email",
    }),
    "pip": frozenset({"install", "download", "wheel", "index", "search"}),
    "pip3": frozenset({"install", "download", "wheel", "index", "search"}),
    "uv": frozenset({"sync", "add", "lock", "pip", "tool", "publish", "python", "self"}),
    "uvx": frozenset(),
    "pipx": frozenset({"install", "run", "upgrade"}),
    "pipenv": frozenset({"install", "sync", "update"}),
    "pdm": frozenset({"install", "add", "sync", "update"}),
    "poetry": frozenset({"install", "add", "update", "lock", "publish"}),
    "hatch": frozenset({"publish"}),
    "twine": frozenset({"upload"}),
    "conda": frozenset({"install", "create", "update", "search"}),
    "npm": frozenset({
        "install", "i", "ci", "add", "update", "publish", "audit", "outdated", "view", "info",
        "search", "exec", "x", "login", "create", "init",
    }),
    "pnpm": frozenset({"install", "i", "add", "update", "publish", "dlx", "fetch", "audit"}),
    "yarn": frozenset({"install", "add", "upgrade", "publish", "dlx", "create"}),
    "bun": frozenset({"install", "i", "add", "update", "publish", "x", "create"}),
    "bunx": frozenset(),
    "deno": frozenset({"install", "add", "cache", "upgrade"}),
    "cargo": frozenset({"install", "fetch", "update", "publish", "search", "add", "login"}),
    "rustup": frozenset({"install", "update", "toolchain", "component", "target"}),
    "go": frozenset({"get", "install", "mod"}),
    "gem": frozenset({"install", "update", "push", "fetch"}),
    "bundle": frozenset({"install", "update", "add", "outdated"}),
    "composer": frozenset({"install", "update", "require", "create-project"}),
    "apt": frozenset({"install", "update", "upgrade", "download", "source"}),
    "apt-get": frozenset({"install", "update", "upgrade", "download", "source", "dist-upgrade"}),
    "brew": frozenset({"install", "update", "upgrade", "fetch", "search", "tap"}),
    "dnf": frozenset({"install", "update", "upgrade"}),
    "yum": frozenset({"install", "update", "upgrade"}),
    "pacman": frozenset(),
    "apk": frozenset({"add", "update", "upgrade"}),
    "docker": frozenset({"pull", "push", "login", "run", "build", "compose", "search"}),
    "podman": frozenset({"pull", "push", "login", "run", "build", "search"}),
    "kubectl": frozenset({"apply", "get", "delete", "exec", "logs", "create", "describe"}),
    "helm": frozenset({"install", "upgrade", "pull", "repo"}),
    "terraform": frozenset({"init", "apply", "plan", "destroy"}),
    "dotnet": frozenset({"restore", "add", "publish", "nuget"}),
    "mvn": frozenset({"install", "deploy", "package", "dependency:resolve"}),
}  # fmt: skip
"""Programs that reach it with some of their sub-commands; with none named, with every one."""

_SECOND = {("git", "remote"): frozenset({"update", "show", "prune"})}
WRAPPERS = frozenset({
    "env", "sudo", "doas", "time", "timeout", "nohup", "nice", "ionice", "xargs", "command", "exec",
    "stdbuf", "setsid", "builtin", "watch",
})  # fmt: skip
"""Programs that run what their words name."""
_ASIDE = 3
"""How many words of a wrapper's own may stand before what it runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """That a command reaches the network, and where as far as its words say."""

    program: str
    hosts: tuple[str, ...] = ()


def reach_of(words: Sequence[str]) -> Reach | None:
    """Return what a simple command reaches; None where nothing is known that it does."""
    for start in _starts(words):
        inner = words[start:]
        program = inner[0].rpartition("/")[2]
        if program in ALWAYS or _has_verb(program, inner[1:]):
            return Reach(program=program, hosts=_hosts(inner[1:]))
        if program == "rsync" and any(_host_of(word) for word in inner[1:]):
            return Reach(program=program, hosts=_hosts(inner[1:]))
    return None


def reach_of_scan(words: Sequence[str]) -> Reach | None:
    """Return what a command that cannot be read may reach, given all that could be its words."""
    for place, word in enumerate(words):
        program = word.rpartition("/")[2]
        if program in ALWAYS or _has_verb(program, words[place + 1 :]):
            return Reach(program=program, hosts=_hosts(words))
    return None


def _starts(words: Sequence[str]) -> Iterator[int]:
    """Give the places where a program's name may stand: the first, and those behind wrappers."""
    yield 0
    if words[0] in WRAPPERS:
        yield from range(1, min(len(words), 1 + 2 * _ASIDE))
    for place, word in enumerate(words[:-1]):
        if word in ("-m", "run", "exec") and place < _ASIDE:
            yield place + 1


def _has_verb(program: str, rest: Sequence[str]) -> bool:
    verbs = VERBS.get(program)
    if verbs is None:
        return False
    named = [word for word in rest if not word.startswith("-")]
    if not verbs:
        return True
    second = _SECOND.get((program, named[0]), frozenset()) if named else frozenset()
    # The flags of git and its kin may take a word of their own before the verb.
    return bool(verbs & set(named[:2])) or bool(second & set(named[1:2]))


def _hosts(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_host_of, words))))


def _host_of(word: str) -> str:
    """Return the host that a word names: of a URL, or of `user@host:path`."""
    _, scheme, rest = word.partition("://")
    if scheme:
        place = rest.partition("/")[0].partition("?")[0].rpartition("@")[2]
        inside = place[1:].partition("]")[0] if place.startswith("[") else place.partition(":")[0]
        return inside.casefold()
    user, at, rest = word.partition("@")
    if at and user and "/" not in user and not user.startswith("-"):
        return rest.partition(":")[0].casefold()
    return ""
