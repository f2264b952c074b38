"""Which rules a person is offered instead of a single call: from exactly this to ever wider."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from tui_agent.core.proposal import CommandPart, Offer, Proposal
from tui_agent.core.served import Served
from tui_agent.core.servers import PREFIX, server_of
from tui_agent.core.settings import RuleSettings
from tui_agent.core.toolsets import WRITING

RUN_ANYTHING = frozenset({
    "bash", "sh", "zsh", "dash", "fish", "env", "sudo", "doas", "xargs", "nohup", "time",
    "nice", "eval", "exec", "command", "find", "ssh", "python", "python3", "node", "deno",
    "bun", "ruby", "perl", "php", "lua", "awk",
})  # fmt: skip
"""Programs whose next words may be any program: alone they would allow everything."""
WITH_VERBS = frozenset({
    "git", "cargo", "npm", "pnpm", "yarn", "go", "make", "just", "uv", "pip", "pip3",
    "poetry", "hatch", "docker", "podman", "kubectl", "gh", "tox", "nox", "ruff", "rustup",
    "dotnet", "mvn", "gradle", "terraform", "brew", "apt", "apt-get", "systemctl",
})  # fmt: skip
"""Programs whose first word says what they do."""
RUNNERS = frozenset(["run", "exec", "x", "dlx", "tool"])
"""Verbs behind which stands what is run: `npm run test`, `uv run pytest`."""
ONE_PURPOSE = frozenset({
    "pytest", "mypy", "pyright", "tsc", "eslint", "prettier", "black", "isort", "flake8",
    "jest", "vitest",
})  # fmt: skip
"""Programs that do one thing, whatever follows."""
_MODULE = 3
EXAMPLES = 3
MOST = 6
"""Rules that are offered at once."""


def offered_prefix(words: Sequence[str]) -> tuple[str, ...]:
    """Return the widest leading words that a rule for a command is offered with.

    `python -m pytest -q` gives `python -m pytest`, `git status -s` gives `git status`, and
    `rm -rf build` the whole command, since nothing less of it is harmless.
    """
    words = tuple(words)
    if not words:
        return ()
    program = words[0]
    if words[1:2] == ("-m",) and len(words) >= _MODULE:
        return words[:_MODULE]
    if program in ONE_PURPOSE:
        return words[:1]
    if program in WITH_VERBS and len(words) > 1 and not words[1].startswith("-"):
        return _verb(words)
    return words


def _verb(words: tuple[str, ...]) -> tuple[str, ...]:
    if words[1] not in RUNNERS:
        return words[:2]
    run = words[2:3]
    if not run or run[0].startswith("-") or run[0] in RUN_ANYTHING:
        return words
    return words[:_MODULE]


def offers(proposal: Proposal, past: Sequence[Sequence[CommandPart]] = ()) -> tuple[Offer, ...]:
    """Return the rules that a person may choose, the narrowest first.

    Of a list, the first part that asks has all of its widths, each other one its widest. `past`:
    the commands of this repository's sessions, by their parts. A command that cannot be read has
    none: no rule could tell it from another.
    """
    command = proposal.command
    if command is not None:
        asking = [part for part in command.parts if part.verdict == "ask" and part.words]
        found = [
            _with_past(one, part, past)
            for number, part in enumerate(asking)
            for one in (_of_part(part) if number == 0 else [*_of_part(part)][-1:])
        ]
        return tuple({one.text: one for one in found}.values())[:MOST]
    if proposal.served is not None:
        return tuple(_of_server(proposal.tool, proposal.served))
    paths = sorted({target.path for target in proposal.targets if target.effect == "edit"})
    if proposal.tool not in WRITING or not paths or any(one.marks for one in proposal.targets):
        return ()
    return tuple(_of_edits(proposal.tool, paths))


def _of_server(tool: str, served: Served) -> Iterator[Offer]:
    yield Offer(
        rule=RuleSettings(action="allow", tool=tool, digest=served.digest),
        text=f"{served.tool} of {served.server}, as it is now",
    )
    yield Offer(
        rule=RuleSettings(action="allow", tool=f"{PREFIX}{server_of(tool)}__*"),
        text=f"every tool of {served.server}",
    )


def _of_part(part: CommandPart) -> Iterator[Offer]:
    words = part.words
    yield Offer(
        rule=RuleSettings(action="allow", tool="shell", argv=words), text=f"exactly {part.text}"
    )
    widest = offered_prefix(words)
    if len(widest) == len(words):
        return
    flags = len(widest)
    while flags < len(words) and words[flags].startswith("-"):
        flags += 1
    for size in dict.fromkeys((flags, len(widest))):
        if size < len(words):
            rule = RuleSettings(action="allow", tool="shell", prefix=words[:size])
            yield Offer(rule=rule, text=f"what begins with {' '.join(words[:size])}")


def _with_past(offer: Offer, present: CommandPart, past: Sequence[Sequence[CommandPart]]) -> Offer:
    rule = offer.rule
    fits = [
        shlex.join(part.words)
        for parts in past
        for part in parts
        if part.words == rule.argv
        or (rule.prefix and part.words[: len(rule.prefix)] == rule.prefix)
    ]
    own = shlex.join(present.words)
    others = tuple(dict.fromkeys(one for one in reversed(fits) if one != own))
    return Offer(
        rule=rule, text=offer.text, matched=len(fits), past=len(past), examples=others[:EXAMPLES]
    )


def _of_edits(tool: str, paths: list[str]) -> Iterator[Offer]:
    if len(paths) == 1:
        yield Offer(
            rule=RuleSettings(action="allow", tool=tool, path=paths[0]), text=f"edits of {paths[0]}"
        )
    folder = _shared_folder(paths)
    if folder:
        glob = f"{folder}/**"
        yield Offer(
            rule=RuleSettings(action="allow", tool=tool, path=glob), text=f"edits in {glob}"
        )
    kinds = {path.rpartition(".")[2] for path in paths if "." in path.rpartition("/")[2]}
    if len(kinds) == 1:
        glob = f"{folder}/**/*.{kinds.pop()}" if folder else f"**/*.{kinds.pop()}"
        yield Offer(
            rule=RuleSettings(action="allow", tool=tool, path=glob), text=f"edits of {glob}"
        )


def _shared_folder(paths: list[str]) -> str:
    folders = [path.split("/")[:-1] for path in paths]
    shared: list[str] = []
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)
