"""The gate: what a proposal may do without asking, what asks, and what is refused; and why.

The order in which it is decided: what no mode allows, deny rules, the mode plan, what asks in every
mode, ask and allow rules, approvals of this session, the chosen toolsets, the mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from tui_agent.core.looking import paths_looked_at
from tui_agent.core.proposal import Proposal, Reason
from tui_agent.core.settings import RuleSettings
from tui_agent.core.toolsets import Toolset, lets_run

Action = Literal["allow", "ask", "deny"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the gate says to a proposal."""

    action: Action
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """All that the gate looks at beside the proposal."""

    mode: str
    tier: str = "none"
    """What confines commands; `none` lets no command pass unasked."""
    unconfined: bool = False
    """Whether the user has said that commands may run without a sandbox."""
    rules: tuple[RuleSettings, ...] = ()
    approved: frozenset[str] = frozenset()
    """Keys of what was approved for this session: see `session_key`."""
    prefixes: tuple[tuple[str, ...], ...] = ()
    """Leading words of commands that the user allowed in this session."""
    attended: bool = True
    """Whether a person is there to be asked."""
    answer: Literal["", "approve", "reject"] = ""
    """What automation says where the mode asks: `--approve-all`, `--reject-all`."""
    write_paths: tuple[str, ...] = ("**",)
    read_paths: tuple[str, ...] = ("**",)
    """Listing and searching leave out the rest; what names another file is refused."""
    programs: tuple[str, ...] = ()
    """The programs that a command may start; any other is refused. Empty: any."""
    toolsets: tuple[Toolset, ...] = ()
    """What the user has narrowed the session to."""


def decide(proposal: Proposal, now: Circumstances) -> Outcome:
    """Return what the gate says, with the rule that says it."""
    found = _said(proposal, now)
    if found.action != "ask":
        return found
    if now.answer == "reject":
        return _outcome("deny", "automation.reject", "--reject-all refuses all that asks")
    if now.answer == "approve" and _may_automate(proposal, now, found):
        return _outcome("allow", "automation.approve", f"--approve-all; {found.reason.text}")
    if not now.attended:
        text = f"nobody is there to ask; {found.reason.text}"
        return Outcome(
            action="deny",
            reason=Reason(rule=found.reason.rule, text=text, origin=found.reason.origin),
        )
    return found


def session_key(proposal: Proposal) -> str:
    """Return what an approval for the session binds: the tool, its exact arguments, its folder."""
    if proposal.command is not None:
        return f"{proposal.tool}\0{proposal.command.text}\0{proposal.command.cwd}"
    return f"{proposal.tool}\0{proposal.arguments}"


def _said(proposal: Proposal, now: Circumstances) -> Outcome:
    for rule in _IN_ORDER:
        found = rule(proposal, now)
        if found is not None:
            return found
    return _by_mode(proposal, now)


def _forbidden(proposal: Proposal, now: Circumstances) -> Outcome | None:
    for target in proposal.targets:
        if target.effect == "edit" and not any(
            matches(target.path, glob) for glob in now.write_paths
        ):
            return _outcome("deny", "profile.paths", f"the profile writes no {target.path}")
        names_a_file = proposal.tool == "read" or proposal.command is not None
        if (
            target.effect == "read"
            and names_a_file
            and not any(matches(target.path, glob) for glob in now.read_paths)
        ):
            return _outcome("deny", "profile.paths", f"the profile reads no {target.path}")
    if proposal.command is None or not now.programs:
        return None
    words = plain_words(proposal.command.text)
    if words and words[0] in now.programs:
        return None
    what = words[0] if words else "a command of more than plain words"
    return _outcome("deny", "profile.programs", f"the profile does not run {what}")


def _denied(proposal: Proposal, now: Circumstances) -> Outcome | None:
    for number, rule in enumerate(now.rules, 1):
        if rule.action == "deny" and _applies(rule, proposal):
            return Outcome(action="deny", reason=_reason(rule, number))
    return None


def _plan_mode(proposal: Proposal, now: Circumstances) -> Outcome | None:
    if now.mode != "plan" or proposal.effects <= {"read", "question"}:
        return None
    return _outcome("deny", "mode.plan", "mode plan changes nothing; Shift-Tab leaves it")


def _question(proposal: Proposal, now: Circumstances) -> Outcome | None:
    if proposal.question is None:
        return None
    if proposal.question.kind == "plan":
        return _outcome("ask", "ask.plan", "its calls run once the plan is approved")
    if now.attended:
        return _outcome("ask", "ask.question", "it is a question to you")
    return _outcome("deny", "ask.question", "it is a question, and nobody is there to answer it")


def _always_asks(proposal: Proposal, now: Circumstances) -> Outcome | None:
    allowed = _by_rule(proposal, now)
    if allowed is not None and allowed.action == "allow":
        return None
    if "network" in proposal.effects:
        return _outcome("ask", "protect.network", "it reaches the network")
    for target in proposal.targets:
        if "outside" in target.marks:
            return _outcome("ask", "protect.outside", f"{target.path} is outside the workspace")
        if "secret" in target.marks:
            return _outcome("ask", "protect.secret", f"{target.path} may hold a secret")
        if "protected" in target.marks and target.effect == "edit":
            return _outcome(
                "ask", "protect.file", f"{target.path} changes how tools behave; it always asks"
            )
    if _sets_user_id(proposal):
        return _outcome("ask", "protect.suid", "it sets a set-user-id bit")
    return None


def _sets_user_id(proposal: Proposal) -> bool:
    files = proposal.patch.files if proposal.patch else ()
    return any(file.new_mode is not None and file.new_mode & 0o6000 for file in files)


