"""What asks in every mode: the network, paths outside, secrets, protected files, set-user-id bits.

Only exactly the same call allowed for the session, or a rule that names what it frees, stands
before it.
"""

from __future__ import annotations

from tui_agent.core.proposal import CommandPart, Target
from tui_agent.core.rules import covers_call, frees_file
from tui_agent.core.settings import RuleSettings
from tui_agent.core.weighing import Case, Said, say

SET_ID = 0o6000
_OCTAL_WITH_BITS = 4


def asks_always(case: Case) -> Said | None:
    """Return why a call asks whatever the mode; None where nothing of it does."""
    if case.proposal.served is not None:
        return _served(case)
    return _unconfined(case) or _network(case) or _files(case) or _set_user_id(case)


def _rules(case: Case) -> tuple[RuleSettings, ...]:
    granted = tuple(one.rule for one in case.grants if one.rule is not None)
    return tuple(one for one in (*case.rules, *granted) if one.action == "allow")


def _served(case: Case) -> Said | None:
    """A server's hints are no permission: a rule that names its tool, or its host, frees it."""
    served = case.proposal.served
    if served is None or any(_allows_network(rule, case) for rule in _rules(case)):
        return None
    return say("ask", "protect.server", f"it is a tool of {served.server}, another program")


def _unconfined(case: Case) -> Said | None:
    command = case.proposal.command
    if command is None or command.reach != "outside":
        return None
    return say("ask", "protect.outside", "it would run without the sandbox, as you")


def _network(case: Case) -> Said | None:
    proposal = case.proposal
    if "network" not in proposal.effects:
        return None
    if case.parts and case.proposal.failed is None:
        if all(one.named for one in case.parts if one.part.network):
            return None
    elif any(_allows_network(rule, case) for rule in _rules(case)):
        return None
    where = f": {', '.join(proposal.hosts)}" if proposal.hosts else ""
    return say("ask", "protect.network", f"it reaches the network{where}")


def _allows_network(rule: RuleSettings, case: Case) -> bool:
    """A rule frees a call without parts by its host, or by naming the very tool of a server."""
    if not covers_call(rule, case.proposal):
        return False
    return bool(rule.host) or case.proposal.command is None


def _files(case: Case) -> Said | None:
    for target in case.proposal.targets:
        said = _file(target)
        if said is not None and not any(
            frees_file(rule, case.proposal, target.path) for rule in _rules(case)
        ):
            return said
    return None


def _file(target: Target) -> Said | None:
    path = target.path
    if "outside" in target.marks:
        return say("ask", "protect.outside", f"{path} is outside the workspace")
    if "secret" in target.marks:
        return say("ask", "protect.secret", f"{path} may hold a secret")
    if "protected" in target.marks and target.effect == "edit":
        text = f"{path} changes how tools behave; it always asks"
        return say("ask", "protect.file", text)
    return None


def _set_user_id(case: Case) -> Said | None:
    proposal = case.proposal
    files = proposal.patch.files if proposal.patch else ()
    by_patch = any(file.new_mode is not None and file.new_mode & SET_ID for file in files)
    by_part = any(_sets_bits(one.part) and not one.named for one in case.parts)
    if not (by_patch or by_part):
        return None
    return say("ask", "protect.suid", "it sets a set-user-id bit")


def _sets_bits(part: CommandPart) -> bool:
    """Return whether a part is chmod or install with such a mode among its words."""
    if not {"chmod", "install"} & set(part.words):
        return False
    return any(_has_bits(word.removeprefix("--mode=").removeprefix("-m")) for word in part.words)


def _has_bits(mode: str) -> bool:
    if mode.isdecimal():
        digits = mode.lstrip("0")
        return len(digits) >= _OCTAL_WITH_BITS and digits[-_OCTAL_WITH_BITS] in "24567"
    return any(
        "s" in one.partition(sign)[2]
        for one in mode.split(",")
        for sign in "+="
        if sign in one and set(one.partition(sign)[0]) <= set("ugoa")
    )
