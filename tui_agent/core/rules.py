"""What a rule of the gate means: which calls it is about, until when, and whether it is sound."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal

from tui_agent.core.globs import could_lie_below, could_mean, matches, names_the_file
from tui_agent.core.proposal import CommandPart, Proposal
from tui_agent.core.settings import RuleSettings
from tui_agent.core.shell.scan import scanned
from tui_agent.core.sound_rules import MINUTE, tokens_of

Action = Literal["allow", "ask", "deny"]
FILE_TOOLS = frozenset({"read", "list", "search", "edit", "write", "apply_patch"})


def is_of_commands(rule: RuleSettings) -> bool:
    """Return whether a rule says which commands it means."""
    return bool(rule.prefix or rule.argv or rule.pattern)


def id_of(rule: RuleSettings) -> str:
    """Return what a rule's uses are counted by, and how an explanation names it."""
    return rule.name or f"{rule.action or 'pattern'}.{_short(rule)}"


def _short(rule: RuleSettings) -> str:
    words = " ".join(rule.argv or tokens_of(rule))
    return "/".join(one for one in (rule.tool, words, rule.path, rule.host) if one) or "rule"


def text_of(rule: RuleSettings) -> str:
    """Return what a rule says, in words."""
    parts: list[str] = [rule.action or ("ask" if rule.approval_required else "allow")]
    if rule.tool:
        parts.append(rule.tool)
    if rule.argv:
        parts.append(f"exactly {' '.join(rule.argv)}")
    elif tokens_of(rule):
        parts.append(f"what begins with {' '.join(tokens_of(rule))}")
    if rule.approval_required_if_args:
        parts.append(f"(asks with {', '.join(rule.approval_required_if_args)})")
    if rule.path:
        parts.append(f"in {rule.path}")
    if rule.host:
        parts.append(f"at {rule.host}")
    if rule.uses:
        parts.append(f"{rule.uses} times")
    if rule.until:
        parts.append(f"until {rule.until}")
    return " ".join(parts)


def live(
    rules: Sequence[RuleSettings], now: str, used: Mapping[str, int]
) -> tuple[RuleSettings, ...]:
    """Return the rules that have not ended, neither by their uses nor by the time `now` (UTC)."""
    return tuple(
        rule
        for rule in rules
        if not (rule.uses and used.get(id_of(rule), 0) >= rule.uses) and not has_ended(rule, now)
    )


def has_ended(rule: RuleSettings, now: str) -> bool:
    """Return whether a rule's moment has come. A text without a time is never later than it."""
    return bool(rule.until) and bool(now) and now[:MINUTE] >= rule.until[:MINUTE]


# What denies


def denies(rule: RuleSettings, proposal: Proposal) -> bool:
    """Return whether a deny rule is about a call: by the wider reading of everything it says."""
    reads_too = proposal.command is not None and rule.path and rule.tool in FILE_TOOLS
    if rule.tool and not fnmatchcase(proposal.tool, rule.tool) and not reads_too:
        return False
    if rule.host and not any(_could_be_host(host, rule.host) for host in proposal.hosts):
        return False
    if rule.path and not _names_path(rule, proposal):
        return False
    if is_of_commands(rule) and not _could_run(rule, proposal):
        return False
    return bool(rule.tool or rule.host or rule.path or is_of_commands(rule))


def could_read(rule: RuleSettings, proposal: Proposal) -> bool:
    """Return whether a command may read what a deny rule is about without naming it."""
    if rule.action != "deny" or not rule.path or is_of_commands(rule) or rule.host:
        return False
    if rule.tool and rule.tool != "shell" and rule.tool not in FILE_TOOLS:
        return False
    command = proposal.command
    if command is None:
        return False
    if not command.only_reads:
        return True
    return any(one.below and could_lie_below(one.path, rule.path) for one in proposal.targets)


def _names_path(rule: RuleSettings, proposal: Proposal) -> bool:
    if any(could_mean(target.path, rule.path) for target in proposal.targets):
        return True
    command = proposal.command
    if command is None:
        return False
    if command.unread:
        named: Iterator[str] = (word for words in scanned(command.text) for word in words)
    else:
        named = (word for part in command.parts if not part.reads for word in part.words[1:])
    for word in named:
        for path in {word, word.rpartition("=")[2], word.rpartition(":")[2]} - {""}:
            if could_mean(posixpath.normpath(posixpath.join(command.cwd, path)), rule.path):
                return True
    return False


def _could_run(rule: RuleSettings, proposal: Proposal) -> bool:
    command = proposal.command
    if command is None:
        return False
    tokens = rule.argv or tokens_of(rule)
    if command.unread:
        return any(_holds(words, tokens) for words in scanned(command.text))
    return any(_part_could_run(part, tokens) for part in command.parts)


def _part_could_run(part: CommandPart, tokens: tuple[str, ...]) -> bool:
    """A reader's words are looked for at its start alone: `grep curl README` runs no curl."""
    if part.reads:
        return _begins(part.words, tokens)
    return _holds(part.words, tokens) or any(
        _holds(words, tokens) for word in part.words if " " in word for words in scanned(word)
    )