def _by_rule(proposal: Proposal, now: Circumstances) -> Outcome | None:
    for number, rule in enumerate(now.rules, 1):
        if rule.action != "deny" and _applies(rule, proposal):
            return Outcome(action=rule.action, reason=_reason(rule, number))
    return None


def _by_session(proposal: Proposal, now: Circumstances) -> Outcome | None:
    if session_key(proposal) in now.approved:
        return _outcome("allow", "session.exact", "you allowed exactly this for the session")
    if proposal.command is None:
        return None
    words = plain_words(proposal.command.text)
    for prefix in now.prefixes:
        if words and words[: len(prefix)] == prefix:
            text = f"you allowed what starts with {' '.join(prefix)}"
            return _outcome("allow", "session.prefix", text)
    return None


def _by_toolset(proposal: Proposal, now: Circumstances) -> Outcome | None:
    """A command that only looks, inside the workspace, runs; any other asks, in every mode."""
    shells = [one for one in now.toolsets if "shell" in one.tools]
    if proposal.command is None or not shells:
        return None
    words = plain_words(proposal.command.text)
    for one in shells:
        if lets_run(one, words) and _looks_inside(proposal, words):
            return _of_toolset("allow", one, f"{words[0]} only looks, inside the workspace")
    made_for = [one for one in shells if words and words[0] in one.changing]
    text = f"{words[0]} changes files" if made_for else "it lets no such command run unasked"
    return _of_toolset("ask", [*made_for, *shells][0], text)


def _looks_inside(proposal: Proposal, words: tuple[str, ...]) -> bool:
    """Whether the tool has followed each path, and found none outside and none that is secret."""
    marks = {mark for target in proposal.targets for mark in target.marks}
    paths = paths_looked_at(words)
    return paths is not None and len(paths) == len(proposal.targets) and marks <= {"protected"}


def _of_toolset(action: Action, toolset: Toolset, text: str) -> Outcome:
    reason = Reason(rule=f"toolset.{action}", text=text, origin=f"toolset {toolset.name}")
    return Outcome(action=action, reason=reason)


_IN_ORDER = (
    _forbidden,
    _denied,
    _plan_mode,
    _question,
    _always_asks,
    _by_rule,
    _by_session,
    _by_toolset,
)


def _by_mode(proposal: Proposal, now: Circumstances) -> Outcome:
    effects = proposal.effects
    if "execute" in effects:
        if now.mode == "auto" and (now.tier != "none" or now.unconfined):
            return _outcome("allow", "mode.auto", "mode auto runs what the sandbox holds")
        if now.tier == "none":
            return _outcome("ask", "sandbox.none", "no sandbox holds it, so every command asks")
        return _outcome("ask", "ask.command", "commands ask in this mode")
    if "edit" in effects:
        if now.mode in ("edit", "auto"):
            return _outcome("allow", f"mode.{now.mode}", "edits in the workspace are applied")
        return _outcome("ask", "ask.write", "every edit asks in mode ask")
    return _outcome("allow", "read", "it only reads")


def _may_automate(proposal: Proposal, now: Circumstances, found: Outcome) -> bool:
    if found.reason.rule.startswith(("protect.", "ask.question")):
        return False
    return "execute" not in proposal.effects or now.tier != "none" or now.unconfined


def _applies(rule: RuleSettings, proposal: Proposal) -> bool:
    if rule.tool and rule.tool != proposal.tool:
        return False
    if rule.path and not any(matches(target.path, rule.path) for target in proposal.targets):
        return False
    if rule.prefix:
        return _command_matches(rule, proposal)
    return bool(rule.tool or rule.path)


def _command_matches(rule: RuleSettings, proposal: Proposal) -> bool:
    """A deny rule matches its prefix anywhere; another only in a command of plain words."""
    if proposal.command is None:
        return False
    size = len(rule.prefix)
    if rule.action == "deny":
        words = tuple(_split_anywhere(proposal.command.text))
        return any(words[i : i + size] == rule.prefix for i in range(len(words)))
    return plain_words(proposal.command.text)[:size] == rule.prefix


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@+% ")


def plain_words(command: str) -> tuple[str, ...]:
    """Return the words of a command that is nothing but plain words; else nothing.

    No quote, no variable, no substitution, no redirection, no list, no assignment before the
    command: what is left means to the shell what it looks like.
    """
    if not command or set(command) - _PLAIN:
        return ()
    words = tuple(command.split(" "))
    if "" in words or "=" in words[0] or "/" in words[0]:
        return ()
    return words


def looks_only(command: str) -> bool:
    """Return whether all that a command could do is to look at relative paths."""
    return paths_looked_at(plain_words(command)) is not None


def _split_anywhere(command: str) -> list[str]:
    cleaned = "".join(char if char not in "\"'`$(){};&|<>\\\n\r\t" else " " for char in command)
    return cleaned.split()


def matches(path: str, glob: str) -> bool:
    """Return whether a path matches a glob, where `**` crosses folders and `*` does too."""
    if glob in ("**", "*"):
        return True
    return fnmatchcase(path, glob) or fnmatchcase(path, glob.replace("**/", ""))


def _reason(rule: RuleSettings, number: int) -> Reason:
    what = " ".join(
        part for part in (rule.action, rule.tool, " ".join(rule.prefix), rule.path) if part
    )
    return Reason(
        rule=rule.name or f"{rule.action}.{rule.tool or 'rule'}",
        text=what,
        origin=f"yours, rule {number}",
    )


def _outcome(action: Action, rule: str, text: str) -> Outcome:
    return Outcome(action=action, reason=Reason(rule=rule, text=text))