def _holds(words: Sequence[str], tokens: tuple[str, ...]) -> bool:
    """Return whether a command that begins with the tokens begins anywhere among the words."""
    return any(_begins(words[place:], tokens) for place in range(len(words) - len(tokens) + 1))


def _begins(words: Sequence[str], tokens: tuple[str, ...]) -> bool:
    """Return whether the tokens stand at the beginning, in order.

    A path before the first does not count, nor do flags in between with a word of theirs each:
    `git -C . push` pushes.
    """
    first = words[0].rpartition("/")[2] if "/" not in tokens[0] else words[0]
    if first != tokens[0]:
        return False
    wanted, before = [*tokens[1:]], ""
    for word in words[1:]:
        if not wanted:
            break
        if word == wanted[0]:
            wanted.pop(0)
        elif not word.startswith("-") and not before.startswith("-"):
            break
        before = word
    return not wanted


# What allows, or asks


def action_for(rule: RuleSettings, part: CommandPart | None) -> Action:
    """Return what a rule that matches says, given the words that follow its pattern."""
    if rule.action:
        return rule.action
    if rule.approval_required or part is None:
        return "ask"
    rest = part.words[len(tokens_of(rule)) :]
    asks = any(_is_flag(word, flag) for word in rest for flag in rule.approval_required_if_args)
    return "ask" if asks else "allow"


_SHORTEST = len("--x")


def _is_flag(word: str, flag: str) -> bool:
    """Return whether a word is a flag, in a cluster or shortened, too; else the very word."""
    if flag.startswith("--"):
        name = word.partition("=")[0]
        return len(name) >= _SHORTEST and name.startswith("--") and flag.startswith(name)
    if flag.startswith("-"):
        cluster = word.startswith("-") and not word.startswith("--")
        return word.startswith(flag) or (cluster and len(flag) == len("-x") and flag[1] in word)
    return word == flag


def covers_part(rule: RuleSettings, proposal: Proposal, part: CommandPart) -> bool:
    """Return whether a rule that allows or asks is about one part of a command."""
    if rule.tool and rule.tool != proposal.tool:
        return False
    if rule.argv and part.words != rule.argv:
        return False
    tokens = tokens_of(rule)
    if tokens and part.words[: len(tokens)] != tokens:
        return False
    if rule.path and not (part.reads and _paths_fit(rule, proposal)):
        return False
    if rule.host and not _hosts_fit(rule, proposal):
        return False
    return bool(rule.tool or rule.host or rule.path or tokens or rule.argv)


def covers_call(rule: RuleSettings, proposal: Proposal) -> bool:
    """Return whether a rule that allows or asks is about a call, or a command that is unread."""
    if is_of_commands(rule) or (rule.tool and not fnmatchcase(proposal.tool, rule.tool)):
        return False
    if rule.digest and (proposal.served is None or proposal.served.digest != rule.digest):
        return False
    if rule.path and (proposal.command is not None or not _paths_fit(rule, proposal)):
        return False
    if rule.host and not _hosts_fit(rule, proposal):
        return False
    return bool(rule.tool or rule.path or rule.host)


def _paths_fit(rule: RuleSettings, proposal: Proposal) -> bool:
    """One path is enough to ask; to allow, every one has to match."""
    fits = [matches(target.path, rule.path) for target in proposal.targets]
    return bool(fits) and (all(fits) if rule.action == "allow" else any(fits))


def _hosts_fit(rule: RuleSettings, proposal: Proposal) -> bool:
    fits = [_host_matches(host, rule.host) for host in proposal.hosts]
    return bool(fits) and (all(fits) if rule.action == "allow" else any(fits))


def _host_matches(host: str, glob: str) -> bool:
    return fnmatchcase(host.casefold(), glob.casefold())


def _could_be_host(host: str, glob: str) -> bool:
    """Return whether a glob that forbids may mean a host: whatever port either names."""
    return _host_matches(host, glob) or _host_matches(_without_port(host), _without_port(glob))


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).rstrip(".")


def frees_file(rule: RuleSettings, proposal: Proposal, path: str) -> bool:
    """Return whether a rule allows a file that asks in every mode: it has to name it."""
    if rule.action != "allow" or not rule.path or not names_the_file(rule.path):
        return False
    tools = {proposal.tool, "read"} if proposal.command is not None else {proposal.tool}
    return (not rule.tool or rule.tool in tools) and matches(path, rule.path)


def hidden_from_commands(rules: Sequence[RuleSettings]) -> tuple[str, ...]:
    """Return the globs of what no command may read: for the sandbox to hide."""
    return tuple(
        rule.path
        for rule in rules
        if rule.action == "deny"
        and rule.path
        and not is_of_commands(rule)
        and not rule.host
        and rule.tool in ("", "shell", "read", "search")
    )
